/** Words in a text that may be keys. */

import {vendorKey} from '../detectors/vendor-keys.js';
import {traits} from './bits.js';
import {byteTable, isEscape, letterBefore} from './bytes.js';
import {ByteSet, placeOf} from './search.js';

/** Classes of characters that keys consist of. */
const [digit, letter, underscore, sign, addressSign] = [1, 2, 4, 8, 16];
const classes = byteTable();
let all = '';
for (let code = 0; code < 128; code++) {
	const character = String.fromCharCode(code);
	if (/\d/.test(character)) classes[code] = digit;
	else if (/[a-z]/i.test(character)) classes[code] = letter;
	else if (character === '_') classes[code] = underscore;
	else if (/[:/=]/.test(character)) classes[code] = sign | addressSign;
	else if (/[.+~-]/.test(character)) classes[code] = sign;
	if (classes[code] !== 0) all += character;
}
const inTokens = new ByteSet(all);

const shortest = 16;
/** Of keys that may have no digit, and underscores between short words, as names have them; hardly any name is so long. */
const shortestJoined = 33;
const long = 40;
const [blank, tab] = [0x20, 0x09];
/** Last letters of `bearer` and `basic`, and of `key`. */
const [lastOfBearer, lastOfBasic, lastOfKey] = [0x72, 0x63, 0x79];

/** Words of one text. */
export class Tokens {
	readonly #bytes: Buffer;
	/** Where the last one ended. */
	#end = 0;

	constructor(bytes: Buffer) {
		this.#bytes = bytes;
	}

	/** @returns the traits of what may be keys in the piece that is looked at; to be called with one piece after the other. */
	read(): number {
		const bytes = this.#bytes;
		let found = 0;
		const count = inTokens.findRuns();
		for (let index = 0; index < count; index++) {
			const at = placeOf(index);
			if (at < this.#end) continue;
			let start = at;
			while (start > 0 && classAt(bytes, start - 1) !== 0) start--;
			let end = at + 1;
			while (end < bytes.length && classAt(bytes, end) !== 0) end++;
			if (isEscape(bytes, start)) start++;
			if (end - start >= shortest) found |= traitsOfToken(bytes, start, end);
			this.#end = end;
		}
		return found;
	}
}

function traitsOfToken(bytes: Buffer, start: number, end: number): number {
	const kinds = kindsOf(bytes, start, end);
	if (kinds === 0) return 0;
	let found = 0;
	if (end - start >= long && ((kinds & addressSign) !== 0 || letterBefore(bytes, start) === lastOfKey))
		found |= traits.longToken;
	if (isBehindScheme(bytes, start) || hasVendorKey(bytes, start, end)) found |= traits.token;
	return found;
}

/** What is in it; nothing when it is made of words that are shorter than any key, as names of members are. */
function kindsOf(bytes: Buffer, start: number, end: number): number {
	let kinds = 0;
	let word = 0;
	let longest = 0;
	for (let at = start; at < end; at++) {
		const kind = classAt(bytes, at);
		kinds |= kind;
		word = kind === letter ? word + 1 : 0;
		if (word > longest) longest = word;
	}
	return (kinds & (digit | sign)) !== 0 || longest >= shortest || end - start >= shortestJoined ? kinds : 0;
}

function isBehindScheme(bytes: Buffer, start: number): boolean {
	if (bytes[start - 1] !== blank && bytes[start - 1] !== tab && !isEscape(bytes, start - 1)) return false;
	const last = letterBefore(bytes, start);
	return last === lastOfBearer || last === lastOfBasic;
}

function hasVendorKey(bytes: Buffer, start: number, end: number): boolean {
	vendorKey.lastIndex = 0;
	return vendorKey.test(bytes.toString('latin1', start, end));
}

function classAt(bytes: Buffer, at: number): number {
	return classes[bytes[at] ?? 0] ?? 0;
}
