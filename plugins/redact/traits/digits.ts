/** Numbers in a text, as its groups of digits come by. */

import {traits} from './bits.js';
import {beginsWord, byteTable, isLetter, letterBefore} from './bytes.js';

/** What stands between digits of a number that is called. @see international in ../detectors/phone.ts */
const separators = byteTable();
for (const character of ' .()/-') separators[character.charCodeAt(0)] = 1;
/** In UTF-8 a character outside of ASCII has one byte of the first kind, and up to three of the second. */
separators.fill(1, 0xc0);
separators.fill(2, 0x80, 0xc0);
const mostSeparators = 3;
/** Of so many characters, in bytes. */
const mostGap = 12;
/** Two dots, or anything else. */
const enough = 2;

/** Last letters of the words that say of a number that it is called: phone, tel, fax, whatsapp, telefon, handy, number, no. */
const lastLetters = new Set([...'elxpnyro'].map(character => character.charCodeAt(0)));

/** First digits of cards' numbers. @see issuers in ../detectors/card.ts */
const firstOfCards = new Set([...'23456'].map(character => character.charCodeAt(0)));

/** An integer, so that the counts stay integers. */
const never = -1_000_000_000;
const [blank, dot, hyphen, plus] = [0x20, 0x2e, 0x2d, 0x2b];

export class Digits {
	readonly #bytes: Buffer;
	/** Where the last group of digits ended, and how many there were in it. */
	#end = never;
	#group = 0;
	/** Where the number begins, how many digits it has so far, and how much of a number that is called what stands between them makes it. */
	#start = 0;
	#digits = 0;
	#apart = 0;
	/** How many there are with one blank or hyphen between two groups at most, of a number that may be a card's. */
	#close = never;
	/** Groups of up to three with a dot behind them. */
	#dotted = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	/** @returns the traits that the digits from `start` to `end` complete; to be called with one group after the other. */
	read(start: number, end: number): number {
		const length = end - start;
		const gap = start - this.#end;
		if (gap <= mostGap) this.#follow(start, gap, length);
		else this.#begin(start, length);
		this.#end = end;
		this.#group = length;
		let found = 0;
		if (this.#digits >= 7) found |= this.#called(length);
		if (this.#close >= 13) found |= traits.longNumber;
		if (this.#dotted >= 3) found |= traits.dotted;
		if (length >= 2 && isLetter(this.#bytes[start - 1]) && isLetter(this.#bytes[start - 2])) {
			if (beginsWord(this.#bytes, start - 2)) found |= traits.account;
		}
		return found;
	}

	#begin(start: number, length: number): void {
		this.#start = start;
		this.#digits = length;
		this.#apart = 0;
		this.#close = firstOfCards.has(this.#bytes[start] ?? 0) ? length : never;
		this.#dotted = 0;
	}

	/** Something stands between the last group and this one, but not much. */
	#follow(start: number, gap: number, length: number): void {
		const before = this.#bytes[start - 1];
		const byDot = gap === 1 && before === dot;
		const byHyphen = gap === 1 && before === hyphen;
		const close = this.#close;
		const dotted = byDot && this.#group <= 3 ? this.#dotted + 1 : 0;
		if (this.#areSeparators(start - gap, gap)) {
			this.#digits += length;
			// One dot makes a decimal fraction.
			this.#apart += byDot ? 1 : enough;
			this.#close = byDot || byHyphen || !firstOfCards.has(this.#bytes[start] ?? 0) ? never : length;
		} else this.#begin(start, length);
		if (close > 0 && gap === 1 && (byHyphen || before === blank)) this.#close = close + length;
		this.#dotted = dotted;
	}

	#areSeparators(start: number, length: number): boolean {
		let count = 0;
		for (let index = start; index < start + length; index++) {
			const kind = separators[this.#bytes[index] ?? 0];
			if (kind === 0) return false;
			if (kind === 1) count++;
		}
		return count <= mostSeparators;
	}

	#called(length: number): number {
		if (this.#apart >= enough && this.#digits >= 9) return traits.number | traits.spacedNumber;
		if (this.#bytes[this.#start - 1] === plus) return traits.number;
		// What names it stands in front: looked at once, when there are digits enough.
		if (this.#digits - length >= 7) return 0;
		return lastLetters.has(letterBefore(this.#bytes, this.#start)) ? traits.number : 0;
	}
}
