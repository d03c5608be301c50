/** Takes from the limits of a call when it comes in, and settles with what it used when it is over. */

import {
	type Attempt,
	type CallerLimits,
	type GatewayError,
	type Key,
	key,
	type Reply,
	type RoutedExchange,
	type Target,
	withHeaders,
} from '../../core/index.js';
import {type Grant, type Shortage, type Standing, type Store, StoreUnavailable} from '../stores/keys.js';
import {limitHeaders} from './headers.js';
import type {By} from './options.js';
import {rateLimited, storeUnavailable} from './refusals.js';
import {callerRule, type Rule} from './rules.js';
import {isOfTarget} from './subjects.js';
import {concerns, Taken} from './taken.js';
import {type Counted, takesOf} from './takes.js';
import type {Tally} from './tally.js';
import {expectedTokens, type Tokens} from './use.js';

/** What a call holds. */
interface Held {
	readonly expected: Tokens;
	taken: readonly Taken[];
	counted: readonly Counted[];
	/** Of each; absent or `undefined` where nobody knows. */
	standings: readonly (Standing | undefined)[];
	/** What is said to targets whose own limits are reached; absent while there are none. */
	full?: Map<Target, GatewayError>;
}

export interface LimiterOptions {
	readonly rules: readonly Rule[];
	readonly shadow: boolean;
	readonly assumeOutputTokens: number;
}

/** Nothing was taken. */
interface Refused {
	readonly by: By;
	readonly error: GatewayError;
}

const heldKey: Key<Held> = key('rate-limit.held');

const none: readonly never[] = [];

export class Limiter {
	readonly #store: Store;
	readonly #tally: Tally;
	readonly #options: LimiterOptions;
	/** Those that depend on which target is asked. */
	readonly #targetRules: readonly Rule[];
	readonly #callerRules = new WeakMap<CallerLimits, Rule>();

	constructor(store: Store, tally: Tally, options: LimiterOptions) {
		this.#store = store;
		this.#tally = tally;
		this.#options = options;
		this.#targetRules = options.rules.filter(({by}) => isOfTarget(by));
	}

	/** Whether it matters which target is asked. */
	get looksAtTargets(): boolean {
		return this.#targetRules.length > 0;
	}

	/**
	 * Takes from all limits of a call, as if the first target answered whose own limits are not reached, or refuses it.
	 * @throws {GatewayError} `rate_limited`, `store_unavailable`.
	 */
	admit(exchange: RoutedExchange): void | Promise<void> {
		const held: Held = {
			expected: expectedTokens(exchange, this.#options.assumeOutputTokens),
			taken: none,
			counted: none,
			standings: none,
		};
		exchange.set(heldKey, held);
		return this.#admitTo(exchange, held, this.#rulesFor(exchange), 0);
	}

	/** Tries the targets in order, from one on. */
	#admitTo(exchange: RoutedExchange, held: Held, rules: readonly Rule[], index: number): void | Promise<void> {
		const target = exchange.targets[index];
		if (target === undefined) {
			for (const error of held.full?.values() ?? []) throw error;
			return undefined;
		}
		const answer = this.#take(exchange, held, takesOf(rules, exchange, target, held.expected));
		// Most calls end here: what is needed from here on is not made for them.
		return answer === undefined ? undefined : this.#tryNext(answer, exchange, held, rules, index);
	}

