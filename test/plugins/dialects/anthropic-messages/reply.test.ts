/** Answers: ends, usage, thinking that other providers have signed, structured output. */

import test from 'ava';
import type {Completion, Finish, JsonObject, Part, Usage} from '../../../../core/index.js';
import {anthropicComplete} from '../../../../plugins/dialects/anthropic-complete/index.js';
import {codec} from '../../../../plugins/dialects/anthropic-messages/codec.js';
import {openaiUsage} from '../../../../plugins/dialects/openai-usage.js';
import {able, replyContext, schemas} from './support.js';

const valid = await schemas();

function completion(parts: readonly Part[], finish: Finish = {reason: 'stop'}, usage?: Usage): Completion {
	return {id: 'x', model: 'm', candidates: [{parts, finish}], ...(usage !== undefined && {usage}), extras: []};
}

function encoded(...given: Parameters<typeof completion>): JsonObject {
	const body = codec.encodeReply(completion(...given), replyContext());
	const problems = valid?.['anthropicMessage']?.(body) ?? null;
	if (problems !== null) throw new Error(problems.join('\n'));
	return body;
}

const text = (value: string): Part => ({type: 'text', text: value});
const call = (args: string): Part => ({type: 'tool-call', id: 'a', name: 'f', arguments: args});

test('every stop reason has its meaning, there and back', t => {
	const pairs: readonly (readonly [string, Finish['reason']])[] = [
		['end_turn', 'stop'],
		['max_tokens', 'length'],
		['model_context_window_exceeded', 'context-window'],
		['pause_turn', 'pause'],
		['refusal', 'refusal'],
		['compaction', 'stop'],
	];
	for (const [native, reason] of pairs) {
		const read = codec.decodeReply({content: [], stop_reason: native});
		t.like(read.candidates[0]?.finish, {reason, raw: native});
		if (native !== 'compaction') t.is(encoded([], {reason})['stop_reason'], native);
	}
	t.like(encoded([text('x')], {reason: 'stop-sequence', sequence: 'END'}), {
		stop_reason: 'stop_sequence',
		stop_sequence: 'END',
	});
	t.is(encoded([text('x')], {reason: 'stop-sequence'})['stop_reason'], 'end_turn');
});

test('row 57: whoever called tools stops for their use, whatever the provider says', t => {
	t.is(encoded([call('{}')], {reason: 'stop'})['stop_reason'], 'tool_use');
	t.is(encoded([text('x')], {reason: 'tool-calls'})['stop_reason'], 'end_turn');
	const read = codec.decodeReply({
		content: [{type: 'tool_use', id: 'a', name: 'f', input: {}}],
		stop_reason: 'end_turn',
	});
	t.is(read.candidates[0]?.finish.reason, 'tool-calls');
});

test('row 98: refusals', t => {
	t.like(encoded([{type: 'refusal', text: 'No.'}], {reason: 'stop'}), {
		content: {length: 0},
		stop_reason: 'refusal',
		stop_details: {type: 'refusal', explanation: 'No.'},
	});
	const body = {content: [], stop_reason: 'refusal', stop_details: {type: 'refusal', explanation: 'No.'}};
	t.like(codec.decodeReply(body).candidates[0]?.finish, {reason: 'refusal', explanation: 'No.'});
});

test('row 107: one answer, the first', t => {
	const two = completion([text('a')]);
	const several = Object.assign({}, two, {
		candidates: [...two.candidates, {parts: [text('b')], finish: {reason: 'stop'}}],
	});
	t.like(codec.encodeReply(several, replyContext()), {content: {length: 1, 0: {text: 'a'}}});
});

test('arguments: none, cut off by the limit, broken', t => {
	t.like(encoded([call('')]), {content: {0: {input: {}}}});
	t.like(encoded([text('x'), call('{"a"')], {reason: 'length'}), {content: {length: 1}, stop_reason: 'max_tokens'});
	t.like(
		t.throws(() => encoded([call('{"a"')], {reason: 'tool-calls'})),
		{code: 'upstream_invalid', status: 502},
	);
});

test('usage: what is cached stands beside the input', t => {
	const chat = openaiUsage({prompt_tokens: 4020, completion_tokens: 9, prompt_tokens_details: {cached_tokens: 4012}});
	t.like(encoded([], {reason: 'stop'}, chat)['usage'], {
		input_tokens: 8,
		cache_read_input_tokens: 4012,
		cache_creation_input_tokens: 0,
		output_tokens: 9,
	});
	const raw = {input_tokens: 3, cache_creation_input_tokens: 418, cache_read_input_tokens: 1111, output_tokens: 33};
	const read = codec.decodeReply({content: [], usage: raw}).usage;
	t.is(read?.input.total, 1532);
	t.like(encoded([], {reason: 'stop'}, read)['usage'], raw);
	const contradicting: Usage = {input: {total: 5, cacheRead: 9}, output: {}, source: 'reported', raw: undefined};
	t.is((encoded([], {reason: 'stop'}, contradicting)['usage'] as JsonObject)['input_tokens'], 0);
});

test('row 143: ids are of the kind that clients know, and the model has the name that they know', t => {
	const body = codec.encodeReply(completion([text('a')]), replyContext());
	t.regex(String(body['id']), /^msg_/);
	t.is(body['model'], 'the-model');
	const kept = Object.assign(completion([text('a')]), {id: 'msg_1'});
	t.is(codec.encodeReply(kept, replyContext())['id'], 'msg_1');
	const native = {id: 'msg_1', model: 'upstream', content: [], stop_reason: 'end_turn', padding: 1};
	t.like(codec.encodeReply(codec.decodeReply(native), replyContext()), {model: 'the-model', padding: 1});
});

