/** Takes from the limits of a call when it comes in, and from those of its fallbacks when they are asked. */

import {
	type Attempt,
	type CallerLimits,
	type Key,
	key,
	type Reply,
	type RoutedExchange,
	withHeaders,
} from '../../core/index.js';
import {type Grant, type Shortage, type Store, type Stores, StoreUnavailable} from '../stores/keys.js';
import {limitHeaders} from './headers.js';
import {LimitedCall} from './limited-call.js';
import {type Counted, callerRule, type Rule} from './rules.js';
import {isOfTarget} from './subjects.js';
import {takesOf} from './takes.js';
import type {Tally} from './tally.js';
import {expectedTokens} from './use.js';

export interface LimiterOptions {
	readonly rules: readonly Rule[];
	readonly shadow: boolean;
	readonly assumeOutputTokens: number;
}

const callKey: Key<LimitedCall> = key('rate-limit.call');

export class Limiter {
	readonly #stores: Stores;
	readonly #store: Store;
	readonly #tally: Tally;
	readonly #options: LimiterOptions;
	/** Those that depend on which target is asked. */
	readonly #targetRules: readonly Rule[];
	readonly #callerRules = new WeakMap<CallerLimits, Rule>();

	constructor(stores: Stores, store: Store, tally: Tally, options: LimiterOptions) {
		this.#stores = stores;
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
	 * Has all limits of a call taken from, as if the first target answered whose own limits are not reached; or the call refused.
	 * @throws {GatewayError} `rate_limited`, `store_unavailable`.
	 */
	admit(exchange: RoutedExchange): void {
		const expected = expectedTokens(exchange, this.#options.assumeOutputTokens);
		const call = new LimitedCall(exchange, expected, this.#rulesFor(exchange), this.#tally);
		exchange.set(callKey, call);
		this.#stores.takeTogether(exchange, this.#store, call);
	}

	/**
	 * A fallback has limits of its own; those of the target that has failed are let go of. What both have in common is not taken twice.
	 * @throws {GatewayError} `rate_limited`, `store_unavailable`: a target whose limit is reached is not asked.
	 */
	attempt({exchange, target}: Attempt): undefined | Promise<undefined> {
		const call = exchange.get(callKey);
		if (call === undefined) return undefined;
		const full = call.full?.get(target);
		if (full !== undefined) throw full;
		if (target === call.target) return undefined;
		call.leave(target);
		const keys = new Set(call.counted.map(({holding}) => holding.key));
		const counted = takesOf(this.#targetRules, exchange, target, call.expected).filter(
			({holding}) => !keys.has(holding.key),
		);
		return counted.length === 0 ? undefined : this.#take(call, counted);
	}

	/** Says on the reply how the limits stand. */
	reply(reply: Reply, exchange: RoutedExchange): Reply | undefined {
		const call = exchange.get(callKey);
		if (call === undefined) return undefined;
		const headers = limitHeaders(exchange.dialect.family, call.counted, call.standings);
		return headers === undefined ? undefined : withHeaders(reply, headers);
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

	#take(call: LimitedCall, counted: readonly Counted[]): undefined | Promise<undefined> {
		const taken = (answer: Grant | Shortage): undefined => {
			if (!answer.granted) throw call.refusal(counted, answer);
			call.settle(call.add(answer, counted));
		};
		const failed = (error: unknown): undefined => {
			if (!(error instanceof StoreUnavailable)) throw error;
			call.passOver(counted, error);
		};
		let answer: Grant | Shortage | Promise<Grant | Shortage>;
		try {
			answer = this.#store.take(counted);
		} catch (error) {
			return failed(error);
		}
		return answer instanceof Promise ? answer.then(taken, failed) : taken(answer);
	}
}
