/** Chat Completions. @see https://platform.openai.com/docs/api-reference/chat */

import {isObject, type JsonObject, type StreamEvent, streamEvent} from '../../../core/index.js';
import {openaiError} from './failure.js';
import type {MockError} from './options.js';
import {argumentPieces, newId, type Script, type Shape, seconds} from './shape.js';
import {inputText, lastUserText} from './text.js';

export const openaiChat: Shape = {
	read: body => ({
		lastText: lastUserText(body['messages']),
		allText: inputText(body['messages'], body['tools']),
	}),

	reply({model, pieces, toolCall, usage}) {
		const text = pieces.join('');
		const message = {
			role: 'assistant',
			content: text === '' && toolCall !== undefined ? null : text,
			refusal: null,
			annotations: [],
			...(toolCall !== undefined && {
				tool_calls: [
					{
						id: newId('call_'),
						type: 'function',
						function: {name: toolCall.name, arguments: JSON.stringify(toolCall.arguments)},
					},
				],
			}),
		};
		return {
			id: newId('chatcmpl-'),
			object: 'chat.completion',
			created: seconds(),
			model,
			choices: [{index: 0, message, logprobs: null, finish_reason: finishReason({toolCall})}],
			usage: openaiUsage(usage),
			system_fingerprint: null,
		};
	},

	stream(script, body) {
		const {model, pieces, toolCall, usage} = script;
		const withUsage = asksForUsage(body);
		const id = newId('chatcmpl-');
		const created = seconds();
		const event = (choices: readonly JsonObject[], total: JsonObject | null): StreamEvent =>
			streamEvent({
				json: {
					id,
					object: 'chat.completion.chunk',
					created,
					model,
					choices,
					system_fingerprint: null,
					...(withUsage && {usage: total}),
				},
			});
		const chunk = (delta: JsonObject, finish: string | null = null): StreamEvent =>
			event([{index: 0, delta, logprobs: null, finish_reason: finish}], null);
		const chunks = pieces.map(piece => [chunk({content: piece})]);
		if (toolCall !== undefined) {
			const [first, second] = argumentPieces(toolCall.arguments);
			const call = (details: JsonObject): StreamEvent => chunk({tool_calls: [{index: 0, ...details}]});
			chunks.push(
				[call({id: newId('call_'), type: 'function', function: {name: toolCall.name, arguments: ''}})],
				[call({function: {arguments: first}})],
				[call({function: {arguments: second}})],
			);
		}
		const closing = [chunk({}, finishReason(script))];
		if (withUsage) closing.push(event([], openaiUsage(usage)));
		closing.push(streamEvent({data: '[DONE]'}));
		const content = pieces.length === 0 && toolCall !== undefined ? null : '';
		return {opening: [chunk({role: 'assistant', content, refusal: null})], chunks, closing, errorEvents};
	},
};

/** How the older two OpenAI APIs report an error within a stream. */
export function errorEvents(error: MockError): readonly StreamEvent[] {
	return [streamEvent({json: {error: openaiError(error)}})];
}

function finishReason({toolCall}: Pick<Script, 'toolCall'>): string {
	return toolCall === undefined ? 'stop' : 'tool_calls';
}

/** Tells whether a stream of the older two OpenAI APIs is to end with usage. */
export function asksForUsage(body: JsonObject): boolean {
	const options = body['stream_options'];
	return isObject(options) && options['include_usage'] === true;
}

/** Usage as the older two OpenAI APIs tell it. */
export function openaiUsage({input, output}: Script['usage']): JsonObject {
	return {
		prompt_tokens: input,
		completion_tokens: output,
		total_tokens: input + output,
		prompt_tokens_details: {cached_tokens: 0, audio_tokens: 0},
		completion_tokens_details: {
			reasoning_tokens: 0,
			audio_tokens: 0,
			accepted_prediction_tokens: 0,
			rejected_prediction_tokens: 0,
		},
	};
}
