import test, {type ExecutionContext} from 'ava';
import {createParser, type EventSourceMessage} from 'eventsource-parser';
import type {StartedGateway} from '../../../../config/testing/index.js';
import {mock} from '../../../../plugins/index.js';
import {chatCall, messagesCall, openGateway} from '../gateway.js';
import {type Check, loadValidators, type Validators} from './validators.js';

const models = {
	fixed: {text: 'It is sunny in Paris.', usage: {input: 7, output: 5}},
	pieces: {chunks: ['It is ', '', 'sunny', ' in Páris 🌞']},
	tool: {toolCall: {name: 'get_weather', arguments: {city: 'Paris', days: [1, 2]}}},
	'text-and-tool': {text: 'Let me look.', toolCall: {name: 'get_weather', arguments: {}}},
	'breaks-in-stream': {text: 'a b c', errorAfter: 1, error: {status: 529, message: 'overloaded'}},
	'fails.at-once': {
		error: {status: 429, message: 'slow down', code: 'rate_limit_exceeded', headers: {'Retry-After': '7'}},
	},
};
const talking = ['echo', 'fixed', 'pieces', 'tool', 'text-and-tool'];
const generating = [
	{path: '/v1/chat/completions', body: chatCall},
	{path: '/v1/responses', body: (model: string, more = {}) => ({model, input: 'hello there', ...more})},
	{path: '/v1/completions', body: (model: string, more = {}) => ({model, prompt: 'hello there', ...more})},
	{path: '/v1/messages', body: messagesCall},
	{
		path: '/v1/complete',
		body: (model: string, more = {}) => ({
			model,
			prompt: '\n\nHuman: before\n\nAssistant: well\n\nHuman: hello there\n\nAssistant:',
			max_tokens_to_sample: 100,
			...more,
		}),
	},
];

/** The check for a whole answer and for one event of a path. */
function checks(validators: Validators, path: string): {whole: Check; event: Check} {
	const valid = {
		'/v1/chat/completions': {whole: validators.openaiChat, event: validators.openaiChatChunk},
		'/v1/responses': {whole: validators.responses, event: validators.responsesEvent},
		'/v1/completions': {whole: validators.openaiCompletion, event: legacyChunk(validators.openaiCompletion)},
		'/v1/messages': {whole: validators.anthropicMessage, event: validators.anthropicEvent},
		'/v1/complete': {whole: validators.anthropicComplete, event: validators.anthropicComplete},
	}[path];
	if (valid === undefined) throw new Error(path);
	return valid;
}

/** The description knows whole answers only; in a stream the live API says null for what is not known yet. */
function legacyChunk(check: Check): Check {
	return chunk =>
		check(
			JSON.parse(
				JSON.stringify(chunk).replace('"finish_reason":null', '"finish_reason":"stop"').replace(',"usage":null', ''),
			),
		);
}

async function gatewayWithMock(t: ExecutionContext): Promise<StartedGateway> {
	return openGateway(t, mock({models}));
}

function events(text: string): EventSourceMessage[] {
	const read: EventSourceMessage[] = [];
	const parser = createParser({onEvent: event => read.push(event)});
	parser.feed(text);
	return read;
}

/** `error` events and OpenAI's `[DONE]` belong to no schema of a stream. */
function payloads(text: string): unknown[] {
	return events(text)
		.filter(({data}) => data !== '[DONE]')
		.map(({data}) => JSON.parse(data) as unknown);
}

test('whatever the mock provider answers is valid by the official API descriptions', async t => {
	const validators = await loadValidators();
	if (validators === undefined) {
		t.log('skipped: the API descriptions are not here');
		t.pass();
		return;
	}
	const gateway = await gatewayWithMock(t);
	for (const {path, body} of generating) {
		const {whole, event} = checks(validators, path);
		for (const model of talking) {
			const cannotCall = model.includes('tool') && (path === '/v1/completions' || path === '/v1/complete');
			const plain = await gateway.post(path, body(`mock.${model}`));
			t.is(plain.status, cannotCall ? 400 : 200, `${path} ${model}`);
			if (cannotCall) continue;
			t.deepEqual(whole(await plain.json()), null, `${path} ${model}`);
			for (const more of [{}, {stream_options: {include_usage: true}}]) {
				if ('stream_options' in more && !path.endsWith('completions')) continue;
				const streamed = await gateway.post(path, body(`mock.${model}`, {stream: true, ...more}));
				const seen = payloads(await streamed.text());
				t.true(seen.length > 1, `${path} ${model}`);
				for (const payload of seen) t.deepEqual(event(payload), null, `${path} ${model} ${JSON.stringify(payload)}`);
			}
		}
	}
	const vectors = await gateway.post('/v1/embeddings', {model: 'mock.echo', input: ['a', 'b']});
	t.deepEqual(validators.openaiEmbeddings(await vectors.json()), null);
	const counted = await gateway.post('/v1/messages/count_tokens', messagesCall('mock.echo'));
	t.deepEqual(validators.anthropicCountTokens(await counted.json()), null);
});

