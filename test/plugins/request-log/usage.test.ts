/** Sums of usage against a real Postgres: exact whatever way records come in, and told to whom they belong. */

import test, {type ExecutionContext} from 'ava';
import knexPackage from 'knex';
import {makeDays} from '../../../plugins/request-log/partitions.js';
import {csvOf} from '../../../plugins/request-log/usage/csv.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {callerKey, database, type Recorded, recording, until} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

type Row = Readonly<Record<string, string | number | null>>;

interface Usage {
	readonly since: string;
	readonly until: string;
	readonly by: readonly string[];
	readonly data: readonly Row[];
	readonly truncated: boolean;
	readonly error?: {readonly code: string; readonly message: string};
}

async function usage(gateway: Recorded, query = ''): Promise<Usage> {
	return (await (await gateway.admin(`/usage?${query}`)).json()) as Usage;
}

/** Rows of two days; every number is a different power so that a wrong sum shows. */
const insert = (ids: string, more = '') => `INSERT INTO request_log
	(id, created_at, deployment, endpoint, method, key_name, team, provider, target_model, stream, status, outcome, latency_ms,
		input_tokens, cached_tokens, output_tokens, cost_nano_usd)
	SELECT 'r' || n, timestamptz '2026-03-01 23:59:59+00' + (n % 2) * interval '1 second', 'test', '/v1/x', 'POST',
		CASE n % 3 WHEN 0 THEN 'ci' WHEN 1 THEN 'cd' END, CASE WHEN n % 3 = 0 THEN 'platform' END, 'mock', 'm' || n % 5, false, 200,
		CASE WHEN n % 7 = 0 THEN 'failed' ELSE 'ok' END, 1, n, 1, 1000 * n, CASE WHEN n % 3 > 0 THEN 1000000::bigint * n END
	FROM ${ids} AS n ${more}`;

async function started(t: ExecutionContext): Promise<{gateway: Recorded; url: string}> {
	const url = await database(postgres);
	return {gateway: await recording(t, {database: url, retentionDays: 3650}), url};
}

/** What the records themselves say. */
async function counted(url: string): Promise<Row> {
	const [row] = await postgres.query(
		url,
		`SELECT count(*)::int AS requests, sum(input_tokens)::int AS input_tokens, sum(output_tokens)::int AS output_tokens,
			sum(cost_nano_usd)::bigint::text AS cost FROM request_log`,
	);
	return row as Row;
}

async function summed(url: string): Promise<Row> {
	const [row] = await postgres.query(
		url,
		`SELECT sum(requests)::int AS requests, sum(input_tokens)::int AS input_tokens, sum(output_tokens)::int AS output_tokens,
			sum(cost_nano_usd)::bigint::text AS cost FROM request_usage`,
	);
	return row as Row;
}

/** Rows that have strayed go where they belong. */
async function moved(t: ExecutionContext, url: string): Promise<void> {
	const knex = knexPackage.knex({client: 'pg', connection: url});
	t.teardown(() => knex.destroy());
	await makeDays(knex, ['2026-03-01', '2026-03-02']);
	const [strays] = await postgres.query(url, 'SELECT count(*)::int AS count FROM request_log_default');
	t.is(strays?.['count'], 0);
}

test('calls of a caller are summed up by day, key, team, provider and model', async t => {
	const {gateway} = await started(t);
	for (let turn = 0; turn < 3; turn++) t.is((await gateway.chat()).status, 200);
	t.is((await gateway.chat({model: 'mock.cut', stream: true})).status, 200);
	const {data, by, truncated} = await until(
		() => usage(gateway),
		({data}) => data.reduce((sum, row) => sum + Number(row['requests']), 0) === 4,
	);
	t.deepEqual(by, ['day', 'key', 'team', 'provider', 'model']);
	t.false(truncated);
	t.is(data.length, 2);
	const echo = data.find(row => row['model'] === 'echo');
	t.like(echo, {
		key: 'ci',
		team: 'platform',
		provider: 'mock',
		requests: 3,
		failed_requests: 0,
		priced_requests: 0,
		cost_nano_usd: null,
	});
	t.true(Number(echo?.['input_tokens']) > 0 && Number(echo?.['output_tokens']) > 0);
	t.like(
		data.find(row => row['model'] === 'cut'),
		{requests: 1, failed_requests: 1},
	);
});

test('sums are those of the records: inserted twice, at the same time, astray, moved to their day', async t => {
	const {gateway, url} = await started(t);
	// No partition is there for these days, so they go astray first.
	await postgres.query(url, insert('generate_series(1, 500)'));
	await postgres.query(url, insert('generate_series(400, 600)', 'ON CONFLICT DO NOTHING'));
	await Promise.all(
		[0, 1, 2, 3, 4, 5].map(part =>
			postgres.query(url, insert(`generate_series(${1000 + part * 200}, ${1199 + part * 200})`)),
		),
	);
	t.is((await counted(url))['requests'], 1800);
	t.deepEqual(await summed(url), await counted(url));
	await moved(t, url);
	t.deepEqual(await summed(url), await counted(url));

	const {data} = await usage(gateway, 'since=2026-03-01&until=2026-03-02&by=day');
	t.deepEqual(
		data.map(row => [row['day'], row['requests']]),
		[
			['2026-03-01', 900],
			['2026-03-02', 900],
		],
	);
	t.is(data[0]?.['priced_requests'], 600);
});

