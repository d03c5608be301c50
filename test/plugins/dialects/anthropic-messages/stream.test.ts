/** Streams: what is read of native events and which events are written, in what order. */

import test from 'ava';
import {type CompletionEvent, GatewayError, type JsonObject, type Part} from '../../../../core/index.js';
import {codec} from '../../../../plugins/dialects/anthropic-messages/codec.js';
import {assemble} from '../../../helpers/conversations.js';
import {
	assembledBySdk,
	bytesOf,
	decodeStream,
	encodeStream,
	jsonOf,
	replyContext,
	schemas,
	sse,
	wireEvents,
} from './support.js';

const valid = await schemas();
const start: CompletionEvent = {type: 'start', id: 'x', model: 'm'};
const stop: CompletionEvent = {type: 'finish', finish: {reason: 'stop'}};
const end: CompletionEvent = {type: 'end'};
const begin = (index: number, part: Part): CompletionEvent => ({type: 'part-start', index, part});
const text = (index: number): CompletionEvent => begin(index, {type: 'text', text: ''});
const call = (index: number, id: string): CompletionEvent =>
	begin(index, {type: 'tool-call', id, name: 'f', arguments: ''});
const delta = (
	index: number,
	said: string,
	type: 'text' | 'arguments' | 'thinking' | 'signature' | 'refusal' = 'text',
): CompletionEvent => ({type: 'part-delta', index, delta: {type, text: said}});
const done = (index: number): CompletionEvent => ({type: 'part-end', index});

/** Events in short: the type without what is common, the number, what is said. */
function brief(events: readonly CompletionEvent[]): readonly string[] {
	return jsonOf(encodeStream(events)).map(json => {
		const problems = valid?.['anthropicEvent']?.(json) ?? null;
		if (problems !== null) throw new Error(problems.join('\n'));
		const block = json['content_block'] as JsonObject | undefined;
		const change = json['delta'] as JsonObject | undefined;
		const said = change?.['text'] ?? change?.['partial_json'] ?? change?.['thinking'] ?? change?.['stop_reason'];
		const what = block?.['id'] ?? block?.['type'] ?? said ?? change?.['type'] ?? '';
		return `${String(json['type']).replace('content_block_', '')} ${json['index'] ?? ''} ${String(what)}`
			.replace(/ +/g, ' ')
			.trim();
	});
}

test('row 49: calls that come interleaved are written one behind the other', t => {
	const events = [
		start,
		call(0, 'a'),
		delta(0, '{"x":', 'arguments'),
		call(1, 'b'),
		delta(1, '{"y"', 'arguments'),
		delta(0, '1}', 'arguments'),
		delta(1, ':2}', 'arguments'),
		done(0),
		done(1),
		stop,
		end,
	];
	t.deepEqual(brief(events), [
		'message_start',
		'start 0 a',
		'delta 0 {"x":',
		'delta 0 1}',
		'stop 0',
		'start 1 b',
		'delta 1 {"y"',
		'delta 1 :2}',
		'stop 1',
		'message_delta tool_use',
		'message_stop',
	]);
});

test('row 49: nothing waits that need not', t => {
	const encoder = codec.encodeStream(replyContext());
	const written = (event: CompletionEvent) => encoder.push(event).length;
	t.deepEqual([start, call(0, 'a'), delta(0, '{}', 'arguments')].map(written), [1, 1, 1]);
	t.deepEqual([call(1, 'b'), delta(1, '{}', 'arguments')].map(written), [0, 0]);
	t.is(written(done(0)), 3);
	t.deepEqual([delta(1, ' ', 'arguments'), done(1)].map(written), [1, 1]);
});

test('row 53: parts that say nothing open no block', t => {
	const events = [
		start,
		text(0),
		done(0),
		begin(1, {type: 'thinking', text: ''}),
		done(1),
		call(2, 'a'),
		done(2),
		stop,
		end,
	];
	t.deepEqual(brief(events), ['message_start', 'start 0 a', 'stop 0', 'message_delta tool_use', 'message_stop']);
});

