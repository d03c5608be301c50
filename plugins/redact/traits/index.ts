/** Tells in one pass over the bytes of a text what it may hold: most text has nothing that most detectors would look for. */

import {everyTrait, traits} from './bits.js';
import {backslash, byteTable, endsName, isDigit, isHex, isLetter, isValue} from './bytes.js';
import {Digits} from './digits.js';
import {tokensIn} from './tokens.js';

export {everyTrait, traits} from './bits.js';

/** Bytes at which there is something to look at; most are none. */
const [digit, colon, at, percent, equals, hyphen, capitalJ, escapes] = [1, 2, 3, 4, 5, 6, 7, 8];
const kinds = byteTable();
for (const character of '0123456789') kinds[character.charCodeAt(0)] = digit;
for (const [index, character] of [...':@%=-J\\'].entries()) kinds[character.charCodeAt(0)] = colon + index;

/**
 * Tells what a text may hold. Never leaves out what it does hold.
 * @param bytes text in UTF-8; escapes of JSON, and of JSON within JSON, are read as what they stand for.
 */
export function traitsOf(bytes: Buffer): number {
	const digits = new Digits(bytes);
	const {length} = bytes;
	let found = traits.anything | tokensIn(bytes);
	for (let index = 0; index < length; index++) {
		const kind = kinds[bytes[index] ?? 0] ?? 0;
		if (kind === 0) continue;
		if (kind === digit) {
			const start = index;
			while (isDigit(bytes[index + 1])) index++;
			found |= digits.read(start, index + 1);
		} else if (kind === escapes) {
			while (bytes[index + 1] === backslash) index++;
			// `\u0040` and `\/`: any character may be written so, and stand in the middle of a value.
			if (bytes[index + 1] === 0x75 || bytes[index + 1] === 0x2f) return everyTrait;
		} else if (kind === percent && bytes[index + 1] === 0x32) {
			// Blanks and signs of a URL.
			return everyTrait;
		} else found |= traitsAt(bytes, index, kind);
	}
	return (found & traits.scheme) === 0 || bytes.includes(0x40) ? found : found & ~traits.scheme;
}

function traitsAt(bytes: Buffer, index: number, kind: number): number {
	const before = bytes[index - 1];
	const next = bytes[index + 1];
	switch (kind) {
		case colon:
			return colonsAt(bytes, index);
		case at:
			return endsName(bytes, index) ? traits.at : 0;
		case percent:
			return next === 0x34 && bytes[index + 2] === 0x30 ? traits.at : 0;
		case equals:
			return isLetter(before) && isValue(next) ? traits.assignment : 0;
		case hyphen:
			return bytes[index + 4] === 0x2d && bytes[index + 5] === 0x42 ? traits.dashes : 0;
		case capitalJ:
			return before === 0x79 && bytes[index - 2] === 0x65 ? traits.jwt : 0;
		default:
			return 0;
	}
}

function colonsAt(bytes: Buffer, at: number): number {
	const next = bytes[at + 1];
	if (next === 0x3a) return traits.colons;
	if (next === 0x2f && bytes[at + 2] === 0x2f) return traits.scheme;
	const second = groupEnd(bytes, at);
	return second !== -1 && groupEnd(bytes, second) !== -1 ? traits.colons : 0;
}

/** Where the colon stands behind one to four hexadecimal digits; -1 when there is none. */
function groupEnd(bytes: Buffer, colonAt: number): number {
	let end = colonAt + 1;
	while (end < colonAt + 5 && isHex(bytes[end])) end++;
	return end > colonAt + 1 && bytes[end] === 0x3a ? end : -1;
}
