/** Puts values back into a streamed answer, also where a placeholder is split over its pieces. */

import {type CompletionEvent, type Delta, isObject, type JsonObject, type Part} from '../../core/index.js';
import {changeObject} from './json-text.js';
import type {Vault} from './vault.js';

/** What a stream may put back where. */
export interface RestoredWhere {
	/** The texts of the answer are JSON. */
	readonly json: boolean;
	/** Thinking too: nobody signs it when it is over. */
	readonly thinking: boolean;
}

/** A part that is being written. */
interface OpenPart {
	readonly part: Part;
	/** The end of what came, which may be the beginning of a placeholder. */
	held: string;
	/** What is held is a piece of this. */
	delta: Extract<Delta, {readonly text: string}> | undefined;
	restored: boolean;
}

export class StreamRestorer {
	readonly #vault: Vault;
	readonly #where: RestoredWhere;
	readonly #open = new Map<number, OpenPart>();

	constructor(vault: Vault, where: RestoredWhere) {
		this.#vault = vault;
		this.#where = where;
	}

	/** For `streamThroughHub`. */
	change(event: CompletionEvent): readonly CompletionEvent[] {
		switch (event.type) {
			case 'part-delta':
				return this.#delta(event);
			case 'part-start': {
				const part = this.#restoredPart(event.part);
				this.#open.set(event.index, {part, held: '', delta: undefined, restored: false});
				return [part === event.part ? event : Object.assign({}, event, {part})];
			}
			case 'part-end': {
				const events = this.#release(event.index);
				this.#open.delete(event.index);
				return [...events, event];
			}
			case 'finish':
			case 'end':
			case 'error':
				return [...this.rest(), event];
			default:
				return [event];
		}
	}

	/** What is still held back, for when nothing comes any more. */
	rest(): readonly CompletionEvent[] {
		return [...this.#open.keys()].flatMap(index => this.#release(index));
	}

	#delta(event: Extract<CompletionEvent, {type: 'part-delta'}>): readonly CompletionEvent[] {
		const {index, delta} = event;
		const open = this.#open.get(index);
		if (open === undefined || !this.#mayChange(open.part)) return [event];
		if (delta.type === 'citation' || delta.type === 'native')
			return [...this.#release(index), {type: 'part-delta', index, delta: this.#restoredObject(delta)}];
		// What was changed has no signature that its maker believes.
		if (delta.type === 'signature') return open.restored ? this.#release(index) : [...this.#release(index), event];
		const before = open.delta?.type === delta.type ? [] : this.#release(index);
		const text = open.held + delta.text;
		const end = this.#vault.openAt(text);
		open.held = text.slice(end);
		open.delta = delta;
		const said = this.#restored(text.slice(0, end), open);
		if (said === '' && delta.extras === undefined) return before;
		return [...before, {type: 'part-delta', index, delta: Object.assign({}, delta, {text: said})}];
	}

	#release(index: number): readonly CompletionEvent[] {
		const open = this.#open.get(index);
		if (open?.delta === undefined || open.held === '') return [];
		const {held, delta} = open;
		open.held = '';
		return [{type: 'part-delta', index, delta: {type: delta.type, text: held}}];
	}

	#restored(text: string, open: OpenPart): string {
		const restored = this.#vault.restore(text, this.#isJson(open.part));
		if (restored !== text) open.restored = true;
		return restored;
	}

	#isJson(part: Part): boolean {
		return part.type === 'tool-call' ? part.custom !== true : this.#where.json && part.type === 'text';
	}

	#mayChange(part: Part): boolean {
		if (part.type === 'redacted-thinking') return false;
		return (
			part.type !== 'thinking' || (this.#where.thinking && part.signature === undefined && part.signedBy === undefined)
		);
	}

	/** A part that came whole, or what is known of one that begins. */
	#restoredPart(part: Part): Part {
		if (!this.#mayChange(part)) return part;
		if (part.type === 'tool-call') {
			const text = this.#vault.restore(part.arguments, this.#isJson(part));
			return text === part.arguments ? part : Object.assign({}, part, {arguments: text});
		}
		if (part.type === 'text' && this.#where.json) {
			const text = this.#vault.restore(part.text, true);
			return text === part.text ? part : Object.assign({}, part, {text});
		}
		return this.#restoredObject(part);
	}

	#restoredObject<Value extends object>(value: Value): Value {
		if (!isObject(value)) return value;
		return changeObject(value, {text: text => this.#vault.restore(text, false)}) as JsonObject as unknown as Value;
	}
}
