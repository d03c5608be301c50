/** International bank account numbers. */

import {traits} from '../traits/bits.js';
import type {Detector, Span} from './detector.js';

/**
 * Characters of an IBAN by country.
 * @see https://www.swift.com/standards/data-standards/iban-international-bank-account-number (registry, release 99)
 */
const lengths: ReadonlyMap<string, number> = new Map(
	(
		'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 ' +
		'FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 ' +
		'LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 ' +
		'RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
	)
		.split(' ')
		.map(entry => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Only the head is looked for; what follows is read as far as the country says. */
const head = /(?<![A-Za-z0-9_])([A-Z]{2})\d{2}(?=[ -]?[A-Z0-9])/gi;
const wordCharacter = /[A-Za-z0-9_]/;

export const iban: Detector = {
	kind: 'iban',
	needs: traits.account,
	*find(text): Generator<Span> {
		head.lastIndex = 0;
		for (let match = head.exec(text); match !== null; match = head.exec(text)) {
			const length = lengths.get((match[1] ?? '').toUpperCase());
			const end = length === undefined ? undefined : endOf(text, match.index, length);
			if (end === undefined) continue;
			yield [match.index, end];
			head.lastIndex = end;
		}
	},
};

/** Where a number of so many characters ends, written together or in groups; `undefined` when it is none. */
function endOf(text: string, start: number, length: number): number | undefined {
	let remainder = '';
	let first = '';
	let at = start;
	for (let read = 0; read < length; at++) {
		const character = text[at] ?? '';
		if (/[A-Za-z0-9]/.test(character)) {
			if (read++ < 4) first += character;
			else remainder += character;
		} else if (!/[ -]/.test(character) || !/[A-Za-z0-9]/.test(text[at - 1] ?? '')) return undefined;
	}
	if (wordCharacter.test(text[at] ?? '')) return undefined;
	return mod97(remainder + first) === 1 ? at : undefined;
}

/** Letters count as 10 to 35. @see https://www.iso.org/standard/81090.html ISO 13616-1, ISO/IEC 7064 MOD 97-10 */
function mod97(text: string): number {
	let rest = 0;
	for (const character of text) {
		const value = Number.parseInt(character, 36);
		rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
	}
	return rest;
}
