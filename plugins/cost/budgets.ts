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
	/** What it is counted in, by key: the same object for the same key, so that a store need not find its place anew. */
	readonly holdings: Map<string, Sum>;
}

/** A budget of the config. */
interface Rule {
	readonly by: BudgetSubject;
	readonly match: RegExp | undefined;
	/** Begins the keys of what it is counted in. */
	readonly prefix: string;
	readonly soft: boolean;
	readonly limits: readonly Limit[];
}

/** What a call takes from. */
export interface Budget {
	readonly holding: Sum;
	readonly by: string;
	/** Whose money it is; empty for `global`. */
	readonly subject: string;
	readonly unit: Unit;
	readonly soft: boolean;
	/** The targets whose answer it pays for; absent for all. */
	readonly target?: (target: Target) => boolean;
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
	readonly #ofCallers = new WeakMap<CallerBudget, readonly Limit[]>();

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
			return {by: budget.by, match, prefix, soft, limits};
		});
	}

	/** Whether it matters which target is asked. */
	get lookAtTargets(): boolean {
		return this.#rules.some(({by}) => by === 'model' || by === 'provider');
	}

	/** All that apply to a call. */
	of(exchange: RoutedExchange): readonly Budget[] {
		const found: Budget[] = [];
		for (const rule of this.#rules) {
			for (const {name, target} of subjects(rule.by, exchange)) {
				if (rule.match !== undefined && !rule.match.test(name)) continue;
				const {by, prefix, soft, limits} = rule;
				add(found, limits, {by, prefix, soft, subject: name, target});
			}
		}
		const {name, budget} = exchange.caller;
		if (budget !== undefined)
			add(found, this.#limitsOf(budget), {by: 'key', prefix: 'cost:caller', soft: false, subject: name});
		return found;
	}

	#limitsOf(budget: CallerBudget): readonly Limit[] {
		let limits = this.#ofCallers.get(budget);
		if (limits === undefined) {
			limits = this.#limits(budget, false);
			this.#ofCallers.set(budget, limits);
		}
		return limits;
	}

	#limits(budget: Omit<BudgetOptions, 'by'>, rolling: boolean): readonly Limit[] {
		return units.flatMap(([name, unit, seconds]) => {
			const usd = budget[name];
			if (usd === undefined) return [];
			const period: Period = rolling ? {kind: 'rolling', seconds} : {kind: 'calendar', unit, zone: this.#zone};
			return [{unit, nanoUsd: Math.round(usd * 1e9), period, holdings: new Map()}];
		});
	}
}

interface Whose {
	readonly by: string;
	readonly prefix: string;
	readonly soft: boolean;
	readonly subject: string;
	readonly target?: ((target: Target) => boolean) | undefined;
}

function add(found: Budget[], limits: readonly Limit[], {by, prefix, soft, subject, target}: Whose): void {
	const key = keyOf(prefix, subject);
	for (const {unit, nanoUsd, period, holdings} of limits) {
		let holding = holdings.get(key);
		if (holding === undefined) {
			holding = {kind: 'sum', key, limit: nanoUsd, period};
			if (holdings.size >= mostKnown) holdings.clear();
			holdings.set(key, holding);
		}
		found.push({holding, by, subject, unit, soft, ...(target !== undefined && {target})});
	}
}

function keyOf(prefix: string, subject: string): string {
	const key = `${prefix}:${subject}`;
	if (key.length <= longestKey) return key;
	return `${key.slice(0, longestKey - 65)}:${createHash('sha256').update(key).digest('hex')}`;
}

interface Subject {
	readonly name: string;
	readonly target?: (target: Target) => boolean;
}

/** A call may have several: every tag, and every model that may answer. */
function subjects(by: BudgetSubject, exchange: RoutedExchange): readonly Subject[] {
	const {caller, targets} = exchange;
	switch (by) {
		case 'key':
			return [{name: caller.name}];
		case 'team':
			return caller.team === undefined ? [] : [{name: caller.team}];
		case 'tag':
			return [...new Set(caller.tags)].map(name => ({name}));
		case 'model':
			return named(targets, targetName);
		case 'provider':
			return named(targets, ({provider}) => provider);
		case 'ip':
			return [{name: exchange.clientIp}];
		case 'route':
			return [{name: exchange.endpoint.kind === 'model' ? exchange.endpoint.route.path : exchange.endpoint.kind}];
		case 'global':
			return [{name: ''}];
	}
}

function named(targets: readonly Target[], nameOf: (target: Target) => string): readonly Subject[] {
	return [...new Set(targets.map(nameOf))].map(name => ({name, target: target => nameOf(target) === name}));
}

/** For people: `key "ci", daily`. */
export function budgetName({by, subject, unit}: Budget): string {
	const adverbs = {hour: 'hourly', day: 'daily', week: 'weekly', month: 'monthly'};
	return `${by}${subject === '' ? '' : ` "${subject}"`}, ${adverbs[unit]}`;
}
