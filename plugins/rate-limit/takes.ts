/** What a call takes from the limits that apply to it. */

import type {RoutedExchange, Target} from '../../core/index.js';
import type {Take} from '../stores/keys.js';
import type {Limit, Rule} from './rules.js';
import {subjectsOf} from './subjects.js';
import {amountOf, type Tokens} from './use.js';

/** A take, and what it is for. */
export interface Counted extends Take {
	readonly limit: Limit;
	/** The name that it counts for. */
	readonly subject: string;
}

/** @param target the one that is asked. */
export function takesOf(
	rules: readonly Rule[],
	exchange: RoutedExchange,
	target: Target,
	expected: Tokens,
): readonly Counted[] {
	const counted: Counted[] = [];
	for (const {by, covers, limits} of rules) {
		for (const subject of subjectsOf(by, exchange, target)) {
			if (!covers(subject)) continue;
			for (const limit of limits) {
				const one = countedOf(limit, subject, expected);
				if (one !== undefined) counted.push(one);
			}
		}
	}
	return counted;
}

/** An estimate that is more than a full bucket would be refused for ever: it takes a full one, and settling does the rest. */
function countedOf(limit: Limit, subject: string, expected: Tokens): Counted | undefined {
	const amount = Math.ceil(amountOf(limit.counts, expected));
	// Of a limit of tokens that is used up, a call without tokens takes nothing either.
	if (amount === 0) return undefined;
	const holding = limit.holding(subject);
	const fits = holding.kind !== 'bucket' || limit.counts === 'requests' || amount <= holding.capacity;
	return {limit, subject, holding, amount: fits ? amount : Math.max(1, holding.capacity), enforced: limit.enforced};
}
