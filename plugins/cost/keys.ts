/** What `cost` tells other plugins. */

import {key} from '../../core/index.js';

/** A budget has reached a part of its limit. */
export interface BudgetThreshold {
	/** Names the budget for people: `key "ci", daily`. */
	readonly budget: string;
	readonly by: string;
	/** The key, team, … whose money it is; empty for `global`. */
	readonly subject: string;
	readonly period: 'hour' | 'day' | 'week' | 'month';
	readonly soft: boolean;
	readonly percent: 50 | 80 | 100;
	/** Billionths of a US dollar. */
	readonly limitNanoUsd: bigint;
	/** Spent, and reserved for calls that are under way. */
	readonly spentNanoUsd: bigint;
	/** Milliseconds since the epoch: when the period is over, or all of a rolling one is forgotten. */
	readonly resetsAt: number;
}

/** Tells of budgets. */
export interface BudgetEvents {
	/**
	 * Has a listener called when a budget reaches 50, 80 and 100 percent: once per period, in one of the processes that share
	 * a store. Off the call's path; what it throws is logged.
	 */
	onThreshold(listener: (threshold: BudgetThreshold) => void | Promise<void>): void;
}

export const budgetEvents = key<BudgetEvents>('cost.budget-events');