	/** Tries the targets behind one whose own limit is reached. */
	#tryNext(
		answer: Refused | Promise<Refused | undefined>,
		exchange: RoutedExchange,
		held: Held,
		rules: readonly Rule[],
		index: number,
	): void | Promise<void> {
		return whenKnown(answer, refused => {
			if (refused === undefined) return undefined;
			if (!isOfTarget(refused.by)) throw refused.error;
			held.full ??= new Map();
			held.full.set(exchange.targets[index] as Target, refused.error);
			return this.#admitTo(exchange, held, rules, index + 1);
		});
	}

	/**
	 * A fallback has limits of its own; those of the target that has failed are let go of. What both have in common is not taken twice.
	 * @throws {GatewayError} as {@link admit}: a target whose limit is reached is not asked.
	 */
	attempt({exchange, target}: Attempt): undefined | Promise<undefined> {
		const held = exchange.get(heldKey);
		if (held === undefined) return undefined;
		const full = held.full?.get(target);
		if (full !== undefined) throw full;
		if (target === exchange.targets[held.full?.size ?? 0]) return undefined;
		this.#leave(held, exchange, target);
		const keys = new Set(held.counted.map(({holding}) => holding.key));
		const counted = takesOf(this.#targetRules, exchange, target, held.expected).filter(
			({holding}) => !keys.has(holding.key),
		);
		return whenKnown(this.#take(exchange, held, counted), refused => {
			if (refused !== undefined) throw refused.error;
			return undefined;
		});
	}

	/** Says on the reply how the limits stand. */
	reply(reply: Reply, exchange: RoutedExchange): Reply | undefined {
		const held = exchange.get(heldKey);
		if (held === undefined) return undefined;
		const headers = limitHeaders(exchange.dialect.family, held.counted, held.standings, Date.now());
		return headers === undefined ? undefined : withHeaders(reply, headers);
	}

	/** Nobody waits for this: it concerns other limits than the ones that are taken now. */
	#leave(held: Held, {attempts}: RoutedExchange, target: Target): void {
		for (const taken of held.taken) taken.leave(target, attempts);
		const stays = held.counted.map(one => concerns(one, target));
		held.counted = held.counted.filter((_one, index) => stays[index]);
		held.standings = held.standings.filter((_one, index) => stays[index]);
	}

	#rulesFor({caller: {limits}}: RoutedExchange): readonly Rule[] {
		const {rules, shadow} = this.#options;
		if (limits === undefined) return rules;
		let rule = this.#callerRules.get(limits);
		if (rule === undefined) {
			rule = callerRule(limits, shadow);
			this.#callerRules.set(limits, rule);
		}
		return [...rules, rule];
	}

	/** @returns by what it was refused; `undefined` when it was not. */
	#take(
		exchange: RoutedExchange,
		held: Held,
		counted: readonly Counted[],
	): Refused | undefined | Promise<Refused | undefined> {
		if (counted.length === 0) return undefined;
		this.#tally.takes++;
		let answer: Grant | Shortage | Promise<Grant | Shortage>;
		try {
			answer = this.#store.take(counted);
		} catch (error) {
			return this.#unavailable(error, counted);
		}
		if (!(answer instanceof Promise)) return this.#taken(exchange, held, counted, answer);
		return answer.then(
			given => this.#taken(exchange, held, counted, given),
			error => this.#unavailable(error, counted),
		);
	}

	#taken(
		exchange: RoutedExchange,
		held: Held,
		counted: readonly Counted[],
		answer: Grant | Shortage,
	): Refused | undefined {
		if (!answer.granted) {
			const refused = counted[answer.refused] as Counted;
			this.#tally.refused(refused.limit);
			const headers = limitHeaders(exchange.dialect.family, counted, answer.standings, Date.now());
			return {by: refused.limit.by, error: rateLimited(refused, answer, headers)};
		}
		const {standings} = answer;
		const taken = new Taken(answer, counted, exchange.attempts.length);
		// Most calls take once.
		const isFirst = held.taken.length === 0;
		held.standings = isFirst ? standings : aligned(held).concat(standings);
		held.counted = isFirst ? counted : held.counted.concat(counted);
		held.taken = isFirst ? [taken] : held.taken.concat(taken);
		exchange.defer(closed => taken.settle(closed, held.expected));
		for (let index = 0; index < counted.length; index++) {
			const {limit, subject} = counted[index] as Counted;
			if (!limit.enforced && standings[index]?.short === true) this.#tally.shadowHit(limit, subject);
		}
		return undefined;
	}

	/** Passes over limits on trial when the store cannot be asked. @throws {GatewayError} for others, and what is no fault of the store. */
	#unavailable(error: unknown, counted: readonly Counted[]): undefined {
		if (!(error instanceof StoreUnavailable)) throw error;
		this.#tally.unavailable++;
		if (counted.some(({limit}) => limit.enforced)) throw storeUnavailable(error);
		return undefined;
	}
}

/** Standings as many as there are takes: of a store that is away there are none. */
function aligned({counted, standings}: Held): readonly (Standing | undefined)[] {
	return counted.map((_one, index) => standings[index]);
}

/** Goes on at once when there is nothing to wait for: memory answers so, and a promise would cost more than the take. */
function whenKnown<Value, Next>(
	value: Value | Promise<Value>,
	next: (value: Value) => Next | Promise<Next>,
): Next | Promise<Next> {
	return value instanceof Promise ? value.then(next) : next(value);
}