test('row 54: text gives way to a call and goes on in a block of its own', t => {
	const events = [
		start,
		text(0),
		delta(0, 'a'),
		call(1, 'x'),
		delta(0, 'b'),
		done(1),
		delta(0, 'c'),
		done(0),
		stop,
		end,
	];
	t.deepEqual(brief(events), [
		'message_start',
		'start 0 text',
		'delta 0 a',
		'stop 0',
		'start 1 x',
		'stop 1',
		'start 2 text',
		'delta 2 b',
		'delta 2 c',
		'stop 2',
		'message_delta tool_use',
		'message_stop',
	]);
});

test('row 58: usage behind the finish is in the last event but one', t => {
	const counted = {input: {total: 9, uncached: 9}, output: {total: 5}, source: 'reported' as const, raw: undefined};
	const events = jsonOf(encodeStream([start, stop, {type: 'usage', usage: counted}, end]));
	t.like(events.at(-2), {type: 'message_delta', usage: {input_tokens: 9, output_tokens: 5}});
});

test('row 61: what is known of the input at the beginning is told at once', t => {
	const usage = {input: {total: 12, uncached: 12}, output: {}, source: 'estimated' as const, raw: undefined};
	const events = jsonOf(encodeStream([Object.assign({}, start, {usage}), stop, end]));
	t.like(events[0], {message: {usage: {input_tokens: 12}}});
	t.like(events.at(-2), {usage: {input_tokens: 12}});
});

const native = {
	start: (id: string, usage: JsonObject = {input_tokens: 7, output_tokens: 1}) => ({
		type: 'message_start',
		message: {id, type: 'message', role: 'assistant', model: 'm', content: [], usage},
	}),
	begin: (index: number, block: JsonObject) => ({type: 'content_block_start', index, content_block: block}),
	text: (index: number, said: string) => ({
		type: 'content_block_delta',
		index,
		delta: {type: 'text_delta', text: said},
	}),
	json: (index: number, said: string) => ({
		type: 'content_block_delta',
		index,
		delta: {type: 'input_json_delta', partial_json: said},
	}),
	done: (index: number) => ({type: 'content_block_stop', index}),
	finish: (reason: string, usage: JsonObject = {output_tokens: 5}) => ({
		type: 'message_delta',
		delta: {stop_reason: reason, stop_sequence: null},
		usage,
	}),
	stop: {type: 'message_stop'},
};

test('row 62: counts of the end replace those of the beginning; what it leaves out stays', t => {
	const read = (usage: JsonObject) =>
		assemble(decodeStream(sse(native.start('a'), native.finish('end_turn', usage), native.stop))).usage;
	t.like(read({output_tokens: 5}), {input: {total: 7}, output: {total: 5}});
	t.like(read({input_tokens: 20, output_tokens: 5}), {input: {total: 20}, output: {total: 5}});
	t.like(read({input_tokens: null, output_tokens: 5}), {input: {total: 7}});
	const [first] = decodeStream(sse(native.start('a')));
	t.like(first, {usage: {input: {total: 7}, output: {total: undefined}}});
});

test('row 63: streams know nothing of each other', t => {
	t.is(
		assemble(decodeStream(sse(native.start('a'), native.finish('end_turn', {}), native.stop))).usage?.output.total,
		undefined,
	);
});

test('row 64: pings', t => {
	t.deepEqual(decodeStream(sse({type: 'ping'})), [{type: 'ping'}]);
	t.deepEqual(decodeStream(wireEvents(Buffer.from(': keep-alive\n\n'))), []);
	t.is(codec.encodeStream(replyContext()).keepAlive().bytes.toString(), 'event: ping\ndata: {"type":"ping"}\n\n');
});

test('rows 65 and 66: every event is named, and nothing comes behind message_stop', t => {
	const bytes = bytesOf(encodeStream([start, text(0), delta(0, 'a'), done(0), stop, end, end])).toString();
	t.false(bytes.includes('[DONE]'));
	for (const event of bytes.split('\n\n').filter(event => event !== '')) {
		const [name, data] = event.split('\n');
		t.is(name, `event: ${(JSON.parse(data?.slice(6) ?? '') as {type: string}).type}`);
	}
	t.is(bytes.match(/event: message_stop/g)?.length, 1);
});

