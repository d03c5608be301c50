import test, {type ExecutionContext} from 'ava';
import {type ClosedExchange, ConfigError, definePlugin, type Metric, type Plugin, type ServerOptions} from 'tapgate';
import {anthropic, auth, metrics, mock, openai, routing} from 'tapgate/plugins';
import {reply, startUpstream} from 'tapgate/testing';
import type {MetricsOptions} from '../../../plugins/metrics/options.js';
import {scrape} from '../../helpers/scrape.js';
import {chat, exchangeRecorder, startGateway} from '../../helpers/whole-gateway.js';

const key = {authorization: 'Bearer the-key'};

const models = {
	plain: {text: 'good day', usage: {input: 12, output: 3}},
	limited: {error: {status: 429, message: 'slow down'}},
	broken: {error: {status: 503, message: 'out of order'}},
	cut: {chunks: ['a', 'b', 'c'], failAfter: 2},
	slow: {delayMs: 60_000},
} as const;

async function measured(
	t: ExecutionContext,
	options: MetricsOptions = {},
	more: readonly Plugin[] = [],
	server: ServerOptions = {},
) {
	const recorder = exchangeRecorder();
	const gateway = await startGateway(
		t,
		[
			metrics(options),
			auth({keys: [{name: 'ci', key: 'the-key', team: 'platform'}]}),
			mock({models}),
			routing({
				aliases: {fast: 'mock.plain', away: 'mock.cut', wait: 'mock.slow', busy: 'mock.limited'},
				fallbacks: {'mock.broken': ['mock.plain']},
			}),
			...more,
			recorder.plugin,
		],
		server,
	);
	const call = async (body: object, headers: Record<string, string> = key) => {
		const response = await chat(gateway.url, headers, body);
		await response.text().catch(() => '');
		return await recorder.next();
	};
	return Object.assign(gateway, {recorder, call});
}

test('counters say what happened: plain, streamed, failing, broken off, left, refused', async t => {
	const {url, call, engine, recorder} = await measured(t);
	await call({model: 'fast'});
	await call({model: 'fast'});
	await call({model: 'fast', stream: true});
	await call({model: 'mock.broken'});
	await call({model: 'busy'});
	await call({model: 'away', stream: true});
	await call({model: 'nobody.knows'});
	await call({model: 'fast'}, {authorization: 'Bearer wrong'});
	const leaving = new AbortController();
	const left = t.throwsAsync(
		fetch(`${url}/v1/chat/completions`, {
			method: 'POST',
			headers: key,
			body: JSON.stringify({model: 'wait', messages: []}),
			signal: leaving.signal,
		}),
		{any: true},
	);
	while (engine.calls.size === 0) await new Promise(resolve => setImmediate(resolve));
	t.is((await scrape(url)).sum('tapgate_open_calls'), 1);
	leaving.abort();
	await left;
	await recorder.next();

	const {sum, families} = await scrape(url);
	const requests = (labels: Record<string, string>) => sum('tapgate_requests_total', labels);
	const chatCalls = {endpoint: '/v1/chat/completions', dialect: 'openai-chat'};
	t.is(requests({}), 9);
	t.is(requests({...chatCalls, provider: 'mock', model: 'plain', status: '2xx', outcome: 'ok'}), 4);
	t.is(requests({...chatCalls, provider: 'mock', model: 'limited', status: '4xx', outcome: 'failed'}), 1);
	t.is(requests({...chatCalls, provider: 'mock', model: 'cut', status: '2xx', outcome: 'failed'}), 1);
	t.is(requests({...chatCalls, provider: '', model: '', status: '4xx', outcome: 'refused'}), 2);
	t.is(requests({...chatCalls, outcome: 'aborted', status: '4xx'}), 1);

	t.is(sum('tapgate_errors_total'), 2);
	t.is(sum('tapgate_errors_total', {code: 'upstream_error', provider: 'mock'}), 1);
	t.is(sum('tapgate_refusals_total'), 2);
	t.is(sum('tapgate_refusals_total', {code: 'not_authenticated'}), 1);
	t.is(sum('tapgate_refusals_total', {code: 'model_not_found'}), 1);

	const attempts = (labels: Record<string, string>) => sum('tapgate_attempts_total', labels);
	t.is(attempts({provider: 'mock', model: 'plain', result: 'ok'}), 4);
	t.is(attempts({result: 'upstream_error'}), 2);
	t.is(attempts({result: 'client_closed'}), 1);
	t.is(attempts({}), 8);
	t.is(sum('tapgate_fallbacks_total', {from: 'mock', to: 'mock'}), 1);

	const tokens = (kind: string) => sum('tapgate_tokens_total', {model: 'plain', kind, source: 'reported'});
	t.deepEqual([tokens('input'), tokens('output'), tokens('cached')], [48, 12, 0]);

	t.is(sum('tapgate_request_duration_seconds_count'), 9);
	t.is(sum('tapgate_request_duration_seconds_bucket', {le: '+Inf', outcome: 'ok'}), 4);
	t.is(sum('tapgate_time_to_first_token_seconds_count'), 2);
	t.is(sum('tapgate_time_to_first_token_seconds_count', {model: 'plain'}), 1);
	t.is(sum('tapgate_open_calls'), 0);
	t.is(sum('tapgate_workers_missing'), 0);
	t.is(sum('tapgate_build_info', {deployment: 'test', node: process.versions.node}), 1);
	t.true(sum('process_resident_memory_bytes') > 1e6);
	t.true(sum('process_start_time_seconds') > 1e9);
	t.true(families.some(({name}) => name === 'nodejs_eventloop_lag_p99_seconds'));
	for (const {name, help} of families) t.true(help.length > 10, name);
});

