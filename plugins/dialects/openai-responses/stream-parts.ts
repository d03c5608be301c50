/** Collects the hub events of a stream's parts, and what they add up to as far as the finish depends on it. */

import type {CompletionEvent, Delta, Extra, Part} from '../../../core/index.js';

/** A part that has begun. */
export interface OpenPart {
	readonly index: number;
	/** What has been said of it so far; what a server says at the end is compared with it. */
	text: string;
}

/** Numbers the parts. */
export class PartWriter {
	readonly #calls: Part[] = [];
	#refusal: string | undefined;
	#events: CompletionEvent[] = [];
	#next = 0;

	/** Events since the last time. */
	take(): readonly CompletionEvent[] {
		const events = this.#events;
		this.#events = [];
		return events;
	}

	/** Calls and the refusal, if any. */
	get finished(): readonly Part[] {
		return this.#refusal === undefined ? this.#calls : [...this.#calls, {type: 'refusal', text: this.#refusal}];
	}

	start(part: Part): OpenPart {
		const index = this.#next++;
		if (part.type === 'tool-call') this.#calls.push(part);
		if (part.type === 'refusal') this.#refusal ??= '';
		this.#events.push({type: 'part-start', index, part});
		return {index, text: ''};
	}

	add(
		open: OpenPart,
		type: 'text' | 'thinking' | 'arguments' | 'refusal',
		text: string,
		extras?: readonly Extra[],
	): void {
		if (text === '') return;
		open.text += text;
		if (type === 'refusal') this.#refusal = (this.#refusal ?? '') + text;
		const delta: Delta = extras === undefined ? {type, text} : {type, text, extras};
		this.#events.push({type: 'part-delta', index: open.index, delta});
	}

	/** What is missing of a text when the whole is told at its end; some servers send no pieces at all. */
	complete(open: OpenPart, type: 'text' | 'thinking' | 'arguments' | 'refusal', whole: unknown): void {
		if (typeof whole !== 'string' || whole.length <= open.text.length || !whole.startsWith(open.text)) return;
		this.add(open, type, whole.slice(open.text.length));
	}

	delta({index}: OpenPart, delta: Delta): void {
		this.#events.push({type: 'part-delta', index, delta});
	}

	end({index}: OpenPart): void {
		this.#events.push({type: 'part-end', index});
	}
}
