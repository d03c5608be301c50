/** Ids by which a call is found again in logs, records and at the client. */

import {randomFillSync} from 'node:crypto';

const sane = /^[\w.:/+=@-]{1,128}$/;

/** The client's own id when it is short and plain enough to be printed anywhere, else a new one. */
export function requestId(incoming: string | readonly string[] | undefined): string {
	return typeof incoming === 'string' && sane.test(incoming) ? incoming : uuidV7();
}

let millisecond = 0;
/** What all ids of a millisecond begin with. */
let begin = '';

/** A UUID that sorts by time. @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7 */
export function uuidV7(): string {
	const now = Date.now();
	if (now !== millisecond) {
		const time = now.toString(16).padStart(12, '0');
		begin = `${time.slice(0, 8)}-${time.slice(8)}-7`;
		millisecond = now;
	}
	const random = randomDigits();
	const variant = '89ab'[Number.parseInt(random[3] as string, 16) & 3] as string;
	return `${begin}${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7)}`;
}

const digitsPerId = 19;
const pool = Buffer.alloc(digitsPerId * 128);
let digits = '';
let next = 0;

/** Asking for randomness costs more than an id: it is fetched for many ids at once. */
function randomDigits(): string {
	if (next === digits.length) {
		digits = randomFillSync(pool).toString('hex');
		next = 0;
	}
	next += digitsPerId;
	return digits.slice(next - digitsPerId, next);
}
