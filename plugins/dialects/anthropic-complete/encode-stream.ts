/** Writes the events of a streamed answer. */

import type {
	CompletionEvent,
	Finish,
	GatewayError,
	ReplyContext,
	StreamEncoder,
	StreamEvent,
} from '../../../core/index.js';
import {encodeError, errorType} from '../anthropic.js';
import {namedEvent} from '../named-event.js';
import {completionId, encodeFinish} from './encode-reply.js';

const nothing: readonly StreamEvent[] = [];

/** @see https://platform.claude.com/docs/en/api/completions */
export class CompletionEncoder implements StreamEncoder {
	readonly #context: ReplyContext;
	/** Numbers of the parts that are text. */
	readonly #texts = new Set<number>();
	#id: string | undefined;
	#finish: Finish | undefined;
	#over = false;

	constructor(context: ReplyContext) {
		this.#context = context;
	}

	push(event: CompletionEvent): readonly StreamEvent[] {
		if (this.#over) return nothing;
		switch (event.type) {
			case 'start':
				this.#id = completionId(event.id, this.#context);
				return nothing;
			case 'part-start': {
				const {part} = event;
				// This format has one answer.
				if ((part.type !== 'text' && part.type !== 'refusal') || (event.candidate ?? 0) > 0) return nothing;
				this.#texts.add(event.index);
				return part.text === '' ? nothing : [this.#piece(part.text)];
			}
			case 'part-delta': {
				const {delta} = event;
				if ((delta.type !== 'text' && delta.type !== 'refusal') || !this.#texts.has(event.index)) return nothing;
				return delta.text === '' ? nothing : [this.#piece(delta.text)];
			}
			case 'finish':
				if ((event.candidate ?? 0) === 0) this.#finish = event.finish;
				return nothing;
			case 'ping':
				return [this.keepAlive()];
			case 'error':
				this.#over = true;
				return [
					namedEvent({
						type: 'error',
						error: {type: errorType(event.error.status), message: event.error.message},
					}),
				];
			case 'end':
				this.#over = true;
				return [this.#piece('', this.#finish ?? {reason: 'stop'})];
			default:
				return nothing;
		}
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

	#piece(completion: string, finish?: Finish): StreamEvent {
		this.#id ??= completionId('', this.#context);
		const why = finish === undefined ? {stop_reason: null, stop: null} : encodeFinish(finish);
		return namedEvent({type: 'completion', id: this.#id, completion, ...why, model: this.#context.model});
	}
}