test('buckets hold what was at most as much as their bound', async t => {
	const {url, call} = await measured(t);
	await call({model: 'fast'});
	const {labels, sum, readings} = await scrape(url);
	const name = 'tapgate_request_duration_seconds_bucket';
	const bounds = labels(name).map(({le}) => le);
	t.is(bounds.at(-1), '+Inf');
	t.deepEqual(bounds, [...new Set(bounds)]);
	const counts = readings.filter(reading => reading.name === name).map(({value}) => value);
	t.deepEqual(counts, [...counts].sort());
	t.is(counts.at(-1), 1);
	const total = sum('tapgate_request_duration_seconds_sum');
	for (const {
		labels: {le = ''},
		value,
	} of readings.filter(reading => reading.name === name))
		t.is(value, Number(le.replace('+Inf', 'Infinity')) >= total ? 1 : 0);
});

test('tokens of every kind, and whether they were estimated', async t => {
	const upstream = await startUpstream();
	t.teardown(upstream.stop);
	const {url, call} = await measured(t, {}, [
		anthropic({name: 'claude', baseUrl: upstream.url, apiKey: 'k', models: ['sonnet']}),
		openai({name: 'gpt', baseUrl: `${upstream.url}/v1`, apiKey: 'k', models: ['o']}),
	]);
	upstream.answer(
		reply.json({
			choices: [],
			usage: {
				prompt_tokens: 100,
				completion_tokens: 50,
				prompt_tokens_details: {cached_tokens: 40},
				completion_tokens_details: {reasoning_tokens: 20},
			},
		}),
	);
	await call({model: 'gpt.o'});
	upstream.answer(
		reply.json({
			type: 'message',
			role: 'assistant',
			content: [],
			usage: {input_tokens: 10, cache_creation_input_tokens: 7, cache_read_input_tokens: 5, output_tokens: 3},
		}),
	);
	const message = {model: 'claude.sonnet', max_tokens: 1, messages: []};
	await (await fetch(`${url}/v1/messages`, {method: 'POST', headers: key, body: JSON.stringify(message)})).text();
	const {sum} = await scrape(url);
	const tokens = (provider: string) =>
		Object.fromEntries(
			['input', 'cached', 'cache_write', 'output', 'reasoning'].map(kind => [
				kind,
				sum('tapgate_tokens_total', {provider, kind, source: 'reported'}),
			]),
		);
	t.deepEqual(tokens('gpt'), {input: 100, cached: 40, cache_write: 0, output: 50, reasoning: 20});
	t.deepEqual(tokens('claude'), {input: 22, cached: 5, cache_write: 7, output: 3, reasoning: 0});
});

test('a dialect that counts what is no number spoils no sum', async t => {
	const upstream = await startUpstream(reply.json({choices: [], usage: {prompt_tokens: 3, completion_tokens: 2}}));
	t.teardown(upstream.stop);
	const {url, call, engine} = await measured(t, {models: ['any.*']}, [
		openai({name: 'any', baseUrl: `${upstream.url}/v1`, apiKey: 'k', models: ['known']}),
	]);
	const {endpoint, status, outcome, latencyMs, streamed, target, targets, attempts} = await call({model: 'any.known'});
	const usage = {input: {total: Number.NaN, cacheRead: Number.NaN}, output: {total: Number.NaN}, source: 'reported'};
	const exchange = {endpoint, status, outcome, latencyMs, streamed, usage, target, targets, attempts};
	await engine.hooks.record.promise(exchange as unknown as ClosedExchange);
	const {sum} = await scrape(url);
	t.is(sum('tapgate_requests_total'), 2);
	t.is(sum('tapgate_tokens_total', {kind: 'input'}), 3);
	t.is(sum('tapgate_tokens_total', {kind: 'cached'}), 0);
	t.is(sum('tapgate_tokens_total', {kind: 'output'}), 2);
});

