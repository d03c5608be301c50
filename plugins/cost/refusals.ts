/** What a client is told that may not spend. */

import {type GatewayError, refusal, type Target} from '../../core/index.js';
import type {Shortage} from '../stores/keys.js';
import {type Budget, budgetName} from './budgets.js';
import {usdText} from './reckoning.js';

/** For `unpriced: 'refuse'`. */
export function unpriced({provider, model}: Target): GatewayError {
	const name = (model === '' ? provider : `${provider}.${model}`).slice(0, 100);
	return refusal(
		'unpriced_model',
		`The price of ${name} is not known, and your calls count against a budget; choose a model with a price.`,
		{param: 'model'},
	);
}

/** For `degraded: 'refuse'`. */
export function unavailable(cause: Error): GatewayError {
	return refusal('store_unavailable', 'Budgets cannot be looked up at the moment; try again.', {
		headers: {'retry-after': '1'},
		cause,
	});
}

/** @param amount nano-dollars that were to be reserved. */
export function exceeded(budget: Budget, amount: number, {standings, refused, retryMs}: Shortage): GatewayError {
	const {limit = 0, remaining = 0} = standings[refused] ?? {};
	const costs = `this call may cost $${usdText(amount)}`;
	const has = `The budget (${budgetName(budget)}) of $${usdText(limit)}`;
	if (!Number.isFinite(retryMs))
		return refusal('budget_exceeded', `${has} is less than what ${costs.replace('this', 'a')}; ask for fewer tokens.`);
	const seconds = Math.ceil(retryMs / 1000);
	const left = usdText(Math.max(0, remaining));
	const when = new Date(Date.now() + retryMs).toISOString().replace(/\.\d+Z$/, 'Z');
	return refusal('budget_exceeded', `${has} has $${left} left and ${costs}; there is enough again at ${when}.`, {
		headers: {'retry-after': String(seconds), 'x-tapgate-budget-remaining': left},
	});
}
