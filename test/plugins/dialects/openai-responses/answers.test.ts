/** Whole and streamed answers, and how they fail. */

import test from 'ava';
import {
	type Completion,
	type CompletionEvent,
	type Conversation,
	GatewayError,
	type JsonObject,
	type Part,
	streamEvent,
	type Usage,
	wireEvent,
} from '../../../../core/index.js';
import {assemble, eventsOf} from '../../../helpers/conversations.js';
import {
	assembleBySdk,
	codec,
	contextOf,
	decodeAll,
	encodeAll,
	event,
	faults,
	jsons,
	responseAt,
	validators,
} from './support.js';

function completion(parts: readonly Part[], members: Partial<Completion> = {}): Completion {
	return {id: 'x', model: 'up', candidates: [{parts, finish: {reason: 'stop'}}], extras: [], ...members};
}

function finished(parts: readonly Part[], finish: Completion['candidates'][number]['finish']): Completion {
	return completion(parts, {candidates: [{parts, finish}]});
}

function reply(answer: Completion, request?: JsonObject): JsonObject {
	const body = codec.encodeReply(answer, contextOf(request));
	if (validators !== undefined && validators.responses(body) !== null)
		throw new Error(String(validators.responses(body)));
	return body;
}

const text = (value: string): Part => ({type: 'text', text: value});
const call: Part = {type: 'tool-call', id: 'call_1', name: 'f', arguments: '{}'};
const start: CompletionEvent = {type: 'start', id: 'x', model: 'up'};
const stop: CompletionEvent = {type: 'finish', finish: {reason: 'stop'}};
const response = (members: JsonObject = {}) => ({id: 'resp_1', object: 'response', model: 'm', output: [], ...members});
const created = event({type: 'response.created', sequence_number: 0, response: response()});

const requests: readonly JsonObject[] = [
	{model: 'm', input: 'hi'},
	{
		model: 'm',
		input: 'hi',
		instructions: 'be brief',
		tools: [{type: 'function', name: 'f', parameters: {type: 'object'}}],
		tool_choice: {type: 'function', name: 'f'},
		text: {verbosity: 'low', format: {type: 'json_schema', name: 'n', schema: {}}},
		reasoning: {effort: 'high'},
		metadata: {a: 'b'},
		parallel_tool_calls: false,
		temperature: 0.5,
		top_p: 0.5,
		truncation: 'auto',
		max_output_tokens: 99,
		user: 'u',
	},
];

for (const [index, request] of requests.entries()) {
	test(`an answer repeats what was asked (${index + 1})`, t => {
		const body = reply(completion([text('a')]), request);
		for (const name of Object.keys(request)) {
			if (!['input', 'tools', 'text', 'reasoning'].includes(name)) t.deepEqual(body[name], request[name]);
		}
		t.like(body, {
			object: 'response',
			status: 'completed',
			error: null,
			incomplete_details: null,
			previous_response_id: null,
			usage: null,
		});
		t.like(body['text'], {format: index === 0 ? {type: 'text'} : {type: 'json_schema', name: 'n'}});
		t.is((body['reasoning'] as JsonObject)['effort'], index === 0 ? null : 'high');
		const streamed = encodeAll(eventsOf(completion([text('a')])), codec.encodeStream(contextOf(request)));
		for (const at of [0, 1, -1]) {
			const json = responseAt(streamed, at);
			t.deepEqual([json['instructions'], json['tools']], [body['instructions'], body['tools']]);
		}
	});
}

test('row 143: every name is of this format, and the name of a response of this format is kept', t => {
	const thinking: Part = {type: 'thinking', text: 'hm'};
	const body = reply(completion([thinking, text('a'), call], {id: 'chatcmpl-1'}));
	t.regex(String(body['id']), /^resp_/);
	const output = body['output'] as readonly JsonObject[];
	t.deepEqual(
		output.map(item => [item['type'], String(item['id']).split('_')[0]]),
		[
			['reasoning', 'rs'],
			['message', 'msg'],
			['function_call', 'fc'],
		],
	);
	t.is(output[2]?.['call_id'], 'call_1');
	t.is(reply(completion([], {id: 'resp_9'}))['id'], 'resp_9');
});

