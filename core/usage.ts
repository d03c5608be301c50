/** How many tokens a call used, in one normal form whatever the provider calls them. */

/**
 * Token counts of one call. Unknown is `undefined`, never 0. `input.total` holds everything that was read, cached or not;
 * `output.total` holds reasoning.
 */
export interface Usage {
	readonly input: {
		readonly total?: number | undefined;
		readonly uncached?: number | undefined;
		readonly cacheRead?: number | undefined;
		readonly cacheWrite5m?: number | undefined;
		readonly cacheWrite1h?: number | undefined;
		/** Of the total; absent when there are none. */
		readonly audio?: number;
		readonly image?: number;
	};
	readonly output: {
		readonly total?: number | undefined;
		readonly text?: number | undefined;
		readonly reasoning?: number | undefined;
		/** Of the total, and not of the text; absent when there are none. */
		readonly audio?: number;
		readonly image?: number;
	};
	/** Said by the provider, or reckoned by the gateway. */
	readonly source: 'reported' | 'estimated';
	/** As the provider said it. */
	readonly raw: unknown;
}

/** What a call cost, in billionths of a US dollar; integers, because sums of floats drift. */
export interface Cost {
	readonly nanoUsd: bigint;
	/** How it came about, for the record: the price list used, whether usage was estimated. */
	readonly basis?: string;
	/** What was used is estimated, at least in part: nobody has said it. */
	readonly estimated?: boolean;
}

/** Reads a token count: a non-negative integer, or `undefined` when it is anything else. */
export function tokenCount(value: unknown): number | undefined {
	return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
