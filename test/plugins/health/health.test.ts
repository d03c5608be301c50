import http from 'node:http';
import type {AddressInfo} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {type Check, definePlugin, type Plugin} from '../../../core/index.js';
import {auth} from '../../../plugins/auth/index.js';
import {health} from '../../../plugins/health/index.js';
import {mock, openaiCompatible} from '../../../plugins/providers/index.js';
import {routing} from '../../../plugins/routing/index.js';
import {chat, exchangeRecorder, startGateway} from '../../helpers/whole-gateway.js';

const models = {
	broken: {error: {status: 503, message: 'out of order'}},
	denied: {error: {status: 401, message: 'the key of the gateway is wrong'}},
	forbidden: {error: {status: 403, message: 'no'}},
	limited: {error: {status: 429, message: 'slow down'}},
	bad: {error: {status: 400, message: 'bad request'}},
	cut: {chunks: ['a', 'b', 'c'], failAfter: 2},
	failing: {chunks: ['a', 'b', 'c'], errorAfter: 2, error: {status: 500, message: 'out of memory'}},
} as const;

interface ProviderReport {
	status: string;
	lastOkAt?: string;
	lastFailure?: {at: string; code: string; status?: number};
	consecutiveFailures: number;
}

interface Report {
	status: string;
	deployment: string;
	uptimeSeconds: number;
	checks: Record<string, {status: string; [detail: string]: unknown}>;
	providers: Record<string, ProviderReport>;
	faults: Record<string, number>;
}

async function healthy(t: ExecutionContext, checks: Record<string, Check> = {}, providers: readonly Plugin[] = []) {
	const recorder = exchangeRecorder();
	const checked = definePlugin({
		name: 'checked',
		apply(gateway) {
			for (const [name, check] of Object.entries(checks)) gateway.checks.add(name, check);
		},
	});
	const faulty = definePlugin({
		name: 'faulty',
		apply({hooks}) {
			hooks.record.tap('faulty', ({request}) => {
				if (request.model === 'mock.bad') throw new Error('disk full');
			});
		},
	});
	const gateway = await startGateway(t, [
		health(),
		auth({keys: [{name: 'ci', key: 'the-key'}]}),
		mock({models}),
		mock({name: 'spare'}),
		...providers,
		routing({fallbacks: {'mock.broken': ['spare.echo']}}),
		checked(),
		faulty(),
		recorder.plugin,
	]);
	const {url} = gateway;
	return Object.assign(gateway, {
		recorder,
		/** Makes a call and waits until it has been recorded. */
		async call(model: string, body: object = {}) {
			const response = await chat(url, {'x-api-key': 'the-key'}, Object.assign({model}, body));
			await response.text().catch(() => {});
			return recorder.next();
		},
		async report(): Promise<Report> {
			return (await (await fetch(`${url}/health`)).json()) as Report;
		},
		async statuses(): Promise<number[]> {
			const paths = ['/health', '/health/live', '/health/ready'];
			return Promise.all(paths.map(async path => (await fetch(url + path)).status));
		},
	});
}

test('a gateway that serves is live, ready and ok, to anybody', async t => {
	const gateway = await healthy(t);
	for (const path of ['/health', '/health/live', '/health/ready']) {
		const response = await fetch(gateway.url + path);
		t.is(response.status, 200, path);
		t.is(response.headers.get('cache-control'), 'no-store');
		t.regex(response.headers.get('content-type') ?? '', /^application\/json/);
		t.is(((await response.json()) as Report).status, 'ok');
		const head = await fetch(gateway.url + path, {method: 'HEAD'});
		t.is(head.status, 200, path);
		t.is(head.headers.get('cache-control'), 'no-store');
		t.is(await head.text(), '');
	}
	const unknown = {status: 'unknown', consecutiveFailures: 0};
	const {uptimeSeconds, ...rest} = await gateway.report();
	t.true(Number.isInteger(uptimeSeconds) && uptimeSeconds >= 0 && uptimeSeconds < 60);
	t.deepEqual(rest, {
		status: 'ok',
		deployment: 'test',
		checks: {},
		providers: {mock: unknown, spare: unknown},
		faults: {},
	});
});

test('a gateway that is not ready says so; it lives on', async t => {
	const gateway = await healthy(t);
	gateway.engine.ready = false;
	t.deepEqual(await gateway.statuses(), [503, 200, 503]);
	t.is((await gateway.report()).status, 'down');
});

test('a check that is down makes the gateway not ready, and a degraded one is told', async t => {
	let status: 'ok' | 'degraded' | 'down' = 'ok';
	const gateway = await healthy(t, {database: () => ({status, queued: 7})});
	t.deepEqual(await gateway.statuses(), [200, 200, 200]);
	status = 'degraded';
	t.deepEqual(await gateway.statuses(), [200, 200, 200]);
	const {status: overall, checks} = await gateway.report();
	t.is(overall, 'degraded');
	t.deepEqual(checks, {database: {status: 'degraded', queued: 7}});
	status = 'down';
	t.deepEqual(await gateway.statuses(), [503, 200, 503]);
	t.is((await gateway.report()).status, 'down');
});

