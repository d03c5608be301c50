/** Turns what a store finds in its holdings into what plugins are told; the same for every store. */

import type {Holding, Shortage, Standing, Take} from './keys.js';

/** What a store finds of one holding. */
export interface Figures {
	/** There was not enough for the take. */
	readonly short: boolean;
	/** What a bucket holds, or what is taken of a sum or of seats. */
	readonly value: number;
	/** For sums: milliseconds until nothing of it counts any more. */
	readonly resetMs: number;
	/** For sums that are short: milliseconds until there is enough. */
	readonly waitMs: number;
}

/** Nobody knows when a seat comes free. */
const seatWaitMs = 1000;
/** Refilling adds fractions, whose errors must not keep the last whole one from being there. */
export const tolerance = 1e-6;

/**
 * Where sums begin: zero, as a number with a fraction is kept. The engine keeps small integers in another way, and throws away the code that
 * has seen them when such a sum outgrows them, as that of two dollars does.
 */
export const nothingUsed = -0;

/** @param value, resetMs, short as of {@link Figures}; not in an object, which would be made for each call. */
export function standingOf(holding: Holding, value: number, resetMs: number, short: boolean): Standing {
	if (holding.kind !== 'bucket') return {limit: holding.limit, remaining: holding.limit - value, resetMs, short};
	const {capacity, refillPerSecond} = holding;
	return {
		limit: capacity,
		remaining: Math.floor(value + tolerance),
		resetMs: value >= capacity ? 0 : Math.ceil(((capacity - value) / refillPerSecond) * 1000),
		short,
	};
}

export function standingsOf(takes: readonly Pick<Take, 'holding'>[], figures: readonly Figures[]): Standing[] {
	return takes.map(({holding}, index) => {
		const {value, resetMs, short} = figures[index] as Figures;
		return standingOf(holding, value, resetMs, short);
	});
}

/** The refusal of takes of which an enforced one is short. */
export function shortageOf(takes: readonly Take[], figures: readonly Figures[]): Shortage {
	let refused = 0;
	let retryMs = -1;
	for (const [index, take] of takes.entries()) {
		const found = figures[index] as Figures;
		if (!found.short || !take.enforced) continue;
		const waitMs = waitOf(take, found);
		if (waitMs <= retryMs) continue;
		refused = index;
		retryMs = waitMs;
	}
	return {granted: false, standings: standingsOf(takes, figures), refused, retryMs};
}

function waitOf({holding, amount}: Take, {value, waitMs}: Figures): number {
	if (amount > (holding.kind === 'bucket' ? holding.capacity : holding.limit)) return Infinity;
	if (holding.kind === 'seats') return seatWaitMs;
	if (holding.kind === 'sum') return waitMs;
	return Math.ceil(((amount - value) / holding.refillPerSecond) * 1000);
}
