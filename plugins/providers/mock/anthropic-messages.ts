/** Messages. @see https://platform.claude.com/docs/en/api/messages */

import {type JsonObject, type StreamEvent, streamEvent} from '../../../core/index.js';
import {anthropicError} from './failure.js';
import type {MockError} from './options.js';
import {argumentPieces, newId, type Script, type Shape} from './shape.js';
import {inputText, lastUserText} from './text.js';

export const anthropicMessages: Shape = {
	read: body => ({
		lastText: lastUserText(body['messages']),
		allText: inputText(body['system'], body['messages'], body['tools']),
	}),

	reply(script) {
		const {pieces, toolCall, usage} = script;
		const content: JsonObject[] = [];
		if (pieces.length > 0) content.push({type: 'text', text: pieces.join(''), citations: null});
		if (toolCall !== undefined)
			content.push({type: 'tool_use', id: newId('toolu_'), name: toolCall.name, input: toolCall.arguments});
		return message(script, content, stopReason(script), usage.output);
	},

	stream(script) {
		const {pieces, toolCall, usage} = script;
		const opening = [
			named({type: 'message_start', message: message(script, [], null, 1)}),
			...(pieces.length > 0 ? [start(0, {type: 'text', text: '', citations: null})] : []),
			named({type: 'ping'}),
		];
		const chunks: StreamEvent[][] = pieces.map(text => [delta(0, {type: 'text_delta', text})]);
		const closing: StreamEvent[] = [];
		// The block that is open when the chunks are over is closed at the end.
		let open = pieces.length > 0 ? 0 : undefined;
		if (toolCall !== undefined) {
			const index = open === undefined ? 0 : 1;
			const [first, second] = argumentPieces(toolCall.arguments);
			const block = {type: 'tool_use', id: newId('toolu_'), name: toolCall.name, input: {}};
			chunks.push(
				[...(open === undefined ? [] : [stop(open)]), start(index, block)],
				[delta(index, {type: 'input_json_delta', partial_json: first})],
				[delta(index, {type: 'input_json_delta', partial_json: second})],
			);
			open = index;
		}
		if (open !== undefined) closing.push(stop(open));
		closing.push(
			named({
				type: 'message_delta',
				delta: {stop_reason: stopReason(script), stop_sequence: null, stop_details: null, container: null},
				usage: tokens(usage.input, usage.output),
			}),
			named({type: 'message_stop'}),
		);
		return {opening, chunks, closing, errorEvents};
	},
};

/** How Anthropic's APIs report an error within a stream. */
export function errorEvents(error: MockError): readonly StreamEvent[] {
	return [named({type: 'error', error: anthropicError(error)})];
}

/** Events of this API are named by their type. */
function named(json: JsonObject & {readonly type: string}): StreamEvent {
	return streamEvent({event: json.type, json});
}

function start(index: number, block: JsonObject): StreamEvent {
	return named({type: 'content_block_start', index, content_block: block});
}

function delta(index: number, change: JsonObject): StreamEvent {
	return named({type: 'content_block_delta', index, delta: change});
}

function stop(index: number): StreamEvent {
	return named({type: 'content_block_stop', index});
}

function message(
	{model, usage}: Script,
	content: readonly JsonObject[],
	reason: string | null,
	output: number,
): JsonObject {
	return {
		id: newId('msg_'),
		type: 'message',
		role: 'assistant',
		model,
		content,
		stop_reason: reason,
		stop_sequence: null,
		stop_details: null,
		container: null,
		usage: {
			service_tier: 'standard',
			cache_creation: {ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0},
			...tokens(usage.input, output),
		},
	};
}

function stopReason({toolCall}: Script): string {
	return toolCall === undefined ? 'end_turn' : 'tool_use';
}

function tokens(input: number, output: number): JsonObject {
	return {
		input_tokens: input,
		cache_creation_input_tokens: 0,
		cache_read_input_tokens: 0,
		output_tokens: output,
	};
}
