/**
 * kill -9, many rounds, of the gateway or of the database, under load: rows against calls that were answered.
 * `node dist/test/drills/kill.js gateway|database [rounds]`
 */

import {type Postgres, startPostgres} from '../helpers/postgres.js';
import {load, machine, remove, round, say, startGateway, temporaryFolder, until} from './support.js';

const [, , what = 'gateway', roundsText = '20'] = process.argv;
const rounds = Number(roundsText);
const lanes = 8;

const postgres = await startPostgres();
const folder = await temporaryFolder();
say(`${machine()}; ${rounds} rounds of kill -9 of the ${what}`);
try {
	await (what === 'gateway' ? killGateway(postgres) : killDatabase(postgres));
} finally {
	await postgres.remove();
	await remove(folder);
}

/** A round: load, kill at a random moment, start again, and look which answered calls have no row. */
async function killGateway(postgres: Postgres): Promise<void> {
	let [answered, missing, worst] = [0, 0, 0];
	for (let number = 1; number <= rounds; number++) {
		const gateway = await startGateway(folder, postgres.url());
		let over = false;
		const ended = new Map<string, number>();
		const loading = load(
			gateway.port,
			lanes,
			() => over,
			0,
			id => void ended.set(id, performance.now()),
		);
		await new Promise(resolve => setTimeout(resolve, 300 + Math.random() * 700));
		const killed = performance.now();
		await gateway.end('SIGKILL');
		over = true;
		await loading;
		const next = await startGateway(folder, postgres.url());
		const ids = [...ended.keys()];
		const lost = await until(
			() => absent(postgres, ids),
			found => found.length === 0,
			2000,
		);
		await next.end('SIGTERM');
		answered += ids.length;
		missing += lost.length;
		// The oldest call that was lost says how far the window reached back.
		const window = Math.max(0, ...lost.map(id => killed - (ended.get(id) ?? killed)));
		worst = Math.max(worst, window);
		say(`round ${number}: answered ${ids.length}, without a row ${lost.length}, window ${round(window)} ms`);
	}
	say(
		`answered ${answered}, without a row ${missing}, widest window ${round(worst)} ms, rows twice ${await twice(postgres)}`,
	);
}

async function killDatabase(postgres: Postgres): Promise<void> {
	const gateway = await startGateway(folder, postgres.url());
	const ids: string[] = [];
	let failed = 0;
	for (let number = 1; number <= rounds; number++) {
		let over = false;
		const loading = load(gateway.port, lanes, () => over);
		await new Promise(resolve => setTimeout(resolve, 200 + Math.random() * 400));
		await postgres.kill();
		await new Promise(resolve => setTimeout(resolve, 200));
		await postgres.start();
		over = true;
		const loaded = await loading;
		ids.push(...loaded.ids);
		failed += loaded.failed;
		say(`round ${number}: answered ${loaded.ids.length}, failed ${loaded.failed}`);
	}
	const lost = await until(
		() => absent(postgres, ids),
		found => found.length === 0,
		30_000,
	);
	say(`answered ${ids.length}, failed ${failed}, without a row ${lost.length}, rows twice ${await twice(postgres)}`);
	await gateway.end('SIGTERM');
}

async function absent(postgres: Postgres, ids: readonly string[]): Promise<readonly string[]> {
	const rows = await postgres.query(
		postgres.url(),
		'SELECT id FROM unnest($1::text[]) AS id WHERE NOT EXISTS (SELECT 1 FROM request_log r WHERE r.id = id.id)',
		[ids],
	);
	return rows.map(row => String(row['id']));
}

async function twice(postgres: Postgres): Promise<number> {
	const sql = 'SELECT count(*)::int AS ids FROM (SELECT id FROM request_log GROUP BY id HAVING count(*) > 1) t';
	const [row] = await postgres.query(postgres.url(), sql);
	return Number(row?.['ids']);
}
