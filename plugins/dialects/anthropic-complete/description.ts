/** What the API description says of legacy text completions: what matters, not all there is. */

import type {RouteDescription} from '../../../core/index.js';
import {version} from '../anthropic-version.js';
import {count, list, model, object, stream, temperature, text, topP, word} from '../schemas.js';

const prompt = '\n\nHuman: Hello\n\nAssistant:';

export const description: RouteDescription = {
	group: 'Anthropic',
	reference: 'https://platform.claude.com/docs/en/api/completions',
	parameters: [version],
	request: {
		schema: object(
			{
				model,
				prompt: text('Turns that begin with `\\n\\nHuman:` and `\\n\\nAssistant:`.'),
				max_tokens_to_sample: {type: 'integer', minimum: 1, description: 'Most tokens to write.'},
				stream,
				temperature,
				top_p: topP,
				stop_sequences: list({type: 'string'}, 'Texts that end the answer.'),
			},
			['model', 'prompt', 'max_tokens_to_sample'],
		),
		examples: {
			Plain: {max_tokens_to_sample: 100, prompt},
			Streamed: {max_tokens_to_sample: 100, stream: true, prompt},
		},
	},
	answers: {
		200: {
			description: 'The completion, or its events.',
			schema: object({
				type: word(['completion']),
				id: text(),
				completion: text(),
				stop_reason: word(['stop_sequence', 'max_tokens']),
				model: text(),
				usage: object({input_tokens: count(), output_tokens: count()}),
			}),
			examples: {
				Completion: {
					type: 'completion',
					id: 'compl_1',
					completion: ' Hello',
					stop_reason: 'stop_sequence',
					model: 'echo',
				},
			},
			events: 'event: completion\ndata: {"type":"completion","completion":" Hello","stop_reason":"stop_sequence"}\n\n',
		},
	},
};
