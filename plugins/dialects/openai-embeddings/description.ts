/** What the API description says of embeddings. */

import type {RouteDescription} from '../../../core/index.js';
import {count, list, model, object, word} from '../schemas.js';

export const description: RouteDescription = {
	group: 'OpenAI',
	reference: 'https://platform.openai.com/docs/api-reference/embeddings',
	request: {
		schema: object(
			{
				model,
				input: {description: 'A text, or a list of texts.', type: ['string', 'array']},
				dimensions: {
					type: 'integer',
					minimum: 1,
					description: 'Length of the vectors, where the model lets one choose.',
				},
				encoding_format: word(['float', 'base64']),
			},
			['model', 'input'],
		),
		examples: {'One text': {input: 'Hello'}, 'Several texts': {input: ['Hello', 'Good morning']}},
	},
	answers: {
		200: {
			description: 'A vector for each text.',
			schema: object({
				object: word(['list']),
				data: list(object({index: count(), embedding: {type: ['array', 'string'], items: {type: 'number'}}})),
				usage: object({prompt_tokens: count(), total_tokens: count()}),
			}),
			examples: {
				Vectors: {
					object: 'list',
					model: 'echo',
					data: [{object: 'embedding', index: 0, embedding: [0.1, -0.2, 0.3]}],
					usage: {prompt_tokens: 2, total_tokens: 2},
				},
			},
		},
	},
};
