/** Tells once per period that a budget has reached a part of its limit, in one of the processes that share a store. */

import type {Standing, Store} from '../stores/keys.js';
import {type Budget, budgetName} from './budgets.js';
import type {BudgetThreshold} from './keys.js';

const percents = [50, 80, 100] as const;

/** Budgets of keys and addresses come and go; what is over is let go when there are so many. */
const mostRemembered = 10_000;

export class Thresholds {
	readonly #store: Store;
	readonly #tell: (threshold: BudgetThreshold) => void;
	readonly #now: () => number;
	/** What this process knows to be told, until when. */
	readonly #told = new Map<string, number>();

	/** @param now milliseconds since the epoch. */
	constructor(store: Store, tell: (threshold: BudgetThreshold) => void, now: () => number = Date.now) {
		this.#now = now;
		this.#store = store;
		this.#tell = tell;
	}

	/**
	 * Most calls leave their budgets where there is nothing to tell yet.
	 * @param standings of the budgets, in order.
	 * @returns a promise, which never rejects, when there is something to look at.
	 */
	look(budgets: readonly Budget[], standings: readonly Standing[]): void | Promise<void> {
		if (standings.some(standing => isPast(standing, percents[0]))) return this.#look(budgets, standings);
	}

	async #look(budgets: readonly Budget[], standings: readonly Standing[]): Promise<void> {
		// Read before anything is waited for: it is now that the standings tell of.
		const now = this.#now();
		for (const [index, budget] of budgets.entries()) {
			const standing = standings[index];
			if (standing === undefined) continue;
			for (const percent of percents) {
				if (!isPast(standing, percent)) break;
				if (!(await this.once(budget, standing, String(percent)))) continue;
				this.#tell({
					budget: budgetName(budget),
					by: budget.by,
					subject: budget.subject,
					period: budget.unit,
					soft: budget.soft,
					percent,
					limitNanoUsd: BigInt(standing.limit),
					spentNanoUsd: BigInt(standing.limit - standing.remaining),
					// Periods end with a second; what the answer took on its way is not to show.
					resetsAt: Math.round((now + standing.resetMs) / 1000) * 1000,
				});
			}
		}
	}

	/** True for whoever asks first in a period of a budget. */
	async once(budget: Budget, standing: Standing, what: string): Promise<boolean> {
		const {key, period} = budget.holding;
		const name = `${key} ${JSON.stringify(period)} ${what}`;
		const now = this.#now();
		const until = this.#told.get(name);
		if (until !== undefined && now < until) return false;
		if (this.#told.size >= mostRemembered)
			for (const [other, end] of this.#told) if (now >= end) this.#told.delete(other);
		const lengthMs = period.kind === 'rolling' ? period.seconds * 1000 : Math.max(1, standing.resetMs);
		this.#told.set(name, now + lengthMs);
		// One of the processes gets the one that there is.
		const holding = {kind: 'sum' as const, key: `told:${what}:${key}`, limit: 1, period};
		try {
			return (await this.#store.take([{holding, amount: 1, enforced: true}])).granted;
		} catch {
			return true;
		}
	}
}

function isPast({limit, remaining}: Standing, percent: number): boolean {
	return (limit - remaining) * 100 >= limit * percent;
}