/** What a client hands back of an answer, as it reaches another provider. */
function returned(body: JsonObject): readonly Part[] {
	const messages = [{role: 'assistant', content: body['content']}];
	return structuredClone(codec.decodeRequest({messages}).turns[0]?.parts ?? []);
}

test('rows 132, 133 and 138: what others have signed comes back as it was', t => {
	const parts: readonly Part[] = [
		{type: 'thinking', text: 'so', signature: 'c2ln', signedBy: 'anthropic'},
		{type: 'thinking', text: 'sum', signature: 'gAAA.b', signedBy: 'openai', summary: true, id: 'rs_1'},
		{type: 'thinking', text: '', signature: 'gBBB', signedBy: 'openai', summary: true, id: 'rs_2'},
		{type: 'redacted-thinking', data: 'cmVk', signedBy: 'anthropic'},
		{type: 'redacted-thinking', data: 'enc', signedBy: 'x.ai', id: 'q'},
		{type: 'thinking', text: 'aloud'},
		text('answer'),
	];
	const body = encoded(parts);
	t.deepEqual(returned(body), [...parts]);
	t.deepEqual(
		(body['content'] as JsonObject[]).map(block => block['type']),
		['thinking', 'thinking', 'redacted_thinking', 'redacted_thinking', 'redacted_thinking', 'thinking', 'text'],
	);
});

test('row 135: what others have signed is never sent to Anthropic, however it came', t => {
	const {content} = encoded([{type: 'thinking', text: 'sum', signature: 'g', signedBy: 'openai'}, text('a')]);
	const request = codec.decodeRequest({
		model: 'm',
		max_tokens: 5,
		messages: [
			{role: 'assistant', content},
			{role: 'user', content: 'x'},
		],
	});
	const {body, losses} = codec.encodeRequest(request, able);
	t.deepEqual((body['messages'] as unknown[])[0], {role: 'assistant', content: [{type: 'text', text: 'a'}]});
	t.is(losses.length, 1);
});

test('row 140: the signature of a call comes back with the call', t => {
	const signed: Part = {type: 'tool-call', id: 'a', name: 'f', arguments: '{}', signature: 'thought'};
	t.deepEqual(returned(encoded([signed], {reason: 'tool-calls'})), [signed]);
});

test('row 108: the input of the tool that stands for the answer is the text', t => {
	const body = {
		id: 'msg_1',
		model: 'm',
		content: [
			{type: 'text', text: 'Here you are:'},
			{type: 'tool_use', id: 'a', name: 'tapgate_output', input: {city: 'Bonn'}},
		],
		stop_reason: 'tool_use',
	};
	const [candidate] = codec.decodeReply(body).candidates;
	t.deepEqual(candidate, {parts: [{type: 'text', text: '{"city":"Bonn"}'}], finish: {reason: 'stop', raw: 'tool_use'}});
	t.like(codec.encodeReply(codec.decodeReply(body), replyContext()), {
		content: {length: 1, 0: {type: 'text'}},
		stop_reason: 'end_turn',
	});
	const called = [...body.content, {type: 'tool_use', id: 'b', name: 'f', input: {}}];
	t.is(codec.decodeReply({...body, content: called}).candidates[0]?.finish.reason, 'tool-calls');
});

test('row 72: citations of pages', t => {
	const citation = {url: 'https://example.com', title: 'Example', start: 0, end: 3, raw: {type: 'url_citation'}};
	t.like(encoded([{type: 'text', text: 'abc def', citations: [citation]}]), {
		content: {0: {citations: {0: {type: 'web_search_result_location', url: 'https://example.com', cited_text: 'abc'}}}},
	});
});

test('row 72: citations that the gateway made up are not sent to Anthropic', t => {
	const citation = {url: 'https://example.com', raw: {type: 'url_citation'}};
	const {content} = encoded([{type: 'text', text: 'abc', citations: [citation]}]);
	const messages = [
		{role: 'assistant', content},
		{role: 'user', content: 'x'},
	];
	const {body} = codec.encodeRequest(codec.decodeRequest({model: 'm', max_tokens: 5, messages}), able);
	t.deepEqual((body['messages'] as unknown[])[0], {role: 'assistant', content: [{type: 'text', text: 'abc'}]});
});

test('what only this format knows stays in it', t => {
	const native: Part = {type: 'native', dialect: 'openai-responses', name: 'web_search_call', value: {type: 'x'}};
	t.like(encoded([native, text('a')]), {content: {length: 1}});
	const block = {type: 'container_upload', file_id: 'file_1'};
	const read = codec.decodeReply({content: [block], container: {id: 'c', expires_at: '2026-01-01T00:00:00Z'}});
	const body = codec.encodeReply(structuredClone(read), replyContext());
	t.like(body, {content: {0: block}, container: {id: 'c'}});
});

test('errors are read', t => {
	const body = {type: 'error', error: {type: 'overloaded_error', message: 'Overloaded'}, request_id: 'r'};
	for (const one of [codec, anthropicComplete.codec])
		t.deepEqual(one?.decodeError(body), {code: 'overloaded_error', message: 'Overloaded'});
	t.is(codec.decodeError({error: {message: 'x'}}), undefined);
	t.is(codec.decodeError('<html>'), undefined);
});