test('row 70: a second beginning is swallowed and the blocks are numbered on', t => {
	const events = decodeStream(
		sse(
			native.start('a'),
			native.begin(0, {type: 'text', text: ''}),
			native.text(0, 'one '),
			native.start('b'),
			native.begin(0, {type: 'text', text: ''}),
			native.text(0, 'two'),
			native.done(0),
			native.finish('end_turn'),
			native.stop,
		),
	);
	t.like(assemble(events), {
		id: 'a',
		candidates: {0: {parts: {length: 2, 0: {text: 'one '}, 1: {text: 'two'}}}},
	});
});

test('rows 89 and 90: an error is the last event, and no end', t => {
	const error: CompletionEvent = {type: 'error', error: {status: 529, code: 'overloaded_error', message: 'busy'}};
	const events = jsonOf(encodeStream([start, text(0), delta(0, 'a'), error, end]));
	t.deepEqual(events.at(-1), {type: 'error', error: {type: 'overloaded_error', message: 'busy'}});
	t.false(events.some(event => event['type'] === 'message_stop' || event['type'] === 'message_delta'));
	const read = decodeStream(
		sse(native.start('a'), {type: 'error', error: {type: 'overloaded_error', message: 'busy'}}, native.stop),
	);
	t.deepEqual(read.at(-1), error);
});

test('row 89: the gateway breaks off with the error event of the format', t => {
	const encoder = codec.encodeStream(replyContext());
	encoder.push(start);
	const [event, ...more] = encoder.fail(new GatewayError('upstream_timeout', 504, 'slow'), 'req-1');
	t.deepEqual(event?.json, {type: 'error', error: {type: 'timeout_error', message: 'slow'}, request_id: 'req-1'});
	t.is(more.length, 0);
	t.deepEqual(
		[...encoder.fail(new GatewayError('x', 500, 'again'), 'req-1'), ...encoder.push(end), ...encoder.end()],
		[],
	);
});

test('row 91: a stream that was cut off has no end', t => {
	const whole = sse(
		native.start('a'),
		native.begin(0, {type: 'text', text: ''}),
		native.text(0, 'x'),
		native.done(0),
		native.finish('end_turn'),
		native.stop,
	);
	for (let cut = 0; cut < whole.length; cut++) {
		const events = decodeStream(whole.slice(0, cut));
		t.false(
			events.some(event => event.type === 'end'),
			`cut behind ${cut}`,
		);
		t.false(jsonOf(encodeStream(events)).some(json => json['type'] === 'message_stop'));
	}
	t.is(decodeStream(wireEvents(Buffer.from('event: content_block_delta\ndata: {"type":"cont\n\n')))[0]?.type, 'error');
});

test('row 28: a call without arguments has none', async t => {
	const events = decodeStream(
		sse(
			native.start('a'),
			native.begin(0, {type: 'tool_use', id: 'a', name: 'f', input: {}}),
			native.json(0, ''),
			native.done(0),
			native.finish('tool_use'),
			native.stop,
		),
	);
	t.like(assemble(events).candidates[0], {parts: {0: {arguments: ''}}, finish: {reason: 'tool-calls'}});
	t.like(await assembledBySdk(bytesOf(encodeStream(events))), {content: {0: {input: {}}}});
});

test('a call whose input comes whole with its start is not lost', t => {
	const block = {type: 'tool_use', id: 'a', name: 'f', input: {city: 'Bonn'}};
	const events = sse(native.start('a'), native.begin(0, block), native.done(0), native.finish('tool_use'), native.stop);
	t.like(assemble(decodeStream(events)).candidates[0], {parts: {0: {arguments: '{"city":"Bonn"}'}}});
});

test('row 108: the input of the tool that stands for the answer is the text', t => {
	const events = decodeStream(
		sse(
			native.start('a'),
			native.begin(0, {type: 'tool_use', id: 'a', name: 'tapgate_output', input: {}}),
			native.json(0, ''),
			native.json(0, '{"city":'),
			native.json(0, '"Bonn"}'),
			native.done(0),
			native.finish('tool_use'),
			native.stop,
		),
	);
	t.deepEqual(assemble(events).candidates[0], {
		parts: [{type: 'text', text: '{"city":"Bonn"}'}],
		finish: {reason: 'stop', raw: 'tool_use'},
	});
});

