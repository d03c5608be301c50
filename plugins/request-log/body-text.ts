/** What is kept of a body: text that a person can read, redacted, and cut so that no half of a secret is left. */

import {isUtf8} from 'node:buffer';
import type {Redactor} from '../redact/keys.js';
import type {Bodies} from './options.js';

/** However `full` the records are: a body of this many bytes is enough of anything. */
const mostBytes = 4 * 1024 * 1024;
/** Read beyond the cut, so that what straddles it is recognised as a whole. */
const marginChars = 512;
const ellipsis = '…';

/** How bodies are kept. */
export interface BodyRules {
	readonly bodies: Bodies;
	readonly bodyChars: number;
}

/** How many bytes of a body are looked at; no character of UTF-8 takes more than four. */
export function bytesOfInterest({bodies, bodyChars}: BodyRules): number {
	if (bodies === 'none') return 0;
	return bodies === 'full' ? mostBytes : Math.min((bodyChars + marginChars) * 4, mostBytes);
}

/**
 * The text of a body as it is recorded.
 * @param bytes the body, or its beginning; `undefined` when there is none.
 * @returns `undefined` for what is not text: pictures, sound, compressed bytes.
 */
export function bodyText(
	bytes: Buffer | undefined,
	rules: BodyRules,
	redactor: Redactor | undefined,
): string | undefined {
	if (bytes === undefined || bytes.length === 0 || rules.bodies === 'none') return undefined;
	const most = bytesOfInterest(rules);
	const window = wholeCharacters(bytes.length > most ? bytes.subarray(0, most) : bytes);
	if (window === undefined) return undefined;
	const chars = rules.bodies === 'full' ? Number.POSITIVE_INFINITY : rules.bodyChars;
	const read = chars === Number.POSITIVE_INFINITY ? window : window.slice(0, chars + marginChars);
	// `answer` is never longer than what was asked for: one that fills it is taken for a cut one.
	const cut = read.length < window.length || bytes.length >= most;
	const redacted = redactor === undefined ? read : redactor.text(read);
	if (redacted.length <= chars && !cut) return redacted;
	return `${atWordEnd(redacted.slice(0, Math.min(chars, redacted.length)))}${ellipsis}`;
}

/** Cut bytes may end in the middle of a character. */
function wholeCharacters(bytes: Buffer): string | undefined {
	for (let missing = 0; missing < 4 && missing <= bytes.length; missing++) {
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