test('the number of series is bounded, whatever models clients name', async t => {
	const upstream = await startUpstream(reply.json({choices: [], usage: {prompt_tokens: 1, completion_tokens: 1}}));
	t.teardown(upstream.stop);
	const {url, call, engine} = await measured(t, {models: ['some.good-*']}, [
		openai({name: 'any', baseUrl: `${upstream.url}/v1`, apiKey: 'k', models: ['known']}),
		openai({name: 'some', baseUrl: `${upstream.url}/v1`, apiKey: 'k', models: []}),
	]);
	await call({model: 'any.known'});
	await call({model: 'any.first-guess'});
	const before = (await scrape(url)).labels('tapgate_requests_total').length;
	const {endpoint, status, outcome, latencyMs, streamed, usage} = await call({model: 'some.other-one'});
	for (let number = 1; number < 10_000; number++) {
		const target =
			number % 2 === 0 ? {provider: 'any', model: `guess-${number}`} : {provider: 'some', model: `good-${number}`};
		const attempts = [{provider: target.provider, model: target.model, ms: 1}];
		const exchange = {endpoint, status, outcome, latencyMs, streamed, usage, target, targets: [target], attempts};
		await engine.hooks.record.promise(exchange as unknown as ClosedExchange);
	}

	const {sum, labels, readings} = await scrape(url);
	t.is(sum('tapgate_requests_total'), 10_002);
	t.is(sum('tapgate_requests_total', {provider: 'any', model: 'known'}), 1);
	t.is(sum('tapgate_requests_total', {provider: 'any', model: 'other'}), 5000);
	t.is(before, 2);
	const ofSome = labels('tapgate_requests_total').filter(({provider}) => provider === 'some');
	// 199, because "known" is one of the 200.
	t.is(ofSome.length, 199 + 1);
	t.is(sum('tapgate_requests_total', {provider: 'some', model: 'other'}), 5001 - 199);
	t.true(readings.length < 202 * (1 + 17 + 5 + 1) + 300, String(readings.length));
});

test('names of callers are told when asked for, and not otherwise', async t => {
	const quiet = await measured(t);
	await quiet.call({model: 'fast'});
	t.notRegex((await scrape(quiet.url)).text, /caller|"ci"|platform/);
	const telling = await measured(t, {callers: true});
	await telling.call({model: 'fast'});
	await telling.call({model: 'fast'}, {});
	const {sum} = await scrape(telling.url);
	t.is(sum('tapgate_requests_total', {caller: 'ci'}), 1);
	t.is(sum('tapgate_requests_total', {caller: ''}), 1);
	t.is(sum('tapgate_tokens_total', {caller: 'ci', kind: 'input'}), 12);
});

test('calls of other endpoints count under their kind, not their path', async t => {
	const {url, recorder} = await measured(t);
	for (const path of ['/v1/models-of-nobody', '/nothing/here', '/v1/files/secret-name']) {
		await (await fetch(url + path, {headers: key})).text();
		await recorder.next();
	}
	const {sum, text} = await scrape(url);
	t.is(sum('tapgate_requests_total', {endpoint: 'passthrough'}), 2);
	t.is(sum('tapgate_requests_total', {endpoint: 'local'}), 1);
	t.notRegex(text, /secret-name|nobody|nothing/);
});

test('anybody may read on a loopback address; elsewhere a key is wanted, unless the config says otherwise', async t => {
	const statuses = async (options: MetricsOptions, server: ServerOptions): Promise<readonly number[]> => {
		const {port} = await measured(t, options, [], server);
		const ask = async (headers: Record<string, string>) => {
			const response = await fetch(`http://127.0.0.1:${port}/metrics`, {headers});
			await response.text();
			return response.status;
		};
		return [await ask({}), await ask(key)];
	};
	t.deepEqual(await statuses({}, {}), [200, 200]);
	t.deepEqual(await statuses({}, {host: '0.0.0.0'}), [401, 200]);
	t.deepEqual(await statuses({access: 'open'}, {host: '0.0.0.0'}), [200, 200]);
	t.deepEqual(await statuses({access: 'caller'}, {}), [401, 200]);
});

