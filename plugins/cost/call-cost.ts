/** What a call costs: before it is made at most, and afterwards by what was used, or by what must have been. */

import {
	type AttemptReport,
	type ClosedExchange,
	type Cost,
	estimateTokens,
	type Key,
	type KnownExchange,
	key,
	type RoutedExchange,
	type Target,
	type Usage,
	usedTokens,
} from '../../core/index.js';
import type {PriceBook} from './price-book.js';
import {countsOf, femtoPerNano, nanoUsd, type ReckonedPrice, ratesAt} from './reckoning.js';

const unpaid = new Set(['upstream_unreachable', 'upstream_error']);

/** Of a call that has not reached its provider, or was turned down there: nobody is paid for these. */
export function costsNothing({error}: AttemptReport): boolean {
	return error !== undefined && unpaid.has(error);
}

export class CallCost {
	readonly #book: PriceBook;
	readonly #assumed: number;

	/** @param assumed output tokens of a call that sets no limit. */
	constructor(book: PriceBook, assumed: number) {
		this.#book = book;
		this.#assumed = assumed;
	}

	/**
	 * The most that a call is expected to cost on each of its targets.
	 * @returns nano-dollars, in their order; `undefined` where the price, or the size of the call, is not known.
	 */
	atMost(exchange: RoutedExchange): readonly (number | undefined)[] {
		const {endpoint, request, targets, startedAt} = exchange;
		const estimate = endpoint.kind === 'model' ? estimateTokens(request) : undefined;
		if (estimate === undefined) return targets.map(() => undefined);
		if (operationOf(exchange) === 'count') return targets.map(() => 0);
		const written = operationOf(exchange) === 'embed' ? 0 : (estimate.output ?? this.#assumed * estimate.answers);
		const costs = new Array<number | undefined>(targets.length);
		for (let index = 0; index < targets.length; index++) {
			const found = this.#book.find(targets[index] as Target, startedAt);
			if (found !== undefined) costs[index] = mostOf(found.price, estimate.input, written, request.body);
		}
		return costs;
	}

	/** What a whole answer cost that has come and not been sent yet; remembered for {@link ofCall}. */
	ofReply(exchange: RoutedExchange): bigint | undefined {
		const {target, usage, startedAt} = exchange;
		if (target === undefined || usage === undefined) return undefined;
		if (operationOf(exchange) === 'count') return 0n;
		const input = usage.input.total;
		const output = operationOf(exchange) === 'embed' ? 0 : usage.output.total;
		if (input === undefined || output === undefined) return undefined;
		const found = this.#book.find(target, startedAt);
		if (found === undefined) return undefined;
		const cost = nanoUsd(found.price, countsOf(usage, input, output));
		if (cost !== undefined && usage.source === 'reported')
			exchange.set(reckonedKey, {
				usage,
				target,
				cost: {nanoUsd: cost, basis: basisOf(found.source, false), estimated: false},
			});
		return cost;
	}

	/** What a call cost that is over. @returns `undefined` when that is not known. */
	ofCall(exchange: ClosedExchange): Cost | undefined {
		const {endpoint, startedAt} = exchange;
		const last = exchange.attempts.at(-1);
		// What goes through unread may be anything: a picture, a batch, a list of files.
		if (endpoint.kind !== 'model' || last === undefined) return undefined;
		if (operationOf(exchange) === 'count') return {nanoUsd: 0n, basis: 'counting tokens is free'};
		const {usage} = exchange;
		const reckoned = exchange.get(reckonedKey);
		if (
			reckoned !== undefined &&
			reckoned.usage === usage &&
			reckoned.target === exchange.target &&
			exchange.outcome === 'ok'
		)
			return reckoned.cost;
		if (usage === undefined && costsNothing(last)) return {nanoUsd: 0n, basis: 'the provider has not served the call'};
		const found = this.#book.find(exchange.target ?? last, startedAt);
		if (found === undefined) return undefined;
		const known = usedTokens(exchange);
		if (known === undefined) return undefined;
		const counts = countsOf(usage ?? nothing, known.input, known.output);
		const cost = nanoUsd(found.price, counts);
		if (cost === undefined) return undefined;
		return {nanoUsd: cost, basis: basisOf(found.source, known.estimated), estimated: known.estimated};
	}
}

/** What an answer cost, and what that was reckoned from. */
interface Reckoned {
	readonly usage: Usage;
	readonly target: Target;
	readonly cost: Cost;
}

const reckonedKey: Key<Reckoned> = key('cost.reckoned');

function basisOf(source: string, estimated: boolean): string {
	return `${source}, ${estimated ? 'estimated' : 'reported'} usage`;
}

const nothing: Usage = {input: {}, output: {}, source: 'estimated', raw: undefined};

function operationOf({endpoint}: Pick<KnownExchange, 'endpoint'>): string {
	return endpoint.kind === 'model' ? endpoint.route.operation : endpoint.kind;
}

const anHour = Buffer.from('"1h"');

/** Input may all be written to a cache, and output may all be reasoning. Sound and pictures are estimated as text. */
function mostOf(price: ReckonedPrice, input: number, output: number, body: Buffer): number | undefined {
	const {numbers} = ratesAt(price, input);
	const dearer = numbers.cacheWrite1h !== numbers.cacheWrite5m && body.includes(anHour);
	const read = larger(larger(numbers.input, numbers.cacheWrite5m), dearer ? numbers.cacheWrite1h : Number.NaN);
	const written = larger(numbers.output, numbers.reasoning);
	if ((Number.isNaN(read) && input > 0) || (Number.isNaN(written) && output > 0)) return undefined;
	const femto = (input > 0 ? input * read : 0) + (output > 0 ? output * written : 0) + (numbers.request || 0);
	return Math.min(Math.ceil(femto / femtoPerNano), Number.MAX_SAFE_INTEGER);
}

/** Of rates of which one may be unknown. */
function larger(one: number, other: number): number {
	return Number.isNaN(one) || other > one ? other : one;
}
