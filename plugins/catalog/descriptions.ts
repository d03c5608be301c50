/** What the API description says of the routes that tell what is served. */

import type {JsonObject, RouteDescription, RouteParameter} from '../../core/index.js';

const group = 'Models';
const string: JsonObject = {type: 'string'};

const openaiModel: JsonObject = {
	type: 'object',
	properties: {
		id: string,
		object: {const: 'model'},
		created: {type: 'integer', description: 'Since when this gateway has served it, in seconds since 1970.'},
		owned_by: {type: 'string', description: 'The provider.'},
	},
};

const anthropicModel: JsonObject = {
	type: 'object',
	properties: {
		type: {const: 'model'},
		id: string,
		display_name: string,
		created_at: {type: 'string', format: 'date-time'},
		max_input_tokens: {type: ['integer', 'null']},
		max_tokens: {type: ['integer', 'null']},
		capabilities: {type: ['object', 'null']},
	},
};

const openaiExample = {id: 'mock.echo', object: 'model', created: 1_700_000_000, owned_by: 'mock'};
const anthropicExample = {
	type: 'model',
	id: 'mock.echo',
	display_name: 'mock.echo',
	created_at: '2024-01-01T00:00:00.000Z',
	max_input_tokens: null,
	max_tokens: null,
	capabilities: null,
};

const shape: RouteParameter = {
	name: 'anthropic-version',
	in: 'header',
	description: "When it is sent, the answer has Anthropic's shape: `2023-06-01`.",
};

const cursor = (name: string, what: string): RouteParameter => ({
	name,
	in: 'query',
	description: `${what} Anthropic's shape only.`,
});

export const models: RouteDescription = {
	group,
	parameters: [
		shape,
		{
			name: 'limit',
			in: 'query',
			description: "Models on a page; Anthropic's shape only.",
			schema: {type: 'integer', minimum: 1, maximum: 1000, default: 20},
		},
		cursor('after_id', 'Begin after this model.'),
		cursor('before_id', 'End before this model.'),
	],
	answers: {
		200: {
			description: 'Aliases of the config, then what providers list.',
			schema: {
				oneOf: [
					{
						title: 'OpenAI',
						type: 'object',
						properties: {object: {const: 'list'}, data: {type: 'array', items: openaiModel}},
						required: ['object'],
					},
					{
						title: 'Anthropic',
						type: 'object',
						properties: {
							data: {type: 'array', items: anthropicModel},
							has_more: {type: 'boolean'},
							first_id: {type: ['string', 'null']},
							last_id: {type: ['string', 'null']},
						},
						required: ['has_more'],
					},
				],
			},
			examples: {
				OpenAI: {object: 'list', data: [openaiExample]},
				Anthropic: {data: [anthropicExample], has_more: false, first_id: 'mock.echo', last_id: 'mock.echo'},
			},
		},
	},
};

export const model: RouteDescription = {
	group,
	parameters: [
		shape,
		{
			name: 'id',
			in: 'path',
			description: 'Slashes may be encoded or not.',
			schema: {$ref: '#/components/schemas/Model'},
			required: true,
		},
	],
	answers: {
		200: {
			description: 'The model.',
			schema: {
				oneOf: [
					Object.assign({title: 'OpenAI', required: ['object']}, openaiModel),
					Object.assign({title: 'Anthropic', required: ['type']}, anthropicModel),
				],
			},
			examples: {OpenAI: openaiExample, Anthropic: anthropicExample},
		},
	},
};

export const providers: RouteDescription = {
	group,
	answers: {
		200: {
			description: 'Every provider.',
			schema: {
				type: 'object',
				properties: {
					object: {const: 'list'},
					data: {
						type: 'array',
						items: {
							type: 'object',
							properties: {
								name: string,
								kind: {enum: ['openai', 'anthropic']},
								dialects: {type: 'array', items: string, description: 'API formats that it speaks natively.'},
								base_url: string,
								models: {type: 'array', items: string, description: 'Short names; it may serve others too.'},
							},
						},
					},
				},
			},
			examples: {
				Providers: {
					object: 'list',
					data: [{name: 'mock', kind: 'openai', dialects: ['openai-chat'], base_url: 'mock:', models: ['echo']}],
				},
			},
		},
	},
};
