/** The official OpenAI client, pointed at the gateway, gets what it would get from the provider itself. */

import test, {type ExecutionContext} from 'ava';
import OpenAI, {
	type APIError,
	AuthenticationError,
	InternalServerError,
	NotFoundError,
	PermissionDeniedError,
	RateLimitError,
} from 'openai';
import type {JsonObject} from 'tapgate';
import {reply} from 'tapgate/testing';
import {asValue, exchanges, golden, recordedBody, settled, streams} from './recorded.js';
import {calls, gatewayKey, type Rig, rig} from './support.js';

/** The same client without a gateway in between. */
function direct({upstream}: Rig): OpenAI {
	return new OpenAI({baseURL: `${upstream.url}/v1`, apiKey: 'any', maxRetries: 0});
}

const usage = {stream_options: {include_usage: true}};

for (const stream of streams.filter(({dialect}) => dialect.name === 'openai-chat')) {
	test(`chat stream: ${stream.name}`, async t => {
		const running = await rig(t, {answer: reply.events(stream.bytes, {chunkBytes: 100})});
		const final = (client: OpenAI) =>
			settled(client.chat.completions.stream({...calls.chat, ...usage}).finalChatCompletion());
		const all = (client: OpenAI) =>
			settled(collect(client.chat.completions.create({...calls.chat, ...usage, stream: true})));
		const got = await final(running.openai);
		t.deepEqual(got, await final(direct(running)));
		t.deepEqual(got, golden(stream) ?? got);
		t.deepEqual(await all(running.openai), await all(direct(running)));
	});
}

for (const stream of streams.filter(({dialect}) => dialect.name === 'openai-responses')) {
	test(`response stream: ${stream.name}`, async t => {
		const running = await rig(t, {answer: reply.events(stream.bytes, {chunkBytes: 100})});
		const final = (client: OpenAI) => settled(client.responses.stream(calls.responses).finalResponse());
		const all = (client: OpenAI) => settled(collect(client.responses.create({...calls.responses, stream: true})));
		const got = await final(running.openai);
		t.deepEqual(got, await final(direct(running)));
		t.deepEqual(got, golden(stream) ?? got);
		t.deepEqual(await all(running.openai), await all(direct(running)));
	});
}

for (const stream of streams.filter(({dialect}) => dialect.name === 'openai-completions')) {
	test(`completion stream: ${stream.name}`, async t => {
		const running = await rig(t, {answer: reply.events(stream.bytes, {chunkBytes: 100})});
		const all = (client: OpenAI) =>
			settled(collect(client.completions.create({...calls.completions, ...usage, stream: true})));
		const got = await all(running.openai);
		t.true(Array.isArray(got));
		t.deepEqual(got, await all(direct(running)));
	});
}

async function collect(events: PromiseLike<AsyncIterable<unknown>>): Promise<readonly unknown[]> {
	const all: unknown[] = [];
	for await (const event of await events) all.push(event);
	return all;
}

