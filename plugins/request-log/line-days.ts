/** Reads off lines on which days their calls began: each day has a partition of its own. */

import type {Lines} from './journal/lines.js';

/** Where the day stands in a line: `{"created_at":"2026-11-25T…`. */
const [dayFrom, dayTo] = [15, 25];

/** The days of lines, `2026-11-25`. */
export function daysOf(pieces: readonly Lines[]): readonly string[] {
	const days = new Set<string>();
	for (const {bytes} of pieces) {
		let last = -1;
		for (let start = 0, end = 0; end !== -1 && start < bytes.length; start = end + 1) {
			if (last === -1 || !isSameDay(bytes, last, start))
				days.add(bytes.toString('latin1', start + dayFrom, start + dayTo));
			last = start;
			end = bytes.indexOf(0x0a, start);
		}
	}
	return [...days];
}

/** Of two lines; nearly always it is. */
function isSameDay(bytes: Buffer, one: number, other: number): boolean {
	for (let at = dayTo - 1; at >= dayFrom; at--) if (bytes[one + at] !== bytes[other + at]) return false;
	return true;
}
