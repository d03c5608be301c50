/** What vendors really answered, replayed to their kinds: the client gets the bytes, the record the right counts. */

import test from 'ava';
import {reply, startGateway} from '../../../config/testing/index.js';
import type {Plugin} from '../../../core/index.js';
import {
	auth,
	azureOpenai,
	deepseek,
	gemini,
	glm,
	grok,
	groq,
	openaiCompatible,
	routing,
} from '../../../plugins/index.js';
import {recordedBody} from '../../e2e/recorded.js';
import {exchangeRecorder} from '../../helpers/whole-gateway.js';
import {counts, sharedPath, sharedStreams} from '../dialects/recordings.js';
import {chatCall, messagesCall, openGateway, upstream} from './gateway.js';

const apiKey = 'key-of-the.vendor';
const kinds: Readonly<Record<string, (root: string) => Plugin>> = {
	glm: baseUrl => glm({baseUrl, apiKey}),
	groq: baseUrl => groq({baseUrl, apiKey}),
	grok: baseUrl => grok({baseUrl, apiKey}),
	deepseek: baseUrl => deepseek({baseUrl, apiKey}),
	'azure-openai': baseUrl => azureOpenai({baseUrl, apiKey}),
	openrouter: baseUrl => openaiCompatible({name: 'openrouter', baseUrl, apiKey}),
};

/** Kind → recording → input tokens (total, uncached, from the cache) and output tokens (total, text, reasoning). */
const cases: readonly [string, string, object, object][] = [
	[
		'glm',
		'compat-glm/simple/1.response.json',
		{total: 13, uncached: 13, cacheRead: 0},
		{total: 437, text: 10, reasoning: 427},
	],
	[
		'glm',
		'compat-glm/thinking-stream/1.response.sse',
		{total: 13, uncached: 13, cacheRead: 0},
		{total: 564, text: 3, reasoning: 561},
	],
	['groq', 'compat-groq/tool-call/response.json', {total: 218}, {total: 15}],
	['groq', 'compat-groq/tool-call-stream/response.chunks.jsonl', {total: 210}, {total: 15}],
	['groq', 'compat-groq/reasoning-gpt-oss/1.response.json', {total: 84}, {total: 105, text: 10, reasoning: 95}],
	[
		'grok',
		'compat-xai/text/response.json',
		{total: 12, uncached: 10, cacheRead: 2},
		{total: 229, text: 1, reasoning: 228},
	],
	[
		'grok',
		'compat-xai/text-stream/response.chunks.jsonl',
		{total: 12, uncached: 1, cacheRead: 11},
		{total: 291, text: 1, reasoning: 290},
	],
	[
		'grok',
		'compat-xai/tool-call/response.json',
		{total: 291, uncached: 47, cacheRead: 244},
		{total: 215, text: 26, reasoning: 189},
	],
	[
		'deepseek',
		'compat-deepseek/tool-call/response.json',
		{total: 339, uncached: 19, cacheRead: 320},
		{total: 92, text: 44, reasoning: 48},
	],
	[
		'deepseek',
		'compat-deepseek/tool-call-stream/response.chunks.jsonl',
		{total: 339, uncached: 19, cacheRead: 320},
		{total: 83, text: 44, reasoning: 39},
	],
	[
		'azure-openai',
		'azure-openai/model-router-stream/response.chunks.jsonl',
		{total: 15, uncached: 15, cacheRead: 0},
		{total: 78, text: 14, reasoning: 64},
	],
];

function recorded(name: string): Buffer | undefined {
	return name.endsWith('.json') ? recordedBody(name) : sharedStreams().find(stream => stream.name === name)?.bytes;
}

const missing = 'the recordings are not at hand';

for (const [kind, name, input, output] of cases) {
	test(`${kind}: ${name}`, async t => {
		const bytes = recorded(name);
		if (bytes === undefined) {
			t.log(missing);
			t.pass();
			return;
		}
		const stream = !name.endsWith('.json');
		const type = stream ? 'text/event-stream' : 'application/json';
		// DeepSeek keeps plain answers alive with blank lines; anybody may.
		const sent = stream ? bytes : Buffer.concat([Buffer.from('\n\n \r\n'), bytes]);
		const {send, closed} = await rig(t, kind, reply.bytes(sent, {'content-type': type}));
		const got = await send(stream);
		t.is(got.status, 200);
		t.true(sent.equals(Buffer.from(await got.arrayBuffer())));
		const exchange = await closed();
		t.is(exchange.outcome, 'ok');
		t.deepEqual(counts(exchange.usage), {input, output});
	});
}

async function rig(t: Parameters<typeof upstream>[0], kind: string, answer: Parameters<typeof upstream>[1]) {
	const server = await upstream(t, answer);
	const recorder = exchangeRecorder();
	const plugin = kinds[kind];
	if (plugin === undefined) throw new Error(`no kind ${kind}`);
	const gateway = await startGateway({
		plugins: [auth({anonymous: true}), plugin(server.url), routing(), recorder.plugin],
		server: {drainSeconds: 0},
	});
	t.teardown(gateway.stop);
	const asked = {stream: true, stream_options: {include_usage: true}};
	return {
		send: (stream: boolean) => gateway.post('/v1/chat/completions', chatCall(`${kind}.m`, stream ? asked : {})),
		closed: () => recorder.next(),
	};
}

