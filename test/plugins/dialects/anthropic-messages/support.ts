/** What the tests of this codec share: short requests, recorded traffic, the official client and the vendor's schema. */

import fs from 'node:fs';
import path from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import type {
	Codec,
	CompletionEvent,
	Conversation,
	EncodedRequest,
	JsonObject,
	ModelTraits,
	ReplyContext,
	StreamEvent,
	Turn,
} from '../../../../core/index.js';
import {EventSplitter} from '../../../../core/sse.js';
import {WireEvent} from '../../../../core/stream-event.js';
import {codec} from '../../../../plugins/dialects/anthropic-messages/codec.js';
import {sharedPath} from '../recordings.js';

/** A model that takes everything. */
export const able: ModelTraits = {systemTurns: 'in-place', signatures: 'anthropic', defaultMaxTokens: 4096};

export function conversation(parts: Partial<Conversation>): Conversation {
	const turns: readonly Turn[] = [{role: 'user', parts: [{type: 'text', text: 'Hi'}]}];
	const base = {model: 'claude', system: [], turns, tools: [], stream: false, streamUsage: false, extras: []};
	return Object.assign(base, parts);
}

export function encode(parts: Partial<Conversation>, traits: ModelTraits = able): EncodedRequest {
	return codec.encodeRequest(conversation(parts), traits);
}

export function bodyOf(parts: Partial<Conversation>, traits: ModelTraits = able): JsonObject {
	return encode(parts, traits).body;
}

export function userTurn(...texts: readonly string[]): Turn {
	return {role: 'user', parts: texts.map(text => ({type: 'text', text}))};
}

export function assistantTurn(...texts: readonly string[]): Turn {
	return {role: 'assistant', parts: texts.map(text => ({type: 'text', text}))};
}

export function systemTurn(text: string): Turn {
	return {role: 'system', parts: [{type: 'text', text}]};
}

export function replyContext(request: Conversation = conversation({}), model = 'the-model'): ReplyContext {
	let count = 0;
	return {conversation: request, request: {}, model, newId: prefix => `${prefix}new${count++}`};
}

interface Interaction {
	readonly request: {readonly url: string; readonly body: JsonObject};
}

/** Recorded requests to /v1/messages. */
export function recordedRequests(): readonly {
	readonly name: string;
	readonly body: JsonObject;
	readonly count: boolean;
}[] {
	return recordedCases().flatMap(({name, folder}) => {
		const file = path.join(folder, 'exchange.json');
		if (!fs.existsSync(file)) return [];
		const {interactions} = JSON.parse(fs.readFileSync(file, 'utf8')) as {interactions: readonly Interaction[]};
		return interactions.map(({request}, index) => ({
			name: `${name}/${index + 1}`,
			body: typeof request.body === 'string' ? (JSON.parse(request.body) as JsonObject) : request.body,
			count: request.url.includes('count_tokens'),
		}));
	});
}

/** Recorded answers, whole. */
export function recordedReplies(): readonly {readonly name: string; readonly body: JsonObject}[] {
	return recordedCases()
		.flatMap(({name, folder}) =>
			fs
				.readdirSync(folder)
				.filter(file => file.endsWith('response.json'))
				.map(file => ({
					name: `${name}/${file}`,
					body: JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')) as JsonObject,
				})),
		)
		.filter(({body}) => body['type'] === 'message');
}

/** Recorded answers, streamed. */
export function recordedStreams(): readonly {readonly name: string; readonly bytes: Buffer}[] {
	return recordedCases().flatMap(({name, folder}) =>
		fs
			.readdirSync(folder)
			.filter(file => /\.sse$|\.jsonl$/.test(file))
			.map(file => {
				const bytes = fs.readFileSync(path.join(folder, file));
				return {name: `${name}/${file}`, bytes: file.endsWith('.sse') ? bytes : framed(bytes.toString('utf8'))};
			}),
	);
}

function framed(lines: string): Buffer {
	const payloads = lines.split('\n').filter(line => line !== '');
	const named = payloads.map(data => `event: ${(JSON.parse(data) as {type: string}).type}\ndata: ${data}\n\n`);
	return Buffer.from(named.join(''));
}

function recordedCases(): readonly {readonly name: string; readonly folder: string}[] {
	const fixtures = sharedPath('fixtures', 'anthropic-messages');
	if (fixtures === undefined) return [];
	return fs.readdirSync(fixtures).map(name => ({name, folder: path.join(fixtures, name)}));
}

/** Native events of a stream. */
export function wireEvents(bytes: Buffer): readonly StreamEvent[] {
	const splitter = new EventSplitter();
	const events = [...splitter.push(bytes)];
	const rest = splitter.rest();
	if (rest.length > 0) events.push(rest);
	return events.map(event => new WireEvent(event));
}

/** Events made of their data. */
export function sse(...payloads: readonly JsonObject[]): readonly StreamEvent[] {
	const text = payloads.map(json => `event: ${String(json['type'])}\ndata: ${JSON.stringify(json)}\n\n`).join('');
	return wireEvents(Buffer.from(text));
}

export function decodeStream(events: readonly StreamEvent[], by: Codec = codec): readonly CompletionEvent[] {
	const decoder = by.decodeStream();
	return [...events.flatMap(event => decoder.push(event)), ...decoder.end()];
}

export function encodeStream(
	events: readonly CompletionEvent[],
	context: ReplyContext = replyContext(),
	by: Codec = codec,
): readonly StreamEvent[] {
	const encoder = by.encodeStream(context);
	return [...events.flatMap(event => encoder.push(event)), ...encoder.end()];
}

export function jsonOf(events: readonly StreamEvent[]): readonly JsonObject[] {
	return events.map(({json}) => json as JsonObject);
}

/** What the official client makes of a stream. */
export async function assembledBySdk(bytes: Buffer): Promise<JsonObject> {
	const client = new Anthropic({
		apiKey: 'key',
		maxRetries: 0,
		fetch: async () => new Response(new Uint8Array(bytes), {headers: {'content-type': 'text/event-stream'}}),
	});
	const stream = client.messages.stream({model: 'm', max_tokens: 1, messages: [{role: 'user', content: 'x'}]});
	return JSON.parse(JSON.stringify(await stream.finalMessage())) as JsonObject;
}

export function bytesOf(events: readonly StreamEvent[]): Buffer {
	return Buffer.concat(events.map(({bytes}) => bytes));
}

interface Validators {
	readonly [schema: string]: (value: unknown) => readonly string[] | null;
}

/** The vendor's schema; `undefined` where it is not at hand. */
export async function schemas(): Promise<Validators | undefined> {
	const file = sharedPath('spec', 'validator.mjs');
	const folder = sharedPath('spec');
	if (file === undefined || folder === undefined) return undefined;
	process.env['AJV_FROM'] = path.resolve('.');
	const {makeValidators} = (await import(file)) as {makeValidators(folder: string): Validators};
	return makeValidators(folder);
}
