/** Tells from the bytes of a text what it may hold: most text has nothing that most detectors would look for. */

import {everyTrait, traits} from './bits.js';
import {backslash, byteTable, endsName, isDigit, isHex, isLetter, isValue} from './bytes.js';
import {Digits} from './digits.js';
import {ByteSet, lookAt, pieceBytes, placeOf} from './search.js';
import {Tokens} from './tokens.js';

export {everyTrait, traits} from './bits.js';

/** Bytes at which there is something to look at; most are none. */
const [digit, colon, at, percent, equals, hyphen, capitalJ, escapes] = [1, 2, 3, 4, 5, 6, 7, 8];
const others = ':@%=-J\\';
const kinds = byteTable();
for (const character of '0123456789') kinds[character.charCodeAt(0)] = digit;
for (const [index, character] of [...others].entries()) kinds[character.charCodeAt(0)] = colon + index;
const interesting = new ByteSet(`0123456789${others}`);

/**
 * Tells what a text may hold. Never leaves out what it does hold.
 * @param bytes text in UTF-8; escapes of JSON, and of JSON within JSON, are read as what they stand for.
 */
export function traitsOf(bytes: Buffer): number {
	const digits = new Digits(bytes);
	const tokens = new Tokens(bytes);
	let found: number = traits.anything;
	/** Where what was read last ends. */
	let end = 0;
	for (let from = 0; from < bytes.length && found !== everyTrait; from += pieceBytes) {
		lookAt(bytes, from);
		found |= tokens.read();
		const count = interesting.find();
		for (let index = 0; index < count; index++) {
			const at = placeOf(index);
			if (at < end) continue;
			end = endOf(bytes, at);
			found |= kinds[bytes[at] ?? 0] === digit ? digits.read(at, end) : traitsAt(bytes, at, end);
		}
	}
	// An `@` may be written as an escape: then every trait was found.
	if ((found & traits.scheme) === 0 || found === everyTrait || bytes.includes(0x40)) return found;
	return found & ~traits.scheme;
}

/** Digits and backslashes are read together. */
function endOf(bytes: Buffer, at: number): number {
	let end = at + 1;
	const kind = kinds[bytes[at] ?? 0];
	if (kind === digit) while (isDigit(bytes[end])) end++;
	else if (kind === escapes) while (bytes[end] === backslash) end++;
	return end;
}

/** @param end where what stands there ends. */
function traitsAt(bytes: Buffer, index: number, end: number): number {
	const before = bytes[index - 1];
	const next = bytes[end];
	switch (kinds[bytes[index] ?? 0]) {
		case colon:
			return colonsAt(bytes, index);
		case at:
			return endsName(bytes, index) ? traits.at : 0;
		case percent:
			// Blanks and signs of a URL.
			if (next === 0x32) return everyTrait;
			return next === 0x34 && bytes[index + 2] === 0x30 ? traits.at : 0;
		case escapes:
			// `\u0040` and `\/`: any character may be written so, and stand in the middle of a value.
			return next === 0x75 || next === 0x2f ? everyTrait : 0;
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
