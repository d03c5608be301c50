/** Times as logs and records write them. */

let second = Number.NaN;
let prefix = '';
/** As they stand in a time: `007`. */
const thousandths = Array.from({length: 1000}, (_, number) => String(number).padStart(3, '0'));

/**
 * A time in ISO 8601, in UTC, with milliseconds: `2026-11-26T03:07:41.123Z`. Times of calls come in order, so the date and the second of the
 * last one are remembered.
 * @param milliseconds since 1970; what is less than one is cut off.
 * @param microseconds beyond them, from 0 to 999; told when they are given: `2026-11-26T03:07:41.123456Z`.
 */
export function timestamp(milliseconds: number, microseconds?: number): string {
	const whole = Math.floor(milliseconds / 1000);
	if (whole !== second) {
		prefix = new Date(whole * 1000).toISOString().slice(0, 20);
		second = whole;
	}
	const more = microseconds === undefined ? '' : thousandths[microseconds];
	return `${prefix}${thousandths[Math.floor(milliseconds) - whole * 1000]}${more}Z`;
}
