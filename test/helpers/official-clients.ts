/** What the official clients make of an answer, in words that are the same for every format. */

import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import type {JsonObject} from '../../core/index.js';
import {listOf, objectOf} from './grammar/reading.js';
import {eventsIn} from './stream-grammar.js';

/** What a client has in hand when an answer is over. */
export interface ReadAnswer {
	readonly text: string;
	readonly thinking: string;
	readonly refusal: string;
	readonly calls: readonly {readonly id: string; readonly name: string; readonly arguments: unknown}[];
	readonly finish: 'stop' | 'length' | 'tool-calls' | 'refusal';
	/** As the client holds it: the format's own object. */
	readonly body: JsonObject;
}

const said = {role: 'user' as const, content: 'hello'};

/**
 * Has the official client of a format read a streamed answer.
 * @throws what the client throws.
 */
export async function streamedAnswer(dialect: string, bytes: Uint8Array): Promise<ReadAnswer> {
	const connection = {
		apiKey: 'test',
		maxRetries: 0,
		fetch: async () => new Response(Buffer.from(bytes), {headers: {'content-type': 'text/event-stream'}}),
	};
	return readAnswer(dialect, await streamedBody(dialect, connection, bytes));
}

/** Where a client finds its server. */
export interface Connection {
	readonly apiKey: string;
	readonly maxRetries: number;
	readonly fetch: typeof fetch;
}

async function streamedBody(dialect: string, connection: Connection, bytes: Uint8Array): Promise<JsonObject> {
	const openai = new OpenAI({...connection, baseURL: 'http://gateway.test/v1'});
	const anthropic = new Anthropic({...connection, baseURL: 'http://gateway.test'});
	switch (dialect) {
		case 'openai-chat': {
			const stream = openai.chat.completions.stream({
				model: 'm',
				messages: [said],
				stream_options: {include_usage: true},
			});
			return Object.assign(plain(await stream.finalChatCompletion()), {reasoning: reasoningIn(bytes)});
		}
		case 'openai-responses':
			return plain(await openai.responses.stream({model: 'm', input: 'hello'}).finalResponse());
		case 'anthropic-messages':
			return plain(await anthropic.messages.stream({model: 'm', max_tokens: 10, messages: [said]}).finalMessage());
		case 'openai-completions': {
			const body: {choices: JsonObject[]; [name: string]: unknown} = {choices: []};
			for await (const chunk of await openai.completions.create({model: 'm', prompt: 'hello', stream: true}))
				grow(body, plain(chunk));
			return body;
		}
		default:
			return completionIn(bytes);
	}
}

/** The official client no longer speaks this form; this is what it did when it still spoke it. */
function completionIn(bytes: Uint8Array): JsonObject {
	let text = '';
	let last: JsonObject = {};
	for (const {event, json} of eventsIn(bytes)) {
		if (event === 'error') throw new Error(JSON.stringify(json));
		if (event !== 'completion') continue;
		last = objectOf(json);
		text += textOr(last['completion'], '');
	}
	if (typeof last['stop_reason'] !== 'string') throw new Error('the stream ended without a stop_reason');
	return {...last, completion: text};
}

function grow(body: {choices: JsonObject[]; [name: string]: unknown}, chunk: JsonObject): void {
	for (const choice of listOf(chunk['choices'])) {
		const at = Number(choice['index']);
		const known = body.choices[at] ?? {text: ''};
		body.choices[at] = {...known, ...choice, text: `${known['text']}${choice['text']}`};
	}
	if (chunk['usage'] !== undefined && chunk['usage'] !== null) body['usage'] = chunk['usage'];
}

/** Reasoning has no place in the official client of Chat Completions: other clients read it from the chunks. */
function reasoningIn(bytes: Uint8Array): string {
	return eventsIn(bytes)
		.flatMap(event => listOf(objectOf(event.json)['choices']))
		.map(choice => textOr(objectOf(choice['delta'])['reasoning_content'], ''))
		.join('');
}

