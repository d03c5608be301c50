/** What the API description says of legacy completions: what matters, not all there is. */

import type {RouteDescription} from '../../../core/index.js';
import {count, list, model, object, stream, temperature, text, topP, word} from '../schemas.js';

export const description: RouteDescription = {
	group: 'OpenAI',
	reference: 'https://platform.openai.com/docs/api-reference/completions',
	request: {
		schema: object(
			{
				model,
				prompt: {description: 'The text to go on with.', type: ['string', 'array']},
				stream,
				max_tokens: count('Most tokens to write.'),
				temperature,
				top_p: topP,
				stop: {description: 'Texts that end the answer.', type: ['string', 'array', 'null'], items: {type: 'string'}},
			},
			['model', 'prompt'],
		),
		examples: {
			Plain: {prompt: 'Hello', max_tokens: 100},
			Streamed: {stream: true, prompt: 'Hello', max_tokens: 100},
		},
	},
	answers: {
		200: {
			description: 'The completion, or its chunks.',
			schema: object({
				id: text(),
				object: word(['text_completion']),
				choices: list(object({index: count(), text: text(), finish_reason: word(['stop', 'length'])})),
				usage: object({prompt_tokens: count(), completion_tokens: count(), total_tokens: count()}),
			}),
			examples: {
				Completion: {
					id: 'cmpl-1',
					object: 'text_completion',
					created: 1_700_000_000,
					model: 'echo',
					choices: [{index: 0, text: 'Hello', logprobs: null, finish_reason: 'stop'}],
					usage: {prompt_tokens: 2, completion_tokens: 2, total_tokens: 4},
				},
			},
			events: [
				'data: {"id":"cmpl-1","object":"text_completion","choices":[{"index":0,"text":"Hello","finish_reason":"stop"}]}',
				'data: [DONE]',
				'',
			].join('\n\n'),
		},
	},
};