test('groups and filters', async t => {
	const {gateway, url} = await started(t);
	await postgres.query(url, insert('generate_series(1, 300)'));
	const march = 'since=2026-03-01&until=2026-03-31';
	const lines = async (query: string) => (await usage(gateway, `${march}&${query}`)).data;
	t.deepEqual(
		(await lines('by=key')).map(({key, requests}) => [key, requests]),
		[
			[null, 100],
			['cd', 100],
			['ci', 100],
		],
	);
	t.is((await lines('by=model')).length, 5);
	t.is((await lines('by=model,day')).length, 10);
	t.deepEqual(
		(await lines('by=team&key=ci')).map(({team, requests}) => [team, requests]),
		[['platform', 100]],
	);
	t.is((await lines('by=provider&model=m1'))[0]?.['requests'], 60);
	t.is((await usage(gateway, 'since=2026-03-02&until=2026-03-02&by=provider')).data[0]?.['requests'], 150);
	t.deepEqual((await usage(gateway, 'since=2025-01-01&until=2025-01-31')).data, []);
});

test("who is no admin sees one's own key and no other; without a key nobody sees anything", async t => {
	const {gateway, url} = await started(t);
	await postgres.query(url, insert('generate_series(1, 30)'));
	const own = (query: string) =>
		gateway.get(`/usage?since=2026-03-01&until=2026-03-31&${query}`, {authorization: `Bearer ${callerKey}`});
	const {data} = (await (await own('by=key')).json()) as Usage;
	t.deepEqual(
		data.map(({key, requests}) => [key, requests]),
		[['ci', 10]],
	);
	t.is(((await (await own('by=team')).json()) as Usage).data.length, 1);
	t.is((await own('key=ci')).status, 200);
	const other = await own('key=cd');
	t.is(other.status, 403);
	t.is(((await other.json()) as Usage).error?.code, 'admin_only');
	t.is((await gateway.get('/usage')).status, 401);
});

test('CSV by parameter or by Accept', async t => {
	const {gateway, url} = await started(t);
	await postgres.query(url, insert('generate_series(1, 3)'));
	const at = '/usage?since=2026-03-01&until=2026-03-31&by=key';
	const byParameter = await gateway.admin(`${at}&format=csv`);
	t.regex(byParameter.headers.get('content-type') ?? '', /^text\/csv/);
	t.is(byParameter.headers.get('content-disposition'), 'attachment; filename="usage-2026-03-01-2026-03-31.csv"');
	const text = await byParameter.text();
	t.is(
		text,
		'key,requests,failed_requests,priced_requests,input_tokens,cached_tokens,cache_write_tokens,output_tokens,reasoning_tokens,cost_nano_usd\r\n' +
			',1,0,1,2,1,0,2000,0,2000000\r\n' +
			'cd,1,0,1,1,1,0,1000,0,1000000\r\n' +
			'ci,1,0,0,3,1,0,3000,0,\r\n',
	);
	const byAccept = await gateway.get(at, {'x-api-key': callerKey, accept: 'text/csv'});
	t.is(await byAccept.text(), `${text.split('\r\n')[0]}\r\nci,1,0,0,3,1,0,3000,0,\r\n`);
	t.regex((await gateway.admin(at)).headers.get('content-type') ?? '', /^application\/json/);
});

test('names that a spreadsheet could take for something else stay names', t => {
	t.is(
		csvOf(
			['key', 'requests'],
			[
				{key: '=1+1', requests: 1},
				{key: 'a "b", c', requests: 2},
				{key: '@x\ny', requests: -3},
				{key: null, requests: 4},
			],
		),
		'key,requests\r\n\'=1+1,1\r\n"a ""b"", c",2\r\n"\'@x\ny",-3\r\n,4\r\n',
	);
});

test('no sum is too large: records are never refused for it', async t => {
	const {gateway, url} = await started(t);
	await postgres.query(
		url,
		`INSERT INTO request_log (id, created_at, deployment, endpoint, method, stream, status, outcome, latency_ms, cost_nano_usd)
			SELECT 'r' || n, '2026-03-01T12:00:00Z', 'test', '/', 'POST', false, 200, 'ok', 1, 9223372036854775807 FROM generate_series(1, 3) n`,
	);
	const {data} = await usage(gateway, 'since=2026-03-01&until=2026-03-01');
	t.is(data[0]?.['cost_nano_usd'], Number(3n * 9223372036854775807n));
});

test('what cannot be asked is told', async t => {
	const {gateway} = await started(t);
	for (const [query, told] of [
		['by=colour', /^by: expected some of day, key/],
		['by=key,key', /^by: expected/],
		['since=yesterday', /^since: expected a day/],
		['until=2026-02-30', /^until: expected a day/],
		['since=2026-03-02&until=2026-03-01', /^since: expected a day that is not after/],
		['format=xml', /^format: expected json or csv/],
		['group=key', /^group: expected nothing/],
		['key=a&key=b', /^key: expected one value/],
	] as const) {
		const {error} = await usage(gateway, query);
		t.is(error?.code, 'invalid_parameter', query);
		t.regex(error?.message ?? '', told);
	}
});

test('records that were there before the sums are summed up when the table is made', async t => {
	const {gateway, url} = await started(t);
	await postgres.query(url, insert('generate_series(1, 50)'));
	await gateway.stop();
	await postgres.query(url, 'DROP TRIGGER request_usage_add ON request_log');
	await postgres.query(url, 'DROP FUNCTION request_usage_add');
	await postgres.query(url, 'DROP TABLE request_usage');
	await postgres.query(url, `DELETE FROM tapgate_migrations WHERE name LIKE 'request-log 0002%'`);
	await recording(t, {database: url, retentionDays: 3650});
	t.deepEqual(await summed(url), await counted(url));
});