/** Reads a whole answer in its own format. */
export function readAnswer(dialect: string, body: JsonObject): ReadAnswer {
	switch (dialect) {
		case 'openai-chat':
			return chatAnswer(body);
		case 'openai-responses':
			return responseAnswer(body);
		case 'anthropic-messages':
			return messageAnswer(body);
		case 'openai-completions': {
			const [choice = {}] = listOf(body['choices']);
			const finish = choice['finish_reason'] === 'length' ? 'length' : 'stop';
			return {text: textOr(choice['text'], ''), thinking: '', refusal: '', calls: [], finish, body};
		}
		default: {
			const finish = body['stop_reason'] === 'max_tokens' ? 'length' : 'stop';
			return {text: textOr(body['completion'], ''), thinking: '', refusal: '', calls: [], finish, body};
		}
	}
}

function chatAnswer(body: JsonObject): ReadAnswer {
	const [choice = {}] = listOf(body['choices']);
	const message = objectOf(choice['message']);
	const calls = listOf(message['tool_calls']).map(call => {
		const {name, arguments: text} = objectOf(call['function']);
		return {id: String(call['id']), name: String(name), arguments: parsed(text)};
	});
	const finishes: Readonly<Record<string, ReadAnswer['finish']>> = {
		length: 'length',
		tool_calls: 'tool-calls',
		function_call: 'tool-calls',
		content_filter: 'refusal',
	};
	const refusal = textOr(message['refusal'], '');
	const named = finishes[String(choice['finish_reason'])] ?? 'stop';
	const parts = listOf(message['content']);
	const content =
		parts.length > 0 ? parts.map(part => textOr(part['text'], '')).join('') : textOr(message['content'], '');
	// Mistral's thinking is a part of the content.
	const thought = parts.flatMap(part => listOf(part['thinking']).map(({text}) => textOr(text, ''))).join('');
	return {
		text: content,
		thinking: thought + textOr(body['reasoning'] ?? message['reasoning_content'] ?? message['reasoning'], ''),
		refusal,
		calls,
		finish:
			named === 'stop' && calls.length > 0 ? 'tool-calls' : named === 'stop' && refusal !== '' ? 'refusal' : named,
		body,
	};
}

function responseAnswer(body: JsonObject): ReadAnswer {
	const output = listOf(body['output']);
	const content = output.filter(item => item['type'] === 'message').flatMap(item => listOf(item['content']));
	const calls = output
		.filter(item => item['type'] === 'function_call')
		.map(item => ({id: String(item['call_id']), name: String(item['name']), arguments: parsed(item['arguments'])}));
	const refusal = content.map(part => textOr(part['refusal'], '')).join('');
	const {reason} = objectOf(body['incomplete_details']);
	const ordinary = calls.length > 0 ? 'tool-calls' : refusal === '' ? 'stop' : 'refusal';
	return {
		text: content.map(part => textOr(part['text'], '')).join(''),
		thinking: output
			.filter(item => item['type'] === 'reasoning')
			.map(item =>
				[...listOf(item['summary']), ...listOf(item['content'])].map(part => textOr(part['text'], '')).join('\n\n'),
			)
			.filter(text => text !== '')
			.join('\n\n'),
		refusal,
		calls,
		finish: reason === 'max_output_tokens' ? 'length' : reason === 'content_filter' ? 'refusal' : ordinary,
		body,
	};
}

function messageAnswer(body: JsonObject): ReadAnswer {
	const blocks = listOf(body['content']);
	const texts = (type: string, member: string) =>
		blocks.filter(block => block['type'] === type).map(block => textOr(block[member], ''));
	const finishes: Readonly<Record<string, ReadAnswer['finish']>> = {
		max_tokens: 'length',
		model_context_window_exceeded: 'length',
		tool_use: 'tool-calls',
		refusal: 'refusal',
	};
	return {
		text: texts('text', 'text').join(''),
		thinking: texts('thinking', 'thinking')
			.filter(text => text !== '')
			.join('\n\n'),
		refusal: textOr(objectOf(body['stop_details'])['explanation'], ''),
		calls: blocks
			.filter(block => block['type'] === 'tool_use')
			.map(block => ({id: String(block['id']), name: String(block['name']), arguments: block['input']})),
		finish: finishes[String(body['stop_reason'])] ?? 'stop',
		body,
	};
}

function textOr(value: unknown, otherwise: string): string {
	return typeof value === 'string' ? value : otherwise;
}

function parsed(value: unknown): unknown {
	try {
		return JSON.parse(String(value));
	} catch {
		return value === '' ? {} : value;
	}
}

function plain(value: object): JsonObject {
	return JSON.parse(JSON.stringify(value)) as JsonObject;
}
