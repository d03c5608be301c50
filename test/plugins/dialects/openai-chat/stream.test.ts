/** Streams of Chat Completions to hub events and back: the rows of translation traps, and the quirks of servers. */

import test from 'ava';
import {type CompletionEvent, GatewayError, type JsonObject, type Part} from '../../../../core/index.js';
import {assemble, eventsOf} from '../../../helpers/conversations.js';
import {assembleBySdk, chunk, codec, contextOf, decode, deltas, done, encodeAll, faults, jsons} from './support.js';

const finish = (reason: string) => chunk({}, {finish_reason: reason});
const piece = (index: number | undefined, rest: JsonObject) =>
	chunk({tool_calls: [index === undefined ? rest : {index, ...rest}]});
const begin = (index: number | undefined, id: string | undefined, name: string, args = '') =>
	piece(index, {...(id === undefined ? {} : {id}), type: 'function', function: {name, arguments: args}});
const more = (index: number | undefined, args: string) => piece(index, {function: {arguments: args}});

/** The parts of the answer that chunks add up to. */
function partsOf(...chunks: readonly (JsonObject | string)[]): readonly Part[] {
	return assemble(decode(...chunks)).candidates[0]?.parts ?? [];
}

function callsOf(...chunks: readonly (JsonObject | string)[]): unknown {
	return partsOf(...chunks).map(part => part.type === 'tool-call' && [part.id, part.name, part.arguments]);
}

test('row 49: interleaved calls stay apart, and both are open until they are complete', t => {
	const chunks = [
		begin(0, 'a', 'f', '{"x"'),
		begin(1, 'b', 'g', '{"y"'),
		more(0, ':1}'),
		more(1, ':2}'),
		finish('tool_calls'),
		done,
	];
	t.deepEqual(callsOf(...chunks), [
		['a', 'f', '{"x":1}'],
		['b', 'g', '{"y":2}'],
	]);
});

test('a call that is complete ends before the next one begins, so that nobody has to wait for it', t => {
	const types = decode(begin(0, 'a', 'f', '{}'), begin(1, 'b', 'g', '{}'), finish('tool_calls'), done).map(
		event => event.type,
	);
	t.deepEqual(
		types.filter(type => type.startsWith('part-') && type !== 'part-delta'),
		['part-start', 'part-end', 'part-start', 'part-end'],
	);
});

test('row 50: calls that all have the number 0 are told apart by their ids', t => {
	t.deepEqual(callsOf(begin(0, 'a', 'f', '{"x":1}'), begin(0, 'b', 'f', '{"x":2}'), finish('tool_calls'), done), [
		['a', 'f', '{"x":1}'],
		['b', 'f', '{"x":2}'],
	]);
});

test('calls without ids or numbers', t => {
	const [first, second] = partsOf(
		begin(0, undefined, 'f', '{"x":1}'),
		begin(0, undefined, 'g', '{"x":2}'),
		finish('stop'),
		done,
	);
	t.like(first, {name: 'f', arguments: '{"x":1}'});
	t.like(second, {name: 'g', arguments: '{"x":2}'});
	t.true(first?.type === 'tool-call' && second?.type === 'tool-call' && first.id !== '' && first.id !== second.id);
	t.deepEqual(
		callsOf(begin(undefined, 'a', 'f'), more(undefined, '{"x"'), more(undefined, ':1}'), finish('stop'), done),
		[['a', 'f', '{"x":1}']],
	);
});

test('the id or the name on every piece begins no other call', t => {
	t.deepEqual(callsOf(begin(0, 'a', 'f', '{"x"'), begin(0, 'a', 'f', ':1}'), finish('tool_calls'), done), [
		['a', 'f', '{"x":1}'],
	]);
});

test('row 52: arguments before the name, and the name before the id, wait for them', t => {
	t.deepEqual(callsOf(more(0, '{"x"'), begin(0, 'a', 'f', ':1}'), finish('tool_calls'), done), [['a', 'f', '{"x":1}']]);
	const late = [
		piece(0, {function: {name: 'f', arguments: '{'}}),
		piece(0, {id: 'a', function: {arguments: '}'}}),
		finish('tool_calls'),
		done,
	];
	t.deepEqual(callsOf(...late), [['a', 'f', '{}']]);
});

test('a call that is never named is an error and no clean end', t => {
	t.like(decode(more(0, '{}'), finish('tool_calls'), done).at(-1), {type: 'error', error: {status: 502}});
});

test('arguments behind complete arguments are an error and never lost', t => {
	const chunks = [begin(0, 'a', 'f', '{}'), chunk({content: 'so'}), more(0, '{"x":1}'), finish('tool_calls'), done];
	t.like(decode(...chunks).at(-1), {type: 'error'});
});

