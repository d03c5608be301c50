/** Two formats back to back, without a gateway around them. */

import type {Codec, CompletionEvent, Dialect, JsonObject, ReplyContext, StreamEvent} from '../../../core/index.js';
import {anthropicComplete} from '../../../plugins/dialects/anthropic-complete/index.js';
import {anthropicMessages} from '../../../plugins/dialects/anthropic-messages/index.js';
import {openaiChat} from '../../../plugins/dialects/openai-chat/index.js';
import {openaiCompletions} from '../../../plugins/dialects/openai-completions/index.js';
import {openaiResponses} from '../../../plugins/dialects/openai-responses/index.js';
import {CallNames} from '../../../plugins/translate/names.js';
import {WayBack} from '../../../plugins/translate/translation.js';
import {eventsIn} from '../../helpers/stream-grammar.js';
import {type Check, loadValidators} from '../providers/mock/validators.js';

export type Speaking = Dialect & {readonly codec: Codec};

function speaking(dialect: Dialect): Speaking {
	if (dialect.codec === undefined) throw new Error(`${dialect.name} has no codec`);
	return dialect as Speaking;
}

export const chat = speaking(openaiChat);
export const responses = speaking(openaiResponses);
export const messages = speaking(anthropicMessages);
export const completions = speaking(openaiCompletions);
export const complete = speaking(anthropicComplete);

/** Those that can say everything. */
export const modern: readonly Speaking[] = [chat, responses, messages];
/** Those that can say text. */
export const legacy: readonly Speaking[] = [completions, complete];
export const every: readonly Speaking[] = [...modern, ...legacy];

/** The least that asks for a stream in a format. */
export function smallest({name}: Dialect, stream = true): JsonObject {
	const said = [{role: 'user', content: 'hello'}];
	const usage = stream ? {stream_options: {include_usage: true}} : {};
	switch (name) {
		case 'openai-chat':
			return {model: 'm', messages: said, stream, ...usage};
		case 'openai-responses':
			return {model: 'm', input: 'hello', stream};
		case 'anthropic-messages':
			return {model: 'm', max_tokens: 100, messages: said, stream};
		case 'openai-completions':
			return {model: 'm', prompt: 'hello', stream, ...usage};
		default:
			return {model: 'm', prompt: '\n\nHuman: hello\n\nAssistant:', max_tokens_to_sample: 100, stream};
	}
}

/** The way back of a call that a client made in one format and that was answered in another. */
export function wayBack(client: Speaking, target: Speaking, request: JsonObject = smallest(client)): WayBack {
	const conversation = client.codec.decodeRequest(request);
	return new WayBack({
		conversation,
		request,
		requestBytes: JSON.stringify(request).length,
		client: client.codec,
		target,
		model: 'the-model',
		names: new CallNames(conversation, client.codec, target.codec),
	});
}

/** A native stream as a client of another format reads it. */
export function translated(way: WayBack, bytes: Uint8Array): readonly StreamEvent[] {
	const stream = way.stream();
	return [...eventsIn(bytes).flatMap(event => stream.push(event)), ...stream.end()];
}

export function bytesOf(events: readonly StreamEvent[]): Buffer {
	return Buffer.concat(events.map(({bytes}) => bytes));
}

/** A hub stream in a format. */
export function encoded(dialect: Speaking, events: readonly CompletionEvent[]): readonly StreamEvent[] {
	const encoder = dialect.codec.encodeStream(contextFor(dialect));
	return [...events.flatMap(event => encoder.push(event)), ...encoder.end()];
}

/** A native stream in the hub's terms. */
export function decoded(dialect: Speaking, events: readonly StreamEvent[]): readonly CompletionEvent[] {
	const decoder = dialect.codec.decodeStream();
	return [...eventsIn(bytesOf(events)).flatMap(event => decoder.push(event)), ...decoder.end()];
}

/** What an answer is written for; ids count up. */
export function contextFor(client: Speaking, request: JsonObject = smallest(client)): ReplyContext {
	let count = 0;
	return {
		conversation: client.codec.decodeRequest(request),
		request,
		model: 'some-model',
		newId: prefix => `${prefix}${(++count).toString().padStart(4, '0')}`,
	};
}

const validators = await loadValidators();
const unchecked: Check = () => null;

/** The vendor's own description of what a client of a format may get; everything passes where it is not at hand. */
export function schemaOf({name}: Dialect): {readonly reply: Check; readonly event: Check; readonly request: Check} {
	const none = {reply: unchecked, event: unchecked, request: unchecked};
	if (validators === undefined) return none;
	switch (name) {
		case 'openai-chat': {
			const {openaiChat: reply, openaiChatChunk, openaiError, reqOpenaiChat: request} = validators;
			const event: Check = value => (isError(value) ? openaiError(value) : openaiChatChunk(value));
			return {reply, event, request};
		}
		case 'openai-responses':
			return {reply: validators.responses, event: validators.responsesEvent, request: validators.reqResponses};
		case 'anthropic-messages':
			return {reply: validators.anthropicMessage, event: validators.anthropicEvent, request: validators.reqAnthropic};
		case 'openai-completions': {
			const {openaiCompletion: reply, openaiError} = validators;
			return {reply, event: value => (isError(value) ? openaiError(value) : null), request: unchecked};
		}
		default:
			return {reply: validators.anthropicComplete, event: unchecked, request: unchecked};
	}
}

function isError(value: unknown): boolean {
	return typeof value === 'object' && value !== null && 'error' in value;
}

/** What the vendor's description does not allow, of all events. */
export function schemaFaults(dialect: Dialect, events: readonly StreamEvent[]): readonly string[] {
	const {event: check} = schemaOf(dialect);
	return events.flatMap(({json}) =>
		json === undefined ? [] : (check(json) ?? []).map(fault => `${JSON.stringify(json).slice(0, 300)} ${fault}`),
	);
}
