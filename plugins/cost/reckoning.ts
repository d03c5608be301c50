/** Reckons what counts cost, in integers: femto-dollars per token, rounded once, half up, to nano-dollars. */

import {isObject, tokenCount, type Usage} from '../../core/index.js';
import type {Price, Rates} from './price.js';

/** How often a call used each of the things that have a price. */
export interface Counts {
	readonly input: number;
	readonly cacheRead: number;
	readonly cacheWrite5m: number;
	readonly cacheWrite1h: number;
	readonly inputAudio: number;
	readonly inputImage: number;
	readonly output: number;
	readonly reasoning: number;
	readonly outputAudio: number;
	readonly outputImage: number;
	readonly request: number;
	readonly webSearch: number;
}

type Thing = keyof Counts;

/** Femto-dollars for each; `undefined` is unknown. */
export type FemtoRates = Readonly<Record<Thing, bigint | undefined>>;

/** A price ready for reckoning. */
export interface ReckonedPrice {
	readonly base: FemtoRates;
	/** Longest first. */
	readonly tiers: readonly {readonly above: number; readonly rates: FemtoRates}[];
}

const things: readonly Thing[] = [
	'input',
	'cacheRead',
	'cacheWrite5m',
	'cacheWrite1h',
	'inputAudio',
	'inputImage',
	'output',
	'reasoning',
	'outputAudio',
	'outputImage',
	'request',
	'webSearch',
];

/** What is not priced on its own costs as the thing that it is a kind of. */
const kindOf: Readonly<Partial<Record<Thing, Thing>>> = {
	cacheRead: 'input',
	cacheWrite5m: 'input',
	cacheWrite1h: 'cacheWrite5m',
	inputAudio: 'input',
	inputImage: 'input',
	reasoning: 'output',
	outputAudio: 'output',
	outputImage: 'output',
};

const femtoPerNano = 1_000_000n;

export function reckonedPrice(price: Price): ReckonedPrice {
	const tiers = (price.tiers ?? []).map(tier => ({
		above: tier.aboveInputTokens,
		rates: femtoRates(Object.assign({}, price, tier)),
	}));
	return {base: femtoRates(price), tiers: tiers.sort((a, b) => b.above - a.above)};
}

function femtoRates(rates: Rates): FemtoRates {
	const all: Record<string, bigint | undefined> = {};
	for (const thing of things) {
		let named: Thing | undefined = thing;
		while (named !== undefined && rates[named] === undefined) named = kindOf[named];
		const usd = named === undefined ? undefined : rates[named];
		// A dollar per million tokens is 10^9 femto-dollars per token: nine decimals of a price are exact.
		const perMillion = usd === undefined ? undefined : BigInt(Math.round(usd * 1e9));
		const single = thing === 'request' || thing === 'webSearch';
		all[thing] = perMillion === undefined ? (single ? 0n : undefined) : single ? perMillion * 1_000_000n : perMillion;
	}
	return all as FemtoRates;
}

/** The rates of a call with so much input. */
export function ratesAt({base, tiers}: ReckonedPrice, inputTokens: number): FemtoRates {
	for (const {above, rates} of tiers) if (inputTokens > above) return rates;
	return base;
}

/** @returns nano-dollars; `undefined` when something was used whose price is unknown. */
export function nanoUsd(price: ReckonedPrice, counts: Counts): bigint | undefined {
	const rates = ratesAt(price, inputOf(counts));
	// Spelled out: members that are read by the names of a list are looked up anew each time.
	let femto = plus(0n, counts.input, rates.input);
	femto = plus(femto, counts.cacheRead, rates.cacheRead);
	femto = plus(femto, counts.cacheWrite5m, rates.cacheWrite5m);
	femto = plus(femto, counts.cacheWrite1h, rates.cacheWrite1h);
	femto = plus(femto, counts.inputAudio, rates.inputAudio);
	femto = plus(femto, counts.inputImage, rates.inputImage);
	femto = plus(femto, counts.output, rates.output);
	femto = plus(femto, counts.reasoning, rates.reasoning);
	femto = plus(femto, counts.outputAudio, rates.outputAudio);
	femto = plus(femto, counts.outputImage, rates.outputImage);
	femto = plus(femto, counts.request, rates.request);
	femto = plus(femto, counts.webSearch, rates.webSearch);
	return femto === undefined ? undefined : (femto + femtoPerNano / 2n) / femtoPerNano;
}

function plus(femto: bigint | undefined, count: number, rate: bigint | undefined): bigint | undefined {
	if (count === 0 || rate === 0n) return femto;
	return rate === undefined || femto === undefined ? undefined : femto + BigInt(count) * rate;
}

function inputOf(counts: Counts): number {
	const {input, cacheRead, cacheWrite5m, cacheWrite1h, inputAudio, inputImage} = counts;
	return input + cacheRead + cacheWrite5m + cacheWrite1h + inputAudio + inputImage;
}

/** The parts of a usage, none counted twice. */
export function countsOf({input, output, raw}: Usage, inputTotal: number, outputTotal: number): Counts {
	const {cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0} = input;
	const uncached = Math.max(0, inputTotal - cacheRead - cacheWrite5m - cacheWrite1h);
	// How much of the sound and the pictures came from the cache is not said: none, as far as it fits.
	const inputAudio = Math.min(input.audio ?? 0, uncached);
	const inputImage = Math.min(input.image ?? 0, uncached - inputAudio);
	const reasoning = Math.min(output.reasoning ?? 0, outputTotal);
	const outputAudio = Math.min(output.audio ?? 0, outputTotal - reasoning);
	const outputImage = Math.min(output.image ?? 0, outputTotal - reasoning - outputAudio);
	return {
		input: uncached - inputAudio - inputImage,
		cacheRead,
		cacheWrite5m,
		cacheWrite1h,
		inputAudio,
		inputImage,
		output: outputTotal - reasoning - outputAudio - outputImage,
		reasoning,
		outputAudio,
		outputImage,
		request: 1,
		webSearch: searchesOf(raw),
	};
}

/** @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool#usage-and-pricing */
function searchesOf(raw: unknown): number {
	const tools = isObject(raw) ? raw['server_tool_use'] : undefined;
	return isObject(tools) ? (tokenCount(tools['web_search_requests']) ?? 0) : 0;
}

const nanoPerUsd = 1_000_000_000;
const zeros = Array.from({length: 9}, (_, count) => '0'.repeat(count));

/** Nano-dollars as people and headers write them: `0.000146625`. @param nano a whole number. */
export function usdText(nano: bigint | number): string {
	if (nano < 0) return `-${usdText(-nano)}`;
	const whole = Number(nano);
	if (!Number.isSafeInteger(whole)) return longUsdText(BigInt(nano));
	const dollars = Math.floor(whole / nanoPerUsd);
	let rest = whole - dollars * nanoPerUsd;
	if (rest === 0) return String(dollars);
	let length = 9;
	for (; rest % 10 === 0; length--) rest /= 10;
	// Small integers become text in a third of the time that others take.
	const digits = String(rest);
	return `${dollars}.${zeros[length - digits.length]}${digits}`;
}

/** For what is more than a number can tell to the last digit. */
function longUsdText(nano: bigint): string {
	const fraction = String(nano % BigInt(nanoPerUsd)).padStart(9, '0');
	return `${nano / BigInt(nanoPerUsd)}.${fraction}`.replace(/\.?0+$/, '');
}
