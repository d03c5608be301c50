/**
 * Kills the embedded database, or the process that runs it, in the middle of writes: 20 rounds unless told otherwise.
 * Every acknowledged row must be there afterwards, none twice, and the database must open again by itself.
 * `npm run build && node dist/test/drills/embedded-kill.js [rounds]`
 */

import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import pg from 'pg';

const rounds = Number(process.argv[2] ?? 20);
const writers = 3;
const rowsPerInsert = 20;
const reopenMs = 60_000;
const program = fileURLToPath(new URL('./embedded-gateway.js', import.meta.url));

const dataDir = await mkdtemp(path.join(tmpdir(), 'drill-'));
const settings = {host: dataDir, port: 5432, user: 'postgres', database: 'postgres'};
const lockFile = path.join(dataDir, 'postgres.lock');

async function startGateway(): Promise<ChildProcess> {
	const gateway = fork(program, [dataDir], {stdio: ['ignore', 'inherit', 'inherit', 'ipc']});
	await once(gateway, 'message');
	return gateway;
}

const databaseProcess = async (): Promise<number> => JSON.parse(await readFile(lockFile, 'utf8')).pid;

async function connect(): Promise<pg.Client> {
	for (const until = performance.now() + reopenMs; ; await pause(5)) {
		const client = new pg.Client(settings);
		client.on('error', () => {});
		try {
			await client.connect();
			return client;
		} catch (error) {
			if (performance.now() > until) throw new Error('the database does not open again', {cause: error});
		}
	}
}

let next = 0;
const acknowledged = new Set<number>();
const attempted = new Set<number>();

/** Inserts until the connection breaks; rows of an insert whose answer did not come may be there or not, all or none. */
async function write(client: pg.Client): Promise<void> {
	try {
		for (;;) {
			const ids = Array.from({length: rowsPerInsert}, () => next++);
			for (const id of ids) attempted.add(id);
			const rows = JSON.stringify(ids.map(id => ({id, body: `${id} `.repeat(50 + (id % 400))})));
			const insert = 'insert into rows select * from json_populate_recordset(null::rows, $1) on conflict do nothing';
			if (next % 3 === 0) {
				await client.query('begin');
				await client.query(insert, [rows]);
				await client.query('commit');
			} else await client.query(insert, [rows]);
			for (const id of ids) acknowledged.add(id);
		}
	} catch {
		// The kill.
	}
}

let gateway = await startGateway();
const first = await connect();
await first.query('create table rows (id int primary key, body text)');
await first.end();
const reopened: number[] = [];
let lost = 0;
let halves = 0;
for (let round = 1; round <= rounds; round++) {
	const clients = await Promise.all(Array.from({length: writers}, connect));
	const writing = clients.map(write);
	await pause(200 + Math.random() * 1500);
	const victim = round % 2 === 0 ? 'gateway' : 'database';
	const killedAt = performance.now();
	if (victim === 'gateway') {
		const gone = once(gateway, 'exit');
		gateway.kill('SIGKILL');
		await gone;
		await Promise.all(writing);
		gateway = await startGateway();
	} else {
		process.kill(await databaseProcess(), 'SIGKILL');
		await Promise.all(writing);
	}
	const client = await connect();
	const tookMs = performance.now() - killedAt;
	reopened.push(tookMs);
	const {rows} = await client.query<{id: number; whole: boolean}>(
		`select id, body = repeat(id || ' ', 50 + (id % 400)) as whole from rows`,
	);
	const found = new Set(rows.map(({id}) => id));
	const missing = [...acknowledged].filter(id => !found.has(id)).length;
	const broken = rows.filter(({whole}) => !whole).length + (rows.length - found.size);
	const strange = [...found].filter(id => !attempted.has(id)).length;
	const counts = new Map<number, number>();
	for (const id of found)
		counts.set(Math.floor(id / rowsPerInsert), (counts.get(Math.floor(id / rowsPerInsert)) ?? 0) + 1);
	halves += [...counts.values()].filter(count => count !== rowsPerInsert).length;
	lost += missing + broken + strange;
	// By the index and by the table, as a torn page would show in one of them.
	await client.query('set enable_seqscan = off');
	const byIndex = await client.query<{n: number}>(
		'select count(*)::int as n from (select id from rows order by id) as ordered',
	);
	await client.query('reset enable_seqscan');
	if (byIndex.rows[0]?.n !== rows.length) lost++;
	await client.end();
	const facts = {
		round,
		victim,
		acknowledged: acknowledged.size,
		found: found.size,
		missing,
		broken,
		reopenedMs: Math.round(tookMs),
	};
	process.stdout.write(`${JSON.stringify(facts)}\n`);
}
const ended = once(gateway, 'exit');
gateway.send('stop');
await ended;
await rm(dataDir, {recursive: true, force: true});
reopened.sort((a, b) => a - b);
const middle = Math.round(reopened[Math.floor(reopened.length / 2)] ?? 0);
const longest = Math.round(reopened.at(-1) ?? 0);
process.stdout.write(
	`${rounds} rounds: ${acknowledged.size} rows acknowledged, ${lost} lost or damaged, ${halves} inserts by halves; ` +
		`open again after ${middle} ms in the middle, ${longest} ms at most\n`,
);
process.exitCode = lost + halves === 0 ? 0 : 1;
