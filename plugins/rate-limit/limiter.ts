/** Takes from the limits of a call when it comes in, and settles with what it used when it is over. */

import {
	type Attempt,
	type CallerLimits,
	type ClosedExchange,
	type GatewayError,
	type Key,
	key,
	type Reply,
	type RoutedExchange,
	type Target,
} from '../../core/index.js';
import {type Grant, type Standing, type Store, StoreUnavailable} from '../stores/keys.js';
import {limitHeaders} from './headers.js';
import type {By} from './options.js';
import {rateLimited, storeUnavailable} from './refusals.js';
import {callerRule, type Rule} from './rules.js';
import {targetSubject} from './subjects.js';
import {type Counted, takesOf} from './takes.js';
import type {Tally} from './tally.js';
import {amountOf, chargedTokens, expectedTokens, type Tokens, wasAsked} from './use.js';

/** What a call has taken so far. */
interface Held {
	readonly expected: Tokens;
	counted: readonly Counted[];
	/** Of each; `undefined` where nobody knows. */
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
	async admit(exchange: RoutedExchange): Promise<void> {
		const held: Held = {
			expected: expectedTokens(exchange, this.#options.assumeOutputTokens),
			counted: [],
			standings: [],
		};
		exchange.set(heldKey, held);
		const rules = this.#rulesFor(exchange);
		for (const target of exchange.targets) {
			const refused = await this.#take(exchange, held, takesOf(rules, exchange, target, held.expected));
			if (refused === undefined) return;
			if (!isOfTarget(refused.by)) throw refused.error;
			held.full ??= new Map();
			held.full.set(target, refused.error);
		}
		for (const error of held.full?.values() ?? []) throw error;
	}

	/**
	 * A fallback has limits of its own. What its provider was taken from already, on behalf of an earlier target, is not taken twice.
	 * @throws {GatewayError} as {@link admit}: a target whose limit is reached is not asked.
	 */
	async attempt({exchange, target}: Attempt): Promise<void> {
		const held = exchange.get(heldKey);
		if (held === undefined) return;
		const full = held.full?.get(target);
		if (full !== undefined) throw full;
		if (target === exchange.targets[held.full?.size ?? 0]) return;
		const keys = new Set(held.counted.map(({take}) => take.holding.key));
		const counted = takesOf(this.#targetRules, exchange, target, held.expected).filter(
			({take}) => !keys.has(take.holding.key),
		);
		const refused = await this.#take(exchange, held, counted);
		if (refused !== undefined) throw refused.error;
	}

	/** Says on the reply how the limits stand. */
	reply(reply: Reply, exchange: RoutedExchange): Reply | undefined {
		const held = exchange.get(heldKey);
		if (held === undefined) return undefined;
		const headers = limitHeaders(exchange.dialect.family, held.counted, held.standings, Date.now());
		if (Object.keys(headers).length === 0) return undefined;
		return Object.assign({}, reply, {headers: Object.assign({}, reply.headers, headers)});
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
	async #take(exchange: RoutedExchange, held: Held, counted: readonly Counted[]): Promise<Refused | undefined> {
		if (counted.length === 0) return undefined;
		this.#tally.takes++;
		const grant = await this.#grant(exchange, counted);
		if (grant === undefined || 'error' in grant) return grant;
		const {standings} = grant;
		held.counted = [...held.counted, ...counted];
		held.standings = [...held.standings, ...counted.map((_, index) => standings[index])];
		exchange.defer(async closed => {
			await grant.settle(counted.map((one, index) => settled(one, standings[index], held.expected, closed)));
		});
		for (const [index, {limit, subject}] of counted.entries())
			if (!limit.enforced && standings[index]?.short === true) this.#tally.shadowHit(limit, subject);
		return undefined;
	}

	/** @returns `undefined` when the store cannot be asked and nothing is refused anyway. */
	async #grant({dialect}: RoutedExchange, counted: readonly Counted[]): Promise<Grant | Refused | undefined> {
		try {
			const answer = await this.#store.take(counted.map(({take}) => take));
			if (answer.granted) return answer;
			const refused = counted[answer.refused] as Counted;
			this.#tally.refused(refused.limit);
			const headers = limitHeaders(dialect.family, counted, answer.standings, Date.now());
			return {by: refused.limit.by, error: rateLimited(refused, answer, headers)};
		} catch (error) {
			if (!(error instanceof StoreUnavailable)) throw error;
			this.#tally.unavailable++;
			if (counted.every(({limit}) => !limit.enforced)) return undefined;
			throw storeUnavailable(error);
		}
	}
}

/** What one limit is to be charged with in the end. */
function settled(
	{limit, subject}: Counted,
	standing: Standing | undefined,
	expected: Tokens,
	closed: ClosedExchange,
): number {
	// What a limit on trial would have refused, it would not have counted.
	if (!limit.enforced && standing?.short === true) return 0;
	const {by, counts} = limit;
	if (counts === 'calls') return 0;
	const {attempts, target} = closed;
	const concerns = (one: {readonly provider: string; readonly model: string}): boolean =>
		!isOfTarget(by) || targetSubject(by, one) === subject;
	if (counts === 'requests') return attempts.some(one => wasAsked(one) && concerns(one)) ? 1 : 0;
	if (target !== undefined && !concerns(target)) return 0;
	return amountOf(counts, chargedTokens(closed, expected));
}

function isOfTarget(by: By): by is 'model' | 'provider' {
	return by === 'model' || by === 'provider';
}
