import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {Writable} from 'node:stream';
import {stripVTControlCharacters} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {ConfigError, definePlugin, type Plugin} from '../../../core/index.js';
import {accessLog, createAccessLog} from '../../../plugins/access-log/index.js';
import type {AccessLogOptions} from '../../../plugins/access-log/options.js';
import {auth} from '../../../plugins/auth/index.js';
import {metrics} from '../../../plugins/metrics/index.js';
import {mock} from '../../../plugins/providers/index.js';
import {routing} from '../../../plugins/routing/index.js';
import {MemorySink} from '../../helpers/memory-sink.js';
import {scrape} from '../../helpers/scrape.js';
import {chat, exchangeRecorder, startGateway} from '../../helpers/whole-gateway.js';

const key = {authorization: 'Bearer the-key'};

const models = {
	plain: {text: 'good day', usage: {input: 12, output: 3}},
	limited: {error: {status: 429, message: 'slow down'}},
	broken: {error: {status: 503, message: 'out of order'}},
	slow: {delayMs: 60_000},
} as const;

async function logged(
	t: ExecutionContext,
	options: AccessLogOptions,
	sink: Writable = new MemorySink(),
	more: Plugin[] = [],
) {
	const recorder = exchangeRecorder();
	const gateway = await startGateway(t, [
		createAccessLog(sink)(options),
		auth({keys: [{name: 'ci', key: 'the-key', team: 'platform'}]}),
		mock({models}),
		routing({aliases: {fast: 'mock.plain'}, fallbacks: {'mock.broken': ['mock.plain']}}),
		...more,
		recorder.plugin,
	]);
	return Object.assign(gateway, {recorder});
}

/** The lines as objects, once all have been written. */
async function told(gateway: {stop(): Promise<void>}, sink: MemorySink): Promise<Record<string, unknown>[]> {
	await gateway.stop();
	return sink.lines.map(line => JSON.parse(line) as Record<string, unknown>);
}

test('one JSON line per call: plain, streamed, refused and failed', async t => {
	const sink = new MemorySink();
	const gateway = await logged(t, {console: 'json'}, sink);
	const {url} = gateway;
	const before = Date.now();
	const plain = await chat(url, Object.assign({'x-request-id': 'plain-1'}, key), {model: 'fast'});
	await plain.text();
	await (await chat(url, key, {model: 'mock.plain', stream: true})).text();
	await (await chat(url, {'x-api-key': 'wrong'})).text();
	await (await chat(url, key, {model: 'mock.limited'})).text();
	await (await chat(url, key, {model: 'nobody.knows'})).text();
	await (await fetch(`${url}/v1/models-of-nobody?secret=canary`, {headers: key})).text();
	const [first, streamed, refused, limited, unknown, path, ...rest] = await told(gateway, sink);
	t.deepEqual(rest, []);

	t.like(first, {
		level: 'info',
		requestId: 'plain-1',
		clientIp: '127.0.0.1',
		method: 'POST',
		path: '/v1/chat/completions',
		status: 200,
		outcome: 'ok',
		caller: 'ci',
		team: 'platform',
		model: 'fast',
		target: 'mock.plain',
		provider: 'mock',
		stream: false,
		attempts: 1,
		inputTokens: 12,
		outputTokens: 3,
		losses: 0,
	});
	t.false('costUsd' in (first ?? {}));
	t.false('errorCode' in (first ?? {}));
	const time = Date.parse(String(first?.['time']));
	t.true(time >= before && time <= Date.now());
	t.true(Number(first?.['latencyMs']) >= Number(first?.['firstByteMs']));

	t.like(streamed, {stream: true, status: 200, outcome: 'ok', inputTokens: 12, outputTokens: 3});
	t.like(refused, {level: 'warn', status: 401, outcome: 'refused', errorCode: 'not_authenticated', attempts: 0});
	t.false('caller' in (refused ?? {}));
	t.like(limited, {level: 'warn', status: 429, outcome: 'failed', errorCode: 'upstream_error', target: 'mock.limited'});
	t.like(unknown, {
		level: 'warn',
		status: 404,
		outcome: 'refused',
		errorCode: 'model_not_found',
		model: 'nobody.knows',
	});
	t.like(path, {path: '/v1/models-of-nobody', method: 'GET'});
	t.false(sink.text.includes('canary'));
});