test('row 139: thinking ends before text, with a signature even where there is none', t => {
	const events = [
		start,
		begin(0, {type: 'thinking', text: ''}),
		delta(0, 'hm', 'thinking'),
		text(1),
		delta(1, 'a'),
		done(0),
		done(1),
		stop,
		end,
	];
	const json = jsonOf(encodeStream(events));
	t.like(json[1], {content_block: {type: 'thinking', thinking: '', signature: ''}});
	t.deepEqual(brief(events).slice(1, 7), [
		'start 0 thinking',
		'delta 0 hm',
		'stop 0',
		'start 1 text',
		'delta 1 a',
		'stop 1',
	]);
});

/** What a client hands back of a stream. */
async function returned(events: readonly CompletionEvent[]): Promise<readonly Part[]> {
	const {content} = await assembledBySdk(bytesOf(encodeStream(events)));
	return structuredClone(codec.decodeRequest({messages: [{role: 'assistant', content}]}).turns[0]?.parts ?? []);
}

test('rows 132, 133 and 138: what others have signed comes back as it was', async t => {
	const openai = {signedBy: 'openai', summary: true} as const;
	const events = [
		start,
		begin(0, {type: 'thinking', text: '', id: 'rs_1', ...openai}),
		delta(0, 'sum', 'thinking'),
		delta(0, 'gAAA', 'signature'),
		done(0),
		begin(1, {type: 'thinking', text: '', id: 'rs_2', ...openai}),
		delta(1, 'gBBB', 'signature'),
		done(1),
		begin(2, {type: 'thinking', text: '', signedBy: 'anthropic'}),
		delta(2, 'c2ln', 'signature'),
		done(2),
		begin(3, {type: 'redacted-thinking', data: 'x', signedBy: 'openai'}),
		done(3),
		begin(4, {type: 'tool-call', id: 'a', name: 'f', arguments: '', signature: 'thought'}),
		delta(4, '{"x":1}', 'arguments'),
		done(4),
		stop,
		end,
	];
	t.deepEqual(await returned(events), [
		{type: 'thinking', text: 'sum', signature: 'gAAA', id: 'rs_1', ...openai},
		{type: 'thinking', text: '', signature: 'gBBB', id: 'rs_2', ...openai},
		{type: 'thinking', text: '', signature: 'c2ln', signedBy: 'anthropic'},
		{type: 'redacted-thinking', data: 'x', signedBy: 'openai'},
		{type: 'tool-call', id: 'a', name: 'f', arguments: '{"x":1}', signature: 'thought'},
	]);
});

test('row 98: a refusal has no block', t => {
	const events = [
		start,
		begin(0, {type: 'refusal', text: ''}),
		delta(0, 'I ', 'refusal'),
		delta(0, "can't", 'refusal'),
		done(0),
		stop,
		end,
	];
	const json = jsonOf(encodeStream(events));
	t.is(json.length, 3);
	t.like(json[1], {delta: {stop_reason: 'refusal', stop_details: {type: 'refusal', explanation: "I can't"}}});
});

test('free text for a tool is one argument', async t => {
	const tool: Part = {type: 'tool-call', id: 'a', name: 'patch', arguments: '', custom: true};
	const events = [
		start,
		begin(0, tool),
		delta(0, 'a "b"\n', 'arguments'),
		delta(0, 'c', 'arguments'),
		done(0),
		stop,
		end,
	];
	t.like(await assembledBySdk(bytesOf(encodeStream(events))), {content: {0: {input: {input: 'a "b"\nc'}}}});
});

test('events behind the end, unknown events and a foreign [DONE] change nothing', t => {
	const whole = sse(native.start('a'), {type: 'novelty'}, native.finish('end_turn'), native.stop, native.stop);
	const events = decodeStream([...whole, ...wireEvents(Buffer.from('data: [DONE]\n\n'))]);
	t.deepEqual(
		events.map(({type}) => type),
		['start', 'usage', 'finish', 'end'],
	);
});
