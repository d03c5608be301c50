/** Reads text for values and replaces them. */

import type {Detector, Span} from './detectors/index.js';
import {everyTrait, traitsOf} from './traits/index.js';
import {unescaped} from './unescaped.js';

/** Says what stands in the text instead of a value, given as it reads without escapes. */
export type Replacement = (kind: string, value: string) => string;

/** A value that was found: where it stands in the reading. */
interface Found {
	readonly span: Span;
	readonly kind: string;
}

/** What was replaced may let a value beside it stand free, which is looked at again; not for ever. */
const mostRounds = 4;

export class Scanner {
	readonly #detectors: readonly Detector[];
	/** Of all of them. */
	readonly #needs: number;
	/** What stands for values already: `[email]` in what is kept, `[EMAIL_1]` in what is sent. */
	readonly #markers: RegExp;

	/** @param detectors in the order in which they are asked; none finds nothing. */
	constructor(detectors: readonly Detector[]) {
		this.#detectors = detectors;
		this.#needs = detectors.reduce((bits, {needs}) => bits | needs, 0);
		const kinds = [...new Set(detectors.map(({kind}) => kind))].join('|');
		this.#markers = new RegExp(`\\[(?:${kinds}|${kinds.toUpperCase()})(?:_\\d+)?\\]`, 'g');
	}

	/** Tells from the bytes of a text that {@link replace} would leave it as it is; `false` when that is not known. */
	passes(bytes: Buffer): boolean {
		return this.#needs === 0 || (this.#needs & traitsOf(bytes)) === 0;
	}

	/** @param more what is looked for beside the rest in this text. */
	replace(text: string, replacement: Replacement, more: readonly Detector[] = []): string {
		const detectors = more.length === 0 ? this.#detectors : [...more, ...this.#detectors];
		if (detectors.length === 0) return text;
		const has = traitsOf(bytesOf(text));
		const able = detectors.filter(({needs}) => (needs & has) !== 0);
		if (able.length === 0) return text;
		const reading = unescaped(text);
		if (!able.some(({find}) => isAny(find(reading.text, has)))) return text;
		// What was told of the text need not hold for what is left of it.
		const found = this.#find(reading.text, detectors, everyTrait);
		if (found.length === 0) return text;
		let result = '';
		let at = 0;
		for (const {span, kind} of found) {
			const [start, end] = [reading.source(span[0]), reading.source(span[1])];
			const value = reading.text.slice(span[0], span[1]);
			result += text.slice(at, start) + fitting(replacement(kind, value), value, text, start, end);
			at = end;
		}
		return result + text.slice(at);
	}

	#find(text: string, detectors: readonly Detector[], has: number): readonly Found[] {
		const found: Found[] = [];
		let open = gaps([0, text.length], text.includes('[') ? markersIn(text, this.#markers) : []);
		for (let round = 0, before = -1; round < mostRounds && before < found.length; round++) {
			before = found.length;
			for (const {kind, find} of detectors) {
				const next: Span[] = [];
				for (const stretch of open) {
					const inner: Span[] = [];
					for (const [start, end] of find(text.slice(stretch[0], stretch[1]), has))
						inner.push([stretch[0] + start, stretch[0] + end]);
					for (const span of inner) found.push({span, kind});
					if (inner.length === 0) next.push(stretch);
					else for (const gap of gaps(stretch, inner)) next.push(gap);
				}
				open = next;
			}
		}
		return found.sort((a, b) => a.span[0] - b.span[0]);
	}
}

/** Texts that are looked at are rarely longer than this in UTF-8. */
const scratch = Buffer.allocUnsafeSlow(32 * 1024);
const mostBytesPerUnit = 3;

function bytesOf(text: string): Buffer {
	if (text.length * mostBytesPerUnit > scratch.length) return Buffer.from(text);
	return scratch.subarray(0, scratch.write(text));
}

function isAny(spans: Iterable<Span>): boolean {
	for (const _span of spans) return true;
	return false;
}

function markersIn(text: string, markers: RegExp): readonly Span[] {
	return Array.from(text.matchAll(markers), ({index, 0: marker}) => [index, index + marker.length] as const);
}

/** What is left of a stretch. */
function gaps(stretch: Span, taken: readonly Span[]): readonly Span[] {
	const left: Span[] = [];
	let at = stretch[0];
	for (const [start, end] of taken) {
		if (start > at) left.push([at, start]);
		at = end;
	}
	if (at < stretch[1]) left.push([at, stretch[1]]);
	return left;
}

/** JSON in which a number was replaced is still JSON: what replaces it stands in quotes, escaped as those before it are. */
function fitting(replacement: string, value: string, text: string, start: number, end: number): string {
	if (!/^\d+$/.test(value) || !/^\s*[{[]/.test(text)) return replacement;
	const before = text.slice(Math.max(0, start - 200), start);
	if (!/[:[,]\s*$/.test(before) || !/^\s{0,8}[,}\]]/.test(text.slice(end, end + 10))) return replacement;
	const quote = /\\*"(?=[^"]*$)/.exec(before)?.[0] ?? '"';
	return quote + replacement + quote;
}