test('the answer says what it is, and is not kept', async t => {
	const {url} = await measured(t);
	const {headers} = await fetch(`${url}/metrics`);
	t.is(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
	t.is(headers.get('cache-control'), 'no-store');
});

/** A plugin that registers metrics. */
const counting = (entries: Readonly<Record<string, Metric>>): Plugin =>
	definePlugin({
		name: 'counting',
		apply(gateway) {
			for (const [name, metric] of Object.entries(entries)) gateway.metrics.add(name, metric);
		},
	})();

test('what plugins register is published; one that fails is told of once and hides nothing', async t => {
	let calls = 0;
	const {url, log} = await measured(t, {}, [
		counting({
			queue_records: {kind: 'gauge', help: 'Records that wait.', read: () => 7},
			seen_total: {
				kind: 'counter',
				help: 'Things seen.',
				read: () => [
					{labels: {what: 'a "b"\\\n'}, value: 1},
					{labels: {what: 'c'}, value: 2},
				],
			},
			failing: {
				kind: 'gauge',
				help: 'Cannot be read.',
				read: () => {
					calls++;
					throw new Error('out of reach');
				},
			},
			endless: {
				kind: 'gauge',
				help: 'Too many.',
				read: () => Array.from({length: 1000}, (_, index) => ({labels: {index: String(index)}, value: 1})),
			},
			misnamed: {kind: 'gauge', help: 'A label that is none.', read: () => [{labels: {'a"b': ''}, value: 1}]},
		}),
	]);
	const {sum, families, text} = await scrape(url);
	t.is(sum('tapgate_queue_records'), 7);
	t.is(sum('tapgate_seen_total', {what: 'c'}), 2);
	t.is(sum('tapgate_seen_total'), 3);
	t.true(text.includes('tapgate_seen_total{what="a \\"b\\"\\\\\\n"} 1\n'));
	t.like(
		families.find(({name}) => name === 'tapgate_queue_records'),
		{help: 'Records that wait.', type: 'GAUGE'},
	);
	t.notRegex(text, /failing|endless|misnamed/);
	await scrape(url);
	t.is(calls, 2);
	t.deepEqual(
		log.lines.filter(({level}) => level === 'error').map(({fields}) => [fields['metric'], fields['error']]),
		[
			['failing', 'out of reach'],
			['endless', 'expected at most 200 readings, found 1000'],
			['misnamed', 'expected a label in lower_snake_case, found "a\\"b"'],
		],
	);
});

test('a metric that cannot be published stops the start', async t => {
	const read = () => 1;
	for (const [name, reason] of [
		['requests_total', /"requests_total" cannot be published: "tapgate_requests_total" is a metric of the plugin/],
		['Not-A-Name', /"Not-A-Name" cannot be published: expected lower_snake_case/],
	] as const) {
		const error = await t.throwsAsync(measured(t, {}, [counting({[name]: {kind: 'gauge', help: 'x', read}})]), {
			instanceOf: ConfigError,
		});
		t.regex(error?.message ?? '', reason);
	}
});

test('time and faults of plugins, those before it in the config too', async t => {
	const waiting = definePlugin({
		name: 'waiting',
		apply({hooks}) {
			hooks.admit.tap('waiting', () => new Promise(resolve => setTimeout(resolve, 20)));
			hooks.record.tap('waiting', () => {
				throw new Error('no');
			});
		},
	});
	const {url, call} = await measured(t, {}, [waiting()]);
	await call({model: 'fast'});
	await call({model: 'fast'});
	const {sum, labels} = await scrape(url);
	t.true(sum('tapgate_plugin_seconds_total', {plugin: 'waiting', hook: 'admit'}) >= 0.035);
	t.is(sum('tapgate_plugin_taps_total', {plugin: 'waiting', hook: 'admit'}), 2);
	t.is(sum('tapgate_plugin_taps_total', {plugin: 'auth', hook: 'authenticate'}), 2);
	t.is(sum('tapgate_plugin_taps_total', {plugin: 'metrics', hook: 'record'}), 2);
	t.is(sum('tapgate_plugin_faults_total', {plugin: 'waiting', hook: 'record'}), 2);
	t.true(labels('tapgate_plugin_seconds_total').every(({hook}) => hook !== undefined && !hook.includes('[')));
});

test('options that do not exist are refused', t => {
	const refused = (options: unknown) =>
		t.throws(() => metrics(options as MetricsOptions), {instanceOf: ConfigError})?.message ?? '';
	t.regex(refused({access: 'everybody'}), /access: expected one of open, caller, found "everybody"/);
	t.regex(refused({models: [1]}), /models\[0\]: expected string/);
	t.regex(refused({caller: true}), /caller: unknown key, did you mean "callers"/);
});
