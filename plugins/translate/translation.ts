/** One call in two formats: the request on its way there, answer and stream on their way back. */

import {randomBytes} from 'node:crypto';
import type {
	Codec,
	CompletionEvent,
	Conversation,
	Dialect,
	GatewayError,
	JsonObject,
	Provider,
	ReplyContext,
	StreamDecoder,
	StreamEncoder,
	StreamError,
	StreamEvent,
	StreamTranslation,
	Usage,
} from '../../core/index.js';
import {completionEvents} from './completion-events.js';
import type {CallNames} from './names.js';
import {estimatedUsage, textOf} from './rough-usage.js';

/** What the way back needs to know of a call. */
export interface Crossing {
	readonly conversation: Conversation;
	/** The request as the client sent it. */
	readonly request: JsonObject;
	/** Its size in bytes, for estimates. */
	readonly requestBytes: number;
	readonly client: Codec;
	readonly target: Dialect & {readonly codec: Codec};
	/** Upstream's name of the model, for answers that name none. */
	readonly model: string;
	readonly names: CallNames;
	/** What an error of the provider's own shape means. */
	readonly readError?: Provider['readError'];
}

/** An id that nobody else has. */
export function newId(prefix: string): string {
	return prefix + randomBytes(12).toString('hex');
}

/** The way back of one call. */
export class WayBack {
	readonly #crossing: Crossing;
	#estimate: Usage | undefined;

	constructor(crossing: Crossing) {
		this.#crossing = crossing;
	}

	/** The counts, where the provider reported none. */
	get usage(): Usage | undefined {
		return this.#estimate;
	}

	reply(body: JsonObject): JsonObject {
		const completion = this.#completion(body);
		return this.#crossing.client.encodeReply(completion, this.#context(completion.model));
	}

	replyAsStream(body: JsonObject): readonly StreamEvent[] {
		const completion = this.#completion(body);
		const encoder = this.#crossing.client.encodeStream(this.#context(completion.model));
		return [...completionEvents(completion).flatMap(event => encoder.push(event)), ...encoder.end()];
	}

	stream(): StreamTranslation {
		const {client, target, model, names, requestBytes, readError} = this.#crossing;
		return new StreamBack(
			target.codec.decodeStream(),
			error => readError?.(error.status, {error}) ?? error,
			named => client.encodeStream(this.#context(named === '' ? model : named)),
			names,
			requestBytes,
			usage => {
				this.#estimate = usage;
			},
		);
	}

	error(body: unknown): string | undefined {
		return this.#crossing.target.codec.decodeError(body)?.message;
	}

	#completion(body: JsonObject) {
		const {target, names, requestBytes, model} = this.#crossing;
		const completion = names.completion(target.codec.decodeReply(body));
		const named = completion.model === '' ? Object.assign({}, completion, {model}) : completion;
		if (completion.usage !== undefined) return named;
		const text = completion.candidates.reduce((length, {parts}) => length + textOf(parts), 0);
		this.#estimate = estimatedUsage(requestBytes, text);
		return Object.assign({}, named, {usage: this.#estimate});
	}

	#context(model: string): ReplyContext {
		return {conversation: this.#crossing.conversation, request: this.#crossing.request, model, newId};
	}
}

/** The way back of one stream, event by event; nothing is held back but what the client's format needs. */
class StreamBack implements StreamTranslation {
	readonly #decoder: StreamDecoder;
	readonly #meaning: (error: StreamError) => StreamError;
	readonly #encoderFor: (model: string) => StreamEncoder;
	readonly #names: CallNames;
	readonly #requestBytes: number;
	readonly #estimated: (usage: Usage) => void;
	#made: StreamEncoder | undefined;
	#reported = false;
	#textLength = 0;

	constructor(
		decoder: StreamDecoder,
		meaning: (error: StreamError) => StreamError,
		encoderFor: (model: string) => StreamEncoder,
		names: CallNames,
		requestBytes: number,
		estimated: (usage: Usage) => void,
	) {
		this.#decoder = decoder;
		this.#meaning = meaning;
		this.#encoderFor = encoderFor;
		this.#names = names;
		this.#requestBytes = requestBytes;
		this.#estimated = estimated;
	}

	/** Made for the first event, which says what the provider calls the model: a whole answer names it so as well. */
	get #encoder(): StreamEncoder {
		this.#made ??= this.#encoderFor('');
		return this.#made;
	}

	push(event: StreamEvent): readonly StreamEvent[] {
		return this.#encode(this.#decoder.push(event));
	}

	end(): readonly StreamEvent[] {
		const last = this.#encode(this.#decoder.end());
		return [...last, ...this.#encoder.end()];
	}

	fail(error: GatewayError, requestId: string): readonly StreamEvent[] {
		if (!this.#reported) this.#estimated(this.#estimate());
		return this.#encoder.fail(error, requestId);
	}

	keepAlive(): StreamEvent {
		return this.#encoder.keepAlive();
	}

	#encode(events: readonly CompletionEvent[]): readonly StreamEvent[] {
		const [only] = events;
		if (only === undefined) return [];
		if (events.length === 1) return this.#step(only);
		return events.flatMap(event => this.#step(event));
	}

	#step(event: CompletionEvent): readonly StreamEvent[] {
		switch (event.type) {
			case 'start':
				this.#made ??= this.#encoderFor(event.model);
				// Clients show how full the context is from the first event on: better about right than zero.
				if (event.usage !== undefined) return this.#encoder.push(event);
				return this.#encoder.push(Object.assign({}, event, {usage: estimatedUsage(this.#requestBytes, undefined)}));
			case 'usage':
				this.#reported = true;
				return this.#encoder.push(event);
			case 'part-delta':
				if ('text' in event.delta) this.#textLength += event.delta.text.length;
				return this.#encoder.push(event);
			case 'error':
				return this.#encoder.push({type: 'error', error: this.#meaning(event.error)});
			case 'end':
				return this.#reported
					? this.#encoder.push(event)
					: [...this.#encoder.push(this.#late()), ...this.#encoder.push(event)];
			default:
				return this.#encoder.push(this.#names.event(event));
		}
	}

	/** The provider has said nothing of usage up to its end. */
	#late(): CompletionEvent {
		const usage = this.#estimate();
		this.#estimated(usage);
		return {type: 'usage', usage};
	}

	#estimate(): Usage {
		return estimatedUsage(this.#requestBytes, this.#textLength);
	}
}
