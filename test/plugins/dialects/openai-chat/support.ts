import fs from 'node:fs';
import path from 'node:path';
import OpenAI from 'openai';
import {
	type Codec,
	type CompletionEvent,
	type Conversation,
	type JsonObject,
	type ModelTraits,
	type Part,
	type ReplyContext,
	type StreamEvent,
	type Turn,
	wireEvent,
} from '../../../../core/index.js';
import {EventSplitter} from '../../../../core/sse.js';
import {openaiChat} from '../../../../plugins/dialects/openai-chat/index.js';
import {loadValidators} from '../../providers/mock/validators.js';
import {sharedPath} from '../recordings.js';

const {codec: found} = openaiChat;
if (found === undefined) throw new Error('the dialect has no codec');
export const codec: Codec = found;

/** The vendor's own description of the API; tests of validity pass vacuously where it is not at hand. */
export const validators = await loadValidators();

export function conversation(members: Partial<Conversation> = {}): Conversation {
	return {model: 'm', system: [], turns: [], tools: [], stream: false, streamUsage: false, extras: [], ...members};
}

export function turn(role: Turn['role'], ...parts: readonly (Part | string)[]): Turn {
	return {role, parts: parts.map(part => (typeof part === 'string' ? {type: 'text', text: part} : part))};
}

export function call(id: string, args = '{}', name = 'f'): Part {
	return {type: 'tool-call', id, name, arguments: args};
}

export function result(callId: string, ...content: readonly Part[]): Part {
	return {type: 'tool-result', callId, content: content as Extract<Part, {type: 'tool-result'}>['content']};
}

export function text(value: string): Part {
	return {type: 'text', text: value};
}

export const image: Part = {type: 'image', source: {kind: 'base64', mediaType: 'image/png', data: 'aGk='}};

export const tool = {type: 'function', name: 'f', parameters: {type: 'object', properties: {}}} as const;

/** Writes a request and holds it against the vendor's schema. */
export function encode(
	members: Partial<Conversation>,
	traits: ModelTraits = {},
): {readonly body: JsonObject; readonly messages: readonly JsonObject[]; readonly losses: readonly string[]} {
	const {body, losses} = codec.encodeRequest(conversation(members), traits);
	const faults = validators?.reqOpenaiChat(body) ?? null;
	if (faults !== null && members.turns !== undefined)
		throw new Error(`${faults.join('; ')} in ${JSON.stringify(body)}`);
	return {body, messages: body['messages'] as readonly JsonObject[], losses: losses.map(loss => loss.path)};
}

/** What a client asked, and what it is answered for. */
export function contextOf(members: Partial<Conversation> = {}, model = 'm'): ReplyContext {
	let count = 0;
	return {
		conversation: conversation(members),
		request: {},
		model,
		newId: prefix => `${prefix}${(++count).toString().padStart(4, '0')}`,
	};
}

/** A chunk of one choice. */
export function chunk(delta: JsonObject, rest: JsonObject = {}): JsonObject {
	return {
		id: 'chatcmpl-1',
		object: 'chat.completion.chunk',
		created: 1_700_000_000,
		model: 'm',
		choices: [{index: 0, delta, finish_reason: null, ...rest}],
	};
}

/** What the decoder makes of chunks; strings go over the wire as they are. */
export function decode(...chunks: readonly (JsonObject | string)[]): readonly CompletionEvent[] {
	const decoder = codec.decodeStream();
	const events = chunks.map(each =>
		wireEvent(typeof each === 'string' ? `${each}\n\n` : `data: ${JSON.stringify(each)}\n\n`),
	);
	return [...events.flatMap(event => decoder.push(event)), ...decoder.end()];
}

export const done = 'data: [DONE]';

/** What the encoder makes of hub events. */
export function encodeAll(
	events: readonly CompletionEvent[],
	context = contextOf({streamUsage: true}),
): readonly StreamEvent[] {
	const encoder = codec.encodeStream(context);
	return [...events.flatMap(event => encoder.push(event)), ...encoder.end()];
}

/** The JSON of chunks, comments and the end left out. */
export function jsons(events: readonly StreamEvent[]): readonly JsonObject[] {
	return events.map(event => event.json).filter((json): json is JsonObject => json !== undefined);
}

/** The deltas of the first choice. */
export function deltas(events: readonly StreamEvent[]): readonly JsonObject[] {
	return jsons(events).flatMap(json => {
		const [choice] = json['choices'] as readonly JsonObject[];
		return choice === undefined ? [] : [choice['delta'] as JsonObject];
	});
}

/** What the official client makes of a stream. */
export async function assembleBySdk(events: readonly StreamEvent[]) {
	const body = Buffer.concat(events.map(event => event.bytes));
	const client = new OpenAI({
		apiKey: 'test',
		baseURL: 'http://gateway.test/v1',
		maxRetries: 0,
		fetch: async () => new Response(body, {headers: {'content-type': 'text/event-stream'}}),
	});
	return client.chat.completions.stream({model: 'm', messages: []}).finalChatCompletion();
}

/** What is wrong with a complete stream. */
export function faults(events: readonly StreamEvent[]): readonly string[] {
	const all = jsons(events);
	const told = new Set(all.map(json => JSON.stringify([json['id'], json['created'], json['model']])));
	const roles = all
		.flatMap(json => json['choices'] as readonly JsonObject[])
		.filter(choice => 'role' in (choice['delta'] as JsonObject));
	const unsaid = all
		.flatMap(json => json['choices'] as readonly JsonObject[])
		.filter(choice => !('finish_reason' in choice));
	const ends = events.filter(event => event.data === '[DONE]').length;
	return [
		...all.flatMap(json => validators?.openaiChatChunk(json) ?? []),
		...(told.size === 1 ? [] : [`${told.size} ids, times or models`]),
		...(new Set(roles.map(choice => choice['index'])).size === roles.length ? [] : ['a role twice']),
		...unsaid.map(() => 'a chunk without finish_reason'),
		...(ends === 1 && events.at(-1)?.data === '[DONE]' ? [] : ['not one [DONE] at the end']),
	];
}

/** The events of recorded bytes. */
export function eventsOf(bytes: Buffer): readonly StreamEvent[] {
	const splitter = new EventSplitter();
	const events = splitter.push(bytes);
	const rest = splitter.rest();
	return [...events, ...(rest.length > 0 ? [rest] : [])].map(event => wireEvent(event.toString('utf8')));
}

/** Recorded requests of Chat Completions. */
export function recordedRequests(): readonly {readonly name: string; readonly body: JsonObject}[] {
	const fixtures = sharedPath('fixtures');
	if (fixtures === undefined) return [];
	return fs.readdirSync(fixtures).flatMap(provider => {
		const folder = path.join(fixtures, provider);
		if (!fs.statSync(folder).isDirectory()) return [];
		return fs.readdirSync(folder).flatMap(name => {
			const file = path.join(folder, name, 'exchange.json');
			if (!fs.existsSync(file)) return [];
			const {interactions} = JSON.parse(fs.readFileSync(file, 'utf8')) as {
				interactions: readonly {request: {url: string; body: JsonObject}}[];
			};
			return interactions
				.filter(({request}) => request.url.includes('/chat/completions'))
				.map(({request}, index) => ({name: `${provider}/${name} ${index + 1}`, body: request.body}));
		});
	});
}
