/** Reads the moment at which a key expires. */

const form = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(?:Z|([+-])(\d{2}):(\d{2})))?$/;

/**
 * Reads an ISO 8601 date (which means 0:00 UTC) or a date-time. A date-time must name its zone: without one it would
 * mean another moment on another machine.
 * @returns milliseconds since the epoch; `undefined` when the text is neither, or no such day or time exists.
 */
export function parseExpiry(text: string): number | undefined {
	const match = form.exec(text);
	if (match === null) return undefined;
	const [year, month, day, hour, minute, second] = match.slice(1, 7).map(part => Number(part ?? 0)) as [
		number,
		number,
		number,
		number,
		number,
		number,
	];
	if (hour > 23 || minute > 59 || second > 59 || Number(match[8] ?? 0) > 23 || Number(match[9] ?? 0) > 59)
		return undefined;
	// Date.parse takes February 30th for March 2nd.
	if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return undefined;
	return Date.parse(text);
}

function daysOf(year: number, month: number): number {
	const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
	return [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] as number;
}
