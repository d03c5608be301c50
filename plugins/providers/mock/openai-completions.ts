/** Legacy Completions. @see https://platform.openai.com/docs/api-reference/completions */

import {type JsonObject, type StreamEvent, streamEvent} from '../../../core/index.js';
import {asksForUsage, errorEvents, openaiUsage} from './openai-chat.js';
import {newId, type Shape, seconds} from './shape.js';
import {contentText, inputText} from './text.js';

export const openaiCompletions: Shape = {
	read: body => ({lastText: contentText(body['prompt']), allText: inputText(body['prompt'])}),

	reply: ({model, pieces, usage}) => ({
		id: newId('cmpl-'),
		object: 'text_completion',
		created: seconds(),
		model,
		choices: [{text: pieces.join(''), index: 0, logprobs: null, finish_reason: 'stop'}],
		usage: openaiUsage(usage),
	}),

	stream({model, pieces, usage}, body) {
		const withUsage = asksForUsage(body);
		const id = newId('cmpl-');
		const created = seconds();
		const event = (choices: readonly JsonObject[], total: JsonObject | null): StreamEvent =>
			streamEvent({
				json: {id, object: 'text_completion', created, model, choices, ...(withUsage && {usage: total})},
			});
		const chunk = (text: string, finish: string | null): StreamEvent =>
			event([{text, index: 0, logprobs: null, finish_reason: finish}], null);
		const closing = [chunk('', 'stop')];
		if (withUsage) closing.push(event([], openaiUsage(usage)));
		closing.push(streamEvent({data: '[DONE]'}));
		return {opening: [], chunks: pieces.map(piece => [chunk(piece, null)]), closing, errorEvents};
	},
};
