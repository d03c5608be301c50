/** What a call takes from the limits that apply to it. */

import type {RoutedExchange, Target} from '../../core/index.js';
import type {Take} from '../stores/keys.js';
import type {Limit, Rule} from './rules.js';
import {subjectsOf} from './subjects.js';
import {amountOf, type Tokens} from './use.js';

/** A take, and what it is for. */
export interface Counted {
	readonly limit: Limit;
	/** The name that it counts for. */
	readonly subject: string;
	readonly take: Take;
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
				const take = takeOf(limit, subject, expected);
				if (take !== undefined) counted.push({limit, subject, take});
			}
		}
	}
	return counted;
}

/** An estimate that is more than a full bucket would be refused for ever: it takes a full one, and settling does the rest. */
function takeOf(limit: Limit, subject: string, expected: Tokens): Take | undefined {
	const amount = Math.ceil(amountOf(limit.counts, expected));
	// Of a limit of tokens that is used up, a call without tokens takes nothing either.
	if (amount === 0) return undefined;
	const holding = limit.holding(subject);
	const fits = holding.kind !== 'bucket' || limit.counts === 'requests' || amount <= holding.capacity;
	return {holding, amount: fits ? amount : Math.max(1, holding.capacity), enforced: limit.enforced};
}
