/** A model that speaks Responses. */

import type {JsonObject} from 'tapgate';
import {type Call, counts, type Format, now, objects, pieces, type Saying, textOf} from './format.js';

const usage = {
	input_tokens: counts.input,
	input_tokens_details: {cached_tokens: 0},
	output_tokens: counts.output,
	output_tokens_details: {reasoning_tokens: 0},
	total_tokens: counts.input + counts.output,
};

/** What the model hides in its reasoning. */
export const encryptedReasoning = Buffer.from('encrypted by the scripted model').toString('base64');

function read(body: JsonObject): ReturnType<Format['read']> {
	const calls: Call[] = [];
	const results: {id: string; text: string}[] = [];
	const disorder: string[] = [];
	const open = new Set<string>();
	for (const [index, item] of objects(body['input']).entries()) {
		const id = String(item['call_id']);
		if (item['type'] === 'function_call') {
			calls.push({id, name: String(item['name']), arguments: String(item['arguments'])});
			open.add(id);
		}
		if (item['type'] === 'function_call_output') {
			if (!open.delete(id)) disorder.push(`input[${index}]: output of ${id}, which is not open`);
			results.push({id, text: textOf(item['output'])});
		}
	}
	for (const id of open) disorder.push(`${id} has no output`);
	return {tools: objects(body['tools']).map(({name}) => String(name)), calls, results, disorder};
}

/** An item with what its parts are called in the stream. */
interface Item {
	readonly item: JsonObject;
	readonly empty: JsonObject;
	readonly text: string;
	/** Type of the part's own events, and the part without text. */
	readonly part?: {readonly kind: string; readonly index: string; readonly empty: JsonObject};
	readonly deltas: string;
	/** Member of the closing event that holds the whole text. */
	readonly whole: string;
}

function items({thinking, text, calls = []}: Saying): readonly Item[] {
	const list: Item[] = [];
	if (thinking !== undefined) {
		const item = {id: 'rs_1', type: 'reasoning', encrypted_content: encryptedReasoning};
		list.push({
			item: {...item, summary: [{type: 'summary_text', text: thinking}]},
			empty: {...item, summary: []},
			text: thinking,
			part: {kind: 'reasoning_summary_part', index: 'summary_index', empty: {type: 'summary_text', text: ''}},
			deltas: 'reasoning_summary_text',
			whole: 'text',
		});
	}
	if (text !== undefined) {
		const item = {id: 'msg_1', type: 'message', role: 'assistant'};
		const part = {type: 'output_text', text: '', annotations: [], logprobs: []};
		list.push({
			item: {...item, status: 'completed', content: [{...part, text}]},
			empty: {...item, status: 'in_progress', content: []},
			text,
			part: {kind: 'content_part', index: 'content_index', empty: part},
			deltas: 'output_text',
			whole: 'text',
		});
	}
	for (const [index, {id, name, arguments: json}] of calls.entries()) {
		const item = {id: `fc_${index}`, type: 'function_call', call_id: id, name};
		list.push({
			item: {...item, arguments: json, status: 'completed'},
			empty: {...item, arguments: '', status: 'in_progress'},
			text: json,
			deltas: 'function_call_arguments',
			whole: 'arguments',
		});
	}
	return list;
}

function itemEvents(output: Item, index: number): readonly JsonObject[] {
	const {item, empty, text, part, deltas, whole} = output;
	const at = {item_id: item['id'], output_index: index, ...(part !== undefined && {[part.index]: 0})};
	const partEvent = (step: string, more: object) =>
		part === undefined ? [] : [{type: `response.${part.kind}.${step}`, ...at, part: {...part.empty, ...more}}];
	return [
		{type: 'response.output_item.added', output_index: index, item: empty},
		...partEvent('added', {}),
		...pieces(text).map(delta => ({type: `response.${deltas}.delta`, ...at, delta})),
		{type: `response.${deltas}.done`, ...at, [whole]: text},
		...partEvent('done', {text}),
		{type: 'response.output_item.done', output_index: index, item},
	];
}

/** Responses. */
export const responses: Format = {
	name: 'openai-responses',
	path: '/v1/responses',
	validator: 'reqResponses',
	read,
	reply: (saying, body) => ({
		id: 'resp_1',
		object: 'response',
		created_at: now,
		status: 'completed',
		error: null,
		incomplete_details: null,
		model: body['model'],
		output: items(saying).map(({item}) => item),
		parallel_tool_calls: true,
		tools: body['tools'] ?? [],
		tool_choice: body['tool_choice'] ?? 'auto',
		usage,
	}),
	events(saying, body) {
		const response = responses.reply(saying, body);
		const begun = {...response, status: 'in_progress', output: [], usage: null};
		const events: readonly JsonObject[] = [
			{type: 'response.created', response: begun},
			{type: 'response.in_progress', response: begun},
			...items(saying).flatMap(itemEvents),
			{type: 'response.completed', response},
		];
		return events
			.map((event, index) => {
				const data = JSON.stringify({...event, sequence_number: index});
				return `event: ${String(event['type'])}\ndata: ${data}\n\n`;
			})
			.join('');
	},
};