test('row 53: empty deltas open nothing', t => {
	const empty = [chunk({role: 'assistant', content: ''}), chunk({content: null, reasoning_content: '', refusal: null})];
	t.deepEqual(
		decode(...empty).map(event => event.type),
		['start'],
	);
	t.deepEqual(callsOf(...empty, begin(0, 'a', 'f'), finish('tool_calls'), done), [['a', 'f', '']]);
});

test('row 54: text behind a call is a part of its own', t => {
	const parts = partsOf(
		chunk({content: 'a'}),
		begin(0, 'x', 'f', '{}'),
		chunk({content: 'b'}),
		finish('tool_calls'),
		done,
	);
	t.deepEqual(
		parts.map(part => part.type),
		['text', 'tool-call', 'text'],
	);
});

test('row 57: a stream that called tools and says stop has called tools', t => {
	t.is(assemble(decode(begin(0, 'a', 'f', '{}'), finish('stop'), done)).candidates[0]?.finish.reason, 'tool-calls');
});

test('rows 58 and 59: counts behind the finish, beside it, and in chunks without choices', t => {
	const usage = {prompt_tokens: 3, completion_tokens: 2, total_tokens: 5};
	const counted = (...chunks: readonly (JsonObject | string)[]) => assemble(decode(...chunks)).usage?.input.total;
	const said = [chunk({content: 'a'}), finish('stop')];
	t.is(counted(...said, {id: 'x', choices: [], usage}, done), 3);
	t.is(counted(...said, {id: 'x', choices: null, usage}, done), 3);
	t.is(counted(...said, {id: 'x', usage}, done), 3);
	t.is(counted(chunk({content: 'a'}), {...finish('stop'), usage}, done), 3);
	t.is(counted(chunk({content: 'a'}), {...finish('stop'), x_groq: {usage}}, done), 3);
});

test('row 59: Azure begins with a chunk that starts nothing', t => {
	const events = decode(
		{id: '', model: '', object: '', created: 0, choices: [], prompt_filter_results: []},
		chunk({content: 'a'}),
		finish('stop'),
		done,
	);
	t.like(events[0], {type: 'start', id: 'chatcmpl-1', model: 'm'});
	t.is(assemble(events).candidates.length, 1);
});

test('rows 64 and 78: comments are pings', t => {
	t.deepEqual(decode(': OPENROUTER PROCESSING'), [{type: 'ping'}]);
});

test('rows 67 and 68: a role on every chunk and no finish reason on any but the last', t => {
	const bare = (delta: JsonObject) => ({
		id: 'x',
		model: 'm',
		choices: [{index: 0, delta: {role: 'assistant', ...delta}}],
	});
	t.deepEqual(partsOf(bare({content: 'a'}), bare({content: 'b'}), finish('stop'), done), [{type: 'text', text: 'ab'}]);
});

test('row 91: an end without finish is none; an end behind the finish is one', t => {
	t.false(decode(chunk({content: 'a'})).some(event => event.type === 'end' || event.type === 'finish'));
	t.is(decode(chunk({content: 'a'}), finish('stop')).at(-1)?.type, 'end');
	t.deepEqual(decode(done), []);
	t.deepEqual(decode(), []);
});

test('row 92: an error within a chunk is an error, also behind a finish reason; nothing follows it', t => {
	const failed = {...chunk({content: ''}), error: {code: 429, message: 'slow down'}};
	const events = decode(chunk({content: 'a'}), finish('stop'), failed, chunk({content: 'b'}), done);
	t.deepEqual(events.at(-1), {type: 'error', error: {status: 429, code: '429', message: 'slow down'}});
	t.false(events.some(event => event.type === 'finish' || event.type === 'end'));
});

test("Groq's named error event has its status", t => {
	const data = JSON.stringify({
		error: {message: 'no', type: 'invalid_request_error', code: 'tool_use_failed', status_code: 400},
	});
	t.deepEqual(decode(chunk({content: 'a'}), `event: error\ndata: ${data}`).at(-1), {
		type: 'error',
		error: {status: 400, code: 'tool_use_failed', message: 'no'},
	});
});

test('an answer that the provider broke off is an error', t => {
	for (const reason of ['error', 'insufficient_system_resource', 'network_error']) {
		t.is(decode(chunk({content: 'a'}), finish(reason), done).at(-1)?.type, 'error');
	}
});

