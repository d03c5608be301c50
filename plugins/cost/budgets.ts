/** Which budgets apply to a call, and what they are counted in. */

import {createHash} from 'node:crypto';
import {
	type CallerBudget,
	ConfigError,
	namePattern,
	type RoutedExchange,
	type Target,
	targetName,
} from '../../core/index.js';
import type {Period, Sum} from '../stores/keys.js';
import type {BudgetOptions, BudgetSubject} from './options.js';

type Unit = 'hour' | 'day' | 'week' | 'month';

/** A limit of a period. */
interface Limit {
	readonly unit: Unit;
	readonly nanoUsd: number;
	readonly period: Period;
}

/** A budget of the config, or those of a caller. */
interface Rule {
	readonly by: BudgetSubject;
	readonly match: RegExp | undefined;
	/** Begins the keys of what it is counted in. */
	readonly prefix: string;
	readonly soft: boolean;
	readonly limits: readonly Limit[];
	/** By whose they are: the same objects each time, so that a store need not find their places anew. */
	readonly budgets: Map<string, readonly Budget[]>;
}

/** What a call takes from. */
export interface Budget {
	readonly holding: Sum;
	readonly by: BudgetSubject;
	/** Whose money it is; empty for `global`. */
	readonly subject: string;
	readonly unit: Unit;
	readonly soft: boolean;
	/** The targets whose answer it pays for; absent for all. */
	readonly target?: ((target: Target) => boolean) | undefined;
}

const units = [
	['hourlyUsd', 'hour', 3600],
	['dailyUsd', 'day', 86_400],
	['weeklyUsd', 'week', 7 * 86_400],
	['monthlyUsd', 'month', 30 * 86_400],
] as const;

/** Names come again and again; so many are known at most. */
const mostKnown = 1000;
/** Stores take keys of 512 characters; marks of thresholds are put in front of these. */
const longestKey = 480;

export class Budgets {
	readonly #rules: readonly Rule[];
	readonly #zone: string;
	readonly #ofCallers = new WeakMap<CallerBudget, Rule>();

	/** @throws {ConfigError} for budgets that cannot be meant. */
	constructor(budgets: readonly BudgetOptions[], zone: string) {
		try {
			new Intl.DateTimeFormat('en', {timeZone: zone});
		} catch {
			throw new ConfigError(`zone: expected an IANA time zone such as Europe/Berlin, found ${JSON.stringify(zone)}`);
		}
		this.#zone = zone;
		const seen = new Set<string>();
		this.#rules = budgets.map((budget, index) => {
			const at = `budgets[${index}]`;
			const limits = this.#limits(budget, budget.rolling === true);
			if (limits.length === 0)
				throw new ConfigError(`${at}: expected one of ${units.map(([name]) => name).join(', ')}, found none`);
			if (budget.by === 'global' && budget.match !== undefined)
				throw new ConfigError(`${at}.match: a global budget is one for all; remove match`);
			const soft = budget.soft === true;
			const prefix = `cost:${budget.by}${soft ? ':soft' : ''}:${budget.match ?? '*'}`;
			for (const {period} of limits) {
				const name = `${prefix} ${JSON.stringify(period)}`;
				if (seen.has(name)) throw new ConfigError(`${at}: a budget before it has the same by, match, soft and period`);
				seen.add(name);
			}
			const match = budget.match === undefined ? undefined : namePattern(budget.match);
			return {by: budget.by, match, prefix, soft, limits, budgets: new Map()};
		});
	}

	/** Whether it matters which target is asked. */
	get lookAtTargets(): boolean {
		return this.#rules.some(({by}) => by === 'model' || by === 'provider');
	}

	/** All that apply to a call. */
	of(exchange: RoutedExchange): readonly Budget[] {
		let found: readonly Budget[] = none;
		for (const rule of this.#rules)
			for (const subject of subjects(rule.by, exchange))
				if (rule.match === undefined || rule.match.test(subject)) found = joined(found, budgetsOf(rule, subject));
		const {name, budget} = exchange.caller;
		return budget === undefined ? found : joined(found, budgetsOf(this.#ruleOf(budget), name));
	}

	#ruleOf(budget: CallerBudget): Rule {
		let rule = this.#ofCallers.get(budget);
		if (rule === undefined) {
			const limits = this.#limits(budget, false);
			rule = {by: 'key', match: undefined, prefix: 'cost:caller', soft: false, limits, budgets: new Map()};
			this.#ofCallers.set(budget, rule);
		}
		return rule;
	}

	#limits(budget: Omit<BudgetOptions, 'by'>, rolling: boolean): readonly Limit[] {
		return units.flatMap(([name, unit, seconds]) => {
			const usd = budget[name];
			if (usd === undefined) return [];
			const period: Period = rolling ? {kind: 'rolling', seconds} : {kind: 'calendar', unit, zone: this.#zone};
			return [{unit, nanoUsd: Math.round(usd * 1e9), period}];
		});
	}
}

const none: readonly Budget[] = [];

/** Most calls have budgets of one kind: nothing is copied for them. */
function joined(some: readonly Budget[], others: readonly Budget[]): readonly Budget[] {
	return some.length === 0 ? others : some.concat(others);
}

function budgetsOf(rule: Rule, subject: string): readonly Budget[] {
	let budgets = rule.budgets.get(subject);
	if (budgets === undefined) {
		budgets = rule.limits.map(limit => budgetOf(rule, limit, subject));
		if (rule.budgets.size >= mostKnown) rule.budgets.clear();
		rule.budgets.set(subject, budgets);
	}
	return budgets;
}

function budgetOf({by, prefix, soft}: Rule, {unit, nanoUsd, period}: Limit, subject: string): Budget {
	const holding: Sum = {kind: 'sum', key: keyOf(prefix, subject), limit: nanoUsd, period};
	const nameOf = targetNames[by];
	return {holding, by, subject, unit, soft, target: nameOf && (target => nameOf(target) === subject)};
}

function keyOf(prefix: string, subject: string): string {
	const key = `${prefix}:${subject}`;
	if (key.length <= longestKey) return key;
	return `${key.slice(0, longestKey - 65)}:${createHash('sha256').update(key).digest('hex')}`;
}

/** What budgets of targets call them. */
const targetNames: Readonly<Partial<Record<BudgetSubject, (target: Target) => string>>> = {
	model: targetName,
	provider: ({provider}) => provider,
};

const nobody: readonly string[] = [''];

/** A call may have several: every tag, and every model that may answer. */
function subjects(by: BudgetSubject, exchange: RoutedExchange): readonly string[] {
	const {caller, targets} = exchange;
	switch (by) {
		case 'key':
			return [caller.name];
		case 'team':
			return caller.team === undefined ? [] : [caller.team];
		case 'tag':
			return [...new Set(caller.tags)];
		case 'model':
			return [...new Set(targets.map(targetName))];
		case 'provider':
			return [...new Set(targets.map(({provider}) => provider))];
		case 'ip':
			return [exchange.clientIp];
		case 'route':
			return [exchange.endpoint.kind === 'model' ? exchange.endpoint.route.path : exchange.endpoint.kind];
		case 'global':
			return nobody;
	}
}

/** For people: `key "ci", daily`. */
export function budgetName({by, subject, unit}: Budget): string {
	const adverbs = {hour: 'hourly', day: 'daily', week: 'weekly', month: 'monthly'};
	return `${by}${subject === '' ? '' : ` "${subject}"`}, ${adverbs[unit]}`;
}