test('errors on demand are valid by the official API descriptions, also within a stream', async t => {
	const validators = await loadValidators();
	if (validators === undefined) {
		t.log('skipped: the API descriptions are not here');
		t.pass();
		return;
	}
	const gateway = await gatewayWithMock(t);
	for (const {path, body} of generating) {
		const anthropic = path === '/v1/messages' || path === '/v1/complete';
		const valid = anthropic ? validators.anthropicError : validators.openaiError;
		for (const stream of [false, true]) {
			const failed = await gateway.post(path, body('mock.fails.at-once', {stream}));
			t.is(failed.status, 429);
			t.is(failed.headers.get('retry-after'), '7');
			t.deepEqual(valid(await failed.json()), null, path);
		}
		const streamed = await gateway.post(path, body('mock.breaks-in-stream', {stream: true}));
		t.is(streamed.status, 200);
		const seen = payloads(await streamed.text());
		if (path === '/v1/responses') {
			for (const payload of seen) t.deepEqual(validators.responsesEvent(payload), null, JSON.stringify(payload));
			t.is((seen.at(-1) as {type: string}).type, 'response.failed');
		} else t.deepEqual(valid(seen.at(-1)), null, path);
	}
});

test('echo answers with the last user message in every API', async t => {
	const gateway = await gatewayWithMock(t);
	for (const {path, body} of generating) {
		const answer = await (await gateway.post(path, body('mock.echo'))).text();
		t.regex(answer, /"hello there"/, path);
		t.notRegex(answer, /before/, path);
	}
	const parts = {
		model: 'mock.echo',
		messages: [
			{role: 'user', content: 'first'},
			{role: 'assistant', content: 'and'},
			{
				role: 'user',
				content: [
					{type: 'text', text: 'one'},
					{type: 'image_url', image_url: {url: 'data:,'}},
					{type: 'text', text: 'two'},
				],
			},
			{role: 'assistant', content: 'then'},
		],
	};
	const reply = (await (await gateway.post('/v1/chat/completions', parts)).json()) as {
		choices: {message: {content: string}}[];
	};
	t.is(reply.choices[0]?.message.content, 'one\ntwo');
});

test('a streamed echo comes word by word and is whole', async t => {
	const gateway = await gatewayWithMock(t);
	const text = '  white space,\n\n kept   as it is ';
	const call = {model: 'mock.echo', stream: true, messages: [{role: 'user', content: text}]};
	const seen = payloads(await (await gateway.post('/v1/chat/completions', call)).text()) as {
		choices: {delta: {content?: string}}[];
	}[];
	const pieces = seen.flatMap(({choices}) => choices[0]?.delta.content || []);
	t.is(pieces.join(''), text);
	t.is(pieces.length, 7);
});

test('a stream of Chat Completions holds usage for those who ask, and for nobody else', async t => {
	const gateway = await gatewayWithMock(t);
	const without = await (await gateway.post('/v1/chat/completions', chatCall('mock.fixed', {stream: true}))).text();
	t.false(without.includes('usage'));
	const asked = {stream: true, stream_options: {include_usage: true}};
	const seen = payloads(await (await gateway.post('/v1/chat/completions', chatCall('mock.fixed', asked))).text());
	t.like(seen.at(-1), {choices: [], usage: {prompt_tokens: 7, completion_tokens: 5, total_tokens: 12}});
	t.is((seen[0] as {usage: unknown}).usage, null);
});

test('the events of a Responses stream are numbered without a gap', async t => {
	const gateway = await gatewayWithMock(t);
	for (const model of [...talking, 'breaks-in-stream']) {
		const body = {model: `mock.${model}`, input: 'hello there', stream: true};
		const seen = payloads(await (await gateway.post('/v1/responses', body)).text()) as {sequence_number: number}[];
		t.deepEqual(
			seen.map(event => event.sequence_number),
			seen.map((_, index) => index),
			model,
		);
	}
});
