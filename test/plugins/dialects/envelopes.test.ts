import {pathToFileURL} from 'node:url';
import Anthropic from '@anthropic-ai/sdk';
import test from 'ava';
import OpenAI from 'openai';
import {type Dialect, GatewayError} from '../../../core/index.js';
import {anthropicMessages} from '../../../plugins/dialects/anthropic-messages/index.js';
import {openaiChat} from '../../../plugins/dialects/openai-chat/index.js';
import {openaiResponses} from '../../../plugins/dialects/openai-responses/index.js';
import {all, eventsOf, sharedPath} from './recordings.js';

const requestId = '0197b0a4-0000-7000-8000-000000000001';
const message = 'Nothing is left:\n"at most" 100 tokens\u2028 for 👋';
const statuses = [400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 431, 500, 502, 503, 504, 529];

function refused(status: number, details = {}): GatewayError {
	return new GatewayError('token_cap', status, message, details);
}

const types: Readonly<Record<number, readonly [openai: string, anthropic: string]>> = {
	400: ['invalid_request_error', 'invalid_request_error'],
	401: ['invalid_request_error', 'authentication_error'],
	402: ['insufficient_quota', 'billing_error'],
	403: ['permission_error', 'permission_error'],
	404: ['invalid_request_error', 'not_found_error'],
	409: ['invalid_request_error', 'conflict_error'],
	413: ['invalid_request_error', 'request_too_large'],
	422: ['invalid_request_error', 'invalid_request_error'],
	429: ['rate_limit_error', 'rate_limit_error'],
	500: ['server_error', 'api_error'],
	502: ['server_error', 'api_error'],
	503: ['server_error', 'overloaded_error'],
	504: ['server_error', 'timeout_error'],
	529: ['server_error', 'overloaded_error'],
};

for (const dialect of all) {
	test(`${dialect.name}: a refusal in the client's own envelope`, t => {
		for (const [status, [openai, anthropic]] of Object.entries(types)) {
			const body = dialect.encodeError(refused(Number(status)), requestId);
			if (dialect.family === 'openai')
				t.deepEqual(body, {error: {message, type: openai, param: null, code: 'token_cap'}});
			else t.deepEqual(body, {type: 'error', error: {type: anthropic, message}, request_id: requestId});
		}
	});

	test(`${dialect.name}: its own errors are recognised, and nothing else is`, t => {
		const mine = dialect.encodeError(refused(400), requestId);
		const other = all.find(({family}) => family !== dialect.family)?.encodeError(refused(400), requestId);
		t.true(dialect.isError(mine));
		t.false(dialect.isError(other));
		const foreign = [
			undefined,
			null,
			'error',
			[],
			[mine],
			{},
			{error: 'no'},
			{error: {}},
			{error: {message: 1}},
			{message},
		];
		for (const body of [...foreign, {type: 'error'}, {type: 'error', error: {message: 1, type: 'x'}}])
			t.false(dialect.isError(body), JSON.stringify(body));
	});

	test(`${dialect.name}: its own error event is an error to its own watcher, and no end`, t => {
		const events = eventsOf(Buffer.from(dialect.encodeErrorEvent(refused(502), requestId)));
		const watcher = dialect.watchStream();
		t.true(events.length > 0);
		for (const event of events) t.is(watcher.see(event), 'error');
		t.is(watcher.complete, dialect.name === 'openai-responses');
	});
}

test('servers that speak OpenAI’s APIs leave out what they like', t => {
	t.true(openaiChat.isError({error: {code: '1302', message: 'too many'}}));
	t.true(openaiChat.isError({error: {code: 429, message: 'no', metadata: {raw: 'x'}}, user_id: 'u'}));
	t.true(openaiChat.isError({error: {message: 'no', type: null, param: null, code: null}}));
});

test('the field at fault is named', t => {
	t.like(openaiChat.encodeError(refused(400, {param: 'max_tokens'}), requestId), {error: {param: 'max_tokens'}});
});

interface Validators {
	readonly [schema: string]: (value: unknown) => readonly string[] | null;
}

test('every envelope and event is valid under the official schemas', async t => {
	const validator = sharedPath('spec/validator.mjs');
	const spec = sharedPath('spec');
	if (validator === undefined || spec === undefined) {
		t.log('no schemas beside the repository: left out');
		t.pass();
		return;
	}
	process.env['AJV_FROM'] = `${import.meta.dirname}/../../../../node_modules`;
	const {makeValidators} = (await import(pathToFileURL(validator).href)) as {makeValidators(dir: string): Validators};
	const valid = makeValidators(spec);
	for (const dialect of all) {
		for (const status of statuses) {
			const error = refused(status, {param: 'model'});
			const schema = dialect.family === 'openai' ? 'openaiError' : 'anthropicError';
			t.is(valid[schema]?.(dialect.encodeError(error, requestId)), null);
			for (const {json} of payloads(dialect, error)) {
				const eventSchema = dialect.name === 'openai-responses' ? 'responsesEvent' : schema;
				t.is(valid[eventSchema]?.(json), null);
			}
		}
	}
});