test('other reasons to finish', t => {
	const reason = (raw: string, rest: JsonObject = {}) =>
		assemble(decode(chunk({content: 'a'}, {finish_reason: raw, ...rest}), done)).candidates[0]?.finish;
	t.like(reason('length'), {reason: 'length'});
	t.like(reason('content_filter'), {reason: 'refusal'});
	t.like(reason('SAFETY'), {reason: 'refusal'});
	t.like(reason('MAX_TOKENS'), {reason: 'length'});
	t.like(reason('unheard_of'), {reason: 'stop', raw: 'unheard_of'});
	t.like(reason('stop', {stop_reason: 'END'}), {reason: 'stop-sequence', sequence: 'END'});
});

test('row 132: signed thinking that streams comes back signed, and redacted thinking with it', t => {
	const parts: readonly Part[] = [
		{type: 'thinking', text: 'one', signature: 'c2ln', signedBy: 'anthropic'},
		{type: 'redacted-thinking', data: 'ZGF0YQ==', signedBy: 'anthropic'},
		{type: 'thinking', text: 'two', signature: 'bmFs', signedBy: 'anthropic'},
		{type: 'text', text: 'ok'},
	];
	const written = encodeAll(eventsOf(answer(parts), [1]));
	t.deepEqual(faults(written), []);
	t.deepEqual(assemble(decodeWritten(written)).candidates[0]?.parts, parts);
});

test('row 132: the official client hands back all blocks', async t => {
	const parts: readonly Part[] = [
		{type: 'thinking', text: 'one', signature: 'c2ln', signedBy: 'anthropic'},
		{type: 'redacted-thinking', data: 'ZGF0YQ==', signedBy: 'anthropic'},
		{type: 'text', text: 'ok'},
	];
	const {choices} = await assembleBySdk(encodeAll(eventsOf(answer(parts))));
	const message = JSON.parse(JSON.stringify(choices[0]?.message)) as JsonObject;
	t.deepEqual(codec.decodeRequest({model: 'm', messages: [message]}).turns[0]?.parts, parts);
});

function answer(parts: readonly Part[], reason: 'stop' | 'tool-calls' = 'stop') {
	return {id: 'msg_1', model: 'm', candidates: [{parts, finish: {reason}}], extras: []};
}

function decodeWritten(events: ReturnType<typeof encodeAll>): readonly CompletionEvent[] {
	const decoder = codec.decodeStream();
	return [...events.flatMap(event => decoder.push(event)), ...decoder.end()];
}

test('row 51: calls are numbered as calls, not as parts', t => {
	const called = (id: string): Part => ({type: 'tool-call', id, name: 'f', arguments: '{}'});
	const written = encodeAll(eventsOf(answer([{type: 'text', text: 'hm'}, called('a'), called('b')], 'tool-calls')));
	const numbers = deltas(written).flatMap(delta =>
		((delta['tool_calls'] ?? []) as readonly JsonObject[]).map(({index}) => index),
	);
	t.deepEqual([...new Set(numbers)], [0, 1]);
});

test('row 28: a call without arguments gets the empty object, once, before the finish', async t => {
	const written = encodeAll(eventsOf(answer([{type: 'tool-call', id: 'a', name: 'f', arguments: ''}], 'tool-calls')));
	const pieces = deltas(written).flatMap(
		delta => (delta['tool_calls'] ?? []) as readonly {function: {arguments: string}}[],
	);
	t.deepEqual(
		pieces.map(entry => entry.function.arguments),
		['', '{}'],
	);
	const {choices} = await assembleBySdk(written);
	t.like(choices[0], {finish_reason: 'tool_calls', message: {content: null}});
});

test('rows 65, 67 and 143: one id, one time, one role, a finish reason everywhere and [DONE] once', t => {
	const written = encodeAll(eventsOf(answer([{type: 'text', text: 'hi'}]), [1]));
	t.deepEqual(faults(written), []);
	t.is(jsons(written)[0]?.['id'], 'chatcmpl-0001');
	const kept = encodeAll(eventsOf({...answer([]), id: 'chatcmpl-x'}));
	t.is(jsons(kept)[0]?.['id'], 'chatcmpl-x');
	t.deepEqual(deltas(kept), [{role: 'assistant', content: ''}, {}]);
});

test('row 60: the client that did not ask for usage gets none', t => {
	const usage = {input: {total: 3}, output: {total: 2}, source: 'reported', raw: undefined} as const;
	const counted = {...answer([{type: 'text', text: 'hi'}]), usage};
	t.false(encodeAll(eventsOf(counted), contextOf({streamUsage: false})).some(event => event.data.includes('usage')));
	const asked = jsons(encodeAll(eventsOf(counted)));
	t.deepEqual(asked.at(-1)?.['usage'], {prompt_tokens: 3, completion_tokens: 2, total_tokens: 5});
	t.deepEqual(asked.at(-1)?.['choices'], []);
	t.true(asked.slice(0, -1).every(json => json['usage'] === null));
});

