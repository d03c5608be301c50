/** Reads a stream of Chat Completions chunks. */

import {
	type CompletionEvent,
	isObject,
	type JsonObject,
	type StreamDecoder,
	type StreamError,
	type StreamEvent,
} from '../../../core/index.js';
import {chatUsage} from '../openai-usage.js';
import {extrasOf} from '../untranslatable.js';
import {CandidateReader} from './decode-candidate.js';
import {decodeStreamError} from './decode-error.js';
import {isFailure} from './map-finish-reason.js';

const known: ReadonlySet<string> = new Set([
	'choices',
	'created',
	'error',
	'id',
	'model',
	'object',
	'obfuscation',
	'usage',
]);

const nothing: readonly CompletionEvent[] = [];
const ping: readonly CompletionEvent[] = [{type: 'ping'}];

/**
 * Counts and errors may come behind a finish reason, and content does from some servers: parts end and the finish is told when
 * the stream is over, by `[DONE]` or because it ended after every choice had finished.
 * @see https://platform.openai.com/docs/api-reference/chat/streaming
 */
export class ChunkDecoder implements StreamDecoder {
	readonly #dialect: string;
	#started = false;
	#over = false;
	#parts = 0;
	readonly #candidates: CandidateReader[] = [];
	readonly #nextIndex = (): number => this.#parts++;

	/** @param dialect whose chunks they are: the legacy prompt form differs in where the text stands. */
	constructor(dialect: string) {
		this.#dialect = dialect;
	}

	push(event: StreamEvent): readonly CompletionEvent[] {
		if (this.#over) return nothing;
		const chunk = event.json;
		if (!isObject(chunk)) return this.#readOther(event);
		const events: CompletionEvent[] = [];
		this.#readChunk(chunk, event.event, events);
		return events;
	}

	#readOther(event: StreamEvent): readonly CompletionEvent[] {
		const data = event.data.trim();
		if (data === '') return ping;
		if (event.event === 'error') return this.#fail({status: 502, message: data}, []);
		// A stream that is nothing but its end has answered nothing.
		return data.startsWith('[DONE]') && this.#candidates.length > 0 ? this.#complete() : nothing;
	}

	#readChunk(chunk: JsonObject, name: string | undefined, events: CompletionEvent[]): void {
		const choices = chunk['choices'];
		const any = Array.isArray(choices) && choices.length > 0;
		if (!this.#started && (any || (typeof chunk['id'] === 'string' && chunk['id'] !== ''))) this.#start(chunk, events);
		// OpenRouter's error stands in a chunk beside choices and counts; a stream without a choice has started with its error.
		const failed = Boolean(chunk['error']) || name === 'error';
		if (this.#started && (chunk['usage'] || chunk['x_groq'])) {
			const usage = chatUsage(chunk);
			if (usage !== undefined) events.push({type: 'usage', usage});
		}
		if (failed) {
			this.#fail(decodeStreamError(chunk['error'] ? chunk : {error: chunk}), events);
			return;
		}
		if (!any) return;
		for (const choice of choices) {
			if (!isObject(choice)) continue;
			const fault = this.#readChoice(choice, events);
			if (fault === undefined) continue;
			this.#fail({status: 502, message: fault}, events);
			return;
		}
	}

	#readChoice(choice: JsonObject, events: CompletionEvent[]): string | undefined {
		const index = typeof choice['index'] === 'number' ? choice['index'] : 0;
		let candidate = this.#candidates[index];
		if (candidate === undefined) {
			candidate = new CandidateReader(this.#dialect, index, this.#nextIndex);
			this.#candidates[index] = candidate;
		}
		const fault = candidate.read(choice, events);
		const reason = choice['finish_reason'];
		if (typeof reason === 'string' && isFailure(reason)) return `The provider broke the answer off: ${reason}.`;
		return fault === undefined ? undefined : `The provider's stream cannot be read: ${fault}.`;
	}

	#start(chunk: JsonObject, events: CompletionEvent[]): void {
		this.#started = true;
		const {id, model, created} = chunk;
		const extras = extrasOf(chunk, this.#dialect, known);
		events.push(
			Object.assign(
				{type: 'start' as const, id: typeof id === 'string' ? id : '', model: typeof model === 'string' ? model : ''},
				typeof created === 'number' && created > 0 ? {created} : undefined,
				extras.length === 0 ? undefined : {extras},
			),
		);
	}

	#complete(): readonly CompletionEvent[] {
		const events: CompletionEvent[] = [];
		for (const candidate of this.#candidates) {
			const fault = candidate?.finish(events);
			if (fault !== undefined) {
				return this.#fail({status: 502, message: `The provider's stream cannot be read: ${fault}.`}, events);
			}
		}
		this.#over = true;
		events.push({type: 'end'});
		return events;
	}

	#fail(error: StreamError, events: CompletionEvent[]): readonly CompletionEvent[] {
		this.#over = true;
		events.push({type: 'error', error});
		return events;
	}

	/** Not every server sends `[DONE]`; one that ends before its choices have finished was cut off. */
	end(): readonly CompletionEvent[] {
		if (this.#over || this.#candidates.length === 0) return nothing;
		return this.#candidates.every(candidate => candidate.finished) ? this.#complete() : nothing;
	}
}
