/** Makes limits out of rules: each with the holding that it is kept in. */

import {createHash} from 'node:crypto';
import {type CallerLimits, ConfigError, namePattern} from '../../core/index.js';
import type {Holding, Take} from '../stores/keys.js';
import {type Counts, type LimitName, limitKinds, limitNames} from './limit-kinds.js';
import type {By, RuleOptions} from './options.js';

/** One number of one rule. */
export interface Limit {
	/** Place of its rule in the config; `caller` for the limits that a caller brings along. */
	readonly rule: string;
	readonly by: By;
	readonly name: LimitName;
	readonly counts: Counts;
	readonly most: number;
	/** False: on trial. */
	readonly enforced: boolean;
	/** What is left of it for one name. */
	holding(subject: string): Holding;
}

/** A take, and what it is for. */
export interface Counted extends Take {
	readonly limit: Limit;
	/** The name that it counts for. */
	readonly subject: string;
}

export interface Rule {
	readonly by: By;
	/**
	 * What a call takes for a name, as if it were one of everything: nothing when the rule is not for the name. The same objects each time, so that
	 * a store need not find their places anew.
	 */
	takes(subject: string): readonly Counted[];
}

/**
 * The rules of a config.
 * @throws {ConfigError} for rules that cannot be meant.
 */
export function compileRules(rules: readonly RuleOptions[], shadow: boolean): readonly Rule[] {
	const places = new Map<string, number>();
	return rules.map((options, index) => {
		const {by, match} = options;
		const at = `rules[${index}]`;
		if (by === 'global' && match !== undefined)
			throw new ConfigError(`${at}: match means nothing by global: the rule is for all calls`);
		if (options.burst !== undefined && options.requestsPerMinute === undefined)
			throw new ConfigError(`${at}: burst says how much of requestsPerMinute may come at once; expected both`);
		const enforced = !shadow && options.shadow !== true;
		const limits = limitsOf(options, {rule: String(index), by, enforced, scope: `${by}:${match ?? '*'}`});
		if (limits.length === 0)
			throw new ConfigError(`${at}: expected a limit, found none; set one of ${limitNames.join(', ')}`);
		for (const limit of limits) {
			const {key} = limit.holding('');
			const place = places.get(key);
			if (place !== undefined)
				throw new ConfigError(`${at}: ${limit.name} is the limit that rules[${place}] sets; remove one of them`);
			places.set(key, index);
		}
		const pattern = match === undefined ? undefined : namePattern(match);
		return ruleOf(by, limits, pattern);
	});
}

/** The rule that a caller's own limits are. */
export function callerRule(limits: CallerLimits, shadow: boolean): Rule {
	const place = {rule: 'caller', by: 'key', enforced: !shadow, scope: 'caller'} as const;
	return ruleOf('key', limitsOf(limits, place), undefined);
}

interface Place extends Pick<Limit, 'rule' | 'by' | 'enforced'> {
	/** Keeps the limits of different rules apart, in the same words in every replica. */
	readonly scope: string;
}

function limitsOf(numbers: CallerLimits & Partial<Record<LimitName, number>>, place: Place): readonly Limit[] {
	return limitNames.flatMap(name => {
		const most = numbers[name];
		return most === undefined ? [] : [limitOf(name, most, numbers.burst, place)];
	});
}

function limitOf(name: LimitName, most: number, burst: number | undefined, {rule, by, enforced, scope}: Place): Limit {
	const {counts, seconds} = limitKinds[name];
	const capacity = name === 'requestsPerMinute' && burst !== undefined ? burst : most;
	// A changed limit begins anew: what was left of another number says nothing of this one.
	const prefix = `rate:${scope}:${name}=${most}/${capacity}:`;
	const holding = (subject: string): Holding =>
		seconds === 0
			? {kind: 'seats', key: prefix + bounded(subject), limit: most}
			: {kind: 'bucket', key: prefix + bounded(subject), capacity, refillPerSecond: most / seconds};
	return {rule, by, name, counts, most, enforced, holding};
}

/** Names come again and again; so many are known at most. */
const mostKnown = 1000;
const none: readonly Counted[] = [];

function ruleOf(by: By, limits: readonly Limit[], pattern: RegExp | undefined): Rule {
	const known = new Map<string, readonly Counted[]>();
	const made = (subject: string): readonly Counted[] =>
		limits.map(limit => ({
			limit,
			subject,
			holding: limit.holding(subject),
			amount: 1,
			enforced: limit.enforced,
		}));
	return {
		by,
		takes(subject) {
			let takes = known.get(subject);
			if (takes === undefined) {
				if (pattern?.test(subject) === false) return none;
				takes = made(subject);
				if (known.size >= mostKnown) known.clear();
				known.set(subject, takes);
			}
			return takes;
		},
	};
}

/** Keys of a store have an end; names that clients choose may not. */
const longestName = 200;

function bounded(name: string): string {
	if (name.length <= longestName) return name;
	return `sha256:${createHash('sha256').update(name).digest('hex')}`;
}
