/** What the API description says of chat completions: what matters of a request and its reply, not all there is. */

import type {RouteDescription} from '../../../core/index.js';
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

const call = object({
	id: text('Names the call in the message that answers it.'),
	type: word(['function']),
	function: object({name: text(), arguments: text('JSON as text, written by the model.')}, ['name']),
});

const request = object(
	{
		model,
		messages: list(
			object(
				{
					role: word(['system', 'developer', 'user', 'assistant', 'tool'], 'Who says it.'),
					content: textOrParts('What is said.', 'Text, images (`image_url`), audio (`input_audio`) and files.'),
					tool_calls: list(call, 'Of an assistant message: what the model called.'),
					tool_call_id: text('Of a tool message: the call that it answers.'),
				},
				['role'],
			),
			'The conversation so far.',
		),
		stream,
		stream_options: object({
			include_usage: {type: 'boolean', description: 'End the stream with a chunk of token counts.'},
		}),
		max_completion_tokens: count('Most tokens to write. `max_tokens` is the older name.'),
		temperature,
		top_p: topP,
		stop: {description: 'Texts that end the answer.', type: ['string', 'array', 'null'], items: {type: 'string'}},
		n: {type: 'integer', minimum: 1, description: 'How many answers.'},
		tools: list(
			object({
				type: word(['function']),
				function: object({name: text(), description: text(), parameters}, ['name']),
			}),
			'Functions that the model may call.',
		),
		tool_choice: {description: '`auto`, `none`, `required`, or one function.', type: ['string', 'object']},
		response_format: object({type: word(['text', 'json_object', 'json_schema'])}),
		reasoning_effort: word(['none', 'minimal', 'low', 'medium', 'high', 'xhigh'], 'How long to think.'),
	},
	['model', 'messages'],
);

const reply = object({
	id: text(),
	object: word(['chat.completion']),
	created: count('Seconds since 1970.'),
	model: text('As the provider calls it.'),
	choices: list(
		object({
			index: count(),
			message: object({
				role: word(['assistant']),
				content: {type: ['string', 'null']},
				tool_calls: list(call),
			}),
			finish_reason: word(['stop', 'length', 'tool_calls', 'content_filter']),
		}),
	),
	usage: object({prompt_tokens: count(), completion_tokens: count(), total_tokens: count()}),
});

const hello = [{role: 'user', content: 'Hello'}];

export const description: RouteDescription = {
	group: 'OpenAI',
	reference: 'https://platform.openai.com/docs/api-reference/chat',
	request: {
		schema: request,
		examples: {
			Plain: {messages: hello},
			Streamed: {stream: true, messages: hello},
			'With a system prompt and limits': {
				max_completion_tokens: 200,
				temperature: 0.5,
				messages: [
					{role: 'system', content: 'Answer in one sentence.'},
					{role: 'user', content: 'Why is the sky blue?'},
				],
			},
			'With a tool': {
				messages: [{role: 'user', content: 'What is the weather in Paris?'}],
				tools: [
					{
						type: 'function',
						function: {
							name: 'get_weather',
							description: 'Tells the weather of a city.',
							parameters: {type: 'object', properties: {city: {type: 'string'}}, required: ['city']},
						},
					},
				],
			},
		},
	},
	answers: {
		200: {
			description: 'The completion, or its chunks.',
			schema: reply,
			examples: {
				Completion: {
					id: 'chatcmpl-1',
					object: 'chat.completion',
					created: 1_700_000_000,
					model: 'echo',
					choices: [{index: 0, message: {role: 'assistant', content: 'Hello'}, finish_reason: 'stop'}],
					usage: {prompt_tokens: 2, completion_tokens: 2, total_tokens: 4},
				},
			},
			events: [
				'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"},"finish_reason":null}]}',
				'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}',
				'data: [DONE]',
				'',
			].join('\n\n'),
		},
	},
};
