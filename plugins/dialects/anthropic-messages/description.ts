/** What the API description says of messages and their token counts: what matters, not all there is. */

import type {RouteDescription} from '../../../core/index.js';
import {version} from '../anthropic-version.js';
import {
	count,
	list,
	model,
	object,
	parameters,
	stream,
	temperature,
	text,
	textOrParts,
	topP,
	word,
} from '../schemas.js';

const reference = 'https://platform.claude.com/docs/en/api';

const asked = {
	system: textOrParts('What the model is told before the conversation.', 'Text blocks.'),
	messages: list(
		object(
			{
				role: word(['user', 'assistant'], 'Who says it.'),
				content: textOrParts('What is said.', 'Text, images, documents, tool uses and their results, thinking.'),
			},
			['role', 'content'],
		),
		'The conversation so far.',
	),
	tools: list(object({name: text(), description: text(), input_schema: parameters}), 'Tools that the model may use.'),
	tool_choice: object({type: word(['auto', 'any', 'tool', 'none'])}),
	thinking: object({type: word(['enabled', 'adaptive', 'disabled']), budget_tokens: count()}),
};

const request = object(
	{
		model,
		...asked,
		max_tokens: {type: 'integer', minimum: 1, description: 'Most tokens to write, thinking included.'},
		stream,
		temperature,
		top_p: topP,
		top_k: count('How many of the likeliest tokens to choose from.'),
		stop_sequences: list({type: 'string'}, 'Texts that end the answer.'),
	},
	['model', 'max_tokens', 'messages'],
);

const reply = object({
	id: text(),
	type: word(['message']),
	role: word(['assistant']),
	model: text('As the provider calls it.'),
	content: list(object({type: word(['text', 'tool_use', 'thinking'])})),
	stop_reason: word(['end_turn', 'max_tokens', 'stop_sequence', 'tool_use', 'refusal']),
	usage: object({input_tokens: count(), output_tokens: count()}),
});

const hello = [{role: 'user', content: 'Hello'}];

export const messages: RouteDescription = {
	group: 'Anthropic',
	reference: `${reference}/messages`,
	parameters: [version],
	request: {
		schema: request,
		examples: {
			Plain: {max_tokens: 100, messages: hello},
			Streamed: {max_tokens: 100, stream: true, messages: hello},
			'With a system prompt': {
				max_tokens: 200,
				system: 'Answer in one sentence.',
				messages: [{role: 'user', content: 'Why is the sky blue?'}],
			},
			'With a tool': {
				max_tokens: 500,
				messages: [{role: 'user', content: 'What is the weather in Paris?'}],
				tools: [
					{
						name: 'get_weather',
						description: 'Tells the weather of a city.',
						input_schema: {type: 'object', properties: {city: {type: 'string'}}, required: ['city']},
					},
				],
			},
		},
	},
	answers: {
		200: {
			description: 'The message, or its events.',
			schema: reply,
			examples: {
				Message: {
					id: 'msg_1',
					type: 'message',
					role: 'assistant',
					model: 'echo',
					content: [{type: 'text', text: 'Hello'}],
					stop_reason: 'end_turn',
					stop_sequence: null,
					usage: {input_tokens: 2, output_tokens: 2},
				},
			},
			events: [
				'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","role":"assistant","content":[]}}',
				'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello"}}',
				'event: message_stop\ndata: {"type":"message_stop"}',
				'',
			].join('\n\n'),
		},
	},
};

export const countTokens: RouteDescription = {
	group: 'Anthropic',
	reference: `${reference}/messages-count-tokens`,
	parameters: [version],
	request: {schema: object({model, ...asked}, ['model', 'messages']), examples: {Plain: {messages: hello}}},
	answers: {
		200: {
			description: 'How many tokens the request has.',
			schema: object({input_tokens: count()}),
			examples: {Count: {input_tokens: 2}},
		},
	},
};
