/** What a call takes from the limits that apply to it. */

import type {RoutedExchange, Target} from '../../core/index.js';
import type {Counted, Rule} from './rules.js';
import {subjectsOf} from './subjects.js';
import {amountOf, type Tokens} from './use.js';

/** @param target the one that is asked. */
export function takesOf(
	rules: readonly Rule[],
	exchange: RoutedExchange,
	target: Target,
	expected: Tokens,
): readonly Counted[] {
	const counted: Counted[] = [];
	for (const rule of rules)
		for (const subject of subjectsOf(rule.by, exchange, target))
			for (const take of rule.takes(subject)) {
				const one = countedOf(take, expected);
				if (one !== undefined) counted.push(one);
			}
	return counted;
}

/** An estimate that is more than a full bucket would be refused for ever: it takes a full one, and settling does the rest. */
function countedOf(one: Counted, expected: Tokens): Counted | undefined {
	const {limit, subject, holding, enforced} = one;
	if (limit.counts === 'requests' || limit.counts === 'calls') return one;
	const amount = Math.ceil(amountOf(limit.counts, expected));
	// Of a limit of tokens that is used up, a call without tokens takes nothing either.
	if (amount === 0) return undefined;
	const fits = holding.kind !== 'bucket' || amount <= holding.capacity;
	return {limit, subject, holding, amount: fits ? amount : Math.max(1, holding.capacity), enforced};
}
