/** What models cost, as tables and configs write it down, in US dollars. */

/**
 * Prices in US dollars per million tokens, but for `request` and `webSearch`. What is absent costs what it is a kind of:
 * cached input costs as `input`, reasoning as `output`.
 */
export interface Rates {
	/** Input that did not come from a cache. */
	readonly input?: number;
	/** Input that came from a cache. */
	readonly cacheRead?: number;
	/** Input that was written to a cache to be kept for five minutes, or for as long as the provider likes. */
	readonly cacheWrite5m?: number;
	/** Input that was written to a cache to be kept for an hour. */
	readonly cacheWrite1h?: number;
	readonly output?: number;
	/** Output that the client does not see, or sees as thinking. */
	readonly reasoning?: number;
	readonly inputAudio?: number;
	readonly inputImage?: number;
	readonly outputAudio?: number;
	readonly outputImage?: number;
	/** US dollars per call. */
	readonly request?: number;
	/** US dollars per search that the provider makes; counted where the usage says how many there were. */
	readonly webSearch?: number;
}

/** Rates of a long call: all of it is charged so, not only what is above. What is absent costs as in a short one. */
export interface Tier extends Rates {
	/** The call has more input tokens than this. */
	readonly aboveInputTokens: number;
}

/** Rates, and those of longer calls, shortest first. */
export interface Price extends Rates {
	readonly tiers?: readonly Tier[];
}

/** A price and when it holds. */
export interface DatedPrice {
	/** ISO 8601 date: from 0:00 UTC on. */
	readonly from?: string;
	/** Daily from, inclusive, until, exclusive: `hh:mm:ss` UTC; may pass midnight. */
	readonly between?: readonly [from: string, until: string];
	readonly price: Price;
}

/** A model of a price list. */
export interface PricedModel {
	readonly name: string;
	/** Source of a regular expression without regard to case: which names mean this model. */
	readonly names: string;
	/** Of those that hold at a moment, the last counts. */
	readonly prices: readonly DatedPrice[];
}

/** The prices of one vendor. */
export interface PriceList {
	readonly vendor: string;
	/** Where the vendor publishes them. */
	readonly sources: readonly string[];
	/** The collection that they were taken from. */
	readonly collection: string;
	/** ISO 8601 date on which they were taken. */
	readonly date: string;
	/** Source of a regular expression: which base URLs are this vendor's. */
	readonly urls: string;
	/** Vendors whose models this one serves too, at their prices. */
	readonly resells: readonly string[];
	/** The first whose names match is meant. */
	readonly models: readonly PricedModel[];
}
