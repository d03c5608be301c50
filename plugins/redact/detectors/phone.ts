/** Telephone numbers, in the forms by which a reader tells them from other numbers. */

import {traits} from '../traits/bits.js';
import {type Detector, matches, type Span, union} from './detector.js';

/**
 * `+` and a country code. Every repetition begins with something the one before cannot take, so there is one way to read it.
 * @see https://www.itu.int/rec/T-REC-E.164 (at most 15 digits), https://www.itu.int/rec/T-REC-E.123 (how they are written)
 */
const international =
	/(?<![A-Za-z0-9_+/.])\+(?:1(?:[ .()\u00a0-]{0,3}\d){10}|[2-9](?:[ .()/\u00a0-]{0,3}\d){7,14})(?![A-Za-z0-9_]|[.,]\d|[+/=][A-Za-z0-9])/g;

/** `00` instead of the `+`, with separators; not one of several groups. */
const doubleZero = /(?<![A-Za-z0-9_+/.,:-]|\d )00[1-9]\d{0,2}[ /-](?:[ ()/-]{0,2}\d){6,12}(?![A-Za-z0-9_]|[.,:-]\d)/g;

/** North America. @see https://nationalnanpa.com/about_us/abt_nanp.html */
const northAmerican =
	/(?<![A-Za-z0-9_.+-])(?:1[ .-])?(?:\([2-9]\d\d\) ?[2-9]\d\d[ .-]|[2-9]\d\d([.-])[2-9]\d\d\1)\d{4}(?![A-Za-z0-9_]|[.,-]\d)/g;

/** `0` before the area code, as in much of the world: `030 901820`, `(0151) 23 45 67 89`, `020 7946 0958`, `06 12 34 56 78`. */
const trunk = /(?<![A-Za-z0-9_.,:/+-])\(?0[1-9](?:[ ()/-]{0,2}\d){7,10}(?![A-Za-z0-9_]|[.,:/-]\d)/g;

/** What a number that is called one looks like, in prose or as a JSON member… */
const plain = /\(?\d(?:[ .()/-]{0,2}\d){6,14}(?![A-Za-z0-9_]|[.,]\d)/g;
/** …and what stands in front of it. */
const name =
	/(?<![A-Za-z0-9])(?:phone|telephone|tel|mobile|cell|fax|whatsapp|telefon|handy|mobil)(?:[ _-]?(?:number|no|nr|nummer))?\.?["']?[ \t]{0,3}[:=]?[ \t]{0,3}["']?$/i;
const longestName = 40;

export const phone: Detector = {
	kind: 'phone',
	needs: traits.number,
	find(text, has) {
		const together = [
			matches(text, {pattern: international, accepts: isInternational, needs: '+'}),
			namedNumbers(text),
		];
		if ((has & traits.spacedNumber) === 0) return union(...together);
		return union(
			...together,
			matches(text, {pattern: doubleZero, needs: '00'}),
			matches(text, {pattern: northAmerican, retries: true}),
			trunkNumbers(text),
		);
	},
};

/** Written together it has ten digits and more; a North American one keeps to its plan, unlike a time in seconds. */
function isInternational(value: string): boolean {
	const digits = value.replace(/\D/g, '');
	if (/^\+\d+$/.test(value) && digits.length < 10) return false;
	return !digits.startsWith('1') || /^1[2-9]\d\d[2-9]\d{6}$/.test(digits);
}

function* namedNumbers(text: string): Generator<Span> {
	plain.lastIndex = 0;
	for (let match = plain.exec(text); match !== null; match = plain.exec(text)) {
		const {index, 0: value} = match;
		if (name.test(text.slice(Math.max(0, index - longestName), index))) yield [index, index + value.length];
	}
}

/** Other numbers may stand behind a number: without its last groups it may still be one, and they may be the next one. */
function* trunkNumbers(text: string): Generator<Span> {
	if (!text.includes('0')) return;
	trunk.lastIndex = 0;
	for (let match = trunk.exec(text); match !== null; match = trunk.exec(text)) {
		const [whole] = match;
		const next = whole.search(/[ /] ?\(?0[1-9]\d/);
		let value = next > 0 && isTrunk(whole.slice(0, next)) ? whole.slice(0, next) : whole;
		while (value !== '' && !isTrunk(value)) value = value.slice(0, Math.max(0, value.search(/[ ()/-]+\d+\)?$/)));
		if (value !== '') yield [match.index, match.index + value.length];
		trunk.lastIndex = match.index + Math.max(value.length, 1);
	}
}

/** Written together it could be any number; dates and ranges have other groups. */
function isTrunk(value: string): boolean {
	const [area = '', ...rest] = value.split(/[ ()/-]+/).filter(group => group !== '');
	if (rest.length === 0 || value.replace(/\D/g, '').length < 9) return false;
	if (value.startsWith('(') && !/^\(\d+\)/.test(value)) return false;
	if (/^\d\d[ /-]\d\d[ /-]\d{4}(?:\D|$)/.test(value)) return false;
	if (area.length > 6 || rest.some(group => group.length < 2 || group.length > 8)) return false;
	return area.length > 2 || rest.length > 1 || (rest[0] ?? '').length > 5;
}
