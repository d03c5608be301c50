import test from 'ava';
import fc from 'fast-check';
import {anthropicComplete} from '../../../plugins/dialects/anthropic-complete/index.js';
import {anthropicMessages} from '../../../plugins/dialects/anthropic-messages/index.js';
import {openaiChat} from '../../../plugins/dialects/openai-chat/index.js';
import {openaiResponses} from '../../../plugins/dialects/openai-responses/index.js';
import {all, counts} from './recordings.js';

const latin1 = (text: string) => Buffer.from(text).toString('latin1');

/** What a model may say to be mistaken for the frame around it. */
const decoy = fc.constantFrom(
	'"usage":{"prompt_tokens":9,"completion_tokens":9}',
	'"finish_reason":"stop"',
	'"finish_reason": "stop"',
	'"choices":[]',
	'"error":{"message":"no"}',
	'data: [DONE]',
	'[DONE]',
	'\n\nevent: error\ndata: {}\n\n',
	'event: response.completed',
	'event: message_stop',
	'{"type":"error"}',
	'\\"usage\\":{"input_tokens":1}',
	'usage',
	'error',
	'\\',
	'"',
	'\r\n',
	'👋 ü \u2028',
);
const text = fc.array(fc.oneof(decoy, fc.string()), {maxLength: 5}).map(parts => parts.join(''));

/** JSON as servers write it: tight, spaced, over several lines. */
const written = fc.constantFrom<(value: unknown) => string>(
	value => JSON.stringify(value),
	value => JSON.stringify(value, null, 1).replaceAll('\n', ' '),
	value => JSON.stringify(value, null, '\t'),
);

interface Frame {
	readonly lineEnd: string;
	readonly space: string;
	readonly before: string;
	readonly after: string;
}
const frame: fc.Arbitrary<Frame> = fc.record({
	lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\r'),
	space: fc.constantFrom(' ', ''),
	before: fc.constantFrom('', '', '\n', ': OPENROUTER PROCESSING\n', 'id: 7\n', 'retry: 10\n\n', ':\n'),
	after: fc.constantFrom('\n', '', ': after\n\n'),
});

function framed(data: string, {lineEnd, space, before, after}: Frame, event?: string): string {
	const named = event === undefined ? '' : `event:${space}${event}\n`;
	const lines = data.split('\n').map(line => `data:${space}${line}\n`);
	return latin1(`${before}${named}${lines.join('')}${after}`.replaceAll('\n', lineEnd));
}

const usage = fc.constantFrom(null, undefined, {}, {prompt_tokens: 'x'}, {prompt_tokens: 5, completion_tokens: 2});
const finish = fc.constantFrom(null, null, undefined, '', 'stop', 'tool_calls', 7);
const failure = fc.constantFrom(undefined, undefined, null, false, {message: 'Token limit reached', code: 400});
const choice = fc
	.record({content: text, finish, text})
	.map(({content, finish, text}) => ({index: 0, delta: {content, error: null}, text, finish_reason: finish}));
const chunk = fc.record({
	id: text,
	before: failure,
	choices: fc.oneof(fc.array(choice, {maxLength: 3}), fc.constantFrom(null, undefined)),
	usage,
	finish,
});

test('chunks: what an event is does not depend on what the model says or how the server writes', t => {
	fc.assert(
		fc.property(chunk, written, frame, ({id, before, choices, usage}, write, how) => {
			const watcher = openaiChat.watchStream();
			const facts = watcher.see(framed(write({id, error: before, choices, usage}), how));
			const counted = (usage as {completion_tokens?: number} | null | undefined)?.completion_tokens === 2;
			const some = (choices ?? []).length > 0;
			t.is(facts, before ? 'error' : some ? 'content' : counted ? 'usage-only' : 'idle');
			t.deepEqual(counts(watcher.usage), counted ? {input: {total: 5}, output: {total: 2}} : undefined);
			const ended = (choices ?? []).some(({finish_reason: reason}) => reason === 'stop' || reason === 'tool_calls');
			t.is(watcher.complete, ended);
		}),
		{numRuns: 2000},
	);
});

test('named events: what an event is does not depend on what the model says or how the server writes', t => {
	const terminal = ['response.completed', 'response.incomplete', 'response.failed', 'message_stop'];
	const type = fc.constantFrom(
		...terminal,
		'response.created',
		'response.output_text.delta',
		'response.function_call_arguments.delta',
		'content_block_delta',
		'error',
		'ping',
	);
	fc.assert(
		fc.property(type, text, written, frame, fc.boolean(), (type, delta, write, how, named) => {
			const data = write({type, delta, response: {id: delta, tools: [{usage: delta, error: null}]}});
			for (const {dialect, ends, fails} of [
				{dialect: openaiResponses, ends: terminal.slice(0, 3), fails: ['error', 'response.failed']},
				{dialect: anthropicMessages, ends: terminal.slice(3), fails: ['error']},
			]) {
				const watcher = dialect.watchStream();
				const facts = watcher.see(framed(data, how, named ? type : undefined));
				t.is(facts, fails.includes(type) ? 'error' : type === 'ping' ? 'idle' : 'content');
				t.is(watcher.complete, ends.includes(type));
				t.is(watcher.usage, undefined);
			}
		}),
		{numRuns: 1000},
	);
});