test('row 142: an answer has the name of the model that the client knows', t => {
	t.is(codec.encodeReply(completion([text('a')]), contextOf(undefined, 'alias'))['model'], 'alias');
	t.is(responseAt(encodeAll([start], codec.encodeStream(contextOf(undefined, 'alias'))))['model'], 'alias');
});

for (const [finish, status, reason] of [
	[{reason: 'stop'}, 'completed', undefined],
	[{reason: 'stop-sequence', sequence: 'x'}, 'completed', undefined],
	[{reason: 'tool-calls'}, 'completed', undefined],
	[{reason: 'pause'}, 'completed', undefined],
	[{reason: 'length'}, 'incomplete', 'max_output_tokens'],
	[{reason: 'context-window'}, 'incomplete', 'max_output_tokens'],
	[{reason: 'refusal'}, 'incomplete', 'content_filter'],
] as const) {
	test(`an answer that ended with ${finish.reason} is ${status}`, async t => {
		const answer = finished([text('a')], finish);
		const body = reply(answer);
		t.is(body['status'], status);
		t.deepEqual(body['incomplete_details'], reason === undefined ? null : {reason});
		const native = encodeAll(eventsOf(answer));
		t.deepEqual(faults(native), []);
		t.is(jsons(native).at(-1)?.['type'], `response.${status}`);
		t.deepEqual(responseAt(native)['incomplete_details'], body['incomplete_details']);
		t.is((await assembleBySdk(native)).status, status);
	});
}

test('row 98: a refusal is a part of its own, or the reason why nothing came', t => {
	const said = reply(finished([{type: 'refusal', text: 'no'}], {reason: 'refusal'}));
	t.is(said['status'], 'completed');
	t.like(codec.decodeReply(said).candidates[0]?.finish, {reason: 'refusal', explanation: 'no'});
	const explained = finished([], {reason: 'refusal', explanation: 'policy'});
	const told = reply(explained);
	t.deepEqual(told['incomplete_details'], {reason: 'content_filter'});
	t.like((told['output'] as readonly JsonObject[])[0], {content: [{type: 'refusal', refusal: 'policy'}]});
	t.like(codec.decodeReply(told).candidates[0]?.finish, {reason: 'refusal', explanation: 'policy'});
	const native = encodeAll(eventsOf(explained));
	t.deepEqual(faults(native), []);
	t.like(assemble(decodeAll(native)).candidates[0]?.finish, {reason: 'refusal', explanation: 'policy'});
});

test('usage: the golden numbers, both ways', t => {
	const anthropic: Usage = {
		input: {total: 1532, uncached: 3, cacheRead: 1111, cacheWrite5m: 418},
		output: {total: 33},
		source: 'reported',
		raw: {},
	};
	t.deepEqual(reply(completion([], {usage: anthropic}))['usage'], {
		input_tokens: 1532,
		input_tokens_details: {cached_tokens: 1111, cache_write_tokens: 418},
		output_tokens: 33,
		output_tokens_details: {reasoning_tokens: 0},
		total_tokens: 1565,
	});
	const usage = {input_tokens: 4020, input_tokens_details: {cached_tokens: 4012}, output_tokens: 5, total_tokens: 4025};
	t.like(codec.decodeReply({...response(), status: 'completed', usage}).usage?.input, {uncached: 8, cacheRead: 4012});
});

test('row 72: citations are annotations, not text', t => {
	const raw = {type: 'web_search_result_location', url: 'https://a.org', title: 'A'};
	const cited: Part = {type: 'text', text: 'abc', citations: [{url: 'https://a.org', title: 'A', raw}]};
	const annotation = {type: 'url_citation', url: 'https://a.org', title: 'A', start_index: 0, end_index: 3};
	const [message] = reply(completion([cited]))['output'] as readonly JsonObject[];
	t.like(message, {content: [{text: 'abc', annotations: [annotation]}]});
	const native = encodeAll([
		start,
		{type: 'part-start', index: 0, part: {type: 'text', text: ''}},
		{type: 'part-delta', index: 0, delta: {type: 'text', text: 'abc'}},
		{type: 'part-delta', index: 0, delta: {type: 'citation', citation: {url: 'https://a.org', title: 'A', raw}}},
		{type: 'part-end', index: 0},
		stop,
		{type: 'end'},
	]);
	t.deepEqual(faults(native), []);
	t.like(
		jsons(native).find(json => json['type'] === 'response.output_text.annotation.added'),
		{annotation_index: 0, annotation},
	);
	t.like(assemble(decodeAll(native)).candidates[0]?.parts[0], {
		citations: [{url: 'https://a.org', title: 'A', start: 0, end: 3}],
	});
});

