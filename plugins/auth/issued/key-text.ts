/** What issued keys look like: long, random, and known as ours by everybody who finds one. */

import {randomBytes} from 'node:crypto';

const start = 'tapgate_';
const randomLength = 24;
/** So many characters may be shown: they leave 160 bits unknown. */
const shownLength = start.length + 8;

const form = new RegExp(`^${start}[0-9a-f]{${randomLength * 2}}$`);

export function newKey(): string {
	return start + randomBytes(randomLength).toString('hex');
}

/** Whether a text is shaped as an issued key. */
export function isIssuedForm(text: string): boolean {
	return form.test(text);
}

/** The beginning of a key, by which people tell their keys apart. */
export function prefixOf(key: string): string {
	return key.slice(0, shownLength);
}
