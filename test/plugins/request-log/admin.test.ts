/** Records read back: who may, what can be asked for, and pages that miss nothing while more records come. */

import test from 'ava';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {callerKey, database, type Recorded, recording} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

interface Page {
	readonly data: readonly {readonly id: string; readonly created_at: string}[];
	readonly has_more: boolean;
	readonly next_cursor: string | null;
}

async function list(gateway: Recorded, query: string): Promise<Page> {
	const answer = await gateway.admin(`/admin/requests?${query}`);
	const text = await answer.text();
	if (answer.status !== 200) throw new Error(text);
	return JSON.parse(text) as Page;
}

/** A hundred rows of all kinds, several in the same microsecond. */
const fill = `INSERT INTO request_log
	(id, created_at, deployment, endpoint, method, key_name, team, model, provider, target_model, stream, status, outcome, latency_ms, tags, request_body)
	SELECT 'r' || lpad(n::text, 3, '0'), now() - (n / 4) * interval '1 minute', 'test', '/v1/chat/completions', 'POST',
		CASE WHEN n % 2 = 0 THEN 'ci' ELSE 'cd' END, CASE WHEN n % 3 = 0 THEN 'red' END, 'm' || n % 5, 'p' || n % 2, 'm', n % 4 = 0,
		CASE WHEN n % 10 = 0 THEN 503 WHEN n % 10 = 1 THEN 429 ELSE 200 END,
		CASE WHEN n % 10 = 0 THEN 'failed' WHEN n % 10 = 1 THEN 'refused' ELSE 'ok' END, n, to_jsonb(ARRAY['t' || n % 2]), 'secretive'
	FROM generate_series(0, 99) AS n`;

async function filled(t: Parameters<typeof recording>[0]): Promise<{gateway: Recorded; url: string}> {
	const url = await database(postgres);
	const gateway = await recording(t, {database: url});
	await postgres.query(url, fill);
	return {gateway, url};
}

test('only callers with the tag admin read records', async t => {
	const {gateway} = await filled(t);
	for (const path of ['/admin/requests', '/admin/requests/r001']) {
		t.is((await gateway.get(path)).status, 401);
		const refused = await gateway.get(path, {authorization: `Bearer ${callerKey}`});
		t.is(refused.status, 403);
		t.like(await refused.json(), {error: {code: 'admin_only'}});
	}
});

test('each filter gives what it says', async t => {
	const {gateway} = await filled(t);
	const count = async (query: string) => (await list(gateway, `${query}&limit=200`)).data.length;

	t.is(await count('key=ci'), 50);
	t.is(await count('team=red'), 34);
	t.is(await count('model=m3'), 20);
	t.is(await count('provider=p1&key=cd'), 50);
	t.is(await count('status=503'), 10);
	t.is(await count('status=4xx'), 10);
	t.is(await count('outcome=failed'), 10);
	t.is(await count('stream=true'), 25);
	t.is(await count('min_latency_ms=90'), 10);
	t.is(await count('max_latency_ms=9&min_latency_ms=5'), 5);
	t.is(await count('tag=t1'), 50);
	t.is(await count(`since=${new Date(Date.now() - 5.5 * 60_000).toISOString()}`), 24);
	t.is(await count(`until=${new Date(Date.now() - 5.5 * 60_000).toISOString()}`), 76);
	t.is(await count("key=' OR 1=1 --"), 0);
});

test('what no filter means is told, and by name', async t => {
	const {gateway} = await filled(t);
	for (const query of [
		'kee=ci',
		'limit=0',
		'limit=201',
		'status=abc',
		'since=yesterday',
		'stream=1',
		'cursor=abc',
		'outcome=bad',
		'key=a&key=b',
		'min_latency_ms=-1',
		'__proto__=1',
	]) {
		const refused = await gateway.admin(`/admin/requests?${query}`);
		t.is(refused.status, 400, query);
		const {error} = (await refused.json()) as {error: {code: string; param: string}};
		t.is(error.code, 'invalid_parameter');
		t.true(query.startsWith(`${error.param}=`), query);
	}
});

test('pages hold every record once, newest first, while newer ones come', async t => {
	const {gateway, url} = await filled(t);
	const seen: string[] = [];
	let cursor: string | null = null;
	for (let page = 0; ; page++) {
		const {data, has_more, next_cursor}: Page = await list(
			gateway,
			`limit=7${cursor === null ? '' : `&cursor=${cursor}`}`,
		);
		seen.push(...data.map(({id}) => id));
		await postgres.query(
			url,
			fill.replace("'r' ||", `'new${page}' ||`).replace('now() -', "now() + interval '1 hour' -").replace('99)', '3)'),
		);
		t.is(has_more, next_cursor !== null);
		cursor = next_cursor;
		if (cursor === null) break;
	}
	const expected = await postgres.query(
		url,
		"SELECT id FROM request_log WHERE id LIKE 'r%' ORDER BY created_at DESC, id DESC",
	);
	t.deepEqual(
		seen,
		expected.map(({id}) => String(id)),
	);
});

test('the list has no bodies; one record has them', async t => {
	const {gateway} = await filled(t);
	t.false(JSON.stringify(await list(gateway, 'limit=1')).includes('secretive'));

	const one = await gateway.admin('/admin/requests/r005');
	t.like(await one.json(), {id: 'r005', request_body: 'secretive', status: 200});
	const none = await gateway.admin('/admin/requests/nothing');
	t.is(none.status, 404);
	t.like(await none.json(), {error: {code: 'record_not_found'}});
});

test('a database that takes too long is a 503, and nothing waits for it', async t => {
	const {gateway, url} = await filled(t);
	const blocking = postgres.query(
		url,
		'BEGIN; LOCK TABLE request_log IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(7); COMMIT',
	);
	await postgres.query(url, 'SELECT 1');

	for (;;) {
		const answer = await gateway.admin('/admin/requests');
		await answer.text();
		if (answer.status === 200) continue;
		t.is(answer.status, 503);
		break;
	}
	t.is((await gateway.chat()).status, 200);
	await blocking;
});
