/** Looks for bytes in text sixteen at a time, which JavaScript cannot: a text in which nothing stands costs a tenth of a loop over it. */

import {instantiate} from '../../../core/index.js';
import {program} from './search-program.js';

/** What search.wat exports. */
interface Program {
	readonly memory: {readonly buffer: ArrayBuffer};
	find(set: number, text: number, length: number, out: number): number;
	runs(set: number, text: number, length: number, out: number, first: number): number;
}

/** Of its memory: sets from 0 on, then the text with zeros behind it, then what was found. */
const [textAt, outAt] = [1024, 20 * 1024];
const setBytes = 32;
const outBytesPerByte = 4;
/** Longer texts are looked at in pieces of so many bytes. */
export const pieceBytes = 16 * 1024;
const [bitsPerTable, halfBits, halves] = [8, 4, 16];

const {memory, find, runs} = instantiate(program) as Program;
const held = Buffer.from(memory.buffer);
const out = new Int32Array(memory.buffer, outAt, (pieceBytes * outBytesPerByte) / Int32Array.BYTES_PER_ELEMENT);
let sets = 0;
let length = 0;
let begins = 0;

/** Takes up the piece of a text that begins at `from`, to be searched next. */
export function lookAt(text: Buffer, from: number): void {
	begins = from;
	length = Math.min(text.length - from, pieceBytes);
	text.copy(held, textAt, from, from + length);
}

/** Bytes to look for; made once, and kept for as long as the process. */
export class ByteSet {
	readonly #at: number;

	/**
	 * @param characters of ASCII, not NUL.
	 * @throws {RangeError} for characters whose codes have more than eight different first halves of a byte that go with different second ones.
	 */
	constructor(characters: string) {
		this.#at = sets++ * setBytes;
		const byHigh = new Map<number, number[]>();
		for (const byte of Buffer.from(characters, 'latin1')) {
			const low = byHigh.get(byte >> halfBits) ?? [];
			byHigh.set(byte >> halfBits, [...low, byte & (halves - 1)]);
		}
		if (byHigh.size > bitsPerTable || this.#at + setBytes > textAt) throw new RangeError('no room for such a set');
		for (const [bit, [high, low]] of [...byHigh].entries()) {
			for (const half of low) held[this.#at + half] = (held[this.#at + half] ?? 0) | (1 << bit);
			held[this.#at + halves + high] = 1 << bit;
		}
	}

	/** @returns how many there are in the piece; {@link placeOf} tells where. */
	find(): number {
		return find(this.#at, textAt, length, outAt);
	}

	/** The same for runs of sixteen and more: one place in each, or several. Pieces are to come one after the other. */
	findRuns(): number {
		return runs(this.#at, textAt, length, outAt, begins === 0 ? 1 : 0);
	}
}

/** Where in the text the one that was found as `index` stands; until something else is looked for. */
export function placeOf(index: number): number {
	return begins + (out[index] ?? 0);
}
