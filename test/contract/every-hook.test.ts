/** Every hook runs on every endpoint, streamed and plain, in the order of the ladder. No plugin is ever silently skipped. */

import test, {type ExecutionContext} from 'ava';
import {type Dialect, type DialectRoute, definePlugin, type Exchange, type Gateway, type Taps} from 'tapgate';
import {auth, mock, openaiCompatible, routing} from 'tapgate/plugins';
import {reply, type StartedGateway, startGateway, startUpstream} from 'tapgate/testing';

/** Request bodies that every route of a dialect takes, without the model. */
const bodies: Readonly<Record<string, object>> = {
	'openai-chat': {messages: [{role: 'user', content: 'hello'}]},
	'openai-responses': {input: 'hello'},
	'openai-completions': {prompt: 'hello'},
	'openai-embeddings': {input: 'hello'},
	'anthropic-messages': {max_tokens: 9, messages: [{role: 'user', content: 'hello'}]},
	'anthropic-complete': {max_tokens_to_sample: 9, prompt: '\n\nHuman: hello\n\nAssistant:'},
};

const decided = ['authenticate', 'rewrite', 'resolve', 'admit'];
const attempted = ['prepare', 'sign', 'send'];
const closed = ['price', 'record'];
/** What an answered call goes through. `translate` and `recover` are not asked when nothing is to be translated or recovered. */
const plain = [...decided, ...attempted, 'reply', ...closed];
const streamed = [...decided, ...attempted, 'reply', 'stream', 'chunk', ...closed];

/** Taps every hook, first of all, decides nothing, and writes down what was called; equal ones in a row once. */
function probe() {
	const calls = new Map<string, string[]>();
	const dialects: Dialect[] = [];
	const note = (hook: string, id: string): undefined => {
		const seen = calls.get(id) ?? [];
		calls.set(id, seen);
		if (seen.at(-1) !== hook) seen.push(hook);
	};
	const plugin = definePlugin({
		name: 'probe',
		apply(gateway: Gateway) {
			const {hooks} = gateway;
			hooks.authenticate.tap('probe', ({id}) => note('authenticate', id));
			hooks.rewrite.tap('probe', (_, {id}) => note('rewrite', id));
			hooks.resolve.tap('probe', (_, {id}) => note('resolve', id));
			hooks.admit.tap('probe', ({id}) => note('admit', id));
			hooks.translate.tap('probe', (_, {exchange}) => note('translate', exchange.id));
			hooks.prepare.tap('probe', (_, {exchange}) => note('prepare', exchange.id));
			for (const provider of ['mock', 'foreign', 'away', 'bytes'])
				hooks.sign.for(provider).tap('probe', (_, {exchange}) => note('sign', exchange.id));
			hooks.send.tap('probe', (_, {exchange}) => note('send', exchange.id));
			hooks.recover.tap('probe', (_, {id}) => note('recover', id));
			hooks.reply.tap('probe', (_, {id}) => note('reply', id));
			hooks.stream.tap('probe', (_, {id}) => note('stream', id));
			hooks.chunk.tap('probe', (_, {id}) => note('chunk', id));
			hooks.price.tap('probe', ({id}) => note('price', id));
			hooks.record.tap('probe', ({id}) => note('record', id));
			gateway.beforeListen(() => void dialects.push(...gateway.dialects.all()));
		},
	});
	return {calls, dialects, plugin: plugin()};
}

async function probed(t: ExecutionContext) {
	const upstream = await startUpstream(reply.json({error: {message: 'busy'}}, 503));
	t.teardown(upstream.stop);
	const {calls, dialects, plugin} = probe();
	const gateway = await startGateway({
		plugins: [
			plugin,
			auth({anonymous: true}),
			mock({models: {broken: {error: {status: 503, message: 'busy'}}}}),
			openaiCompatible({name: 'foreign', baseUrl: upstream.url, dialects: []}),
			openaiCompatible({name: 'bytes', baseUrl: `${upstream.url}/v1`, models: ['bytes']}),
			routing({fallbacks: {'mock.broken': ['mock.echo']}, defaults: {openai: 'bytes', anthropic: 'bytes'}}),
		],
	});
	t.teardown(gateway.stop);
	const routes = dialects.flatMap(dialect => dialect.routes.map(route => ({dialect, route})));
	return {gateway, upstream, calls, routes};
}

interface Case {
	readonly dialect: Dialect;
	readonly route: DialectRoute;
	readonly stream: boolean;
}

/** Every route, plain, and streamed where the API streams. */
function cases(routes: readonly {dialect: Dialect; route: DialectRoute}[]): readonly Case[] {
	return routes.flatMap(({dialect, route}) =>
		(route.operation === 'generate' ? [false, true] : [false]).map(stream => ({dialect, route, stream})),
	);
}

async function call(gateway: StartedGateway, {dialect, route, stream}: Case, model: string) {
	const id = `${model}:${route.path}:${stream}`;
	const body = {model, ...bodies[dialect.name], ...(stream && {stream})};
	const response = await gateway.post(route.path, body, {'x-request-id': id});
	return {id, status: response.status, text: await response.text(), type: response.headers.get('content-type') ?? ''};
}

test('every endpoint of every dialect runs every hook, streamed and plain', async t => {
	const {gateway, calls, routes} = await probed(t);
	const all = cases(routes);
	t.true(all.length >= 17, `${all.length} cases`);

	const answers = [];
	for (const one of all) answers.push({one, answer: await call(gateway, one, 'mock.echo')});
	await gateway.stop();

	for (const {one, answer} of answers) {
		t.is(answer.status, 200, answer.id);
		t.is(answer.type.startsWith('text/event-stream'), one.stream, answer.id);
		t.deepEqual(calls.get(answer.id), one.stream ? streamed : plain, answer.id);
	}
});

