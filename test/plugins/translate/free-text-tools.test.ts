/** A tool of a chat client that takes free text: every model is offered it, and the client gets free text back. */

import test from 'ava';
import {type CompletionEvent, isObject, type JsonObject} from '../../../core/index.js';
import {CallNames} from '../../../plugins/translate/names.js';
import {
	bytesOf,
	chat,
	encoded,
	messages,
	responses,
	type Speaking,
	schemaFaults,
	schemaOf,
	translated,
	wayBack,
} from './support.js';

const patch = {
	type: 'custom',
	custom: {
		name: 'patch',
		description: 'Edits a file.',
		format: {type: 'grammar', grammar: {syntax: 'lark', definition: 'start: "x"'}},
	},
};
const said = 'line 1\n"quoted" \\ é';

const request: JsonObject = {
	model: 'm',
	stream: true,
	messages: [
		{role: 'user', content: 'Patch it.'},
		{
			role: 'assistant',
			content: null,
			tool_calls: [{id: 'call_1', type: 'custom', custom: {name: 'patch', input: said}}],
		},
		{role: 'tool', tool_call_id: 'call_1', content: 'done'},
	],
	tools: [patch],
	tool_choice: {type: 'custom', custom: {name: 'patch'}},
};

function asked(target: Speaking): {readonly body: JsonObject; readonly losses: number} {
	const conversation = chat.codec.decodeRequest(request);
	const names = new CallNames(conversation, chat.codec, target.codec);
	const {body, losses} = target.codec.encodeRequest(names.request(conversation), {});
	return {body: JSON.parse(JSON.stringify(body)), losses: losses.length};
}

test('Responses is offered the same kind of tool', t => {
	const {body, losses} = asked(responses);
	t.is(losses, 0);
	t.deepEqual(schemaOf(responses).request(body), null);
	t.deepEqual(body['tools'], [
		{
			type: 'custom',
			name: 'patch',
			description: 'Edits a file.',
			format: {type: 'grammar', syntax: 'lark', definition: 'start: "x"'},
		},
	]);
	t.deepEqual(body['tool_choice'], {type: 'custom', name: 'patch'});
	t.like(body['input'], {1: {type: 'custom_tool_call', input: said}, 2: {type: 'custom_tool_call_output'}});
});

test('Messages is offered a function with one argument, and told of the grammar', t => {
	const {body, losses} = asked(messages);
	t.is(losses, 0);
	t.deepEqual(schemaOf(messages).request(body), null);
	t.like(body['tools'], {0: {name: 'patch', input_schema: {required: ['input']}}});
	t.regex(JSON.stringify(body['tools']), /Edits a file\..*lark grammar.*start:/);
	t.deepEqual(body['tool_choice'], {type: 'tool', name: 'patch'});
	t.like(body['messages'], {1: {content: [{type: 'tool_use', input: {input: said}}]}});
});

const call = {id: 'call_2', name: 'patch', arguments: JSON.stringify({input: said})};
const wanted = {type: 'custom', custom: {name: 'patch', input: said}};

test('a chat client offers the tool again as it was when a plugin has changed something else', t => {
	const changed = Object.assign({}, chat.codec.decodeRequest(request), {temperature: 0.5});
	const {body} = chat.codec.encodeRequest(changed, {});
	t.deepEqual(body['tools'], [patch]);
	t.deepEqual(body['tool_choice'], request['tool_choice']);
	t.deepEqual(body['messages'], request['messages']);
});

for (const model of [messages, responses]) {
	test(`a whole answer of a ${model.name} model calls it with free text`, t => {
		const body = answerOf(model);
		const reply = wayBack(chat, model, request).reply(body);
		t.deepEqual(schemaOf(chat).reply(reply), null);
		t.like(reply['choices'], {0: {finish_reason: 'tool_calls', message: {tool_calls: [wanted]}}});
	});

	test(`a stream of a ${model.name} model calls it with free text`, t => {
		const events: CompletionEvent[] = [
			{type: 'start', id: 'a', model: 'm'},
			{type: 'part-start', index: 0, part: {type: 'tool-call', id: call.id, name: call.name, arguments: ''}},
			{type: 'part-delta', index: 0, delta: {type: 'arguments', text: call.arguments.slice(0, 14)}},
			{type: 'part-delta', index: 0, delta: {type: 'arguments', text: call.arguments.slice(14)}},
			{type: 'part-end', index: 0},
			{type: 'finish', finish: {reason: 'tool-calls'}},
			{type: 'end'},
		];
		const spoken = translated(wayBack(chat, model, request), bytesOf(encoded(model, events)));
		// The official description of a chunk has forgotten such calls, which that of a whole answer has.
		const faults = schemaFaults(chat, spoken).filter(fault => !fault.includes('/tool_calls/0/type '));
		t.deepEqual(faults, []);
		const pieces = spoken.flatMap(({json}) => callsIn(json));
		t.like(pieces[0], {id: call.id, type: 'custom', custom: {name: 'patch', input: ''}});
		t.is(pieces.map(piece => (piece['custom'] as JsonObject)['input']).join(''), said);
	});
}

function answerOf(model: Speaking): JsonObject {
	if (model === messages) {
		const content = [{type: 'tool_use', id: call.id, name: call.name, input: {input: said}}];
		return {id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content, stop_reason: 'tool_use'};
	}
	const item = {type: 'custom_tool_call', id: 'ctc_1', call_id: call.id, name: call.name, input: said};
	return {id: 'resp_1', object: 'response', created_at: 1, status: 'completed', model: 'm', output: [item]};
}

function callsIn(chunk: unknown): readonly JsonObject[] {
	const choices = isObject(chunk) && Array.isArray(chunk['choices']) ? chunk['choices'] : [];
	return choices.flatMap(
		({delta}: {readonly delta: {readonly tool_calls?: readonly JsonObject[]}}) => delta.tool_calls ?? [],
	);
}