test('row 55: a text and a call have places of their own, and a text behind a call is another message', t => {
	const answer = completion([text('a'), call, text('b')]);
	const places = jsons(encodeAll(eventsOf(answer))).filter(json => json['type'] === 'response.output_item.added');
	t.deepEqual(
		places.map(json => [json['output_index'], (json['item'] as JsonObject)['type']]),
		[
			[0, 'message'],
			[1, 'function_call'],
			[2, 'message'],
		],
	);
});

test('calls that come interleaved pass as they come', t => {
	const step = (index: number, piece: string): CompletionEvent => ({
		type: 'part-delta',
		index,
		delta: {type: 'arguments', text: piece},
	});
	const encoder = codec.encodeStream(contextOf());
	const open = encodeAll(
		[
			start,
			{type: 'part-start', index: 0, part: {...call, id: 'a', arguments: ''}},
			{type: 'part-start', index: 1, part: {...call, id: 'b', arguments: ''}},
		] as readonly CompletionEvent[],
		encoder,
	);
	t.is(open.length, 4);
	for (const [index, piece] of [
		[1, '{"x":'],
		[0, '{}'],
		[1, '1}'],
	] as const) {
		const [json] = jsons(encoder.push(step(index, piece)));
		t.like(json, {type: 'response.function_call_arguments.delta', output_index: index, delta: piece});
	}
});

test('row 57: an answer that calls tools has ended with tool calls, whatever its status says', t => {
	const output = [{type: 'function_call', id: 'fc_1', call_id: 'c', name: 'f', arguments: '{}'}];
	t.is(codec.decodeReply({...response(), status: 'completed', output}).candidates[0]?.finish.reason, 'tool-calls');
});

test('row 58: what is used is told at the end, even if it is known after the finish', t => {
	const usage: Usage = {input: {total: 3}, output: {total: 4}, source: 'reported', raw: {}};
	const encoder = codec.encodeStream(contextOf());
	const native = encodeAll([start, stop, {type: 'usage', usage}], encoder);
	t.false(jsons(native).some(json => json['type'] === 'response.completed'));
	const [last, ...none] = jsons(encoder.push({type: 'end'}));
	t.deepEqual(none, []);
	t.like(last, {type: 'response.completed', response: {usage: {input_tokens: 3, output_tokens: 4, total_tokens: 7}}});
	t.deepEqual(
		[...encoder.push({type: 'end'}), ...encoder.end(), ...encoder.fail(new GatewayError('a', 500, 'b'), 'r')],
		[],
	);
});

test('rows 65, 66: every event has its name, and nothing says [DONE]', t => {
	for (const each of encodeAll(eventsOf(completion([text('a'), call])))) {
		const bytes = each.bytes.toString();
		t.regex(bytes, /^event: (\S+)\ndata: \{"type":"\1",.*\}\n\n$/);
		t.false(bytes.includes('[DONE]'));
	}
});

test('a client is kept patient by comments', t => {
	const encoder = codec.encodeStream(contextOf());
	t.is(encoder.keepAlive().bytes.toString(), ': keep-alive\n\n');
	t.is(encoder.push({type: 'ping'})[0]?.bytes.toString(), ': keep-alive\n\n');
});

