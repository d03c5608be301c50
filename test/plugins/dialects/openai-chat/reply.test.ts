/** Replies and errors of Chat Completions: the rows of translation traps, and the quirks of servers. */

import test from 'ava';
import type {Completion, Finish, JsonObject, Part, Usage} from '../../../../core/index.js';
import {codec, contextOf, validators} from './support.js';

function reply(message: JsonObject, rest: JsonObject = {}): JsonObject {
	return {id: 'x', model: 'm', created: 1, choices: [{index: 0, message, finish_reason: 'stop', ...rest}]};
}

function parts(message: JsonObject): readonly Part[] {
	return codec.decodeReply(reply(message)).candidates[0]?.parts ?? [];
}

function encode(said: readonly Part[], finish: Finish = {reason: 'stop'}, rest: Partial<Completion> = {}): JsonObject {
	const body = codec.encodeReply(
		{id: 'msg_1', model: 'up', candidates: [{parts: said, finish}], extras: [], ...rest},
		contextOf(),
	);
	const faults = validators?.openaiChat(body) ?? null;
	if (faults !== null) throw new Error(faults.join('; '));
	return body;
}

function choice(body: JsonObject): {readonly message: JsonObject; readonly finish_reason: string} {
	const [first] = body['choices'] as readonly {readonly message: JsonObject; readonly finish_reason: string}[];
	if (first === undefined) throw new Error('no choice');
	return first;
}

test('row 1.5: usage from Anthropic holds the cache in the prompt', t => {
	const usage: Usage = {
		input: {total: 1532, uncached: 3, cacheRead: 1111, cacheWrite5m: 400, cacheWrite1h: 18},
		output: {total: 33, reasoning: 10},
		source: 'reported',
		raw: undefined,
	};
	t.deepEqual(encode([], undefined, {usage})['usage'], {
		prompt_tokens: 1532,
		completion_tokens: 33,
		total_tokens: 1565,
		prompt_tokens_details: {cached_tokens: 1111, cache_write_tokens: 418},
		completion_tokens_details: {reasoning_tokens: 10},
	});
});

test('row 1.5: usage to the hub leaves the cache out of what is uncached', t => {
	const usage = {
		prompt_tokens: 4020,
		completion_tokens: 9,
		total_tokens: 4029,
		prompt_tokens_details: {cached_tokens: 4012, cache_write_tokens: 0},
	};
	t.like(codec.decodeReply({...reply({content: 'a'}), usage}).usage, {
		input: {total: 4020, uncached: 8, cacheRead: 4012},
	});
});

test('row 1.4: why an answer ended', t => {
	const said = (finish: Finish) => choice(encode([{type: 'text', text: 'a'}], finish)).finish_reason;
	t.is(said({reason: 'stop'}), 'stop');
	t.is(said({reason: 'stop-sequence', sequence: 'x'}), 'stop');
	t.is(said({reason: 'length'}), 'length');
	t.is(said({reason: 'context-window'}), 'length');
	t.is(said({reason: 'tool-calls'}), 'tool_calls');
	t.is(said({reason: 'pause'}), 'stop');
	t.is(said({reason: 'refusal'}), 'content_filter');
});

test('rows 27 and 126: a call without arguments has the empty object, and no text is null', t => {
	const {message, finish_reason: reason} = choice(encode([{type: 'tool-call', id: 'a', name: 'f', arguments: ''}]));
	t.is(message['content'], null);
	t.deepEqual(message['tool_calls'], [{id: 'a', type: 'function', function: {name: 'f', arguments: '{}'}}]);
	t.is(reason, 'tool_calls');
});

test('row 32: calls without ids get ids that nobody else has', t => {
	const call = {type: 'function', function: {name: 'f', arguments: '{}'}};
	const [first, second] = parts({content: null, tool_calls: [call, {...call, id: ''}]});
	t.true(
		first?.type === 'tool-call' &&
			second?.type === 'tool-call' &&
			first.id.startsWith('call_') &&
			first.id !== second.id,
	);
});

test('row 57: calls and stop are calls', t => {
	const call = {id: 'functions.f:0', type: 'function', function: {name: 'f', arguments: {x: 1}}};
	const {candidates} = codec.decodeReply(reply({content: '', tool_calls: [call]}));
	t.deepEqual(candidates[0]?.finish, {reason: 'tool-calls', raw: 'stop'});
	t.deepEqual(candidates[0]?.parts, [{type: 'tool-call', id: 'functions.f:0', name: 'f', arguments: '{"x":1}'}]);
});

