/** A model that speaks Anthropic Messages. */

import type {JsonObject} from 'tapgate';
import {type Call, counts, type Format, object, objects, pieces, type Saying, textOf} from './format.js';

const usage = {input_tokens: counts.input, output_tokens: counts.output};
const stop = ({calls}: Saying) => (calls === undefined ? 'end_turn' : 'tool_use');
/** How the model signs its thinking. */
export const signature = Buffer.from('signed by the scripted model').toString('base64');

function read(body: JsonObject): ReturnType<Format['read']> {
	const calls: Call[] = [];
	const results: {id: string; text: string}[] = [];
	const disorder: string[] = [];
	let open: string[] = [];
	for (const [index, {role, content}] of objects(body['messages']).entries()) {
		const blocks = objects(content);
		const answered = blocks.filter(({type}) => type === 'tool_result');
		const ids = answered.map(block => String(block['tool_use_id']));
		const leading = blocks.slice(0, answered.length).every(({type}) => type === 'tool_result');
		if (!leading) disorder.push(`messages[${index}]: something stands before a tool result`);
		for (const id of open) if (!ids.includes(id)) disorder.push(`messages[${index}]: no result for ${id}`);
		for (const id of ids)
			if (!open.includes(id)) disorder.push(`messages[${index}]: result of ${id}, which is not open`);
		for (const block of answered) results.push({id: String(block['tool_use_id']), text: textOf(block['content'])});
		if (role !== 'assistant') {
			open = [];
			continue;
		}
		const used = blocks.filter(({type}) => type === 'tool_use');
		for (const {id, name, input} of used)
			calls.push({id: String(id), name: String(name), arguments: JSON.stringify(input)});
		open = used.map(({id}) => String(id));
	}
	if (open.length > 0) disorder.push(`${open.join()} has no result`);
	return {tools: objects(body['tools']).map(({name}) => String(name)), calls, results, disorder};
}

function blocks({thinking, text, calls = []}: Saying): readonly JsonObject[] {
	return [
		...(thinking === undefined ? [] : [{type: 'thinking', thinking, signature}]),
		...(text === undefined ? [] : [{type: 'text', text}]),
		...calls.map(({id, name, arguments: json}) => ({type: 'tool_use', id, name, input: object(JSON.parse(json))})),
	];
}

/** How one block is streamed: its empty form, then what fills it. */
function streamed(block: JsonObject, call: Call | undefined): readonly [JsonObject, readonly JsonObject[]] {
	const fill = (type: string, name: string, text: unknown) =>
		pieces(String(text)).map(piece => ({type, [name]: piece}));
	if (block['type'] === 'thinking') {
		const deltas = [
			...fill('thinking_delta', 'thinking', block['thinking']),
			{type: 'signature_delta', signature: block['signature']},
		];
		return [{type: 'thinking', thinking: '', signature: ''}, deltas];
	}
	if (block['type'] === 'text') return [{type: 'text', text: ''}, fill('text_delta', 'text', block['text'])];
	return [Object.assign({}, block, {input: {}}), fill('input_json_delta', 'partial_json', call?.arguments)];
}

/** Anthropic Messages. */
export const messages: Format = {
	name: 'anthropic-messages',
	path: '/v1/messages',
	validator: 'reqAnthropic',
	read,
	reply: (saying, body) => ({
		id: 'msg_1',
		type: 'message',
		role: 'assistant',
		model: body['model'],
		content: blocks(saying),
		stop_reason: stop(saying),
		stop_sequence: null,
		usage,
	}),
	events(saying, body) {
		const message = {...messages.reply(saying, body), content: [], stop_reason: null};
		const events: JsonObject[] = [{type: 'message_start', message}, {type: 'ping'}];
		for (const [index, block] of blocks(saying).entries()) {
			const call = saying.calls?.find(({id}) => id === block['id']);
			const [empty, deltas] = streamed(block, call);
			events.push({type: 'content_block_start', index, content_block: empty});
			for (const delta of deltas) events.push({type: 'content_block_delta', index, delta});
			events.push({type: 'content_block_stop', index});
		}
		const delta = {stop_reason: stop(saying), stop_sequence: null};
		events.push({type: 'message_delta', delta, usage: {output_tokens: counts.output}}, {type: 'message_stop'});
		return events.map(event => `event: ${String(event['type'])}\ndata: ${JSON.stringify(event)}\n\n`).join('');
	},
};