for (const [name, fail] of [
	['an error of the provider', {type: 'error', error: {status: 429, code: 'rate_limit_exceeded', message: 'slow'}}],
	['a failure of the gateway', new GatewayError('rate_limit_exceeded', 429, 'slow')],
] as const) {
	for (const begun of [false, true]) {
		test(`row 89: ${name} ${begun ? 'behind some text' : 'at once'} is an error and a failed response`, async t => {
			const encoder = codec.encodeStream(contextOf());
			const before: readonly CompletionEvent[] = begun
				? [start, ...eventsOf(completion([call, text('a')])).slice(1, 5)]
				: [];
			const first = before.flatMap(each => encoder.push(each));
			const last = GatewayError.is(fail) ? encoder.fail(fail, 'req1') : encoder.push(fail);
			const native = [...first, ...last, ...encoder.end()];
			t.deepEqual(faults(native), []);
			const [error, failed] = jsons(last);
			t.like(error, {type: 'error', error: {type: 'rate_limit_error', code: 'rate_limit_exceeded', message: 'slow'}});
			t.like(failed, {
				type: 'response.failed',
				response: {status: 'failed', error: {code: 'rate_limit_exceeded', message: 'slow'}},
			});
			const {id, output} = responseAt(last);
			if (begun) t.is(id, responseAt(first, 0)['id']);
			t.is((output as readonly unknown[]).length, begun ? 1 : 0);
			await t.throwsAsync(assembleBySdk(native), {message: 'slow'});
			t.deepEqual(decodeAll(native).at(-1), {
				type: 'error',
				error: {status: 429, code: 'rate_limit_exceeded', message: 'slow'},
			});
		});
	}
}

test('row 89: errors come flat, nested, or only with the failed response', t => {
	const failure = (json: JsonObject) => decodeAll([created, event(json), event(json)]).slice(1);
	const flat = {type: 'error', code: 'server_error', message: 'm', param: null, sequence_number: 1};
	const nested = {type: 'error', error: {type: 'server_error', code: 'server_error', message: 'm'}};
	const failed = {type: 'response.failed', response: response({error: {code: 'server_error', message: 'm'}})};
	const error = {type: 'error', error: {status: 500, code: 'server_error', message: 'm'}};
	for (const json of [flat, nested, failed]) t.deepEqual(failure(json), [error] as CompletionEvent[]);
	t.throws(() => codec.decodeReply({...response(), status: 'failed', error: {code: 'invalid_prompt', message: 'm'}}), {
		message: 'm',
	});
	t.like(
		t.throws(() => codec.decodeReply({id: 'x'})),
		{code: 'upstream_invalid', status: 502},
	);
});

test('row 91: a stream without its terminal event has no end', t => {
	const types = decodeAll([
		created,
		event({type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'a'}),
	]).map(each => each.type);
	t.deepEqual(types, ['start', 'part-start', 'part-delta']);
});

test('row 69: of several answers the first one is written', t => {
	const native = encodeAll([
		start,
		{type: 'part-start', index: 0, part: text('first')},
		{type: 'part-start', index: 1, part: text('second'), candidate: 1},
		{type: 'part-end', index: 0},
		{type: 'part-end', index: 1},
		stop,
		{type: 'finish', finish: {reason: 'length'}, candidate: 1},
		{type: 'end'},
	]);
	t.deepEqual(faults(native), []);
	t.like(responseAt(native), {status: 'completed', output: [{content: [{text: 'first'}]}]});
	t.is((responseAt(native)['output'] as readonly unknown[]).length, 1);
});

test('row 70: what comes behind the end, a second response even, is not part of the answer', t => {
	const end = event({type: 'response.completed', response: response({status: 'completed'})});
	const more = event({type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'a'});
	t.deepEqual(
		decodeAll([created, created, end, created, more, end]).map(each => each.type),
		['start', 'finish', 'end'],
	);
});

test('a text that is cut off for its length is an incomplete message', t => {
	const native = encodeAll(eventsOf(finished([text('a')], {reason: 'length'})));
	t.like(responseAt(native), {status: 'incomplete', completed_at: null, output: [{status: 'incomplete'}]});
});