test('row 89: an error ends the stream without a finish reason or [DONE]', t => {
	const begun: readonly CompletionEvent[] = [
		{type: 'start', id: 'x', model: 'm'},
		{type: 'part-start', index: 0, part: {type: 'text', text: 'a'}},
		{type: 'part-end', index: 0},
		{type: 'finish', finish: {reason: 'stop'}},
	];
	const told = encodeAll([...begun, {type: 'error', error: {status: 529, code: 'overloaded_error', message: 'busy'}}]);
	t.deepEqual(told.at(-1)?.json, {
		error: {message: 'busy', type: 'server_error', param: null, code: 'overloaded_error'},
	});
	const encoder = codec.encodeStream(contextOf());
	for (const event of begun) encoder.push(event);
	t.deepEqual(encoder.end(), []);
	const failed = encoder.fail(new GatewayError('upstream_invalid', 502, 'cut off'), 'r');
	t.deepEqual(
		failed.map(event => event.json),
		[{error: {message: 'cut off', type: 'server_error', param: null, code: 'upstream_invalid'}}],
	);
	for (const events of [told, failed])
		t.false(events.some(event => event.data === '[DONE]' || event.data.includes('"finish_reason":"')));
	t.deepEqual(encoder.push({type: 'end'}), []);
});

test('row 72: citations are annotations of the text they stand in, not text', t => {
	const citation = {url: 'https://a.test', title: 'A', citedText: 'x', raw: {}};
	const events: readonly CompletionEvent[] = [
		{type: 'start', id: 'x', model: 'm'},
		{type: 'part-start', index: 0, part: {type: 'text', text: 'Hm. '}},
		{type: 'part-end', index: 0},
		{type: 'part-start', index: 1, part: {type: 'text', text: ''}},
		{type: 'part-delta', index: 1, delta: {type: 'text', text: 'It rains.'}},
		{type: 'part-delta', index: 1, delta: {type: 'citation', citation}},
		{type: 'part-delta', index: 1, delta: {type: 'citation', citation: {citedText: 'a page of a PDF', raw: {}}}},
		{type: 'part-end', index: 1},
		{type: 'finish', finish: {reason: 'stop'}},
		{type: 'end'},
	];
	const written = encodeAll(events);
	t.deepEqual(
		deltas(written).flatMap(delta => delta['annotations'] ?? []),
		[{type: 'url_citation', url_citation: {start_index: 4, end_index: 13, url: 'https://a.test', title: 'A'}}],
	);
	t.is(
		deltas(written)
			.map(delta => delta['content'] ?? '')
			.join(''),
		'Hm. It rains.',
	);
});

test('row 98: a refusal is told in words', t => {
	const events: readonly CompletionEvent[] = [
		{type: 'start', id: 'x', model: 'm'},
		{type: 'finish', finish: {reason: 'refusal', explanation: 'No.'}},
		{type: 'end'},
	];
	const [last] = (jsons(encodeAll(events)).at(-1)?.['choices'] ?? []) as readonly JsonObject[];
	t.like(last, {delta: {refusal: 'No.'}, finish_reason: 'content_filter'});
});

test('row 85: what keeps a client patient is a comment', t => {
	t.is(codec.encodeStream(contextOf()).keepAlive().bytes.toString(), ': keep-alive\n\n');
	t.deepEqual(
		encodeAll([{type: 'ping'}]).map(event => event.bytes.toString()),
		[': keep-alive\n\n'],
	);
});

test('several candidates come and go apart', t => {
	const choice = (index: number, delta: JsonObject, reason: string | null = null) => ({
		index,
		delta,
		finish_reason: reason,
	});
	const events = decode(
		{id: 'x', model: 'm', choices: [choice(0, {content: 'a'}), choice(1, {content: 'b'})]},
		{id: 'x', model: 'm', choices: [choice(1, {content: 'B'}, 'length'), choice(0, {content: 'A'}, 'stop')]},
		done,
	);
	const written = encodeAll(events);
	t.deepEqual(faults(written), []);
	const said = ['', ''];
	const reasons: unknown[] = [];
	for (const json of jsons(written)) {
		for (const {index, delta, finish_reason: reason} of json['choices'] as readonly {
			index: number;
			delta: {content?: string};
			finish_reason: unknown;
		}[]) {
			said[index] += delta.content ?? '';
			if (reason !== null) reasons[index] = reason;
		}
	}
	t.deepEqual(
		[said, reasons],
		[
			['aA', 'bB'],
			['stop', 'length'],
		],
	);
});
