/** Responses. @see https://platform.openai.com/docs/api-reference/responses */

import {type JsonObject, type StreamEvent, streamEvent} from '../../../core/index.js';
import {openaiError} from './failure.js';
import {argumentPieces, newId, type Script, type Shape, seconds} from './shape.js';
import {inputText, lastUserText} from './text.js';

export const openaiResponses: Shape = {
	read(body) {
		const {input} = body;
		return {
			lastText: typeof input === 'string' ? input : lastUserText(input),
			allText: inputText(body['instructions'], input, body['tools']),
		};
	},

	reply(script, body) {
		const {pieces, toolCall} = script;
		const output: JsonObject[] = [];
		if (pieces.length > 0) output.push(messageItem(newId('msg_'), pieces.join('')));
		if (toolCall !== undefined) output.push(callItem(newId('fc_'), newId('call_'), toolCall));
		return resource(script, body, newId('resp_'), {status: 'completed', output, usage: usage(script)});
	},

	stream(script, body) {
		const {pieces, toolCall} = script;
		const id = newId('resp_');
		const created = resource(script, body, id, {status: 'in_progress', output: [], usage: null});
		const event = sequence();
		const opening = [
			event('response.created', {response: created}),
			event('response.in_progress', {response: created}),
		];
		const chunks: StreamEvent[][] = [];
		const output: JsonObject[] = [];
		// What ends an item comes with whatever follows it.
		let ending: StreamEvent[] = [];
		if (pieces.length > 0) {
			const streamed = streamMessage(event, pieces);
			opening.push(...streamed.opening);
			chunks.push(...streamed.chunks);
			ending = streamed.closing;
			output.push(streamed.item);
		}
		if (toolCall !== undefined) {
			const streamed = streamCall(event, toolCall, output.length);
			chunks.push([...ending, ...streamed.opening], ...streamed.chunks);
			ending = streamed.closing;
			output.push(streamed.item);
		}
		const completed = {status: 'completed', output, usage: usage(script)};
		const last = event('response.completed', {response: resource(script, body, id, completed)});
		return {
			opening,
			chunks,
			closing: [...ending, last],
			// The live API nests the error although its specification says otherwise, and reports the failure after it.
			errorEvents(error, sent) {
				const {type, code, message, param} = openaiError(error);
				const told = {code: code ?? 'server_error', message};
				const failed = {status: 'failed', output: [], usage: null, error: told};
				const tell = sequence(sent);
				return [
					tell('error', {error: {type, code, message, param}}),
					tell('response.failed', {response: resource(script, body, id, failed)}),
				];
			},
		};
	},
};

type NumberedEvent = (type: string, fields: JsonObject) => StreamEvent;

/** Events of this API are named by their type and numbered. */
function sequence(next = 0): NumberedEvent {
	let number = next;
	return (type, fields) => streamEvent({event: type, json: {type, sequence_number: number++, ...fields}});
}

/** The events of one item, in the order in which they were numbered. */
interface StreamedItem {
	readonly opening: StreamEvent[];
	readonly chunks: StreamEvent[][];
	readonly closing: StreamEvent[];
	readonly item: JsonObject;
}

function streamMessage(event: NumberedEvent, pieces: readonly string[]): StreamedItem {
	const id = newId('msg_');
	const text = pieces.join('');
	const item = messageItem(id, text);
	const place = {item_id: id, output_index: 0, content_index: 0};
	return {
		opening: [
			event('response.output_item.added', {
				output_index: 0,
				item: {id, type: 'message', status: 'in_progress', role: 'assistant', content: []},
			}),
			event('response.content_part.added', Object.assign({part: textPart('')}, place)),
		],
		chunks: pieces.map(delta => [event('response.output_text.delta', Object.assign({delta, logprobs: []}, place))]),
		closing: [
			event('response.output_text.done', Object.assign({text, logprobs: []}, place)),
			event('response.content_part.done', Object.assign({part: textPart(text)}, place)),
			event('response.output_item.done', {output_index: 0, item}),
		],
		item,
	};
}

function streamCall(event: NumberedEvent, call: NonNullable<Script['toolCall']>, index: number): StreamedItem {
	const id = newId('fc_');
	const callId = newId('call_');
	const item = callItem(id, callId, call);
	const place = {item_id: id, output_index: index};
	return {
		opening: [
			event('response.output_item.added', {
				output_index: index,
				item: {id, type: 'function_call', status: 'in_progress', arguments: '', call_id: callId, name: call.name},
			}),
		],
		chunks: argumentPieces(call.arguments).map(delta => [
			event('response.function_call_arguments.delta', Object.assign({delta}, place)),
		]),
		closing: [
			event(
				'response.function_call_arguments.done',
				Object.assign({name: call.name, arguments: item['arguments']}, place),
			),
			event('response.output_item.done', {output_index: index, item}),
		],
		item,
	};
}

function textPart(text: string): JsonObject {
	return {type: 'output_text', annotations: [], logprobs: [], text};
}

function messageItem(id: string, text: string): JsonObject {
	return {id, type: 'message', status: 'completed', role: 'assistant', content: [textPart(text)]};
}

function callItem(id: string, callId: string, call: NonNullable<Script['toolCall']>): JsonObject {
	return {
		id,
		type: 'function_call',
		status: 'completed',
		arguments: JSON.stringify(call.arguments),
		call_id: callId,
		name: call.name,
	};
}

/** The response resource; what the request asked for and the mock provider does not do shows as the API's default. */
function resource({model}: Script, body: JsonObject, id: string, state: JsonObject): JsonObject {
	const {instructions} = body;
	return {
		id,
		object: 'response',
		created_at: seconds(),
		model,
		error: null,
		incomplete_details: null,
		instructions: typeof instructions === 'string' ? instructions : null,
		max_output_tokens: null,
		metadata: {},
		parallel_tool_calls: true,
		previous_response_id: null,
		reasoning: {effort: null, summary: null},
		store: false,
		temperature: 1,
		text: {format: {type: 'text'}},
		tool_choice: 'auto',
		tools: [],
		top_p: 1,
		truncation: 'disabled',
		...state,
	};
}

function usage({usage: {input, output}}: Script): JsonObject {
	return {
		input_tokens: input,
		input_tokens_details: {cached_tokens: 0, cache_write_tokens: 0},
		output_tokens: output,
		output_tokens_details: {reasoning_tokens: 0},
		total_tokens: input + output,
	};
}
