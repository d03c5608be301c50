/** One request of each format that says nearly all that its format can say to a model of another one. */

import type {JsonObject} from '../../core/index.js';

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const pdf = Buffer.from('%PDF-1.4\n%%EOF\n').toString('base64');
const schema = {
	type: 'object',
	properties: {city: {type: 'string', description: 'desc city'}},
	required: ['city'],
	additionalProperties: false,
};
const messages: JsonObject = {
	model: 'm',
	max_tokens: 5000,
	stream: true,
	temperature: 1,
	top_p: 0.99,
	top_k: 5,
	stop_sequences: ['STOP1', 'STOP2'],
	metadata: {user_id: 'user-77'},
	service_tier: 'auto',
	inference_geo: 'us',
	cache_control: {type: 'ephemeral'},
	system: [
		{type: 'text', text: 'sys one'},
		{type: 'text', text: 'sys two', cache_control: {type: 'ephemeral', ttl: '1h'}},
	],
	thinking: {type: 'adaptive', display: 'summarized'},
	output_config: {effort: 'high', format: {type: 'json_schema', schema: schema}},
	tools: [
		{
			name: 'get_weather',
			description: 'tool desc',
			input_schema: schema,
			strict: true,
			cache_control: {type: 'ephemeral'},
			input_examples: [{city: 'Rome'}],
			eager_input_streaming: true,
			defer_loading: false,
			allowed_callers: ['direct'],
		},
		{name: 'other_tool', input_schema: {type: 'object', properties: {}}},
		{
			type: 'web_search_20250305',
			name: 'web_search',
			max_uses: 3,
			allowed_domains: ['a.example'],
			user_location: {type: 'approximate', city: 'Berlin', country: 'DE'},
		},
		{type: 'code_execution_20250825', name: 'code_execution'},
	],
	tool_choice: {type: 'auto', disable_parallel_tool_use: true},
	messages: [
		{
			role: 'user',
			content: [
				{type: 'text', text: 'hello user', cache_control: {type: 'ephemeral'}},
				{
					type: 'image',
					source: {type: 'base64', media_type: 'image/png', data: pixel},
					cache_control: {type: 'ephemeral'},
				},
				{type: 'image', source: {type: 'url', url: 'https://e.example/a.png'}},
				{
					type: 'document',
					source: {type: 'base64', media_type: 'application/pdf', data: pdf},
					title: 'a doc.pdf',
					context: 'doc context',
					citations: {enabled: true},
					cache_control: {type: 'ephemeral'},
				},
				{
					type: 'document',
					source: {type: 'text', media_type: 'text/plain', data: 'plain doc text'},
					title: 'plain title',
				},
				{
					type: 'document',
					source: {type: 'content', content: [{type: 'text', text: 'content doc text'}]},
					title: 'cdoc',
				},
				{
					type: 'search_result',
					source: 'https://s.example',
					title: 'sr title',
					content: [{type: 'text', text: 'sr text'}],
					citations: {enabled: true},
				},
			],
		},
		{
			role: 'assistant',
			content: [
				{type: 'thinking', thinking: 'I think', signature: 'c2ln'},
				{type: 'redacted_thinking', data: 'cmVk'},
				{
					type: 'text',
					text: 'cited text',
					citations: [
						{
							type: 'web_search_result_location',
							url: 'https://c.example',
							title: 'c title',
							cited_text: 'cited',
							encrypted_index: 'abc',
						},
					],
				},
				{type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {query: 'q1'}},
				{
					type: 'web_search_tool_result',
					tool_use_id: 'srvtoolu_1',
					content: [
						{
							type: 'web_search_result',
							url: 'https://w.example',
							title: 'w title',
							encrypted_content: 'enc',
							page_age: '1d',
						},
					],
				},
				{
					type: 'tool_use',
					id: 'toolu_1',
					name: 'get_weather',
					input: {city: 'Paris'},
					cache_control: {type: 'ephemeral'},
				},
				{type: 'tool_use', id: 'toolu_2', name: 'other_tool', input: {}},
			],
		},
		{
			role: 'user',
			content: [
				{
					type: 'tool_result',
					tool_use_id: 'toolu_1',
					is_error: true,
					content: [
						{type: 'text', text: 'res text'},
						{type: 'image', source: {type: 'base64', media_type: 'image/png', data: pixel}},
						{type: 'document', source: {type: 'base64', media_type: 'application/pdf', data: pdf}, title: 'resdoc'},
					],
					cache_control: {type: 'ephemeral'},
				},
				{type: 'tool_result', tool_use_id: 'toolu_2', content: 'res2'},
				{type: 'text', text: 'after results'},
			],
		},
		{role: 'system', content: 'mid system'},
		{role: 'assistant', content: 'plain answer'},
		{role: 'user', content: 'last q'},
	],
};
const chat: JsonObject = {
	model: 'm',
	stream: true,
	stream_options: {include_usage: true, include_obfuscation: false},
	max_completion_tokens: 5000,
	temperature: 0.5,
	top_p: 0.9,
	n: 1,
	stop: ['S1', 'S2'],
	seed: 7,
	presence_penalty: 0.1,
	frequency_penalty: 0.2,
	logit_bias: {'50': 1},
	logprobs: true,
	top_logprobs: 3,
	reasoning_effort: 'high',
	verbosity: 'low',
	metadata: {k: 'v'},
	store: true,
	service_tier: 'flex',
	user: 'user-77',
	safety_identifier: 'safe-1',
	prompt_cache_key: 'ck',
	prompt_cache_retention: '24h',
	prediction: {type: 'content', content: 'pred'},
	modalities: ['text'],
	web_search_options: {
		search_context_size: 'high',
		user_location: {type: 'approximate', approximate: {city: 'Berlin'}},
	},
	parallel_tool_calls: false,
	tool_choice: 'required',
	response_format: {
		type: 'json_schema',
		json_schema: {name: 'ans', description: 'ans desc', schema: schema, strict: true},
	},
	tools: [
		{type: 'function', function: {name: 'get_weather', description: 'tool desc', parameters: schema, strict: true}},
		{type: 'function', function: {name: 'other_tool'}},
		{
			type: 'custom',
			custom: {
				name: 'cust',
				description: 'cust desc',
				format: {type: 'grammar', grammar: {syntax: 'lark', definition: 'start: "a"'}},
			},
		},
	],
	messages: [
		{role: 'system', content: 'sys one', name: 'sysname'},
		{
			role: 'developer',
			content: [
				{type: 'text', text: 'dev two'},
				{type: 'text', text: 'dev three'},
			],
		},
		{
			role: 'user',
			name: 'bob',
			content: [
				{type: 'text', text: 'hello user', prompt_cache_breakpoint: {mode: 'explicit'}},
				{type: 'image_url', image_url: {url: `data:image/png;base64,${pixel}`, detail: 'high'}},
				{type: 'image_url', image_url: {url: 'https://e.example/a.png', detail: 'low'}},
				{type: 'file', file: {filename: 'a doc.pdf', file_data: `data:application/pdf;base64,${pdf}`}},
			],
		},
		{
			role: 'assistant',
			name: 'asst',
			content: [
				{type: 'text', text: 'part one'},
				{type: 'refusal', refusal: 'ref part'},
			],
			reasoning_content: 'thought text',
			tool_calls: [
				{id: 'call_1', type: 'function', function: {name: 'get_weather', arguments: '{"city":"Paris"}'}},
				{id: 'call_2', type: 'function', function: {name: 'other_tool', arguments: ''}},
				{id: 'call_3', type: 'custom', custom: {name: 'cust', input: 'free text'}},
			],
		},
		{
			role: 'tool',
			tool_call_id: 'call_1',
			content: [
				{type: 'text', text: 'res text'},
				{type: 'text', text: 'res more'},
			],
		},
		{role: 'tool', tool_call_id: 'call_2', content: 'res2'},
		{role: 'tool', tool_call_id: 'call_3', content: 'res3'},
		{role: 'system', content: 'mid system'},
		{role: 'user', content: 'more'},
		{
			role: 'assistant',
			content: 'plain answer',
			refusal: 'I refuse',
			annotations: [
				{type: 'url_citation', url_citation: {url: 'https://c.example', title: 'c', start_index: 0, end_index: 5}},
			],
			images: [{type: 'image_url', image_url: {url: 'https://e.example/drawn.png'}}],
		},
		{role: 'user', content: 'last q'},
	],
};
const responses: JsonObject = {
	model: 'm',
	stream: true,
	instructions: 'sys one',
	max_output_tokens: 5000,
	temperature: 0.5,
	top_p: 0.9,
	top_logprobs: 3,
	reasoning: {effort: 'high', summary: 'detailed'},
	text: {
		verbosity: 'low',
		format: {type: 'json_schema', name: 'ans', description: 'ans desc', schema: schema, strict: true},
	},
	metadata: {k: 'v'},
	store: false,
	include: ['reasoning.encrypted_content'],
	service_tier: 'flex',
	user: 'user-77',
	safety_identifier: 'safe-1',
	prompt_cache_key: 'ck',
	truncation: 'auto',
	max_tool_calls: 4,
	stream_options: {include_obfuscation: false},
	parallel_tool_calls: false,
	tool_choice: 'required',
	tools: [
		{type: 'function', name: 'get_weather', description: 'tool desc', parameters: schema, strict: true},
		{type: 'function', name: 'other_tool', parameters: null, strict: false},
		{
			type: 'custom',
			name: 'cust',
			description: 'cust desc',
			format: {type: 'grammar', syntax: 'lark', definition: 'start: "a"'},
		},
		{
			type: 'web_search',
			filters: {allowed_domains: ['a.example']},
			search_context_size: 'high',
			user_location: {type: 'approximate', city: 'Berlin'},
		},
		{type: 'code_interpreter', container: {type: 'auto'}},
		{type: 'file_search', vector_store_ids: ['vs_1']},
	],
	input: [
		{type: 'message', role: 'developer', content: [{type: 'input_text', text: 'dev two'}]},
		{role: 'system', content: 'sys three'},
		{
			type: 'message',
			role: 'user',
			content: [
				{type: 'input_text', text: 'hello user', prompt_cache_breakpoint: {mode: 'explicit'}},
				{type: 'input_image', image_url: `data:image/png;base64,${pixel}`, detail: 'high'},
				{type: 'input_image', image_url: 'https://e.example/a.png', detail: 'low'},
				{type: 'input_file', filename: 'a doc.pdf', file_data: `data:application/pdf;base64,${pdf}`},
			],
		},
		{
			type: 'reasoning',
			id: 'rs_1',
			summary: [
				{type: 'summary_text', text: 'sum one'},
				{type: 'summary_text', text: 'sum two'},
			],
			encrypted_content: 'ENC',
		},
		{
			type: 'message',
			id: 'msg_1',
			role: 'assistant',
			status: 'completed',
			phase: 'commentary',
			content: [
				{
					type: 'output_text',
					text: 'cited text',
					annotations: [
						{type: 'url_citation', url: 'https://c.example', title: 'c title', start_index: 0, end_index: 5},
					],
					logprobs: [],
				},
			],
		},
		{type: 'web_search_call', id: 'ws_1', status: 'completed', action: {type: 'search', query: 'q1'}},
		{
			type: 'function_call',
			id: 'fc_1',
			call_id: 'call_1',
			name: 'get_weather',
			arguments: '{"city":"Paris"}',
			status: 'completed',
		},
		{type: 'function_call', call_id: 'call_2', name: 'other_tool', arguments: ''},
		{type: 'custom_tool_call', call_id: 'call_3', name: 'cust', input: 'free text'},
		{
			type: 'function_call_output',
			call_id: 'call_1',
			output: [
				{type: 'input_text', text: 'res text'},
				{type: 'input_image', image_url: `data:image/png;base64,${pixel}`, detail: 'high'},
				{type: 'input_file', filename: 'resdoc.pdf', file_data: `data:application/pdf;base64,${pdf}`},
			],
		},
		{type: 'function_call_output', call_id: 'call_2', output: 'res2'},
		{type: 'custom_tool_call_output', call_id: 'call_3', output: 'res3'},
		{role: 'developer', content: 'mid system'},
		{role: 'user', content: 'more'},
		{
			type: 'message',
			id: 'msg_2',
			role: 'assistant',
			status: 'completed',
			content: [{type: 'refusal', refusal: 'I refuse'}],
		},
		{role: 'user', content: 'last q'},
	],
};

/** By the name of the dialect. */
export const fullRequests: Readonly<Record<string, JsonObject>> = {
	'openai-chat': chat,
	'openai-responses': responses,
	'anthropic-messages': messages,
};
