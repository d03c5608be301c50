/** Ids by which a call is found again in logs, records and at the client. */

import {randomUUID} from 'node:crypto';

const sane = /^[\w.:/+=@-]{1,128}$/;

/** The client's own id when it is short and plain enough to be printed anywhere, else a new one. */
export function requestId(incoming: string | readonly string[] | undefined): string {
	return typeof incoming === 'string' && sane.test(incoming) ? incoming : uuidV7();
}

/** A UUID that sorts by time. @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-7 */
export function uuidV7(): string {
	const time = Date.now().toString(16).padStart(12, '0');
	return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