test('a failed attempt is recovered from on every endpoint', async t => {
	const {gateway, calls, routes} = await probed(t);
	const answers = [];
	for (const one of cases(routes)) answers.push({one, answer: await call(gateway, one, 'mock.broken')});
	await gateway.stop();

	for (const {one, answer} of answers) {
		const [before, after] = [one.stream ? streamed : plain, one.stream ? streamed : plain].map((ladder, index) =>
			index === 0 ? [...decided, ...attempted, 'recover'] : ladder.slice(decided.length),
		);
		t.is(answer.status, 200, answer.id);
		t.deepEqual(calls.get(answer.id), [...(before ?? []), ...(after ?? [])], answer.id);
	}
});

test('translate is asked on every endpoint whose format the provider does not speak', async t => {
	const {gateway, calls, routes} = await probed(t);
	const foreign = cases(routes).filter(({dialect}) => dialect.common !== true);
	const answers = [];
	for (const one of foreign) answers.push({one, answer: await call(gateway, one, 'foreign.model')});
	await gateway.stop();

	for (const {answer} of answers) {
		t.is(answer.status, 400, answer.id);
		t.deepEqual(calls.get(answer.id), [...decided, 'translate', ...closed], answer.id);
	}
});

test('what is passed through, answered by a plugin or refused runs the rungs that docs/lifecycle.md says', async t => {
	const {gateway, upstream, calls} = await probed(t);
	const passed = [...decided, ...attempted, 'reply', ...closed];
	upstream.answer(reply.bytes('bytes', {'content-type': 'audio/mpeg'}));
	const get = async (path: string, id: string) => (await gateway.get(path, {'x-request-id': id})).text();
	const post = async (path: string, body: unknown, id: string) =>
		(await gateway.post(path, body, {'x-request-id': id})).text();

	await get('/v1/files', 'file');
	await post('/v1/audio/speech', {model: 'bytes', input: 'hi'}, 'speech');
	await post('/anthropic/v1/messages/batches', {requests: []}, 'batch');
	upstream.answer(reply.events(['one', 'two']));
	await post('/v1/threads/runs', {stream: true}, 'unknown-events');
	await get('/v1/models', 'models');
	await get('/v1/a%2fb', 'encoded');
	await get('/nowhere', 'nowhere');
	await post('/v1/chat/completions', 'no json', 'no-json');
	await post('/v1/chat/completions', {model: 'nobody.knows'}, 'unlisted-model');
	await gateway.stop();

	t.deepEqual(Object.fromEntries(calls), {
		file: passed,
		speech: passed,
		batch: passed,
		'unknown-events': passed,
		models: ['authenticate', ...closed],
		encoded: closed,
		nowhere: closed,
		'no-json': ['authenticate', ...closed],
		'unlisted-model': streamed,
	});
});

test('a client that leaves is priced and recorded', async t => {
	const {gateway, upstream, calls} = await probed(t);
	const client = new AbortController();
	upstream.answer(() => client.abort());

	await t.throwsAsync(
		fetch(`${gateway.url}/v1/chat/completions`, {
			method: 'POST',
			headers: {'x-request-id': 'gone'},
			body: JSON.stringify({model: 'bytes.small', messages: []}),
			signal: client.signal,
		}),
		{any: true},
	);
	await upstream.aborted();
	await gateway.stop();

	t.deepEqual(calls.get('gone'), [...decided, ...attempted, ...closed]);
});

/** Waits in one hook until the client has left. */
const waiting: Readonly<Record<string, (hooks: Taps, wait: (exchange: Exchange) => Promise<undefined>) => void>> = {
	authenticate: ({authenticate}, wait) => authenticate.tap('slow', wait),
	rewrite: ({rewrite}, wait) => rewrite.tap('slow', (_, exchange) => wait(exchange)),
	resolve: ({resolve}, wait) => resolve.tap('slow', (_, exchange) => wait(exchange)),
	admit: ({admit}, wait) => admit.tap('slow', wait),
	prepare: ({prepare}, wait) => prepare.tap('slow', (_, {exchange}) => wait(exchange)),
	sign: ({sign}, wait) => sign.for('mock').tap('slow', (_, {exchange}) => wait(exchange)),
	send: ({send}, wait) => send.tap('slow', (_, {exchange}) => wait(exchange)),
	reply: ({reply}, wait) => reply.tap('slow', (_, exchange) => wait(exchange)),
};

test('no hook runs behind the record of a client that left while a tap was waiting', async t => {
	const ladder = [...decided, ...attempted, 'reply'];
	t.deepEqual(Object.keys(waiting), ladder);
	for (const [place, hook] of ladder.entries()) {
		const {calls, plugin} = probe();
		const client = new AbortController();
		const slow = definePlugin({
			name: 'slow',
			apply: ({hooks}) =>
				waiting[hook]?.(hooks, async ({signal}) => {
					client.abort();
					if (!signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve));
					await new Promise(resolve => setImmediate(resolve));
					return undefined;
				}),
		});
		const gateway = await startGateway({plugins: [plugin, slow(), auth({anonymous: true}), mock(), routing()]});

		await t.throwsAsync(
			fetch(`${gateway.url}/v1/chat/completions`, {
				method: 'POST',
				headers: {'x-request-id': hook},
				body: JSON.stringify({model: 'mock.echo', messages: [], stream: true}),
				signal: client.signal,
			}),
			{any: true},
		);
		await gateway.stop();
		for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));

		t.deepEqual(calls.get(hook), [...ladder.slice(0, place + 1), ...closed], hook);
	}
});
