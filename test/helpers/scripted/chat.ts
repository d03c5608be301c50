/** A model that speaks Chat Completions. */

import type {JsonObject} from 'tapgate';
import {type Call, counts, type Format, now, object, objects, pieces, type Saying, textOf} from './format.js';

const usage = {
	prompt_tokens: counts.input,
	completion_tokens: counts.output,
	total_tokens: counts.input + counts.output,
};
const finish = ({calls}: Saying) => (calls === undefined ? 'stop' : 'tool_calls');
const written = ({id, name, arguments: json}: Call) => ({id, type: 'function', function: {name, arguments: json}});

function read(body: JsonObject): ReturnType<Format['read']> {
	const calls: Call[] = [];
	const results: {id: string; text: string}[] = [];
	const disorder: string[] = [];
	let open: string[] = [];
	for (const [index, message] of objects(body['messages']).entries()) {
		if (message['role'] === 'tool') {
			const id = String(message['tool_call_id']);
			if (!open.includes(id)) disorder.push(`messages[${index}]: result of ${id}, which is not open`);
			open = open.filter(other => other !== id);
			results.push({id, text: textOf(message['content'])});
			continue;
		}
		if (open.length > 0) disorder.push(`messages[${index}]: ${message['role']} while ${open.join()} has no result`);
		open = objects(message['tool_calls']).map(call => {
			const {name, arguments: json} = object(call['function']);
			calls.push({id: String(call['id']), name: String(name), arguments: String(json)});
			return String(call['id']);
		});
	}
	if (open.length > 0) disorder.push(`${open.join()} has no result`);
	return {
		tools: objects(body['tools']).map(tool => String(object(tool['function'])['name'])),
		calls,
		results,
		disorder,
	};
}

/** Chat Completions. */
export const chat: Format = {
	name: 'openai-chat',
	path: '/v1/chat/completions',
	validator: 'reqOpenaiChat',
	read,
	reply(saying, body) {
		const message = {
			role: 'assistant',
			content: saying.text ?? null,
			refusal: null,
			...(saying.thinking !== undefined && {reasoning_content: saying.thinking}),
			...(saying.calls !== undefined && {tool_calls: saying.calls.map(written)}),
		};
		const choices = [{index: 0, message, logprobs: null, finish_reason: finish(saying)}];
		return {id: 'chatcmpl-1', object: 'chat.completion', created: now, model: body['model'], choices, usage};
	},
	events(saying, body) {
		const {thinking = '', text = '', calls = []} = saying;
		const chunk = (choices: readonly unknown[], more: object = {}) => ({
			id: 'chatcmpl-1',
			object: 'chat.completion.chunk',
			created: now,
			model: body['model'],
			choices,
			...more,
		});
		const delta = (part: object, reason: string | null = null) =>
			chunk([{index: 0, delta: part, logprobs: null, finish_reason: reason}]);
		const chunks = [
			delta({role: 'assistant', content: ''}),
			...pieces(thinking).map(piece => delta({reasoning_content: piece})),
			...pieces(text).map(piece => delta({content: piece})),
			...calls.flatMap((call, index) => [
				delta({tool_calls: [{index, ...written({...call, arguments: ''})}]}),
				...pieces(call.arguments).map(piece => delta({tool_calls: [{index, function: {arguments: piece}}]})),
			]),
			delta({}, finish(saying)),
			...(object(body['stream_options'])['include_usage'] === true ? [chunk([], {usage})] : []),
		];
		return [...chunks.map(data => JSON.stringify(data)), '[DONE]'].map(data => `data: ${data}\n\n`).join('');
	},
};