test('the model is told as it was asked for, whatever a plugin made of it', async t => {
	const sink = new MemorySink();
	const renamed = definePlugin({
		name: 'renamed',
		apply({hooks}) {
			hooks.rewrite.tap('renamed', request => request.withBody(Object.assign({}, request.json, {model: 'mock.echo'})));
		},
	});
	const {url, stop} = await startGateway(t, [
		createAccessLog(sink)({console: 'json'}),
		auth({anonymous: true}),
		mock(),
		routing(),
		renamed(),
	]);
	await chat(url, {}, {model: 'favourite'});
	await stop();
	const {model, target} = JSON.parse(sink.text) as Record<string, unknown>;
	t.deepEqual({model, target}, {model: 'favourite', target: 'mock.echo'});
});

test('a call that its client leaves is told as aborted', async t => {
	const sink = new MemorySink();
	const gateway = await logged(t, {console: 'json'}, sink);
	const leaving = new AbortController();
	const call = fetch(`${gateway.url}/v1/chat/completions`, {
		method: 'POST',
		headers: key,
		body: JSON.stringify({model: 'mock.slow', messages: [{role: 'user', content: 'hello'}]}),
		signal: leaving.signal,
	});
	const left = t.throwsAsync(call, {any: true});
	while (gateway.engine.calls.size === 0) await new Promise(resolve => setImmediate(resolve));
	leaving.abort();
	await left;
	t.is((await gateway.recorder.next()).outcome, 'aborted');
	t.like((await told(gateway, sink))[0], {level: 'info', status: 499, outcome: 'aborted', errorCode: 'client_closed'});
});

const failing = definePlugin({
	name: 'failing',
	apply({hooks}) {
		hooks.prepare.tap('failing', (_request, {target}) => {
			if (target.model === 'echo') throw new Error('a plugin of its own making');
		});
	},
});

test('the level says what is left out', async t => {
	const written = {error: [500], warn: [401, 500], info: [200, 401, 500], debug: [200, 401, 500]} as const;
	for (const level of ['error', 'warn', 'info', 'debug'] as const) {
		const sink = new MemorySink();
		const gateway = await logged(t, {console: 'json', level}, sink, [failing()]);
		await (await chat(gateway.url, key, {model: 'fast'})).text();
		await (await chat(gateway.url)).text();
		await (await chat(gateway.url, key, {model: 'mock.echo'})).text();
		t.deepEqual(
			(await told(gateway, sink)).map(({status}) => status),
			[...written[level]],
			level,
		);
	}
});

test('debug tells every attempt', async t => {
	const sink = new MemorySink();
	const gateway = await logged(t, {console: 'json', level: 'debug'}, sink);
	await (await chat(gateway.url, key, {model: 'mock.broken'})).text();
	const [line] = await told(gateway, sink);
	t.like(line, {status: 200, attempts: 2, target: 'mock.plain', model: 'mock.broken'});
	t.like(line?.['attemptDetails'], {
		0: {provider: 'mock', model: 'broken', status: 503, error: 'upstream_error'},
		1: {provider: 'mock', model: 'plain', status: 200},
		length: 2,
	});
});

