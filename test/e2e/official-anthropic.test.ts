/** The official Anthropic client, pointed at the gateway, gets what it would get from the provider itself. */

import Anthropic, {
	type APIError,
	AuthenticationError,
	InternalServerError,
	NotFoundError,
	PermissionDeniedError,
	RateLimitError,
} from '@anthropic-ai/sdk';
import test, {type ExecutionContext} from 'ava';
import {reply} from 'tapgate/testing';
import {asValue, exchanges, golden, recordedBody, settled, streams} from './recorded.js';
import {calls, gatewayKey, providerKey, type Rig, rig} from './support.js';

/** The same client without a gateway in between. */
function direct({upstream}: Rig): Anthropic {
	return new Anthropic({baseURL: upstream.url, apiKey: 'any', maxRetries: 0});
}

async function collect(events: PromiseLike<AsyncIterable<unknown>>): Promise<readonly unknown[]> {
	const all: unknown[] = [];
	for await (const event of await events) all.push(event);
	return all;
}

for (const stream of streams.filter(({dialect}) => dialect.name === 'anthropic-messages')) {
	test(`message stream: ${stream.name}`, async t => {
		const running = await rig(t, {answer: reply.events(stream.bytes, {chunkBytes: 100})});
		const final = (client: Anthropic) => settled(client.messages.stream(calls.messages).finalMessage());
		const all = (client: Anthropic) => settled(collect(client.messages.create({...calls.messages, stream: true})));
		const got = await final(running.anthropic);
		t.deepEqual(got, await final(direct(running)));
		t.deepEqual(got, golden(stream) ?? got);
		t.deepEqual(await all(running.anthropic), await all(direct(running)));
		t.deepEqual(
			running.upstream.requests.map(({url}) => url),
			Array.from({length: 4}, () => '/v1/messages'),
		);
	});
}

for (const {name, path, request, status, body} of exchanges('anthropic-messages')) {
	test(`${path}: ${name}`, async t => {
		const {anthropic, upstream, closed} = await rig(t, {
			answer: reply.bytes(body, {'content-type': 'application/json'}, status),
		});
		const model = `anthropic.${String(request['model'])}`;
		const call = anthropic.post(`/v1${path}`, {body: Object.assign({}, request, {model})});
		const [got] = await Promise.all([settled(call), closed()]);
		const said: unknown = JSON.parse(body.toString());
		if (status === 200) t.deepEqual(got, said);
		else t.like(got, {sdk_error: {status, error: said}});
		t.is(upstream.requests[0]?.url, `/v1${path}`);
		t.is(upstream.requests[0]?.body.toString(), JSON.stringify(request));
	});
}

const message = {
	id: 'msg_1',
	type: 'message',
	role: 'assistant',
	model: 'claude',
	content: [{type: 'text', text: 'hé'}],
	stop_reason: 'end_turn',
	usage: {input_tokens: 1, output_tokens: 2},
};
const prefixed = ({gateway}: Rig) =>
	new Anthropic({baseURL: `${gateway.url}/anthropic`, apiKey: gatewayKey, maxRetries: 0});

test('a plain message, also under the prefix', async t => {
	const body = recordedBody('anthropic-messages/parallel-tools/1.response.json') ?? JSON.stringify(message);
	const running = await rig(t, {answer: reply.bytes(body, {'content-type': 'application/json'})});
	const expected = asValue(await direct(running).messages.create(calls.messages));
	for (const client of [running.anthropic, prefixed(running)]) {
		t.deepEqual(asValue(await client.messages.create(calls.messages)), expected);
		t.is(running.upstream.requests.at(-1)?.url, '/v1/messages');
		t.like(running.upstream.requests.at(-1)?.json(), {model: 'claude-sonnet-4-5'});
	}
});

test('tokens are counted, also under the prefix', async t => {
	const running = await rig(t, {answer: reply.json({input_tokens: 19})});
	const {model, messages} = calls.messages;
	for (const client of [running.anthropic, prefixed(running)]) {
		t.is((await client.messages.countTokens({model, messages})).input_tokens, 19);
		t.is(running.upstream.requests.at(-1)?.url, '/v1/messages/count_tokens');
	}
});

test('beta calls keep their query and their headers', async t => {
	const running = await rig(t, {answer: reply.json(message)});
	const call = {...calls.messages, betas: ['context-1m-2025-08-07', 'mcp-client-2025-11-20']};
	for (const client of [running.anthropic, direct(running)])
		await client.beta.messages.create(call, {query: {beta: true}});
	const [through, past] = running.upstream.requests;
	t.is(through?.url, '/v1/messages?beta=true');
	t.is(through?.headers['anthropic-beta'], 'context-1m-2025-08-07,mcp-client-2025-11-20');
	t.is(through?.headers['x-api-key'], providerKey);
	t.is(through?.headers.authorization, undefined);
	const own = Object.keys(past?.headers ?? {}).filter(name => /^(anthropic|x-stainless)-|^user-agent$/.test(name));
	t.true(own.includes('anthropic-version') && own.includes('x-stainless-lang'));
	for (const name of own) t.is(through?.headers[name], past?.headers[name], name);
	t.deepEqual(through?.json(), {...calls.messages, model: 'claude-sonnet-4-5'});
});

test('a bearer token opens the gateway as well', async t => {
	const {gateway, upstream} = await rig(t, {answer: reply.json(message)});
	const client = new Anthropic({baseURL: gateway.url, authToken: gatewayKey, apiKey: null, maxRetries: 0});
	t.is((await client.messages.create(calls.messages)).id, 'msg_1');
	t.is(upstream.requests[0]?.headers.authorization, undefined);
	t.is(upstream.requests[0]?.headers['x-api-key'], providerKey);
});