for (const dialect of all) {
	test(`${dialect.name}: comments, pings and empty events are idle and end nothing`, t => {
		const watcher = dialect.watchStream();
		const empty = [
			': ping\n\n',
			':\r\n\r\n',
			'data:\n\n',
			'data: \n\n',
			'data\n\n',
			'\n\n',
			'id: 1\n\n',
			'retry: 9\r\r',
			'event: ping',
		];
		for (const event of empty) t.is(watcher.see(event), 'idle', JSON.stringify(event));
		t.is(watcher.see('event: ping\ndata: {"type":"ping"}\n\n'), 'idle');
		t.false(watcher.complete);
		t.is(watcher.usage, undefined);
	});

	test(`${dialect.name}: an error event is the provider's error, named or not, and no clean end`, t => {
		for (const event of [
			'event: error\ndata: {"error":{"message":"Failed to call a function","status_code":400}}\n\n',
			'event:error\r\ndata:{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\r\n\r\n',
			'data: {"error":{"message":"Overloaded"}}\n\n',
			'data: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
			'data: {"error": {"message": "no"}}\revent: error\r\r',
			'event: error\rdata: {"code": 500}\n\n',
		]) {
			const watcher = dialect.watchStream();
			t.is(watcher.see(event), 'error', event);
			t.false(watcher.complete);
		}
	});

	test(`${dialect.name}: what is not JSON passes for content`, t => {
		const watcher = dialect.watchStream();
		for (const event of [
			'data: hello\n\n',
			'data: {"choices":[{\n\n',
			'data: 7\n\n',
			'data: null\n\n',
			'data: [1]\n\n',
		])
			t.is(watcher.see(event), 'content', event);
		t.false(watcher.complete);
	});
}

test('an end that is itself cut off is no end', t => {
	const ends: readonly (readonly [typeof openaiChat, string])[] = [
		[openaiChat, 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'],
		[openaiResponses, 'event: response.completed\ndata: {"type":"response.completed","response":{"id":"r"}}\n\n'],
		[openaiResponses, 'event: response.failed\ndata: {"type":"response.failed","response":{"id":"r"}}\n\n'],
		[anthropicMessages, 'event: message_stop\ndata: {"type":"message_stop"}\n\n'],
		[
			anthropicComplete,
			'event: completion\ndata: {"type":"completion","completion":"","stop_reason":"max_tokens"}\n\n',
		],
	];
	for (const [dialect, event] of ends) {
		for (let length = 1; length < event.length - 2; length++) {
			const watcher = dialect.watchStream();
			t.not(watcher.see(event.slice(0, length)), 'error');
			t.false(watcher.complete, event.slice(0, length));
		}
		// The blank line and even the line's own end may be missing.
		for (const length of [event.length - 2, event.length - 1, event.length]) {
			const watcher = dialect.watchStream();
			watcher.see(event.slice(0, length));
			t.true(watcher.complete);
		}
	}
});

test('chunks: an event is read as a whole, whatever ends its lines', t => {
	t.is(openaiChat.watchStream().see('data: {"code": 500}\revent: error\n\n'), 'error');
	const watcher = openaiChat.watchStream();
	t.is(watcher.see('data: {"choices":[\rdata: {"finish_reason":"stop"}]}\n\n'), 'content');
	t.true(watcher.complete);
});

test('chunks: the last usage is the one that counts', t => {
	const watcher = openaiChat.watchStream();
	for (const output of [1, 2, 30]) {
		const usage = {prompt_tokens: 7, completion_tokens: output};
		const facts = watcher.see(`data: ${JSON.stringify({choices: [{index: 0, delta: {content: 'x'}}], usage})}\n\n`);
		t.is(facts, 'content');
	}
	watcher.see('data: [DONE]\n\n');
	t.deepEqual(counts(watcher.usage), {input: {total: 7}, output: {total: 30}});
});

test('messages: input is known from the start, output from the end, and what message_delta leaves out stays', t => {
	const watcher = anthropicMessages.watchStream();
	const see = (type: string, members: object) =>
		watcher.see(`event: ${type}\ndata: ${JSON.stringify({type, ...members})}\n\n`);
	see('message_start', {message: {usage: {input_tokens: 3, cache_read_input_tokens: 10, output_tokens: 1}}});
	t.deepEqual(counts(watcher.usage), {input: {total: 13, uncached: 3, cacheRead: 10}, output: {}});
	see('message_delta', {usage: {output_tokens: 5, cache_read_input_tokens: null}});
	t.deepEqual(counts(watcher.usage), {input: {total: 13, uncached: 3, cacheRead: 10}, output: {total: 5}});
	see('message_delta', {usage: {input_tokens: 20, output_tokens: 9}});
	t.deepEqual(counts(watcher.usage), {input: {total: 30, uncached: 20, cacheRead: 10}, output: {total: 9}});
	see('message_start', {message: {usage: {input_tokens: 4, output_tokens: 1}}});
	t.deepEqual(counts(watcher.usage), {input: {total: 4, uncached: 4}, output: {}});
	see('message_delta', {usage: 'many'});
	t.deepEqual(counts(watcher.usage), {input: {total: 4, uncached: 4}, output: {}});
});