test('the form follows the output unless it is said', async t => {
	const lines = async (options: AccessLogOptions, isTTY: boolean): Promise<string> => {
		const sink = new MemorySink({isTTY});
		const gateway = await logged(t, options, sink);
		await (await chat(gateway.url, key, {model: 'fast'})).text();
		await gateway.stop();
		return stripVTControlCharacters(sink.text);
	};
	const forPeople = /^\S+ info {2}200 ok POST \/v1\/chat\/completions ci@platform fast > mock\.plain /;
	t.regex(await lines({}, false), /^\{"time":/);
	t.regex(await lines({}, true), forPeople);
	t.regex(await lines({console: 'pretty'}, false), forPeople);
	t.regex(await lines({console: 'json'}, true), /^\{"time":/);
	t.is(await lines({console: false}, true), '');
});

test('a model name with terminal commands in it shows as text', async t => {
	for (const console of ['json', 'pretty'] as const) {
		const sink = new MemorySink();
		const gateway = await logged(t, {console}, sink);
		for (const text of ['\u001b[2J', '\u009b2J', '\n{"level":"info"}', '\u2028', '\u202e', '\ud800'])
			await (await chat(gateway.url, key, {model: `forged${text}`})).text();
		await gateway.stop();
		t.is(sink.lines.length, 6);
		for (const line of sink.lines) t.regex(line, /^[ -~]*forged\\[ -~]*$/);
	}
});

test('an output that fails stops the access log and not the gateway', async t => {
	const sink = new Writable({
		write(_chunk, _encoding, done) {
			done(Object.assign(new Error('write EPIPE'), {code: 'EPIPE'}));
		},
	});
	const gateway = await logged(t, {console: 'json'}, sink);
	await (await chat(gateway.url, key, {model: 'fast'})).text();
	const told = (): boolean => gateway.log.lines.some(({message}) => message.startsWith('the access log has stopped'));
	while (!told()) await new Promise(resolve => setImmediate(resolve));
	t.is((await chat(gateway.url, key, {model: 'fast'})).status, 200);
	await gateway.stop();
	t.deepEqual(
		gateway.log.lines.map(({level, fields}) => [level, fields['error'] ?? fields['lines']]),
		[
			['error', 'write EPIPE'],
			['warn', 1],
		],
	);
});

test('a file gets JSON lines, whatever the console shows, all of them when the gateway has stopped', async t => {
	const root = await mkdtemp(path.join(tmpdir(), 'tapgate-log-'));
	t.teardown(() => rm(root, {recursive: true, force: true}));
	const file = path.join(root, 'deep', 'access.log');
	const sink = new MemorySink();
	const options = {level: 'warn', console: 'pretty', file: {path: file}} as const;
	const gateway = await logged(t, options, sink, [metrics()]);
	await (await chat(gateway.url, Object.assign({'x-request-id': 'good'}, key), {model: 'fast'})).text();
	await (await chat(gateway.url, Object.assign({'x-request-id': 'limited'}, key), {model: 'mock.limited'})).text();
	await (await chat(gateway.url, {'x-request-id': 'refused'})).text();
	const {sum, labels} = await scrape(gateway.url);
	t.is(sum('tapgate_access_log_lines_lost_total'), 0);
	t.deepEqual(
		labels('tapgate_access_log_lines_lost_total')
			.map(({output}) => output)
			.sort(),
		['console', 'file'],
	);
	t.is(sum('tapgate_access_log_file_failures_total'), 0);
	await gateway.stop();
	const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
	t.deepEqual(
		lines
			.map(line => JSON.parse(line) as object)
			.map(line => [(line as {requestId: string}).requestId, (line as {status: number}).status]),
		[
			['limited', 429],
			['refused', 401],
		],
	);
	t.is(sink.lines.length, 2);
	t.regex(sink.lines[0] ?? '', /^\S+ warn {2}429 failed .* limited$/);
});

test('a file without a console, and a file that cannot be had', async t => {
	const root = await mkdtemp(path.join(tmpdir(), 'tapgate-log-'));
	t.teardown(() => rm(root, {recursive: true, force: true}));
	const file = path.join(root, 'access.log');
	const sink = new MemorySink();
	const gateway = await logged(
		t,
		{console: false, file: {path: file, gzip: false, maxFiles: 1, maxMegabytes: 1}},
		sink,
	);
	await (await chat(gateway.url, key, {model: 'fast'})).text();
	await gateway.stop();
	t.is(sink.text, '');
	t.like(JSON.parse(await readFile(file, 'utf8')), {status: 200, outcome: 'ok'});
	const refused = await t.throwsAsync(logged(t, {file: {path: path.join(file, 'below')}}), {instanceOf: ConfigError});
	t.regex(refused?.message ?? '', /plugin "access-log": file\.path: cannot write to /);
});

test('options that do not exist are refused', t => {
	const refused = (options: unknown) =>
		t.throws(() => accessLog(options as AccessLogOptions), {instanceOf: ConfigError})?.message;
	t.regex(refused({level: 'verbose'}) ?? '', /level: expected one of error, warn, info, debug, found "verbose"/);
	t.regex(refused({console: true}) ?? '', /console: expected one of json, pretty, false, found true/);
	t.regex(refused({file: {}}) ?? '', /file\.path: is missing/);
	t.regex(refused({file: {path: 'x', maxFiles: 0}}) ?? '', /file\.maxFiles: expected a value that must be >= 1/);
	t.regex(refused({colour: true}) ?? '', /colour: unknown key/);
	t.notThrows(() => accessLog());
});