test('OpenRouter: an error in a chunk, behind a finish reason, is a failure', async t => {
	const bytes = recorded('compat-openrouter/stream-error/1.response.sse');
	if (bytes === undefined) {
		t.log(missing);
		t.pass();
		return;
	}
	const {send, closed} = await rig(t, 'openrouter', reply.bytes(bytes, {'content-type': 'text/event-stream'}));
	const text = await (await send(true)).text();
	t.regex(text, /OPENROUTER PROCESSING/);
	t.regex(text, /Token limit reached/);
	const exchange = await closed();
	t.is(exchange.outcome, 'failed');
	t.is(exchange.usage?.input.total, 43);
});

for (const [kind, name, status] of [
	['groq', 'compat-groq/tool-use-failed-400/1.response.json', 400],
	['openrouter', 'compat-openrouter/error-429/1.response.json', 429],
] as const) {
	test(`${kind}: ${name} passes as it came`, async t => {
		const bytes = recorded(name);
		if (bytes === undefined) {
			t.log(missing);
			t.pass();
			return;
		}
		const {send, closed} = await rig(t, kind, reply.bytes(bytes, {'content-type': 'application/json'}, status));
		const got = await send(false);
		t.is(got.status, status);
		t.true(bytes.equals(Buffer.from(await got.arrayBuffer())));
		t.like((await closed()).error, {code: 'upstream_error', status});
	});
}

test('Groq: an error event after 200 is a failure', async t => {
	const failure = {
		error: {
			message: 'Failed to call a function.',
			type: 'invalid_request_error',
			code: 'tool_use_failed',
			status_code: 400,
		},
	};
	const chunk = {
		id: 'c',
		object: 'chat.completion.chunk',
		choices: [{index: 0, delta: {role: 'assistant', content: 'I'}}],
	};
	const events = `data: ${JSON.stringify(chunk)}\n\nevent: error\ndata: ${JSON.stringify(failure)}\n\n`;
	const {send, closed} = await rig(t, 'groq', reply.events(events));
	t.is(await (await send(true)).text(), events);
	t.is((await closed()).outcome, 'failed');
});

test('Azure: Responses under /openai/v1', async t => {
	const bytes = recorded('azure-openai/responses-text/response.json');
	if (bytes === undefined) {
		t.log(missing);
		t.pass();
		return;
	}
	const server = await upstream(t, reply.bytes(bytes, {'content-type': 'application/json'}));
	const gateway = await openGateway(t, azureOpenai({baseUrl: server.url, apiKey}));
	const got = await gateway.post('/v1/responses', {model: 'azure-openai.d', input: 'hello'});
	t.true(bytes.equals(Buffer.from(await got.arrayBuffer())));
	t.is(server.requests[0]?.url, '/openai/v1/responses');
});

test('DeepSeek: an Anthropic client gets the bytes of the Anthropic surface', async t => {
	const name = 'anthropic-messages/thinking-stream';
	const recording = sharedStreams().find(stream => stream.name.startsWith(name));
	if (recording === undefined) {
		t.log(missing);
		t.pass();
		return;
	}
	const server = await upstream(t, reply.events(recording.bytes));
	const gateway = await openGateway(t, deepseek({baseUrl: server.url, apiKey}));
	const got = await gateway.post('/v1/messages', messagesCall('deepseek.m', {stream: true}));
	t.true(recording.bytes.equals(Buffer.from(await got.arrayBuffer())));
	t.is(server.requests[0]?.url, '/anthropic/v1/messages');
});

test('Gemini: an error in a list is unpacked, one without is passed as it came', async t => {
	const said = {error: {code: 400, message: 'Request contains an invalid argument.', status: 'INVALID_ARGUMENT'}};
	const server = await upstream(t, reply.json([said], 400));
	const gateway = await openGateway(t, gemini({baseUrl: `${server.url}/v1beta/openai`, apiKey}));
	const ask = () => gateway.post('/v1/chat/completions', chatCall('gemini.gemini-2.5-flash'));
	const wrapped = await ask();
	t.is(wrapped.status, 400);
	t.deepEqual(await wrapped.json(), {
		error: {
			message: 'gemini answered 400 (code INVALID_ARGUMENT): Request contains an invalid argument.',
			type: 'invalid_request_error',
			param: null,
			code: 'upstream_error',
		},
	});
	server.answer(reply.json(said, 429));
	t.deepEqual(await (await ask()).json(), said);
	server.answer(reply.json(['what?'], 500));
	t.is((await ask()).status, 500);
});

test('the recordings are found where they are', t => {
	if (sharedPath('fixtures') === undefined) t.log(missing);
	else for (const [, name] of cases) t.truthy(recorded(name), name);
	t.pass();
});
