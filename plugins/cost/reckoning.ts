/** Reckons what counts cost, in whole numbers: femto-dollars per token, rounded once, half up, to nano-dollars. */

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

/** Femto-dollars for each thing. */
export interface FemtoRates {
	/** `NaN` is unknown. Those above 2^53 are not exact; what they come to is more than a number can say. */
	readonly numbers: Readonly<Record<Thing, number>>;
	/** The same ones; `undefined` is unknown. */
	readonly exact: Readonly<Record<Thing, bigint | undefined>>;
}

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

export const femtoPerNano = 1_000_000;

export function reckonedPrice(price: Price): ReckonedPrice {
	const tiers = (price.tiers ?? []).map(tier => ({
		above: tier.aboveInputTokens,
		rates: femtoRates(Object.assign({}, price, tier)),
	}));
	return {base: femtoRates(price), tiers: tiers.sort((a, b) => b.above - a.above)};
}

function femtoRates(rates: Rates): FemtoRates {
	const exact: Record<string, bigint | undefined> = {};
	const numbers: Record<string, number> = {};
	for (const thing of things) {
		let named: Thing | undefined = thing;
		while (named !== undefined && rates[named] === undefined) named = kindOf[named];
		const usd = named === undefined ? undefined : rates[named];
		// A dollar per million tokens is 10^9 femto-dollars per token: nine decimals of a price are exact.
		const perMillion = usd === undefined ? undefined : BigInt(Math.round(usd * 1e9));
		const single = thing === 'request' || thing === 'webSearch';
		const femto = perMillion === undefined ? (single ? 0n : undefined) : single ? perMillion * 1_000_000n : perMillion;
		exact[thing] = femto;
		numbers[thing] = femto === undefined ? Number.NaN : Number(femto);
	}
	return {exact, numbers} as FemtoRates;
}

/** The rates of a call with so much input. */
export function ratesAt({base, tiers}: ReckonedPrice, inputTokens: number): FemtoRates {
	for (const {above, rates} of tiers) if (inputTokens > above) return rates;
	return base;
}

/** @returns nano-dollars; `undefined` when something was used whose price is unknown. */
export function nanoUsd(price: ReckonedPrice, counts: Counts): bigint | undefined {
	const {numbers, exact} = ratesAt(price, inputOf(counts));
	// Spelled out: members that are read by the names of a list are looked up anew each time.
	const femto =
		part(counts.input, numbers.input) +
		part(counts.cacheRead, numbers.cacheRead) +
		part(counts.cacheWrite5m, numbers.cacheWrite5m) +
		part(counts.cacheWrite1h, numbers.cacheWrite1h) +
		part(counts.inputAudio, numbers.inputAudio) +
		part(counts.inputImage, numbers.inputImage) +
		part(counts.output, numbers.output) +
		part(counts.reasoning, numbers.reasoning) +
		part(counts.outputAudio, numbers.outputAudio) +
		part(counts.outputImage, numbers.outputImage) +
		part(counts.request, numbers.request) +
		part(counts.webSearch, numbers.webSearch);
	if (Number.isNaN(femto)) return undefined;
	// Up to nine dollars every part of the sum is a whole number that is exact, and so is the sum.
	if (femto > Number.MAX_SAFE_INTEGER) return longNanoUsd(exact, counts);
	const rest = femto % femtoPerNano;
	return BigInt((femto - rest) / femtoPerNano + (2 * rest >= femtoPerNano ? 1 : 0));
}

/** What was not used costs nothing, whatever its price. */
function part(count: number, rate: number): number {
	return count === 0 ? 0 : count * rate;
}

function longNanoUsd(rates: FemtoRates['exact'], counts: Counts): bigint {
	const perNano = BigInt(femtoPerNano);
	let femto = perNano / 2n;
	for (const thing of things) if (counts[thing] !== 0) femto += BigInt(counts[thing]) * (rates[thing] ?? 0n);
	return femto / perNano;
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
