/** What a call costs: before it is made at most, and afterwards by what was used, or by what must have been. */

import {
	type ClosedExchange,
	type Cost,
	estimateTokens,
	type KnownExchange,
	type RoutedExchange,
	type Usage,
} from '../../core/index.js';
import type {PriceBook} from './price-book.js';
import {countsOf, nanoUsd, type ReckonedPrice, ratesAt} from './reckoning.js';

/**
 * Bytes of a stream per token, framing included: the middle of what recorded streams have. Chunks of chat streams hold a token each and
 * are mostly framing.
 */
const streamBytesPerToken: Readonly<Record<string, number>> = {
	'openai-chat': 200,
	'openai-completions': 200,
	'openai-responses': 100,
	'anthropic-messages': 40,
	'anthropic-complete': 100,
};
const plainBytesPerToken = 4;

/** Of a call that has not reached its provider, or was turned down there: nobody is paid for these. */
const unpaid = new Set(['upstream_unreachable', 'upstream_error']);

export class CallCost {
	readonly #book: PriceBook;
	readonly #assumed: number;

	/** @param assumed output tokens of a call that sets no limit. */
	constructor(book: PriceBook, assumed: number) {
		this.#book = book;
		this.#assumed = assumed;
	}

	/**
	 * The most that a call is expected to cost on any of its targets.
	 * @returns `undefined` when the price of one of them, or the size of the call, is not known.
	 */
	atMost(exchange: RoutedExchange): bigint | undefined {
		const estimate = exchange.endpoint.kind === 'model' ? estimateTokens(exchange.request) : undefined;
		if (estimate === undefined) return undefined;
		if (operationOf(exchange) === 'count') return 0n;
		const written = operationOf(exchange) === 'embed' ? 0 : (estimate.output ?? this.#assumed) * answersOf(exchange);
		let most = 0n;
		for (const target of exchange.targets) {
			const found = this.#book.find(target, exchange.startedAt);
			if (found === undefined) return undefined;
			const cost = mostOf(found.price, estimate.input, written, exchange.request.body);
			if (cost === undefined) return undefined;
			if (cost > most) most = cost;
		}
		return most;
	}

	/** What a whole answer cost that has come and not been sent yet. */
	ofReply(exchange: RoutedExchange): bigint | undefined {
		const {target, usage, startedAt} = exchange;
		if (target === undefined || usage === undefined) return undefined;
		if (operationOf(exchange) === 'count') return 0n;
		const input = usage.input.total;
		const output = operationOf(exchange) === 'embed' ? 0 : usage.output.total;
		if (input === undefined || output === undefined) return undefined;
		const found = this.#book.find(target, startedAt);
		return found === undefined ? undefined : nanoUsd(found.price, countsOf(usage, input, output));
	}

	/** What a call cost that is over. @returns `undefined` when that is not known. */
	ofCall(exchange: ClosedExchange): Cost | undefined {
		const {endpoint, startedAt} = exchange;
		const last = exchange.attempts.at(-1);
		// What goes through unread may be anything: a picture, a batch, a list of files.
		if (endpoint.kind !== 'model' || last === undefined) return undefined;
		if (operationOf(exchange) === 'count') return {nanoUsd: 0n, basis: 'counting tokens is free'};
		const {usage} = exchange;
		if (usage === undefined && last.error !== undefined && unpaid.has(last.error))
			return {nanoUsd: 0n, basis: 'the provider has not served the call'};
		const found = this.#book.find(exchange.target ?? last, startedAt);
		if (found === undefined) return undefined;
		const known = tokensOf(exchange, usage);
		if (known === undefined) return undefined;
		const counts = countsOf(usage ?? nothing, known.input, known.output);
		const cost = nanoUsd(found.price, counts);
		return cost === undefined
			? undefined
			: {nanoUsd: cost, basis: `${found.source}, ${known.estimated ? 'estimated' : 'reported'} usage`};
	}
}

const nothing: Usage = {input: {}, output: {}, source: 'estimated', raw: undefined};

interface Tokens {
	readonly input: number;
	readonly output: number;
	readonly estimated: boolean;
}

/** What was reported, and an estimate of what was not: an answer that broke off has been paid for as far as it came. */
function tokensOf(exchange: ClosedExchange, usage: Usage | undefined): Tokens | undefined {
	const read = usage?.input.total;
	const written = operationOf(exchange) === 'embed' ? 0 : usage?.output.total;
	const whole = exchange.outcome === 'ok' || !exchange.streamed;
	if (read !== undefined && written !== undefined && whole)
		return {input: read, output: written, estimated: usage?.source === 'estimated'};
	const input = read ?? estimateTokens(exchange.request)?.input;
	if (input === undefined) return undefined;
	// Some providers begin a stream with the count of what they have written by then, which is next to nothing.
	const output = Math.max(written ?? 0, writtenUntil(exchange));
	return {input, output, estimated: read === undefined || output !== written};
}

function writtenUntil(exchange: ClosedExchange): number {
	const {sentBytes, streamed, status, request} = exchange;
	if (operationOf(exchange) === 'embed' || status >= 400) return 0;
	const perToken = streamed ? (streamBytesPerToken[exchange.dialect.name] ?? plainBytesPerToken) : plainBytesPerToken;
	return Math.min(Math.floor(sentBytes / perToken), (request.maxTokens ?? Infinity) * answersOf(exchange));
}

function operationOf({endpoint}: Pick<KnownExchange, 'endpoint'>): string {
	return endpoint.kind === 'model' ? endpoint.route.operation : endpoint.kind;
}

/** OpenAI's `n` and `best_of`: each answer may be as long as is asked for. */
function answersOf({request: {json}}: Pick<KnownExchange, 'request'>): number {
	let answers = 1;
	for (const name of ['n', 'best_of']) {
		const value = json?.[name];
		if (typeof value === 'number' && Number.isSafeInteger(value)) answers = Math.max(answers, Math.min(value, 1000));
	}
	return answers;
}

const anHour = Buffer.from('"1h"');

/** Input may all be written to a cache, and output may all be reasoning. Sound and pictures are estimated as text. */
function mostOf(price: ReckonedPrice, input: number, output: number, body: Buffer): bigint | undefined {
	const rates = ratesAt(price, input);
	const dearer = rates.cacheWrite1h !== rates.cacheWrite5m && body.includes(anHour);
	const read = largest(rates.input, rates.cacheWrite5m, dearer ? rates.cacheWrite1h : undefined);
	const written = largest(rates.output, rates.reasoning);
	if ((read === undefined && input > 0) || (written === undefined && output > 0)) return undefined;
	const femto = BigInt(input) * (read ?? 0n) + BigInt(output) * (written ?? 0n) + (rates.request ?? 0n);
	return (femto + 999_999n) / 1_000_000n;
}

function largest(...rates: readonly (bigint | undefined)[]): bigint | undefined {
	let most: bigint | undefined;
	for (const rate of rates) if (rate !== undefined && (most === undefined || rate > most)) most = rate;
	return most;
}
