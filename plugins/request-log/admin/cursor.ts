/** Where a page ended, so that the next one begins behind it however many records have come since. */

import {refusal} from '../../../core/index.js';

export interface Cursor {
	/** With microseconds, as the list shows it. */
	readonly time: string;
	readonly id: string;
}

export function cursorOf({time, id}: Cursor): string {
	return Buffer.from(JSON.stringify([time, id])).toString('base64url');
}

/** @throws {GatewayError} `invalid_parameter` for what no page has given out. */
export function readCursor(text: string): Cursor {
	try {
		const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
		const [time, id]: unknown[] = Array.isArray(value) ? value : [];
		if (typeof time === 'string' && typeof id === 'string' && !Number.isNaN(Date.parse(time)) && !id.includes('\0')) {
			return {time, id};
		}
	} catch {
		// No cursor of ours.
	}
	throw refusal('invalid_parameter', 'cursor: expected the next_cursor of a page.', {param: 'cursor'});
}
