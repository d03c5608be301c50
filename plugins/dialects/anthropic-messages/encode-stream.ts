/** Writes the events of a streamed answer. */

import type {
	CompletionEvent,
	Extra,
	Finish,
	GatewayError,
	JsonObject,
	ReplyContext,
	StreamEncoder,
	StreamEvent,
	Usage,
} from '../../../core/index.js';
import {encodeError, errorType} from '../anthropic.js';
import {namedEvent} from '../named-event.js';
import {encodeUsage} from './convert-usage.js';
import {BlockWriter} from './encode-blocks.js';
import {messageId} from './encode-reply.js';
import {encodeFinish} from './map-stop-reason.js';
import {dialect} from './names.js';

const nothing: readonly StreamEvent[] = [];

/** @see https://platform.claude.com/docs/en/build-with-claude/streaming */
export class MessageEncoder implements StreamEncoder {
	readonly #context: ReplyContext;
	/** Written by the call under way. */
	#out: StreamEvent[] = [];
	readonly #blocks = new BlockWriter(event => this.#emit(event));
	readonly #refusals = new Set<number>();
	#started = false;
	#over = false;
	#calls = false;
	#refused: string | undefined;
	#finish: Finish | undefined;
	#usage: Usage | undefined;
	#extras: readonly Extra[] = [];

	constructor(context: ReplyContext) {
		this.#context = context;
	}

	push(event: CompletionEvent): readonly StreamEvent[] {
		if (this.#over) return nothing;
		switch (event.type) {
			case 'part-delta': {
				const {index, delta} = event;
				if (this.#refusals.has(index)) this.#refuse('text' in delta ? delta.text : '');
				else this.#blocks.write(index, delta);
				break;
			}
			case 'part-start': {
				const {index, part} = event;
				// This format has one answer.
				if ((event.candidate ?? 0) > 0) break;
				if (part.type === 'tool-call') this.#calls = true;
				if (part.type === 'refusal') {
					this.#refusals.add(index);
					this.#refuse(part.text);
				} else this.#blocks.begin(index, part);
				break;
			}
			case 'part-end':
				this.#blocks.end(event.index);
				break;
			case 'start':
				this.#start(event);
				break;
			case 'finish':
				if ((event.candidate ?? 0) > 0) break;
				this.#finish = event.finish;
				if (event.extras !== undefined) this.#extras = event.extras;
				break;
			case 'usage':
				this.#usage = event.usage;
				break;
			case 'ping':
				return this.#started ? [this.keepAlive()] : nothing;
			case 'error': {
				const {status, message} = event.error;
				this.#over = true;
				return [namedEvent({type: 'error', error: {type: errorType(status), message}})];
			}
			case 'end':
				this.#complete();
		}
		if (this.#out.length === 0) return nothing;
		const out = this.#out;
		this.#out = [];
		return out;
	}

	end(): readonly StreamEvent[] {
		return nothing;
	}

	fail(error: GatewayError, requestId: string): readonly StreamEvent[] {
		if (this.#over) return nothing;
		this.#over = true;
		return [namedEvent(Object.assign({type: 'error'}, encodeError(error, requestId)))];
	}

	keepAlive(): StreamEvent {
		return namedEvent({type: 'ping'});
	}

	#emit(event: {readonly type: string} & JsonObject): void {
		this.#out.push(namedEvent(event));
	}

	/** What is refused has no block; it explains the end. */
	#refuse(text: string): void {
		this.#refused = (this.#refused ?? '') + text;
	}

	#start(event: Extract<CompletionEvent, {type: 'start'}>): void {
		if (this.#started) return;
		this.#started = true;
		this.#usage = event.usage;
		this.#emit({
			type: 'message_start',
			message: {
				id: messageId(event.id, this.#context),
				type: 'message',
				role: 'assistant',
				model: this.#context.model,
				content: [],
				stop_reason: null,
				stop_sequence: null,
				usage: encodeUsage(event.usage),
			},
		});
	}

	#complete(): void {
		this.#over = true;
		this.#blocks.endAll();
		const own = this.#extras.filter(extra => extra.dialect === dialect);
		const finish = encodeFinish(this.#finish, this.#calls, this.#refused);
		this.#emit({
			type: 'message_delta',
			delta: Object.assign(finish, Object.fromEntries(own.map(({path, value}) => [path, value]))),
			usage: encodeUsage(this.#usage),
		});
		this.#emit({type: 'message_stop'});
	}
}
