import {EventEmitter, once} from 'node:events';
import test from 'ava';
import {startGateway, tapped} from '../../../../config/testing/index.js';
import {
	type Attempt,
	type ClosedExchange,
	definePlugin,
	GatewayError,
	UpstreamRequest,
} from '../../../../core/index.js';
import {auth, mock, openaiCompatible, routing} from '../../../../plugins/index.js';
import {chatCall, messagesCall, openGateway, upstream} from '../gateway.js';

/** Longer than any test runs. */
const everMs = 2_000_000_000;

/** Asks the mock provider alone, as an attempt whose client can be made to leave. */
async function asked(model: Parameters<typeof mock>[0], stream: boolean) {
	const hooks = await tapped(mock(model));
	const client = new AbortController();
	const attempt = {
		provider: {name: 'mock'},
		target: {provider: 'mock', model: 'm'},
		dialect: {name: 'openai-chat', family: 'openai'},
		exchange: {signal: client.signal},
	} as unknown as Attempt;
	const sent = Buffer.from(JSON.stringify(chatCall('m', {stream})));
	const request = new UpstreamRequest('POST', new URL('mock:/v1/chat/completions'), {}, sent);
	const answer = hooks.send.promise(request, attempt);
	const body = async (): Promise<AsyncIterable<Buffer>> => (await answer)?.body as AsyncIterable<Buffer>;
	return {client, answer, body};
}

test('a delay ends at once when the client leaves', async t => {
	const {client, answer} = await asked({models: {m: {text: 'late', delayMs: everMs}}}, false);
	client.abort();
	const error = await t.throwsAsync(answer);
	t.true(GatewayError.is(error));
	t.is((error as GatewayError).code, 'client_closed');
});

test('a client that has left already is not waited for', async t => {
	const {client, body} = await asked({models: {m: {chunks: ['a', 'b'], intervalMs: everMs}}}, true);
	const chunks = await body();
	client.abort();
	await t.throwsAsync(
		async () => {
			for await (const chunk of chunks) t.true(chunk.length > 0);
		},
		{message: /client left/},
	);
});

test('a pause within a stream ends at once when the client leaves', async t => {
	const {client, body} = await asked({models: {m: {chunks: ['a', 'b'], intervalMs: everMs}}}, true);
	const chunks = (await body())[Symbol.asyncIterator]();
	t.regex(String((await chunks.next()).value), /"role":"assistant"/);
	t.regex(String((await chunks.next()).value), /"content":"a"/);
	const pending = chunks.next();
	client.abort();
	await t.throwsAsync(pending, {message: /client left/});
});

test('the client of a whole gateway can leave before the first byte and within a stream', async t => {
	const calls = new EventEmitter();
	const watch = definePlugin({
		name: 'watch',
		apply({hooks}) {
			hooks.admit.tap('watch', () => void calls.emit('admitted'));
			hooks.record.tap('watch', exchange => void calls.emit('closed', exchange));
		},
	});
	const models = {late: {text: 'late', delayMs: everMs}, slow: {chunks: ['a', 'b'], intervalMs: everMs}};
	const gateway = await openGateway(t, mock({models}), watch());
	for (const {model, stream} of [
		{model: 'mock.late', stream: false},
		{model: 'mock.late', stream: true},
		{model: 'mock.slow', stream: true},
	]) {
		const admitted = once(calls, 'admitted');
		const closed = once(calls, 'closed') as Promise<[ClosedExchange]>;
		const client = new AbortController();
		const response = fetch(`${gateway.url}/v1/chat/completions`, {
			method: 'POST',
			headers: {'content-type': 'application/json'},
			body: JSON.stringify(chatCall(model, {stream})),
			signal: client.signal,
		});
		await admitted;
		if (model === 'mock.slow') await (await response).body?.getReader().read();
		client.abort();
		if (model === 'mock.late') await t.throwsAsync(response, {any: true});
		const [exchange] = await closed;
		t.is(exchange.outcome, 'aborted', `${model} ${stream}`);
	}
});

test('raw events are replayed as they are written', async t => {
	const events = [
		{
			data: {
				id: 'c',
				object: 'chat.completion.chunk',
				choices: [{index: 0, delta: {content: 'x'}, finish_reason: null}],
			},
		},
		{event: 'note', data: 'two\nlines'},
		{data: {id: 'c', choices: [{index: 0, delta: {}, finish_reason: 'stop'}]}},
		{data: '[DONE]'},
	];
	const gateway = await openGateway(t, mock({models: {script: {events}}}));
	const streamed = await gateway.post('/v1/chat/completions', chatCall('mock.script', {stream: true}));
	const [first, , last] = events;
	t.is(
		await streamed.text(),
		`data: ${JSON.stringify(first?.data)}\n\nevent: note\ndata: two\ndata: lines\n\ndata: ${JSON.stringify(last?.data)}\n\ndata: [DONE]\n\n`,
	);
	const plain = await gateway.post('/v1/chat/completions', chatCall('mock.script'));
	t.is(plain.status, 400);
	t.regex(await plain.text(), /replays a stream; ask for it with/);
});

test('a stream that breaks before its first byte, or begins with an error, leaves the call to a fallback', async t => {
	const models = {broken: {text: 'a', failAfter: 0}, error: {text: 'a', errorAfter: 0}, good: {text: 'good'}};
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			mock({models}),
			routing({fallbacks: {'mock.broken': ['mock.good'], 'mock.error': ['mock.good']}}),
		],
	});
	t.teardown(() => gateway.stop());
	for (const model of ['mock.broken', 'mock.error']) {
		for (const [path, call] of [
			['/v1/chat/completions', chatCall],
			['/v1/messages', messagesCall],
		] as const) {
			const response = await gateway.post(path, call(model, {stream: true}));
			t.is(response.headers.get('x-tapgate-target'), 'mock.good');
			t.regex(await response.text(), /good/);
		}
	}
});

test('a mock provider answers for itself alone', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(
		t,
		mock({models: {'gpt-4.1': {text: 'mocked'}}}),
		mock({name: 'second', models: {other: {text: 'second'}}}),
		openaiCompatible({name: 'real', baseUrl: `${server.url}/v1`}),
	);
	const said = async (model: string) => (await gateway.post('/v1/chat/completions', chatCall(model))).text();
	t.regex(await said('real.m'), /"hi"/);
	t.regex(await said('second.other'), /"second"/);
	t.regex(await said('gpt-4.1'), /"mocked"/);
	t.regex(await said('other'), /"second"/);
	t.is(server.requests.length, 1);
	const unknown = await gateway.post('/v1/chat/completions', chatCall('second.gpt-4.1'));
	t.is(unknown.status, 404);
});

test('what the mock provider does not serve is a 404 that says so', async t => {
	const gateway = await startGateway({
		plugins: [auth({anonymous: true}), mock(), routing({defaults: {openai: 'mock'}})],
	});
	t.teardown(() => gateway.stop());
	const response = await gateway.get('/v1/files');
	t.is(response.status, 404);
	t.regex(await response.text(), /does not serve GET \/v1\/files/);
});
