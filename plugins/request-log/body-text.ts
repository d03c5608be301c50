/** What is kept of a body: text that a person can read, redacted, and cut so that no half of a secret is left. */

import {isAscii, isUtf8} from 'node:buffer';
import type {Dialect, Exchange} from '../../core/index.js';
import type {Redactor} from '../redact/keys.js';
import type {Bodies} from './options.js';
import {streamText} from './stream-text.js';

/** However `full` the records are: a body of this many bytes is enough of anything. */
const mostBytes = 4 * 1024 * 1024;
/**
 * Read beyond the cut, so that what straddles it is recognised as a whole: longer than all values that hold blanks (cards, accounts,
 * numbers of phones). Longer ones are words, and words are not cut.
 */
const marginChars = 128;
/** No character of UTF-8 takes more. */
const bytesPerChar = 4;
/** What of a stream is kept in memory while it is open: its events spend 10 to 80 bytes on a character. */
const streamBytesPerChar = 32;
const ellipsis = '…';

/** How bodies are kept. */
export interface BodyRules {
	readonly bodies: Bodies;
	readonly bodyChars: number;
}

/** Takes out nothing, where there is no plugin that does. */
export const redactsNothing: Redactor = {text: value => value, passes: () => true};

/** How many bytes of an answer are looked at. */
export function bytesOfInterest({bodies, bodyChars}: BodyRules): number {
	if (bodies === 'none') return 0;
	return bodies === 'full' ? mostBytes : Math.min((bodyChars + marginChars) * streamBytesPerChar, mostBytes);
}

/**
 * Whether a text is kept as it is, nothing cut off or taken out: then no string need be made of it.
 * @param isJson it was parsed: then it is UTF-8, and has no NUL.
 */
export function staysAsItIs(
	text: Buffer,
	rules: BodyRules,
	redactor: Redactor,
	exchange?: Exchange,
	isJson = false,
): boolean {
	const most = rules.bodies === 'full' ? mostBytes - 1 : rules.bodyChars;
	if (rules.bodies === 'none' || text.length === 0 || text.length > most) return false;
	return (isJson || (isUtf8(text) && !text.includes(0))) && redactor.passes(text, exchange);
}

/**
 * Whether JSON may stand in a record as it is: records are lines, the database keeps what stands between the braces, and it
 * refuses escapes that stand for no text: NUL, and half a surrogate pair.
 */
export function fitsIntoLine(json: Buffer): boolean {
	if (json[0] !== 0x7b || json.at(-1) !== 0x7d || json.includes(0x0a)) return false;
	// Most have no escape at all, which is told sooner than which one.
	return !json.includes(0x5c) || !json.includes('\\u');
}

/**
 * The text of a body as it is recorded.
 * @param bytes the body, or its beginning; `undefined` when there is none.
 * @returns `undefined` for what is not text: pictures, sound, compressed bytes.
 */
export function bodyText(
	bytes: Buffer | undefined,
	rules: BodyRules,
	redactor: Redactor,
	exchange?: Exchange,
): string | undefined {
	if (bytes === undefined || bytes.length === 0 || rules.bodies === 'none') return undefined;
	const read = bytesRead(bytes, rules);
	const text = wholeCharacters(read);
	if (text === undefined) return undefined;
	// An answer is never longer than what was asked for: one that fills it is taken for a cut one.
	const cut = read.length < bytes.length || bytes.length >= mostBytes;
	return kept(text, cut, rules, whole => redactor.text(whole, exchange));
}

/** The same for a stream: what its parts say, put together, where its format is one of the hub's. */
export function streamBodyText(
	bytes: Buffer | undefined,
	dialect: Dialect,
	rules: BodyRules,
	redactor: Redactor,
	exchange?: Exchange,
): string | undefined {
	if (bytes === undefined || rules.bodies === 'none') return undefined;
	const text = streamText(bytes, dialect, charsRead(rules));
	if (text === undefined) return bodyText(bytes, rules, redactor, exchange);
	return text === ''
		? undefined
		: kept(text, bytes.length >= bytesOfInterest(rules), rules, whole => redactor.text(whole, exchange));
}

function charsRead({bodies, bodyChars}: BodyRules): number {
	return bodies === 'full' ? Number.POSITIVE_INFINITY : bodyChars + marginChars;
}

/** So many bytes that all characters that are read are among them. */
function bytesRead(bytes: Buffer, rules: BodyRules): Buffer {
	const chars = Math.min(charsRead(rules), mostBytes);
	if (bytes.length <= chars) return bytes;
	const ascii = bytes.subarray(0, chars);
	return isAscii(ascii) ? ascii : bytes.subarray(0, Math.min(chars * bytesPerChar, mostBytes));
}

/** @param cut there was more behind the text. */
function kept(text: string, cut: boolean, rules: BodyRules, redact: (text: string) => string): string {
	const most = charsRead(rules);
	const read = text.length > most ? text.slice(0, most) : text;
	const redacted = redact(read);
	const chars = rules.bodies === 'full' ? Number.POSITIVE_INFINITY : rules.bodyChars;
	const partial = cut || read.length < text.length;
	if (redacted.length <= chars && !partial) return redacted;
	// Half of a value that ended behind the edge of what was read was not recognised: the edge is left out.
	const end = Math.min(chars, partial ? redacted.length - marginChars : redacted.length);
	return `${atWordEnd(redacted.slice(0, Math.max(end, 0)))}${ellipsis}`;
}

/** Cut bytes may end in the middle of a character. */
function wholeCharacters(bytes: Buffer): string | undefined {
	for (let missing = 0; missing < bytesPerChar && missing <= bytes.length; missing++) {
		const whole = missing === 0 ? bytes : bytes.subarray(0, bytes.length - missing);
		if (isUtf8(whole)) return whole.toString('utf8');
	}
	return undefined;
}

/** A key, a token or a picture in letters is one word: what is cut within is left out as a whole. */
function atWordEnd(text: string): string {
	for (let at = text.length - 1; at >= 0; at--) {
		if (' \n\r\t",\'<>(){}[]'.includes(text[at] ?? '')) return text.slice(0, at + 1);
	}
	return '';
}