test('row 72: citations are annotations', t => {
	const citation = {url: 'https://a.test', title: 'A', raw: {}};
	const {message} = choice(
		encode([
			{type: 'text', text: 'Hm. '},
			{type: 'text', text: 'Rain.', citations: [citation]},
		]),
	);
	t.is(message['content'], 'Hm. Rain.');
	t.deepEqual(message['annotations'], [
		{type: 'url_citation', url_citation: {start_index: 4, end_index: 9, url: 'https://a.test', title: 'A'}},
	]);
});

test('row 98: a refusal stands in its own member', t => {
	t.like(choice(encode([], {reason: 'refusal', explanation: 'No.'})), {
		finish_reason: 'content_filter',
		message: {refusal: 'No.', content: null},
	});
	t.like(choice(encode([{type: 'refusal', text: 'No.'}], {reason: 'refusal'})).message, {refusal: 'No.'});
	t.deepEqual(parts({content: null, refusal: 'No.'}), [{type: 'refusal', text: 'No.'}]);
});

test('rows 132 and 133: signed and redacted thinking goes out and comes back', t => {
	const said: readonly Part[] = [
		{type: 'thinking', text: 'hm', signature: 'c2ln', signedBy: 'anthropic'},
		{type: 'redacted-thinking', data: 'ZGF0YQ==', signedBy: 'anthropic'},
		{type: 'thinking', text: 'sum', summary: true, signature: 'ZW5j', signedBy: 'openai', id: 'rs_1'},
		{type: 'text', text: 'ok'},
	];
	const {message} = choice(encode(said));
	t.is(message['reasoning_content'], 'hm\n\nsum');
	t.deepEqual(codec.decodeRequest({model: 'm', messages: [message]}).turns[0]?.parts, said);
});

test('row 143: ids of OpenAI are kept, others are replaced', t => {
	t.is(encode([])['id'], 'chatcmpl-0001');
	t.is(encode([], undefined, {id: 'chatcmpl-x'})['id'], 'chatcmpl-x');
});

test('row 142: the model has the name that the client shall read', t => {
	t.is(encode([])['model'], 'm');
	t.is(codec.encodeReply(codec.decodeReply({...reply({content: 'a'}), model: 'up'}), contextOf())['model'], 'm');
});

test('a reply of status 200 may be an error, or nothing', t => {
	t.like(
		t.throws(() => codec.decodeReply({error: {message: 'busy', code: 503}})),
		{status: 503, code: '503', message: 'busy'},
	);
	t.like(
		t.throws(() => codec.decodeReply({choices: null})),
		{status: 502, code: 'upstream_invalid'},
	);
	t.like(
		t.throws(() => codec.decodeReply(reply({content: 'a'}, {finish_reason: 'insufficient_system_resource'}))),
		{status: 502},
	);
});

test('reasoning_details without text beside them are read too', t => {
	const details = [{type: 'reasoning.text', text: 'hm', index: 0, format: 'unknown'}];
	t.deepEqual(parts({content: 'a', reasoning_details: details})[0], {type: 'thinking', text: 'hm'});
});

test('the legacy form of a call', t => {
	t.like(parts({content: null, function_call: {name: 'f', arguments: '{}'}})[0], {type: 'tool-call', name: 'f'});
});

test('row 87: errors of all shapes', t => {
	const read = codec.decodeError;
	t.deepEqual(read({error: {message: 'a', type: 't', param: null, code: 'c'}}), {code: 'c', message: 'a'});
	t.deepEqual(read({error: {message: 'a', code: 1302}}), {code: '1302', message: 'a'});
	t.deepEqual(read([{error: {message: 'a', code: 429, status: 'RESOURCE_EXHAUSTED'}}]), {code: '429', message: 'a'});
	t.deepEqual(read({error: 'model not found'}), {message: 'model not found'});
	t.is(read({type: 'error', error: {type: 'overloaded_error', message: 'busy'}}), undefined);
	t.is(read({choices: []}), undefined);
	t.is(read('<html>'), undefined);
});