test('row 56: items are told apart by their place, for some servers change the names', t => {
	const hub = decodeAll([
		created,
		event({type: 'response.output_item.added', output_index: 0, item: {type: 'message', id: 'a1', content: []}}),
		event({
			type: 'response.content_part.added',
			output_index: 0,
			item_id: 'a2',
			content_index: 0,
			part: {type: 'output_text', text: ''},
		}),
		event({type: 'response.output_text.delta', output_index: 0, item_id: 'a3', content_index: 0, delta: 'one'}),
		event({
			type: 'response.output_item.added',
			output_index: 1,
			item: {type: 'function_call', id: 'b1', call_id: 'call_1', name: 'f', arguments: ''},
		}),
		event({type: 'response.function_call_arguments.delta', output_index: 1, item_id: 'b2', delta: '{}'}),
		event({type: 'response.output_text.delta', output_index: 0, item_id: 'a4', content_index: 0, delta: ' two'}),
		event({type: 'response.completed', response: response({status: 'completed'})}),
	]);
	t.deepEqual(assemble(hub).candidates, [
		{parts: [text('one two'), call], finish: {reason: 'tool-calls', raw: 'completed'}},
	]);
});

test('servers that leave events out are understood by those that they send', t => {
	const message = {type: 'message', id: 'm', role: 'assistant', content: [{type: 'output_text', text: 'whole'}]};
	const called = {type: 'function_call', id: 'fc', call_id: 'call_1', name: 'f', arguments: '{}'};
	const end = event({type: 'response.completed', response: response({status: 'completed', output: [message, called]})});
	const done = (item: JsonObject, place: number) =>
		event({type: 'response.output_item.done', output_index: place, item});
	const expected = [{parts: [text('whole'), call], finish: {reason: 'tool-calls', raw: 'completed'}}];
	t.deepEqual(assemble(decodeAll([created, end])).candidates, expected);
	t.deepEqual(assemble(decodeAll([end])).candidates, expected);
	t.deepEqual(assemble(decodeAll([created, done(message, 0), done(called, 1), end])).candidates, expected);
	const late = wireEvent(
		`data: ${JSON.stringify({type: 'response.output_text.delta', output_index: 0, delta: 'late'})}\n\n`,
	);
	t.deepEqual(
		decodeAll([late]).map(each => each.type),
		['start', 'part-start', 'part-delta'],
	);
});

test('pings, comments and events of the future are no content', t => {
	const hub = decodeAll([
		created,
		wireEvent(': keep-alive\n\n'),
		streamEvent({event: 'keepalive', data: '{"type":"keepalive","sequence_number":3}'}),
		event({type: 'response.something.new', sequence_number: 4}),
		event({type: 'response.completed', response: response({status: 'completed'})}),
	]);
	t.deepEqual(
		hub.map(each => each.type),
		['start', 'ping', 'ping', 'finish', 'end'],
	);
});

test('log probabilities stay with their text', t => {
	const logprobs = [{token: 'a', logprob: -1, bytes: [97], top_logprobs: []}];
	const hub = decodeAll([
		created,
		event({type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'a', logprobs}),
		event({type: 'response.completed', response: response({status: 'completed'})}),
	]);
	const native = encodeAll(hub);
	t.deepEqual(faults(native), []);
	t.deepEqual(jsons(native).find(json => json['type'] === 'response.output_text.delta')?.['logprobs'], logprobs);
});

test('what OpenAI ran itself passes with all its events', t => {
	const item = {type: 'web_search_call', id: 'ws_1', status: 'in_progress'};
	const whole = {type: 'web_search_call', id: 'ws_1', status: 'completed', action: {type: 'search', query: 'q'}};
	const hub = decodeAll([
		created,
		event({type: 'response.output_item.added', output_index: 4, item}),
		event({type: 'response.web_search_call.searching', output_index: 4, item_id: 'ws_1', sequence_number: 77}),
		event({type: 'response.output_item.done', output_index: 4, item: whole}),
		event({type: 'response.completed', response: response({status: 'completed'})}),
	]);
	const native = jsons(encodeAll(hub));
	t.deepEqual(
		native.map(json => json['type']),
		[
			'response.created',
			'response.in_progress',
			'response.output_item.added',
			'response.web_search_call.searching',
			'response.output_item.done',
			'response.completed',
		],
	);
	t.like(native[3], {output_index: 0, sequence_number: 3});
	t.like(native[5], {response: {output: [whole]}});
});