function payloads(dialect: Dialect, error: GatewayError): readonly {readonly name: string; readonly json: unknown}[] {
	return eventsOf(Buffer.from(dialect.encodeErrorEvent(error, requestId))).map(event => {
		const text = Buffer.from(event, 'latin1').toString('utf8');
		const data = text.slice(text.indexOf('data: ') + 6);
		return {name: text.slice(0, text.indexOf('\n')), json: JSON.parse(data)};
	});
}

test('Responses: the failure is numbered behind all that went before', t => {
	const [error, failed, ...more] = payloads(openaiResponses, refused(504));
	t.deepEqual(more, []);
	t.is(error?.name, 'event: error');
	t.is(failed?.name, 'event: response.failed');
	t.like(failed?.json, {type: 'response.failed', response: {status: 'failed', error: {code: 'token_cap', message}}});
	const [first, second] = [error?.json, failed?.json].map(json => (json as {sequence_number: number}).sequence_number);
	t.true(Number(first) > 1_000_000 && Number(second) > Number(first) && Number(second) < 2 ** 31);
});

/** A `fetch` that answers with one body. */
function answering(status: number, type: string, body: string): () => Promise<Response> {
	return async () => new Response(body, {status, headers: {'content-type': type}});
}

function broken(dialect: Dialect, begun: string): () => Promise<Response> {
	return answering(200, 'text/event-stream', begun + dialect.encodeErrorEvent(refused(504), requestId));
}

test('the official OpenAI client throws a refusal with its status, code and param', async t => {
	const body = JSON.stringify(openaiChat.encodeError(refused(403, {param: 'model'}), requestId));
	const client = new OpenAI({apiKey: 'key', maxRetries: 0, fetch: answering(403, 'application/json', body)});
	const error = await t.throwsAsync(client.chat.completions.create({model: 'm', messages: []}), {
		instanceOf: OpenAI.PermissionDeniedError,
	});
	t.like(error, {status: 403, code: 'token_cap', param: 'model', type: 'permission_error'});
});

test('the official Anthropic client throws a refusal with its status and type', async t => {
	const body = JSON.stringify(anthropicMessages.encodeError(refused(429), requestId));
	const client = new Anthropic({apiKey: 'key', maxRetries: 0, fetch: answering(429, 'application/json', body)});
	const error = await t.throwsAsync(client.messages.create({model: 'm', max_tokens: 1, messages: []}), {
		instanceOf: Anthropic.RateLimitError,
	});
	t.like(error, {status: 429, error: JSON.parse(body)});
});

test('the official OpenAI client throws what ends a stream of chunks', async t => {
	const begun =
		'data: {"id":"1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hel"}}]}\n\n';
	const client = new OpenAI({apiKey: 'key', maxRetries: 0, fetch: broken(openaiChat, begun)});
	const stream = await client.chat.completions.create({model: 'm', messages: [], stream: true});
	const said: unknown[] = [];
	const error = await t.throwsAsync(
		async () => {
			for await (const chunk of stream) said.push(chunk.choices[0]?.delta.content);
		},
		{instanceOf: OpenAI.APIError, message},
	);
	t.deepEqual(said, ['Hel']);
	t.like(error, {code: 'token_cap', type: 'server_error'});
});

test('the official OpenAI client throws what ends a stream of response events', async t => {
	const response = {id: 'resp_1', object: 'response', status: 'in_progress', output: []};
	const created = JSON.stringify({type: 'response.created', sequence_number: 0, response});
	const begun = `event: response.created\ndata: ${created}\n\n`;
	const client = new OpenAI({apiKey: 'key', maxRetries: 0, fetch: broken(openaiResponses, begun)});
	const error = await t.throwsAsync(client.responses.stream({model: 'm', input: 'x'}).finalResponse(), {
		instanceOf: OpenAI.APIError,
		message,
	});
	t.like(error, {code: 'token_cap', type: 'server_error'});
});

test('the official Anthropic client throws what ends a stream of message events', async t => {
	const client = new Anthropic({apiKey: 'key', maxRetries: 0, fetch: broken(anthropicMessages, '')});
	const error = await t.throwsAsync(client.messages.stream({model: 'm', max_tokens: 1, messages: []}).finalMessage(), {
		instanceOf: Anthropic.APIError,
	});
	t.like(error, {type: 'timeout_error', error: {error: {message}, request_id: requestId}});
});
