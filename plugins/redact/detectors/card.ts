/** Numbers of payment cards. */

import {traits} from '../traits/bits.js';
import {type Detector, matches} from './detector.js';

/** Together, or in the groups that are printed on cards. What stands in a longer number or word is none. */
const pattern =
	/(?<![A-Za-z0-9_])(?<!\d[.-])(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}|\d{4}([ -])\d{6}\2\d{4,5})(?![A-Za-z0-9_]|[.-]\d)/g;

/**
 * What a number begins with and how long it is.
 * @see https://en.wikipedia.org/wiki/Payment_card_number#Issuer_identification_number_(IIN)
 */
const issuers: readonly (readonly [prefix: RegExp, lengths: readonly number[]])[] = [
	[/^4/, [13, 16, 18, 19]], // Visa
	[/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
	[/^3[47]/, [15]], // American Express
	[/^(?:6011|64[4-9]|65)/, [16, 17, 18, 19]], // Discover
	[/^(?:30[0-5]|3095|36|38|39)/, [14, 15, 16, 17, 18, 19]], // Diners Club
	[/^35(?:2[89]|[3-8])/, [16, 17, 18, 19]], // JCB
	[/^62/, [16, 17, 18, 19]], // UnionPay
	[/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [13, 14, 15, 16, 17, 18, 19]], // Maestro
	[/^220[0-4]/, [16, 17, 18, 19]], // Mir
];

export const card: Detector = {
	kind: 'card',
	needs: traits.longNumber,
	find: text => matches(text, {pattern, accepts: isCard, retries: true}),
};

function isCard(value: string): boolean {
	const digits = value.replace(/\D/g, '');
	return issuers.some(([prefix, lengths]) => prefix.test(digits) && lengths.includes(digits.length)) && luhn(digits);
}

/** @see https://www.iso.org/standard/70484.html ISO/IEC 7812-1, annex B */
function luhn(digits: string): boolean {
	let sum = 0;
	for (let at = digits.length - 1, double = false; at >= 0; at--, double = !double) {
		const digit = digits.charCodeAt(at) - 48;
		sum += double ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit;
	}
	return sum % 10 === 0;
}
