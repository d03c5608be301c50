/** Durations as they are told: in milliseconds, to a tenth; what the gateway itself takes is less than one. */

/** @param milliseconds any number. @returns the nearest tenth. */
export function tenths(milliseconds: number): number {
	return Math.round(milliseconds * 10) / 10;
}

/** Thirty years. */
const longest = 1e12;
const fractions = Array.from({length: 10}, (_, tenth) => (tenth === 0 ? '' : `.${tenth}`));

/**
 * The same as text, as `String` has it: `12.3`, `12`. Put together from whole numbers, which become text in a fifth of the time that a
 * fraction takes.
 * @param milliseconds any number.
 */
export function tenthsText(milliseconds: number): string {
	if (!(milliseconds >= 0 && milliseconds < longest)) return String(tenths(milliseconds));
	const whole = Math.round(milliseconds * 10);
	const full = Math.floor(whole / 10);
	return `${full}${fractions[whole - full * 10]}`;
}