test('a check that goes wrong is down, without a word of what it said; the log has it, once', async t => {
	const ring: {status: 'ok'; ring?: unknown} = {status: 'ok'};
	ring.ring = ring;
	const gateway = await healthy(t, {
		throws: () => {
			throw new Error('password canary refused by db.internal');
		},
		rejects: async () => Promise.reject(new Error('canary')),
		mute: () => undefined as never,
		odd: () => ({status: 'fine'}) as never,
		circular: () => ring,
		good: () => ({status: 'ok'}),
	});
	await gateway.statuses();
	const response = await fetch(`${gateway.url}/health`);
	const text = await response.text();
	t.is(response.status, 503);
	t.false(text.includes('canary') || text.includes('internal'));
	const failed = {status: 'down', message: 'the check failed; see the log'};
	t.deepEqual((JSON.parse(text) as Report).checks, {
		throws: failed,
		rejects: failed,
		mute: failed,
		odd: failed,
		circular: failed,
		good: {status: 'ok'},
	});
	t.deepEqual(
		gateway.log.lines.map(({level, message, fields}) => `${level}: ${message}: ${fields['check']}`).sort(),
		['circular', 'mute', 'odd', 'rejects', 'throws'].map(name => `warn: a health check failed: ${name}`),
	);
	const thrown = gateway.log.lines.find(({fields}) => fields['check'] === 'throws');
	t.is(thrown?.fields['error'], 'password canary refused by db.internal');
});

test('a check that hangs is down after a second, and is not asked again while it hangs', async t => {
	let asked = 0;
	let answer: (() => void) | undefined;
	const gateway = await healthy(t, {
		hangs: () => {
			if (++asked > 1) return {status: 'ok'};
			return new Promise(resolve => {
				answer = () => resolve({status: 'ok'});
			});
		},
	});
	const [first, second] = await Promise.all([gateway.report(), gateway.report()]);
	t.deepEqual(first.checks, {hangs: {status: 'down', message: 'did not answer within 1000 ms'}});
	t.deepEqual(second.checks, first.checks);
	t.like(await gateway.report(), {status: 'down'});
	t.is(asked, 1);
	answer?.();
	t.like(await gateway.report(), {status: 'ok', checks: {hangs: {status: 'ok'}}});
	t.is(asked, 2);
});

test('a provider is what the last call that says something found', async t => {
	const gateway = await healthy(t);
	const mocked = async () => (await gateway.report()).providers['mock'] as ProviderReport;
	const before = Date.now();

	await gateway.call('mock.echo');
	const ok = await mocked();
	t.like(ok, {status: 'ok', consecutiveFailures: 0});
	t.true(Date.parse(ok.lastOkAt ?? '') >= before);
	t.is(ok.lastFailure, undefined);

	await gateway.call('mock.denied');
	await gateway.call('mock.forbidden');
	const failing = await mocked();
	t.like(failing, {status: 'failing', consecutiveFailures: 2, lastOkAt: ok.lastOkAt ?? ''});
	t.like(failing.lastFailure, {code: 'upstream_error', status: 403});
	t.is((await gateway.report()).status, 'degraded');
	t.deepEqual(await gateway.statuses(), [200, 200, 200]);

	await gateway.call('mock.bad');
	t.deepEqual(await mocked(), failing);

	await gateway.call('mock.limited');
	t.like(await mocked(), {status: 'limited', consecutiveFailures: 0});
	t.is((await gateway.report()).status, 'ok');

	await gateway.call('mock.echo', {stream: true});
	t.like(await mocked(), {status: 'ok', consecutiveFailures: 0, lastFailure: failing.lastFailure as object});
});

test('each attempt counts for its own provider', async t => {
	const gateway = await healthy(t);
	const {attempts, status} = await gateway.call('mock.broken');
	t.is(attempts.length, 2);
	t.is(status, 200);
	const {providers} = await gateway.report();
	t.like(providers['mock'], {status: 'failing', consecutiveFailures: 1});
	t.like(providers['mock']?.lastFailure, {code: 'upstream_error', status: 503});
	t.like(providers['spare'], {status: 'ok'});
});

test('a stream that breaks off, or ends with an error, is a failure', async t => {
	const gateway = await healthy(t);
	t.is((await gateway.call('mock.cut', {stream: true})).outcome, 'failed');
	t.like((await gateway.report()).providers['mock'], {status: 'failing', consecutiveFailures: 1});
	t.is((await gateway.call('mock.failing', {stream: true})).outcome, 'failed');
	t.like((await gateway.report()).providers['mock'], {status: 'failing', consecutiveFailures: 2});
});

test('that a client leaves says nothing of the provider', async t => {
	const leaving = new AbortController();
	// The provider never answers; the client leaves as soon as the call has come through.
	const upstream = http.createServer(() => leaving.abort());
	await new Promise<void>(resolve => upstream.listen(0, '127.0.0.1', resolve));
	t.teardown(() => upstream.close());
	const {port} = upstream.address() as AddressInfo;
	const remote = openaiCompatible({name: 'remote', baseUrl: `http://127.0.0.1:${port}/v1`, apiKey: 'own'});
	const gateway = await healthy(t, {}, [remote]);
	const call = fetch(`${gateway.url}/v1/chat/completions`, {
		method: 'POST',
		headers: {'x-api-key': 'the-key'},
		body: JSON.stringify({model: 'remote.m', messages: [{role: 'user', content: 'hello'}]}),
		signal: leaving.signal,
	});
	await t.throwsAsync(call, {any: true});
	t.is((await gateway.recorder.next()).outcome, 'aborted');
	t.deepEqual((await gateway.report()).providers['remote'], {status: 'unknown', consecutiveFailures: 0});
});

test('failures of plugins that only watch are counted', async t => {
	const gateway = await healthy(t);
	await gateway.call('mock.bad');
	await gateway.call('mock.bad');
	t.deepEqual((await gateway.report()).faults, {'faulty record': 2});
});

test('refused calls say nothing of any provider, and base URLs are not told', async t => {
	const gateway = await healthy(t);
	await (await chat(gateway.url, {'x-api-key': 'wrong'})).text();
	await gateway.recorder.next();
	const text = await (await fetch(`${gateway.url}/health`)).text();
	t.regex(text, /"mock":\{"status":"unknown"/);
	t.false(text.includes('mock:'));
});
