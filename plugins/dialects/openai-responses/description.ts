/** What the API description says of responses and their token counts: what matters, not all there is. */

import type {RouteDescription} from '../../../core/index.js';
import {count, list, model, object, parameters, stream, temperature, text, topP, word} from '../schemas.js';

const reference = 'https://platform.openai.com/docs/api-reference/responses';

const input = {
	description:
		'A text, or the items of the conversation so far: messages, function calls and their outputs, reasoning.',
	oneOf: [
		{type: 'string'},
		list(object({type: word(['message', 'function_call', 'function_call_output', 'reasoning'])})),
	],
};

const asked = {
	input,
	instructions: text('What the model is told before the conversation.'),
	tools: list(
		object({type: word(['function']), name: text(), description: text(), parameters}, ['type']),
		'Functions that the model may call.',
	),
	tool_choice: {description: '`auto`, `none`, `required`, or one function.', type: ['string', 'object']},
	reasoning: object({effort: word(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'], 'How long to think.')}),
	text: object({format: object({type: word(['text', 'json_object', 'json_schema'])})}),
};

const request = object(
	{
		model,
		...asked,
		stream,
		max_output_tokens: count('Most tokens to write, thinking included.'),
		temperature,
		top_p: topP,
		store: {type: 'boolean', description: 'Whether the provider keeps the response.'},
		previous_response_id: text('A response that the provider has kept; it must be the same provider.'),
	},
	['model', 'input'],
);

const reply = object({
	id: text(),
	object: word(['response']),
	status: word(['completed', 'incomplete', 'failed']),
	model: text('As the provider calls it.'),
	output: list(object({type: word(['message', 'function_call', 'reasoning'])})),
	usage: object({input_tokens: count(), output_tokens: count(), total_tokens: count()}),
});

export const responses: RouteDescription = {
	group: 'OpenAI',
	reference: `${reference}/create`,
	request: {
		schema: request,
		examples: {
			Plain: {input: 'Hello'},
			Streamed: {stream: true, input: 'Hello'},
			'With instructions': {
				instructions: 'Answer in one sentence.',
				max_output_tokens: 200,
				input: [{role: 'user', content: 'Why is the sky blue?'}],
			},
		},
	},
	answers: {
		200: {
			description: 'The response, or its events.',
			schema: reply,
			examples: {
				Response: {
					id: 'resp_1',
					object: 'response',
					status: 'completed',
					model: 'echo',
					output: [
						{
							id: 'msg_1',
							type: 'message',
							role: 'assistant',
							status: 'completed',
							content: [{type: 'output_text', text: 'Hello', annotations: []}],
						},
					],
					usage: {input_tokens: 2, output_tokens: 2, total_tokens: 4},
				},
			},
			events: [
				'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","output_index":0,"content_index":0,"delta":"Hello"}',
				'event: response.completed\ndata: {"type":"response.completed","response":{"id":"resp_1","status":"completed"}}',
				'',
			].join('\n\n'),
		},
	},
};

export const inputTokens: RouteDescription = {
	group: 'OpenAI',
	reference: `${reference}/input-tokens`,
	request: {schema: object({model, ...asked}, ['model', 'input']), examples: {Plain: {input: 'Hello'}}},
	answers: {
		200: {
			description: 'How many tokens the input has.',
			schema: object({object: word(['response.input_tokens']), input_tokens: count()}),
			examples: {Count: {object: 'response.input_tokens', input_tokens: 2}},
		},
	},
};
