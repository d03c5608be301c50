/** Legacy Text Completions; they report no usage. @see https://platform.claude.com/docs/en/api/completions */

import {streamEvent} from '../../../core/index.js';
import {errorEvents} from './anthropic-messages.js';
import {newId, type Shape} from './shape.js';
import {contentText, inputText} from './text.js';

export const anthropicComplete: Shape = {
	read: body => ({lastText: lastTurn(contentText(body['prompt'])), allText: inputText(body['prompt'])}),

	reply: ({model, pieces}) => ({
		type: 'completion',
		id: newId('compl_'),
		completion: pieces.join(''),
		stop_reason: 'stop_sequence',
		model,
	}),

	stream({model, pieces}) {
		const id = newId('compl_');
		const increment = (completion: string, reason: string | null) =>
			streamEvent({
				event: 'completion',
				json: {type: 'completion', id, completion, stop_reason: reason, model},
			});
		return {
			opening: [],
			chunks: pieces.map(piece => [increment(piece, null)]),
			closing: [increment('', 'stop_sequence')],
			errorEvents,
		};
	},
};

/** What the human said last in `\n\nHuman: …\n\nAssistant:`; the whole prompt when it has no such turns. */
function lastTurn(prompt: string): string {
	const turn = prompt.slice(prompt.lastIndexOf('\n\nHuman:') + 1).replace(/^\nHuman:/, '');
	const end = turn.indexOf('\n\nAssistant:');
	return (end === -1 ? turn : turn.slice(0, end)).trim();
}