test('message batches go through', async t => {
	const {anthropic, upstream} = await rig(t, {answer: reply.json({id: 'msgbatch_1', type: 'message_batch'})});
	const params = {model: 'claude-sonnet-4-5', max_tokens: 1, messages: calls.messages.messages};
	t.is((await anthropic.messages.batches.create({requests: [{custom_id: 'a', params}]})).id, 'msgbatch_1');
	t.is(upstream.requests[0]?.url, '/v1/messages/batches');
	t.deepEqual(upstream.requests[0]?.json(), {requests: [{custom_id: 'a', params}]});
	t.is((await anthropic.messages.batches.cancel('msgbatch_1')).id, 'msgbatch_1');
	t.is(upstream.requests[1]?.url, '/v1/messages/batches/msgbatch_1/cancel');
});

test('models are listed page by page and looked up', async t => {
	const {anthropic} = await rig(t, {allow: ['anthropic.*']});
	const pages = async (query: {limit: number}) => {
		const ids: string[] = [];
		for await (const {id, type, created_at} of anthropic.models.list(query)) {
			t.is(type, 'model');
			t.false(Number.isNaN(Date.parse(created_at)));
			ids.push(id);
		}
		return ids;
	};
	const all = await pages({limit: 1000});
	t.true(all.length > 5 && all.every(id => id.startsWith('anthropic.')));
	for (const limit of [1, 2, all.length]) t.deepEqual(await pages({limit}), all);
	const second = await anthropic.models.list({limit: 2, before_id: String(all[3])});
	t.deepEqual(
		second.data.map(({id}) => id),
		all.slice(1, 3),
	);
	t.is((await anthropic.models.retrieve('claude-sonnet-4-5')).type, 'model');
	await t.throwsAsync(anthropic.models.retrieve('claude-0'), {instanceOf: NotFoundError});
});

async function throws(
	t: ExecutionContext,
	call: PromiseLike<unknown>,
	kind: unknown,
	status: number,
): Promise<APIError> {
	const error = await t.throwsAsync<APIError>(async () => {
		await call;
	});
	t.true(error instanceof (kind as new () => Error));
	t.is(error.status, status);
	return error;
}

test('refusals of the gateway are errors that the client knows', async t => {
	const {gateway, anthropic, closed} = await rig(t, {allow: ['anthropic.claude-haiku-*'], routing: {defaults: {}}});
	const stranger = new Anthropic({baseURL: gateway.url, apiKey: 'wrong', maxRetries: 0});
	const [wrongKey, {id}] = await Promise.all([
		throws(t, stranger.messages.create(calls.messages), AuthenticationError, 401),
		closed(),
	]);
	t.is(wrongKey.type, 'authentication_error');
	t.is(wrongKey.requestID, id);
	t.like(wrongKey.error, {type: 'error', request_id: id});
	const forbidden = await throws(
		t,
		anthropic.messages.create({...calls.messages, stream: true}),
		PermissionDeniedError,
		403,
	);
	t.is(forbidden.type, 'permission_error');
	const unknown = {...calls.messages, model: 'claude-sonet-4-5'};
	const missing = await throws(t, anthropic.messages.create(unknown), NotFoundError, 404);
	t.is(missing.type, 'not_found_error');
	t.regex(missing.message, /Did you mean .*claude-sonnet-4-5/);
	await throws(t, anthropic.messages.countTokens({...calls.messages, model: 'none'}), NotFoundError, 404);
});

const failure = (status: number, type: string, headers: Readonly<Record<string, string>> = {}) =>
	reply.json({type: 'error', error: {type, message: `said: ${type}`}, request_id: 'req_1'}, status, {
		'request-id': 'req_1',
		...headers,
	});

test('errors of the provider reach the client as it sent them, with its request id', async t => {
	const {anthropic, upstream} = await rig(t);
	for (const [status, type, kind] of [
		[404, 'not_found_error', NotFoundError],
		[429, 'rate_limit_error', RateLimitError],
		[500, 'api_error', InternalServerError],
		[529, 'overloaded_error', InternalServerError],
	] as const) {
		upstream.answer(failure(status, type));
		const error = await throws(t, anthropic.messages.create(calls.messages), kind, status);
		t.is(error.type, type);
		t.is(error.requestID, 'req_1');
	}
});

test('the client tries again when the provider says so, after the time that it says, and not when it says no', async t => {
	const {gateway, upstream} = await rig(t);
	const anthropic = new Anthropic({baseURL: gateway.url, apiKey: gatewayKey, maxRetries: 2});
	const soon = {'retry-after-ms': '1', 'retry-after': '3600'};
	upstream.answer(failure(429, 'rate_limit_error', soon), failure(529, 'overloaded_error', soon), reply.json(message));
	t.is((await anthropic.messages.create(calls.messages)).id, 'msg_1');
	t.deepEqual(
		upstream.requests.map(({headers}) => headers['x-stainless-retry-count']),
		['0', '1', '2'],
	);
	upstream.answer(failure(529, 'overloaded_error', {'x-should-retry': 'false'}), reply.json(message));
	await throws(t, anthropic.messages.create(calls.messages), InternalServerError, 529);
});

test('request ids: that of the provider for the client, that of the gateway beside it', async t => {
	const {anthropic, closed} = await rig(t, {answer: reply.json(message, 200, {'request-id': 'req_of_the_provider'})});
	const [{response, request_id}, {id}] = await Promise.all([
		anthropic.messages.create(calls.messages).withResponse(),
		closed(),
	]);
	t.is(request_id, 'req_of_the_provider');
	t.is(response.headers.get('x-request-id'), id);
});
