import test from 'ava';
import {type Dialect, definePlugin, type JsonObject} from 'tapgate';
import {cost, openaiCompatible, translate} from 'tapgate/plugins';
import {reply, startUpstream} from 'tapgate/testing';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {adminKey, callerKey, database, recording, until} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres();
});
test.after.always(() => postgres?.remove());

/** What somebody reads who asks for one record. */
async function record(gateway: Awaited<ReturnType<typeof recording>>, id: string): Promise<Record<string, unknown>> {
	const answer = await until(
		() => gateway.admin(`/admin/requests/${id}`),
		({status}) => status === 200,
	);
	return (await answer.json()) as Record<string, unknown>;
}

test('a call is a row, with everything that is known of it and null for the rest', async t => {
	const gateway = await recording(t, {database: await database(postgres)});
	const answer = await gateway.chat({}, {'x-request-id': 'the-call'});
	const text = await answer.text();

	const row = await record(gateway, 'the-call');

	t.like(row, {
		id: 'the-call',
		deployment: 'test',
		config_hash: null,
		endpoint: '/v1/chat/completions',
		method: 'POST',
		client_ip: '127.0.0.1',
		key_name: 'ci',
		team: 'platform',
		dialect: 'openai-chat',
		model: 'mock.echo',
		provider: 'mock',
		target_model: 'echo',
		stream: false,
		status: 200,
		outcome: 'ok',
		error_code: null,
		usage_source: 'reported',
		cost_nano_usd: null,
		losses: [],
		request_body: '{"model":"mock.echo","messages":[{"role":"user","content":"hello"}]}',
		response_body: text,
		tags: ['nightly'],
	});
	t.true(Math.abs(Date.parse(String(row['created_at'])) - Date.now()) < 60_000);
	t.is(typeof row['input_tokens'], 'number');
	for (const name of ['latency_ms', 'ttft_ms', 'overhead_ms']) t.true(Number(row[name]) >= 0, name);
	t.like(row['attempts'], [{target: 'mock.echo', status: 200}]);
});

test('streams, refusals, failures, fallbacks and passed-through calls are rows; what the gateway tells of itself is none', async t => {
	const url = await database(postgres);
	const gateway = await recording(t, {database: url}, [translate()]);
	await (await gateway.chat({stream: true}, {'x-request-id': 'stream'})).text();
	await (await gateway.chat({model: 'mock.broken'}, {'x-request-id': 'fallback'})).text();
	await (await gateway.chat({model: 'nobody.knows'}, {'x-request-id': 'unknown'})).text();
	await (await gateway.chat({}, {'x-request-id': 'stranger', authorization: 'Bearer wrong'})).text();
	await (await gateway.chat({model: 'mock.cut', stream: true}, {'x-request-id': 'cut'})).text().catch(() => {});
	await (await gateway.get('/v1/models', {authorization: `Bearer ${callerKey}`, 'x-request-id': 'models'})).text();
	await (await gateway.get('/v1/files', {authorization: `Bearer ${callerKey}`, 'x-request-id': 'files'})).text();

	const rows = await until(
		() => postgres.query(url, 'SELECT * FROM request_log'),
		found => found.length >= 6,
	);
	const by = Object.fromEntries(rows.map(row => [String(row['id']), row]));

	t.deepEqual(Object.keys(by).sort(), ['cut', 'fallback', 'files', 'stranger', 'stream', 'unknown']);
	t.like(by['stream'], {stream: true, outcome: 'ok', status: 200});
	t.is(by['stream']?.['response_body'], 'hello');
	t.like(by['fallback'], {outcome: 'ok', status: 200, target_model: 'echo', model: 'mock.broken'});
	t.like(by['fallback']?.['attempts'], [
		{target: 'mock.broken', status: 503, error: 'upstream_error'},
		{target: 'mock.echo'},
	]);
	t.like(by['unknown'], {outcome: 'refused', status: 404, error_code: 'model_not_found', attempts: [], provider: null});
	t.like(by['stranger'], {outcome: 'refused', status: 401, key_name: null, team: null, tags: null, request_body: null});
	t.regex(String(by['stranger']?.['response_body']), /not_authenticated/);
	t.like(by['cut'], {outcome: 'failed', stream: true});
	t.like(by['files'], {endpoint: '/v1/files', method: 'GET'});
});

