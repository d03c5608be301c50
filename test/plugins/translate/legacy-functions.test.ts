/** A chat client that knows `functions` and no tools: models of every format are called for it in its own words. */

import test from 'ava';
import type {CompletionEvent, JsonObject} from '../../../core/index.js';
import {listOf, objectOf} from '../../helpers/grammar/reading.js';
import {readStream} from '../../helpers/stream-grammar.js';
import {bytesOf, chat, encoded, messages, responses, schemaFaults, schemaOf, translated, wayBack} from './support.js';

const parameters = {type: 'object', properties: {city: {type: 'string'}}};
const asked: JsonObject = {
	model: 'm',
	stream: true,
	messages: [
		{role: 'user', content: 'Rain?'},
		{role: 'assistant', content: null, function_call: {name: 'rain', arguments: '{"city":"Rome"}'}},
		{role: 'function', name: 'rain', content: 'no'},
		{role: 'user', content: 'And in Paris?'},
	],
	functions: [{name: 'rain', parameters}],
	function_call: 'auto',
};

for (const model of [messages, responses]) {
	test(`row 45: a ${model.name} model is offered tools, one call at a time`, t => {
		const {body, losses} = model.codec.encodeRequest(chat.codec.decodeRequest(asked), {});
		t.deepEqual(losses, []);
		t.deepEqual(schemaOf(model).request(JSON.parse(JSON.stringify(body))), null);
		t.like(body['tools'], {0: {name: 'rain'}});
		if (model === messages) t.deepEqual(body['tool_choice'], {type: 'auto', disable_parallel_tool_use: true});
		else t.is(body['parallel_tool_calls'], false);
	});

	test(`row 45: what a ${model.name} model calls is a function call, whole and streamed`, t => {
		const events: CompletionEvent[] = [
			{type: 'start', id: 'a', model: 'm'},
			{type: 'part-start', index: 0, part: {type: 'tool-call', id: 'call_1', name: 'rain', arguments: ''}},
			{type: 'part-delta', index: 0, delta: {type: 'arguments', text: '{"city":'}},
			{type: 'part-delta', index: 0, delta: {type: 'arguments', text: '"Paris"}'}},
			{type: 'part-end', index: 0},
			{type: 'finish', finish: {reason: 'tool-calls'}},
			{type: 'end'},
		];
		const spoken = translated(wayBack(chat, model, asked), bytesOf(encoded(model, events)));
		t.deepEqual(schemaFaults(chat, spoken), []);
		t.like(readStream('openai-chat', spoken), {ending: 'complete'});
		const choices = spoken.flatMap(({json}) => listOf(objectOf(json)['choices']));
		const pieces = choices.flatMap(({delta}) => objectOf(delta)['function_call'] ?? []).map(objectOf);
		t.is(pieces[0]?.['name'], 'rain');
		t.is(pieces.map(piece => piece['arguments']).join(''), '{"city":"Paris"}');
		t.is(choices.at(-1)?.['finish_reason'], 'function_call');
		t.false(JSON.stringify(choices).includes('tool_calls'));

		const reply = wayBack(chat, model, asked).reply(
			model === messages
				? {
						id: 'msg_1',
						model: 'm',
						content: [{type: 'tool_use', id: 'call_1', name: 'rain', input: {city: 'Paris'}}],
						stop_reason: 'tool_use',
					}
				: {
						id: 'resp_1',
						model: 'm',
						status: 'completed',
						output: [{type: 'function_call', call_id: 'call_1', name: 'rain', arguments: '{"city":"Paris"}'}],
					},
		);
		t.deepEqual(schemaOf(chat).reply(reply), null);
		const [choice] = listOf(reply['choices']);
		t.like(choice, {
			finish_reason: 'function_call',
			message: {function_call: {name: 'rain', arguments: '{"city":"Paris"}'}},
		});
		t.false('tool_calls' in objectOf(choice?.['message']));
	});
}
