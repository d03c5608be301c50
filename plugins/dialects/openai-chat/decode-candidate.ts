/** One candidate of a streamed reply: its deltas as parts that begin, grow and end. */

import {
	type CompletionEvent,
	type Extra,
	isObject,
	type JsonObject,
	type Part,
	type ThinkingPart,
} from '../../../core/index.js';
import {CallAssembler} from './assemble-calls.js';
import {thoughtText} from './decode-content.js';
import {decodeAnnotations, decodeImage} from './decode-message.js';
import {decodeFinish} from './map-finish-reason.js';
import {partOf} from './reasoning-details.js';

type Kind = 'text' | 'thinking' | 'refusal' | 'audio';

/** Reads the deltas of one choice. */
export class CandidateReader {
	readonly #dialect: string;
	readonly #candidate: number;
	readonly #nextIndex: () => number;
	readonly #calls: CallAssembler;
	/** The part that is being written, beside calls. */
	#open: {readonly kind: Kind; readonly index: number} | undefined;
	/** The choice as it finished. */
	#finished: JsonObject | undefined;
	/** Whether thinking came as plain text, which then stands in the details once more. */
	#plainThinking = false;
	readonly #details = new Set<string>();

	/** @param nextIndex numbers the parts of all candidates. */
	constructor(dialect: string, candidate: number, nextIndex: () => number) {
		this.#dialect = dialect;
		this.#candidate = candidate;
		this.#nextIndex = nextIndex;
		this.#calls = new CallAssembler(part => {
			const index = nextIndex();
			return {index, event: this.#started(index, part)};
		});
	}

	/** Whether a finish reason has come. More may follow it: OpenRouter repeats it on every chunk from then on. */
	get finished(): boolean {
		return this.#finished !== undefined;
	}

	/** @returns what is wrong with the choice; `undefined` when all is well. */
	read(choice: JsonObject, events: CompletionEvent[]): string | undefined {
		const delta = choice['delta'] ?? choice['message'] ?? textDelta(choice);
		let fault: string | undefined;
		if (isObject(delta)) {
			const content = delta['content'];
			// Nearly every chunk is this: text behind text.
			if (typeof content === 'string' && content !== '') {
				if (hasReasoning(delta)) this.#readThinking(delta, events);
				this.#text('text', content, choice['logprobs'], events);
			} else {
				this.#readThinking(delta, events);
				if (Array.isArray(content)) this.#readArray(content, events);
			}
			fault = this.#readRest(delta, choice, events);
		}
		const reason = choice['finish_reason'];
		if (typeof reason === 'string' && reason !== '') this.#finished ??= choice;
		return fault;
	}

	#readRest(delta: JsonObject, choice: JsonObject, events: CompletionEvent[]): string | undefined {
		const {refusal, tool_calls: calls, function_call: legacy, annotations, audio, images} = delta;
		if (typeof refusal === 'string' && refusal !== '') this.#text('refusal', refusal, choice['logprobs'], events);
		if (annotations !== undefined) this.#cite(annotations, events);
		if (isObject(audio)) this.#hear(audio, events);
		if (Array.isArray(images)) for (const image of images) this.#whole(decodeImage(image), events);
		if (Array.isArray(calls)) {
			for (const [place, call] of calls.entries()) {
				if (isObject(call) && !this.#call(call, place, events))
					return 'arguments go on behind a call that was complete';
			}
		}
		if (isObject(legacy)) this.#call({index: 0, id: `call_legacy_${this.#candidate}`, function: legacy}, 0, events);
		return undefined;
	}

	#call(call: JsonObject, place: number, events: CompletionEvent[]): boolean {
		this.#close(events);
		return this.#calls.push(call, place, events);
	}

	#readThinking(delta: JsonObject, events: CompletionEvent[]): void {
		const content = delta['reasoning_content'] ?? delta['reasoning'];
		if (typeof content === 'string' && content !== '') {
			this.#plainThinking = true;
			this.#text('thinking', content, undefined, events);
		}
		const details = delta['reasoning_details'];
		if (!Array.isArray(details)) return;
		for (const detail of details) if (isObject(detail)) this.#readDetail(detail, events);
	}

	/** Details repeat the text of thinking; what they alone have is whose it is. */
	#readDetail(detail: JsonObject, events: CompletionEvent[]): void {
		const key = `${detail['type']} ${detail['index']}`;
		if (this.#details.has(key)) return;
		const part = partOf(detail);
		if (part?.type === 'redacted-thinking') {
			this.#details.add(key);
			this.#whole(part, events);
		} else if (part?.type === 'thinking') {
			if (!this.#plainThinking && part.text !== '') this.#text('thinking', part.text, undefined, events);
			if (part.signature === undefined) return;
			this.#details.add(key);
			this.#sign(part, part.signature, events);
		}
	}

	#sign(part: ThinkingPart, signature: string, events: CompletionEvent[]): void {
		if (this.#open?.kind !== 'thinking') {
			this.#whole(Object.assign({}, part, {text: ''}), events);
			return;
		}
		const {signedBy, id} = part;
		const delta = Object.assign(
			{type: 'signature' as const, text: signature},
			signedBy === undefined ? undefined : {signedBy},
			id === undefined ? undefined : {id},
		);
		events.push({type: 'part-delta', index: this.#open.index, delta});
		// What is thought next is another block with a signature of its own.
		this.#close(events);
	}

	/** Mistral's content: an array of text and thinking. */
	#readArray(content: readonly unknown[], events: CompletionEvent[]): void {
		for (const part of content) {
			if (!isObject(part)) continue;
			if (part['type'] === 'thinking') this.#text('thinking', thoughtText(part['thinking']), undefined, events);
			else if (typeof part['text'] === 'string') this.#text('text', part['text'], undefined, events);
		}
	}

	#text(kind: 'text' | 'thinking' | 'refusal', text: string, logprobs: unknown, events: CompletionEvent[]): void {
		if (text === '') return;
		const index = this.#reach(kind, events);
		const extras: readonly Extra[] | undefined = isObject(logprobs)
			? [{dialect: this.#dialect, path: 'logprobs', value: logprobs}]
			: undefined;
		const delta = extras === undefined ? {type: kind, text} : {type: kind, text, extras};
		events.push({type: 'part-delta', index, delta});
	}

	/** The open part of a kind; what is open of another kind is closed. */
	#reach(kind: Kind, events: CompletionEvent[]): number {
		if (this.#open?.kind === kind) return this.#open.index;
		this.#close(events);
		this.#calls.endComplete(events);
		const index = this.#nextIndex();
		this.#open = {kind, index};
		const part: Part =
			kind === 'audio' ? {type: 'native', dialect: this.#dialect, name: 'audio', value: {}} : {type: kind, text: ''};
		events.push(this.#started(index, part));
		return index;
	}

	#close(events: CompletionEvent[]): void {
		if (this.#open === undefined) return;
		events.push({type: 'part-end', index: this.#open.index});
		this.#open = undefined;
	}

	/** A part that comes whole. */
	#whole(part: Part | undefined, events: CompletionEvent[]): void {
		if (part === undefined) return;
		this.#close(events);
		const index = this.#nextIndex();
		events.push(this.#started(index, part), {type: 'part-end', index});
	}

	#hear(audio: JsonObject, events: CompletionEvent[]): void {
		const index = this.#reach('audio', events);
		events.push({type: 'part-delta', index, delta: {type: 'native', dialect: this.#dialect, value: audio}});
	}

	#cite(annotations: unknown, events: CompletionEvent[]): void {
		for (const citation of decodeAnnotations(annotations)) {
			events.push({type: 'part-delta', index: this.#reach('text', events), delta: {type: 'citation', citation}});
		}
	}

	#started(index: number, part: Part): CompletionEvent {
		const candidate = this.#candidate;
		return candidate === 0 ? {type: 'part-start', index, part} : {type: 'part-start', index, part, candidate};
	}

	/** Ends all parts and says why. @returns what is wrong; `undefined` when all is well. */
	finish(events: CompletionEvent[]): string | undefined {
		this.#close(events);
		if (!this.#calls.endAll(events)) return 'a call was never named';
		const finish = decodeFinish(this.#finished ?? {}, this.#calls.any);
		const candidate = this.#candidate;
		events.push(candidate === 0 ? {type: 'finish', finish} : {type: 'finish', finish, candidate});
		return undefined;
	}
}

/** The legacy prompt form has no deltas: its text stands in the choice. */
function textDelta(choice: JsonObject): JsonObject | undefined {
	return choice['text'] === undefined ? undefined : {content: choice['text']};
}

function hasReasoning(delta: JsonObject): boolean {
	return (
		delta['reasoning_content'] !== undefined ||
		delta['reasoning'] !== undefined ||
		delta['reasoning_details'] !== undefined
	);
}
