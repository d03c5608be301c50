/**
 * kill -9, many rounds, of the gateway or of the database, under load: rows against calls that were answered.
 * `node dist/test/drills/kill.js gateway|database server|embedded [rounds]`
 */

import {readFile} from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import {startPostgres} from '../helpers/postgres.js';
import {
	type Gateway,
	load,
	machine,
	pause,
	remove,
	round,
	say,
	startGateway,
	temporaryFolder,
	unchanging,
	until,
} from './support.js';

/** The database of a drill. */
interface Database {
	/** What a gateway is given; empty for the embedded one. */
	readonly url: string;
	ask(sql: string, values?: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
	/** kill -9; it is back when this settles, or comes back by itself. */
	kill(): Promise<void>;
	remove(): Promise<void>;
}

const [, , what = 'gateway', kind = 'server', roundsText = '20'] = process.argv;
const rounds = Number(roundsText);
const lanes = 8;

const folder = await temporaryFolder();
const database = kind === 'embedded' ? embedded() : await server();
say(`${machine()}; ${rounds} rounds of kill -9 of the ${what}, database: ${kind}`);
try {
	await (what === 'gateway' ? killGateway() : killDatabase());
} finally {
	await database.remove();
	await remove(folder);
}

async function server(): Promise<Database> {
	const postgres = await startPostgres();
	return {
		url: postgres.url(),
		ask: (sql, values) => postgres.query(postgres.url(), sql, values),
		async kill() {
			await postgres.kill();
			await pause(200);
			await postgres.start();
		},
		remove: () => postgres.remove(),
	};
}

function embedded(): Database {
	const dataDir = path.join(folder, 'data');
	return {
		url: '',
		async ask(sql, values = []) {
			const client = new pg.Client({host: dataDir, port: 5432, user: 'postgres', database: 'postgres'});
			client.on('error', () => {});
			try {
				await client.connect();
				return (await client.query(sql, [...values])).rows;
			} finally {
				await client.end().catch(() => {});
			}
		},
		async kill() {
			const {pid} = JSON.parse(await readFile(path.join(dataDir, 'postgres.lock'), 'utf8')) as {pid: number};
			process.kill(pid, 'SIGKILL');
			await pause(200);
		},
		async remove() {},
	};
}

/** A round: load, kill at a random moment, start again, and look which answered calls have no row. */
async function killGateway(): Promise<void> {
	let [answered, missing, worst, started] = [0, 0, 0, 0];
	for (let number = 1; number <= rounds; number++) {
		const gateway = await startGateway(folder, database.url);
		await ready(gateway);
		let over = false;
		const ended = new Map<string, number>();
		const loading = load(
			gateway.port,
			lanes,
			() => over,
			0,
			id => void ended.set(id, performance.now()),
		);
		await pause(300 + Math.random() * 700);
		const killed = performance.now();
		await gateway.end('SIGKILL');
		over = true;
		await loading;
		const again = performance.now();
		const next = await startGateway(folder, database.url);
		await ready(next);
		started = Math.max(started, performance.now() - again);
		const ids = [...ended.keys()];
		const lost = await unchanging(() => absent(ids));
		await next.end('SIGTERM');
		answered += ids.length;
		missing += lost.length;
		// The oldest call that was lost says how far the window reached back.
		const window = Math.max(0, ...lost.map(id => killed - (ended.get(id) ?? killed)));
		worst = Math.max(worst, window);
		say(`round ${number}: answered ${ids.length}, without a row ${lost.length}, window ${round(window)} ms`);
	}
	const last = await startGateway(folder, database.url);
	await ready(last);
	say(`answered ${answered}, without a row ${missing}, rows twice ${await twice()}`);
	say(`widest window ${round(worst)} ms, longest start with its replay ${round(started, 0)} ms`);
	await last.end('SIGTERM');
}

async function killDatabase(): Promise<void> {
	const gateway = await startGateway(folder, database.url);
	await ready(gateway);
	const ids: string[] = [];
	let failed = 0;
	for (let number = 1; number <= rounds; number++) {
		let over = false;
		const loading = load(gateway.port, lanes, () => over);
		await pause(200 + Math.random() * 400);
		await database.kill();
		over = true;
		const loaded = await loading;
		ids.push(...loaded.ids);
		failed += loaded.failed;
		await ready(gateway);
		say(`round ${number}: answered ${loaded.ids.length}, failed ${loaded.failed}`);
	}
	const lost = await unchanging(() => absent(ids));
	say(`answered ${ids.length}, failed ${failed}, without a row ${lost.length}, rows twice ${await twice()}`);
	await gateway.end('SIGTERM');
}

/** The database takes records, and none waits in memory. */
async function ready(gateway: Gateway): Promise<void> {
	const state = async () => (await gateway.tell('/health'))['checks'] as {database: {status: string; waiting: number}};
	await until(state, ({database: {status, waiting}}) => status === 'ok' && waiting === 0, 60_000);
}

/** Not an answer while the database is away. */
async function absent(ids: readonly string[]): Promise<readonly string[]> {
	const rows = await database
		.ask('SELECT id FROM unnest($1::text[]) AS id WHERE NOT EXISTS (SELECT 1 FROM request_log r WHERE r.id = id.id)', [
			ids,
		])
		.catch(() => ids.map(id => ({id})));
	return rows.map(row => String(row['id']));
}

async function twice(): Promise<number> {
	const sql = 'SELECT count(*)::int AS ids FROM (SELECT id FROM request_log GROUP BY id HAVING count(*) > 1) t';
	const [row] = await database.ask(sql);
	return Number(row?.['ids']);
}
