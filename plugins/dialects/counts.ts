/** Reckoning with token counts of which any may be unknown. */

/**
 * What is left of a total without its parts.
 * @returns `undefined` when the total or every part is unknown, and when the parts are more than the total: a provider that
 * contradicts itself has not said what is left.
 */
export function remainder(total: number | undefined, ...parts: readonly (number | undefined)[]): number | undefined {
	if (total === undefined) return undefined;
	const left = total - (sum(...parts) ?? Number.NaN);
	return left >= 0 ? left : undefined;
}

/** The sum of what is known; `undefined` when nothing is. */
export function sum(...parts: readonly (number | undefined)[]): number | undefined {
	let total: number | undefined;
	for (const part of parts) if (part !== undefined) total = (total ?? 0) + part;
	return total;
}