// What Codex gets.

const codex: JsonObject = {
	model: 'm',
	input: 'hi',
	tools: [
		{type: 'custom', name: 'apply_patch', description: 'd', format: {type: 'text'}},
		{
			type: 'namespace',
			name: 'mcp__files__',
			description: 'Files.',
			tools: [{type: 'function', name: 'read', description: 'r', strict: false, parameters: {type: 'object'}}],
		},
	],
};

const patched: Part = {type: 'tool-call', id: 'c1', name: 'apply_patch', arguments: '{"input": "a\\n\\"b\\""}'};
const read: Part = {type: 'tool-call', id: 'c2', name: 'mcp__files__read', arguments: '{"p":1}'};
const expected = [
	{type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: 'a\n"b"'},
	{type: 'function_call', call_id: 'c2', name: 'read', namespace: 'mcp__files__', arguments: '{"p":1}'},
];

test('Codex gets its own tools called: free text as free text, names within their namespaces', t => {
	t.like(reply(completion([patched, read]), codex)['output'], expected);
	const native = encodeAll(
		eventsOf(completion([patched, read]), [3, 9], [1, 0, 1]),
		codec.encodeStream(contextOf(codex)),
	);
	t.deepEqual(faults(native), []);
	t.like(responseAt(native)['output'], expected);
	t.like(
		jsons(native).find(json => json['type'] === 'response.custom_tool_call_input.done'),
		{input: 'a\n"b"'},
	);
});

test('free text that a model of this format writes is one argument for the hub, streamed or not', t => {
	const item = {type: 'custom_tool_call', id: 'ctc_1', call_id: 'c1', name: 'apply_patch', input: 'a\n"b"'};
	const whole = codec.decodeReply({...response(), status: 'completed', output: [item]});
	t.like(whole.candidates[0]?.parts[0], {arguments: JSON.stringify({input: 'a\n"b"'})});
	const hub = decodeAll([
		created,
		event({type: 'response.output_item.added', output_index: 0, item: {...item, input: ''}}),
		event({type: 'response.custom_tool_call_input.delta', output_index: 0, delta: 'a\n'}),
		event({type: 'response.custom_tool_call_input.delta', output_index: 0, delta: '"b'}),
		event({type: 'response.custom_tool_call_input.done', output_index: 0, input: 'a\n"b"'}),
		event({type: 'response.output_item.done', output_index: 0, item}),
		event({type: 'response.completed', response: response({status: 'completed', output: [item]})}),
	]);
	t.deepEqual(structuredClone(assemble(hub).candidates), structuredClone(whole.candidates));
	const native = encodeAll(hub, codec.encodeStream(contextOf(codex)));
	t.like(responseAt(native)['output'], [{type: item.type, input: item.input}]);
});

test('a model that does not keep to the one argument is taken at its word', t => {
	for (const [given, input] of [
		['"just text"', 'just text'],
		['*** Begin Patch', '*** Begin Patch'],
		['{"patch":"x"}', '{"patch":"x"}'],
	] as const) {
		const [item] = reply(completion([{...patched, arguments: given} as Part]), codex)[
			'output'
		] as readonly JsonObject[];
		t.is(item?.['input'], input);
	}
});

test('row 140: the signature of a call travels through a client and back, and never to OpenAI', t => {
	const signed: Part = {...call, signature: 'thought'} as Part;
	const whole = reply(completion([signed]))['output'] as readonly JsonObject[];
	const streamed = responseAt(encodeAll(eventsOf(completion([signed]))));
	for (const output of [whole, streamed['output'] as readonly JsonObject[]]) {
		const hub: Conversation = codec.decodeRequest({model: 'm', input: output});
		t.deepEqual(structuredClone(hub.turns), [{role: 'assistant', parts: [signed]}]);
		const {body} = codec.encodeRequest(hub, {signatures: 'openai'});
		t.deepEqual(
			(body['input'] as readonly JsonObject[]).map(item => item['type']),
			['function_call', 'function_call_output'],
		);
	}
});
