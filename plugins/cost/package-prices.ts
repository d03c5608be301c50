/** Turns the collection of the package `@pydantic/genai-prices` into price lists of our own shape. */

import type {ConditionalPrice, MatchLogic, ModelPrice, Provider} from '@pydantic/genai-prices';
import type {DatedPrice, Price, PricedModel, PriceList, Rates, Tier} from './price.js';

/** The package's name of a rate, ours, and by how much its unit is larger: calls and searches are priced by the thousand there. */
const rateNames: readonly (readonly [theirs: string, ours: keyof Rates, per: number])[] = [
	['input_mtok', 'input', 1],
	['cache_read_mtok', 'cacheRead', 1],
	['cache_write_mtok', 'cacheWrite5m', 1],
	['cache_write_1h_mtok', 'cacheWrite1h', 1],
	['output_mtok', 'output', 1],
	['input_audio_mtok', 'inputAudio', 1],
	['input_image_mtok', 'inputImage', 1],
	['output_audio_mtok', 'outputAudio', 1],
	['output_image_mtok', 'outputImage', 1],
	['requests_kcount', 'request', 1000],
	['web_searches_kcount', 'webSearch', 1000],
];

/** Which vendors a vendor resells, of those that we list. */
export function priceList(provider: Provider, vendors: readonly string[], collection: string, date: string): PriceList {
	return {
		vendor: provider.id,
		sources: provider.pricing_urls ?? [],
		collection,
		date,
		urls: provider.api_pattern,
		resells: (provider.fallback_model_providers ?? []).filter(id => vendors.includes(id)),
		models: provider.models.flatMap(model => {
			const dated = Array.isArray(model.prices) ? model.prices : [{prices: model.prices}];
			const prices = dated.map(datedPrice);
			// What is sold by the hour or the message has no price that token counts lead to.
			if (prices.some(({price}) => price.input === undefined && price.output === undefined)) return [];
			return [{name: model.id, names: `^(?:${names(model.match)})`, prices} satisfies PricedModel];
		}),
	};
}

function datedPrice({constraint, prices}: ConditionalPrice): DatedPrice {
	const price = priceOf(prices);
	if (constraint === undefined) return {price};
	if (constraint.type === 'start_date') return {from: constraint.start_date, price};
	return {between: [utc(constraint.start_time), utc(constraint.end_time)], price};
}

/** @throws {Error} for a time that is not UTC: then this must learn to reckon with zones. */
function utc(time: string): string {
	if (!/^\d\d:\d\d:\d\dZ$/.test(time)) throw new Error(`expected a time of day in UTC, found ${time}`);
	return time.slice(0, -1);
}

function priceOf(prices: ModelPrice): Price {
	const starts = new Set<number>();
	for (const price of Object.values(prices)) {
		if (typeof price === 'object') for (const {start} of price.tiers) starts.add(start);
	}
	const tiers = [...starts]
		.sort((a, b) => a - b)
		.map(start => Object.assign({aboveInputTokens: start}, ratesOf(prices, start)) satisfies Tier);
	return Object.assign(ratesOf(prices, undefined), tiers.length > 0 && {tiers});
}

/** @param start of a tier: the rates that are other there; `undefined` for the rates below all tiers. */
function ratesOf(prices: ModelPrice, start: number | undefined): Rates {
	const rates: Record<string, number> = {};
	for (const [theirs, ours, per] of rateNames) {
		const price = prices[theirs];
		if (price === undefined) continue;
		if (typeof price === 'number') {
			if (start === undefined) rates[ours] = price / per;
		} else if (start === undefined) rates[ours] = price.base / per;
		else {
			const tier = [...price.tiers].sort((a, b) => a.start - b.start).findLast(candidate => candidate.start <= start);
			rates[ours] = (tier?.price ?? price.base) / per;
		}
	}
	return rates;
}

/** A rule of the package as the source of a regular expression that is tried at the beginning of a name. */
function names(rule: MatchLogic): string {
	if ('or' in rule) return rule.or.map(names).join('|');
	if ('and' in rule) return rule.and.map(one => `(?=${names(one)})`).join('');
	if ('equals' in rule) return `${literal(rule.equals)}$`;
	if ('starts_with' in rule) return literal(rule.starts_with);
	if ('ends_with' in rule) return `.*${literal(rule.ends_with)}$`;
	if ('contains' in rule) return `.*${literal(rule.contains)}`;
	return rule.regex.startsWith('^') ? `(?:${rule.regex.slice(1)})` : `.*(?:${rule.regex})`;
}

function literal(text: string): string {
	return text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&');
}
