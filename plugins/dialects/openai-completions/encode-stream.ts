/** Writes a stream of the legacy prompt form. */

import {
	type CompletionEvent,
	comment,
	type Finish,
	type GatewayError,
	type ReplyContext,
	type StreamEncoder,
	type StreamEvent,
	type TextPart,
	type Usage,
	wireEvent,
} from '../../../core/index.js';
import {encodeErrorEvent} from '../openai.js';
import {encodeUsage} from '../openai-chat/convert-usage.js';
import {asGatewayError} from '../openai-chat/decode-error.js';
import {now} from '../openai-chat/encode-reply.js';
import {finishReason, logprobsOf, replyId} from './encode-reply.js';

const nothing: readonly StreamEvent[] = [];
const done = wireEvent('data: [DONE]\n\n');
const patience = comment('keep-alive');

/** @see https://platform.openai.com/docs/api-reference/completions */
export class TextChunkEncoder implements StreamEncoder {
	readonly #context: ReplyContext;
	/** The candidate of each open part that has text. */
	readonly #open = new Map<number, number>();
	readonly #finishes: (Finish | undefined)[] = [undefined];
	/** All of a chunk before its choices, and all behind them, made once. */
	#head = '';
	#tail = '}\n\n';
	#usage: Usage | undefined;
	#over = false;

	constructor(context: ReplyContext) {
		this.#context = context;
	}

	push(event: CompletionEvent): readonly StreamEvent[] {
		if (this.#over) return nothing;
		switch (event.type) {
			case 'part-delta': {
				const candidate = this.#open.get(event.index);
				const {delta} = event;
				if (candidate === undefined || (delta.type !== 'text' && delta.type !== 'refusal')) return nothing;
				return [this.#chunk(candidate, delta.text, delta.extras)];
			}
			case 'start':
				this.#begin(event);
				return nothing;
			case 'part-start': {
				const {part, candidate = 0} = event;
				if (part.type !== 'text' && part.type !== 'refusal') return nothing;
				this.#open.set(event.index, candidate);
				return part.text === '' ? nothing : [this.#chunk(candidate, part.text)];
			}
			case 'part-end':
				this.#open.delete(event.index);
				return nothing;
			case 'usage':
				this.#usage = event.usage;
				return nothing;
			case 'finish':
				this.#finishes[event.candidate ?? 0] = event.finish;
				return nothing;
			case 'ping':
				return [patience];
			case 'error':
				this.#over = true;
				return [wireEvent(encodeErrorEvent(asGatewayError(event.error)))];
			case 'end':
				return this.#complete();
		}
	}

	#begin({id, created, usage}: Extract<CompletionEvent, {type: 'start'}>): void {
		const {conversation, model} = this.#context;
		const head = {id: replyId(id, this.#context), object: 'text_completion', created: created ?? now(), model};
		this.#head = `data: ${JSON.stringify(head).slice(0, -1)},"choices":[`;
		if (conversation.streamUsage) this.#tail = ',"usage":null}\n\n';
		this.#usage = usage;
	}

	#chunk(index: number, text: string, extras?: TextPart['extras'], reason = 'null'): StreamEvent {
		const logprobs = extras === undefined ? 'null' : JSON.stringify(logprobsOf(extras)[0] ?? null);
		const choice = `{"text":${JSON.stringify(text)},"index":${index},"logprobs":${logprobs},"finish_reason":${reason}}`;
		return wireEvent(`${this.#head}${choice}]${this.#tail}`);
	}

	#complete(): readonly StreamEvent[] {
		this.#over = true;
		const events = this.#finishes.map((finish, index) =>
			this.#chunk(index, '', undefined, `"${finishReason(finish)}"`),
		);
		if (this.#context.conversation.streamUsage && this.#usage !== undefined) {
			events.push(wireEvent(`${this.#head}],"usage":${JSON.stringify(encodeUsage(this.#usage))}}\n\n`));
		}
		events.push(done);
		return events;
	}

	/** All that is complete has been written when its end came. */
	end(): readonly StreamEvent[] {
		return nothing;
	}

	fail(error: GatewayError): readonly StreamEvent[] {
		if (this.#over) return nothing;
		this.#over = true;
		return [wireEvent(encodeErrorEvent(error))];
	}

	keepAlive(): StreamEvent {
		return patience;
	}
}
