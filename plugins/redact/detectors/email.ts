/** E-mail addresses, with letters of any script. */

import {traits} from '../traits/bits.js';
import type {Detector, Span} from './detector.js';

/**
 * From the `@` on: labels of at most 63 characters and a last one without digits. `%40` is how URLs write the sign.
 * @see https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
 */
const domain =
	/(?:@|%40)((?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|[a-z]{2,24}(?![a-z0-9])|(?![a-z])\p{L}{2,24}))/giu;
const local = /[\p{L}\p{N}.!#$&*+=?^_`{|}~'-]+$/u;
const longestLocal = 64;

/** `logo@2x.png` is a file, `git@github.com:owner/name.git` names no person. */
const files =
	/\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|scss|less|mjs|cjs|jsx?|tsx?|json|html?|xml|ya?ml|txt|pdf|mp[34])$/i;

export const email: Detector = {
	kind: 'email',
	needs: traits.at,
	*find(text): Generator<Span> {
		domain.lastIndex = 0;
		let before = 0;
		for (let match = domain.exec(text); match !== null; match = domain.exec(text)) {
			const [whole, host = ''] = match;
			const name = local.exec(text.slice(Math.max(before, match.index - longestLocal), match.index))?.[0] ?? '';
			const start = match.index - trimmed(name).length;
			const end = match.index + whole.length;
			if (start === match.index || files.test(host) || isRemote(text, start, end)) continue;
			yield [start, end];
			before = end;
		}
	},
};

/** Scripts without blanks between words: a Latin name begins behind their last character. */
const unspaced = /^.*[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}](?=[\w.+-]+$)/u;

/** Quotes and signs around an address are not part of it: `mail='jane@…'`, `to=jane@…`. */
function trimmed(name: string): string {
	const value = name.slice(Math.max(name.lastIndexOf('='), name.lastIndexOf('&'), name.lastIndexOf('?')) + 1);
	return value.replace(unspaced, '').replace(/^[^\p{L}\p{N}]+/u, '');
}

function isRemote(text: string, start: number, end: number): boolean {
	return text[end] === ':' && text.slice(start, start + 4) === 'git@';
}
