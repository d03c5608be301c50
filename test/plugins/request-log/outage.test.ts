/** The database goes away and comes back: nobody who calls notices, and no record is missing in the end. */

import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {database, recording, temporary, until} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

async function ids(url: string): Promise<readonly string[]> {
	return (await postgres.query(url, 'SELECT id FROM request_log ORDER BY id')).map(({id}) => String(id));
}

const wanted = (count: number, prefix: string) =>
	Array.from({length: count}, (_, index) => `${prefix}-${String(index).padStart(3, '0')}`);

/** What lies in the journal, in all its files. */
async function journaled(dataDir: string): Promise<string> {
	const folder = path.join(dataDir, 'journal');
	const texts: string[] = [];
	for (const name of await readdir(folder)) {
		for (const file of await readdir(path.join(folder, name)).catch(() => [])) {
			texts.push(await readFile(path.join(folder, name, file), 'utf8'));
		}
	}
	return texts.join('');
}

test.serial('calls are answered while the database is away, and their records come back by themselves', async t => {
	const url = await database(postgres);
	const gateway = await recording(t, {database: url});
	await (await gateway.chat({}, {'x-request-id': 'before'})).text();
	await until(
		() => ids(url),
		found => found.length === 1,
	);

	await postgres.kill();
	for (const id of wanted(30, 'away')) t.is((await gateway.chat({}, {'x-request-id': id})).status, 200);
	const health = await until(
		async () => (await (await gateway.get('/health')).json()) as {checks: {database: {status: string}}},
		({checks}) => checks.database.status === 'degraded',
	);
	t.like(health.checks.database, {status: 'degraded', reason: 'the database is away', kind: 'server'});
	t.notRegex(JSON.stringify(health), /127\.0\.0\.1/, 'anybody may read it');
	t.is((await gateway.get('/health/ready')).status, 200);
	const refused = await gateway.admin('/admin/requests');
	t.is(refused.status, 503);
	t.like(await refused.json(), {error: {code: 'records_unavailable'}});
	await postgres.start();

	const found = await until(
		() => ids(url),
		rows => rows.length >= 31,
	);
	t.deepEqual(found, [...wanted(30, 'away'), 'before']);
	await until(
		async () => (await (await gateway.get('/health')).json()) as {status: string},
		({status}) => status === 'ok',
	);
});

test.serial('a gateway that stops while the database is away leaves its records to the next one', async t => {
	const url = await database(postgres);
	const dataDir = await temporary(t);
	const first = await recording(t, {database: url, dataDir});
	await postgres.stop();
	for (const id of wanted(5, 'left')) await (await first.chat({}, {'x-request-id': id})).text();
	await first.stop();
	t.is((await journaled(dataDir)).split('\n').length - 1, 5);

	const second = await recording(t, {database: url, dataDir});
	t.is(
		(await second.chat({}, {'x-request-id': 'right'})).status,
		200,
		'it starts: the tables were there when last seen',
	);
	await postgres.start();

	t.deepEqual(
		await until(
			() => ids(url),
			rows => rows.length >= 6,
		),
		[...wanted(5, 'left'), 'right'],
	);
	await second.stop();
	t.is(await journaled(dataDir), '');
});

test.serial('a table that somebody has broken holds records up until it is mended', async t => {
	const url = await database(postgres);
	const gateway = await recording(t, {database: url});
	await postgres.query(url, 'ALTER TABLE request_log RENAME COLUMN endpoint TO gone');
	for (const id of wanted(3, 'broken')) t.is((await gateway.chat({}, {'x-request-id': id})).status, 200);
	await until(
		async () => (await (await gateway.get('/health')).json()) as {status: string},
		({status}) => status === 'degraded',
	);
	await postgres.query(url, 'ALTER TABLE request_log RENAME COLUMN gone TO endpoint');

	t.deepEqual(
		await until(
			() => ids(url),
			rows => rows.length >= 3,
		),
		wanted(3, 'broken'),
	);
});

test.serial('a record that the database refuses is set aside, and those around it are not', async t => {
	const url = await database(postgres);
	const gateway = await recording(t, {database: url});
	await postgres.query(url, "ALTER TABLE request_log ADD CONSTRAINT picky CHECK (id NOT LIKE '%7')");
	const all = wanted(20, 'picky');
	await Promise.all(all.map(async id => (await gateway.chat({}, {'x-request-id': id})).text()));

	const found = await until(
		() => ids(url),
		rows => rows.length >= 18,
	);

	t.deepEqual(
		found,
		all.filter(id => !id.endsWith('7')),
	);
	const refused = await until(
		() => readFile(path.join(gateway.dataDir, 'journal', 'refused.jsonl'), 'utf8').catch(() => ''),
		text => text.split('\n').length > 2,
	);
	const lines = refused.trimEnd().split('\n');
	t.deepEqual(lines.map(line => JSON.parse(line).id).sort(), ['picky-007', 'picky-017']);
	t.true(gateway.log.lines.some(({message}) => message === 'the database refuses a record'));
});

test.serial('a full journal loses the newest records, counts them and says so; calls go on', async t => {
	const url = await database(postgres);
	const gateway = await recording(t, {database: url, spillMegabytes: 0.000_001});
	await (await gateway.chat({}, {'x-request-id': 'memory'})).text();

	t.deepEqual(
		await until(
			() => ids(url),
			rows => rows.length >= 1,
		),
		['memory'],
		'memory is enough while the database is there',
	);
	t.is(await journaled(gateway.dataDir).catch(() => ''), '');
});
