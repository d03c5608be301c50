/** What a call is expected to use before it is made, and what it has used when it is over. */

import {
	type AttemptReport,
	type ClosedExchange,
	estimateTokens,
	type RoutedExchange,
	usedTokens,
} from '../../core/index.js';
import type {Counts} from './limit-kinds.js';

/** Tokens of one call. */
export interface Tokens {
	readonly input: number;
	readonly output: number;
}

const none: Tokens = {input: 0, output: 0};

/**
 * Estimates, on the high side.
 * @param assumed output tokens of a call that sets no limit.
 */
export function expectedTokens({endpoint, request}: RoutedExchange, assumed: number): Tokens {
	const operation = endpoint.kind === 'model' ? endpoint.route.operation : undefined;
	// Who has tokens counted uses none.
	if (operation === 'count') return none;
	const estimate = estimateTokens(request);
	if (estimate === undefined) return none;
	return {
		input: estimate.input,
		output: operation === 'generate' ? Math.max(1, estimate.output ?? assumed * estimate.answers) : 0,
	};
}

/**
 * What was used of what was expected.
 * @returns nothing for a call that no provider has worked on.
 */
export function chargedTokens(closed: ClosedExchange, expected: Tokens): Tokens {
	const last = closed.attempts.findLast(wasAsked);
	if (last === undefined) return none;
	if (closed.usage === undefined && usedNothing(last)) return none;
	return usedTokens(closed) ?? expected;
}

/** Tells whether an attempt came as far as a provider: what fails before has used nothing. */
export function wasAsked({status, error}: AttemptReport): boolean {
	return status !== undefined || error !== 'upstream_unreachable';
}

/** Tells whether an attempt came to no provider, or was turned down there: nobody has worked on it. */
export function usedNothing(attempt: AttemptReport): boolean {
	return !wasAsked(attempt) || (attempt.status !== undefined && attempt.status >= 400);
}

/** The amount that counts for a limit. */
export function amountOf(counts: Counts, {input, output}: Tokens): number {
	switch (counts) {
		case 'tokens':
			return input + output;
		case 'input-tokens':
			return input;
		case 'output-tokens':
			return output;
		default:
			return 1;
	}
}