test('calls with the same id are rows of their own', async t => {
	const url = await database(postgres);
	const gateway = await recording(t, {database: url});
	await Promise.all(Array.from({length: 20}, async () => (await gateway.chat({}, {'x-request-id': 'again'})).text()));

	const rows = await until(
		() => postgres.query(url, 'SELECT id FROM request_log'),
		found => found.length >= 20,
	);

	t.is(rows.length, 20);
});

test('text that no database takes is recorded all the same, and what stands behind it too', async t => {
	const url = await database(postgres);
	const gateway = await recording(t, {database: url});
	const odd = '\u0000 nul, \ud83d half, \ud83d\ude00 whole, \\u0000 spelled';
	for (const model of [`mock.${odd}`, 'mock.echo']) {
		await (await gateway.chat({model, messages: [{role: 'user', content: odd}]})).text();
	}

	const rows = await until(
		() => postgres.query(url, 'SELECT model, request_body FROM request_log ORDER BY created_at'),
		found => found.length >= 2,
	);

	t.is(rows[0]?.['model'], 'mock.\ufffd nul, \ufffd half, \ud83d\ude00 whole, \\u0000 spelled');
	t.is(JSON.parse(String(rows[1]?.['request_body'])).messages[0].content, odd);
});

test('what a plugin says a call cost is kept to the nano-dollar', async t => {
	const price = definePlugin({
		name: 'price',
		apply({hooks}) {
			hooks.price.tap('price', () => ({nanoUsd: 9_007_199_254_740_993n}));
		},
	});
	const url = await database(postgres);
	const gateway = await recording(t, {database: url}, [price()]);
	await (await gateway.chat()).text();

	const rows = await until(
		() => postgres.query(url, 'SELECT cost_nano_usd FROM request_log'),
		found => found.length > 0,
	);

	t.is(rows[0]?.['cost_nano_usd'], '9007199254740993');
});

test('a call whose tokens a plugin has counted wrongly is recorded without them', async t => {
	const upstream = await startUpstream(reply.json({id: 'x', choices: []}));
	t.teardown(upstream.stop);
	const miscounts = definePlugin({
		name: 'miscounts',
		apply({hooks, dialects}) {
			hooks.translate.tap('miscounts', request => ({
				dialect: dialects.get('openai-chat') as Dialect,
				path: '/v1/chat/completions',
				body: request.json as JsonObject,
				losses: [],
				reply: body => body,
				replyAsStream: () => [],
				stream: () => t.fail('no stream was asked for'),
				error: () => undefined,
				usage: {
					input: {total: Number.NaN, cacheRead: 3},
					output: {total: Number.POSITIVE_INFINITY},
					source: 'estimated',
					raw: undefined,
				},
			}));
		},
	});
	const url = await database(postgres);
	const gateway = await recording(t, {database: url}, [
		openaiCompatible({name: 'p', baseUrl: `${upstream.url}/v1`, models: ['x']}),
		miscounts(),
	]);
	const headers = {'x-api-key': adminKey, 'x-request-id': 'miscounted'};
	const answer = await gateway.post('/v1/messages', {model: 'p.x', max_tokens: 1, messages: []}, headers);
	t.is(answer.status, 200);

	t.like(await record(gateway, 'miscounted'), {
		input_tokens: null,
		cached_tokens: 3,
		output_tokens: null,
		usage_source: 'estimated',
	});
});

test('a call that is charged by an estimate says so, also one whose provider has said nothing', async t => {
	const upstream = await startUpstream(reply.json({id: 'x', choices: []}));
	t.teardown(upstream.stop);
	const gateway = await recording(t, {database: await database(postgres)}, [
		openaiCompatible({name: 'p', baseUrl: `${upstream.url}/v1`, models: ['x']}),
		cost({prices: {'p.x': {input: 1, output: 1}}}),
	]);
	await (await gateway.chat({model: 'p.x'}, {authorization: `Bearer ${adminKey}`, 'x-request-id': 'guessed'})).text();
	const guessed = await record(gateway, 'guessed');
	t.like(guessed, {usage_source: 'estimated', input_tokens: null, output_tokens: null});
	t.true(Number(guessed['cost_nano_usd']) > 0);

	const usage = {prompt_tokens: 2, completion_tokens: 3, total_tokens: 5};
	upstream.answer(reply.json({id: 'x', choices: [], usage}));
	await (await gateway.chat({model: 'p.x'}, {authorization: `Bearer ${adminKey}`, 'x-request-id': 'known'})).text();
	const known = await record(gateway, 'known');
	t.like(known, {usage_source: 'reported', input_tokens: 2, output_tokens: 3});
	t.is(Number(known['cost_nano_usd']), 5000);
});