test('chunks are handed on one by one, before the next is there', async t => {
	const release: (() => void)[] = [];
	const next = () => new Promise<void>(resolve => release.push(resolve));
	const {openai} = await rig(t, {
		answer: async (_request, response) => {
			response.writeHead(200, {'content-type': 'text/event-stream'});
			for (const content of ['a', 'b', 'c']) {
				response.write(`data: ${JSON.stringify({choices: [{index: 0, delta: {content}}]})}\n\n`);
				await next();
			}
			response.end('data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
		},
	});
	let text = '';
	for await (const chunk of await openai.chat.completions.create({...calls.chat, stream: true})) {
		text += chunk.choices[0]?.delta.content ?? '';
		release.shift()?.();
	}
	t.is(text, 'abc');
});

const recorded = exchanges('openai-chat', 'openai-responses', 'compat-groq', 'compat-glm', 'compat-openrouter');

test('recorded calls are at hand, or their tests are left out', t => {
	if (recorded.length === 0) t.log('no recorded traffic beside the repository: its calls are left out');
	t.true(recorded.length === 0 || recorded.length > 15);
});

for (const {name, path, request, status, body} of recorded) {
	test(`${path}: ${name}`, async t => {
		const {openai, upstream, closed} = await rig(t, {
			answer: reply.bytes(body, {'content-type': 'application/json'}, status),
		});
		const model = `openai.${String(request['model'])}`;
		const [got] = await Promise.all([
			settled(openai.post(path, {body: Object.assign({}, request, {model})})),
			closed(),
		]);
		if (status === 200) t.deepEqual(got, JSON.parse(body.toString()));
		else t.like(got, {sdk_error: {status, error: (JSON.parse(body.toString()) as JsonObject)['error']}});
		t.is(upstream.requests[0]?.url, `/v1${path}`);
		t.is(upstream.requests[0]?.body.toString(), JSON.stringify(request));
	});
}

/** What is answered plainly, by the method of the client that asks for it. */
const plain: Readonly<
	Record<string, {recording: string; own: JsonObject; ask: (client: OpenAI) => PromiseLike<unknown>; url: string}>
> = {
	chat: {
		recording: 'openai-chat/text-basic/1.response.json',
		own: {
			id: 'chatcmpl-1',
			object: 'chat.completion',
			choices: [{index: 0, message: {role: 'assistant', content: 'hé'}}],
		},
		ask: client => client.chat.completions.create(calls.chat),
		url: '/v1/chat/completions',
	},
	responses: {
		recording: 'openai-responses/reasoning-encrypted/response.json',
		own: {id: 'resp_1', object: 'response', output: [], usage: {input_tokens: 1, output_tokens: 2, total_tokens: 3}},
		ask: client => client.responses.create(calls.responses),
		url: '/v1/responses',
	},
	'input tokens': {
		recording: 'openai-responses/input-tokens/1.response.json',
		own: {object: 'response.input_tokens', input_tokens: 7},
		ask: client => client.responses.inputTokens.count(calls.responses),
		url: '/v1/responses/input_tokens',
	},
	embeddings: {
		recording: 'openai-chat/embeddings/response.json',
		own: {object: 'list', data: [{object: 'embedding', index: 0, embedding: [0.5, -1]}], model: 'm'},
		ask: client =>
			client.embeddings.create({model: 'openai.text-embedding-3-small', input: ['a', 'b'], encoding_format: 'float'}),
		url: '/v1/embeddings',
	},
	'legacy completions': {
		recording: 'openai-chat/completions-legacy/response.json',
		own: {id: 'cmpl-1', object: 'text_completion', choices: [{text: 'x', index: 0, finish_reason: 'stop'}]},
		ask: client => client.completions.create(calls.completions),
		url: '/v1/completions',
	},
	files: {
		recording: 'none',
		own: {object: 'list', data: [{id: 'file-1'}], has_more: false},
		ask: client => client.files.list({limit: 2}),
		url: '/v1/files?limit=2',
	},
};

for (const [name, {recording, own, ask, url}] of Object.entries(plain)) {
	test(`${name}: the plain answer`, async t => {
		const body = recordedBody(recording) ?? JSON.stringify(own);
		const running = await rig(t, {answer: reply.bytes(body, {'content-type': 'application/json'})});
		const got = await ask(running.openai);
		t.deepEqual(asValue(got), asValue(await ask(direct(running))));
		t.deepEqual(
			running.upstream.requests.map(request => request.url),
			[url, url],
		);
	});
}

test('a file is uploaded and its content fetched', async t => {
	const {openai, upstream} = await rig(t, {answer: reply.json({id: 'file-1', object: 'file'})});
	const file = await openai.files.create({file: new File(['{"a":1}\n'], 'batch.jsonl'), purpose: 'batch'});
	t.is(file.id, 'file-1');
	const sent = upstream.requests[0]?.body.toString() ?? '';
	t.regex(sent, /name="purpose"\r\n\r\nbatch\r\n/);
	t.regex(sent, /filename="batch.jsonl"\r\n.+\r\n\r\n\{"a":1\}\n\r\n/);
	const bytes = Buffer.from([0, 255, 10, 13]);
	upstream.answer(reply.bytes(bytes, {'content-type': 'application/octet-stream'}));
	t.true(Buffer.from(await (await openai.files.content('file-1')).arrayBuffer()).equals(bytes));
	t.is(upstream.requests[1]?.url, '/v1/files/file-1/content');
});

test('models are listed and looked up', async t => {
	const {openai} = await rig(t, {routing: {aliases: {fast: 'openai.gpt-4o-mini'}}, allow: ['openai.gpt-4o*', 'fast']});
	const ids: string[] = [];
	for await (const {id, object} of openai.models.list()) {
		t.is(object, 'model');
		ids.push(id);
	}
	t.deepEqual(ids, ['fast', 'openai.gpt-4o', 'openai.gpt-4o-mini']);
	for (const id of [...ids, 'gpt-4o']) t.regex((await openai.models.retrieve(id)).id, /gpt-4o|fast/);
	await t.throwsAsync(openai.models.retrieve('gpt-5'), {instanceOf: NotFoundError});
});

test('request ids: the gateway names the call, the id of the provider travels along', async t => {
	const {openai, closed} = await rig(t, {answer: reply.json({id: 'x'}, 200, {'x-request-id': 'req_of_the_provider'})});
	const [{data, response, request_id}, {id}] = await Promise.all([
		openai.chat.completions.create(calls.chat).withResponse(),
		closed(),
	]);
	t.is(request_id, id);
	t.like(data, {_request_id: id});
	t.is(response.headers.get('x-upstream-request-id'), 'req_of_the_provider');
	const [named] = await Promise.all([
		openai.chat.completions.create(calls.chat, {headers: {'x-request-id': 'mine-1'}}).withResponse(),
		closed(),
	]);
	t.is(named.request_id, 'mine-1');
});

const failure = (status: number, headers: Readonly<Record<string, string>> = {}) =>
	reply.json({error: {message: `said: ${status}`, type: 't', param: 'p', code: 'c'}}, status, headers);

async function throws(
	t: ExecutionContext,
	call: PromiseLike<unknown>,
	kind: unknown,
	status: number,
): Promise<APIError> {
	const error = await t.throwsAsync<APIError>(async () => {
		await call;
	});
	t.is(error.constructor, kind as typeof APIError);
	t.is(error.status, status);
	return error;
}

test('refusals of the gateway are errors that the client knows', async t => {
	const {gateway, openai} = await rig(t, {allow: ['openai.gpt-4o']});
	const stranger = new OpenAI({baseURL: `${gateway.url}/v1`, apiKey: 'wrong', maxRetries: 0});
	const wrongKey = await throws(t, stranger.chat.completions.create(calls.chat), AuthenticationError, 401);
	t.is(wrongKey.code, 'not_authenticated');
	const stream = {...calls.chat, model: 'openai.gpt-5', stream: true} as const;
	const forbidden = await throws(t, openai.chat.completions.create(stream), PermissionDeniedError, 403);
	t.is(forbidden.code, 'model_not_allowed');
	t.is(forbidden.param, 'model');
});

test('a model that nobody serves is a 404', async t => {
	const {openai} = await rig(t, {routing: {defaults: {}}});
	const error = await throws(t, openai.responses.create({model: 'gpt-4oo', input: 'x'}), NotFoundError, 404);
	t.is(error.code, 'model_not_found');
	t.is(error.param, 'model');
	t.regex(error.message, /Did you mean gpt-4o\b/);
});

test('errors of the provider reach the client as it sent them', async t => {
	const {openai, upstream} = await rig(t);
	for (const [status, kind] of [
		[404, NotFoundError],
		[429, RateLimitError],
		[500, InternalServerError],
		[529, InternalServerError],
	] as const) {
		upstream.answer(failure(status));
		const error = await throws(t, openai.embeddings.create({model: 'openai.m', input: 'x'}), kind, status);
		t.like(error, {code: 'c', param: 'p', type: 't', message: `${status} said: ${status}`});
	}
});

test('the client tries again when the provider says so, after the time that it says, and not when it says no', async t => {
	const {gateway, upstream} = await rig(t);
	const openai = new OpenAI({baseURL: `${gateway.url}/v1`, apiKey: gatewayKey, maxRetries: 2});
	upstream.answer(
		failure(429, {'retry-after-ms': '1', 'retry-after': '3600'}),
		failure(503, {'retry-after-ms': '1'}),
		reply.json({id: 'x'}),
	);
	t.is((await openai.chat.completions.create(calls.chat)).id, 'x');
	t.deepEqual(
		upstream.requests.map(({headers}) => headers['x-stainless-retry-count']),
		['0', '1', '2'],
	);
	upstream.answer(failure(400, {'x-should-retry': 'true', 'retry-after-ms': '1'}), reply.json({id: 'y'}));
	t.is((await openai.chat.completions.create(calls.chat)).id, 'y');
	upstream.answer(failure(500, {'x-should-retry': 'false'}), reply.json({id: 'z'}));
	await throws(t, openai.chat.completions.create(calls.chat), InternalServerError, 500);
});
