/** What one call's request had replaced: which placeholder stands for which value. Lives as long as the call, in memory only. */

import type {Detector, Span} from './detectors/index.js';
import {traits} from './traits/bits.js';

/** `[EMAIL_1]`: no character that a serializer, a browser or a shell would write otherwise. */
const placeholder = /\[[A-Z][A-Z0-9-]{0,30}_\d{1,9}\]/g;

/** What the end of a text may look like when a placeholder goes on behind it. */
const beginning = /\[(?:[A-Z][A-Z0-9-]{0,30}(?:_\d{0,9})?)?$/;
const longestPlaceholder = 43;

export class Vault {
	readonly #placeholders = new Map<string, string>();
	readonly #values = new Map<string, string>();
	readonly #counts = new Map<string, number>();
	readonly #reserved = new Set<string>();
	/** Values that were found by what stands around them: alone they look like nothing. */
	readonly #hidden: Detector[] = [];

	get size(): number {
		return this.#values.size;
	}

	/** What looks like a placeholder in what the client sent stands for itself and for nothing else. */
	reserve(text: string): void {
		if (!text.includes('[')) return;
		for (const [found] of text.matchAll(placeholder)) this.#reserved.add(found);
	}

	/**
	 * The placeholder of a value: the same for the same value, numbered in the order in which values come.
	 * @param evident whether the value alone is found for what it is.
	 */
	placeholderFor(kind: string, value: string, evident: (value: string) => boolean): string {
		const known = this.#placeholders.get(value);
		if (known !== undefined) return known;
		const name = kind.toUpperCase();
		let number = this.#counts.get(name) ?? 0;
		let made: string;
		do made = `[${name}_${++number}]`;
		while (this.#reserved.has(made));
		this.#counts.set(name, number);
		this.#placeholders.set(value, made);
		this.#values.set(made, value);
		if (!evident(value)) this.#hidden.push({kind, needs: traits.anything, find: text => occurrences(text, value)});
		return made;
	}

	/** Finds the values that nobody else would find. */
	get hidden(): readonly Detector[] {
		return this.#hidden;
	}

	/**
	 * Puts values back.
	 * @param json the text is JSON: values are escaped as its strings are.
	 */
	restore(text: string, json: boolean): string {
		if (!text.includes('[')) return text;
		return text.replace(placeholder, found => {
			const value = this.#values.get(found);
			if (value === undefined) return found;
			return json ? JSON.stringify(value).slice(1, -1) : value;
		});
	}

	/** Where the end of a text begins that may become a placeholder of this call; the length when there is none. */
	openAt(text: string): number {
		const tail = text.slice(-longestPlaceholder);
		const [open] = beginning.exec(tail) ?? [];
		if (open === undefined) return text.length;
		for (const made of this.#values.keys()) if (made.startsWith(open)) return text.length - open.length;
		return text.length;
	}
}

function* occurrences(text: string, value: string): Generator<Span> {
	for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length))
		yield [at, at + value.length];
}
