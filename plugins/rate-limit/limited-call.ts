/** A call, as limits see it: what it takes, what it holds, and what it is charged with in the end. */

import type {ClosedExchange, GatewayError, RoutedExchange, Target} from '../../core/index.js';
import type {Demand, Grant, Shortage, Standing, StoreUnavailable, Used} from '../stores/keys.js';
import {limitHeaders} from './headers.js';
import {rateLimited, storeUnavailable} from './refusals.js';
import type {Counted, Rule} from './rules.js';
import {isOfTarget} from './subjects.js';
import {concerns, Taken} from './taken.js';
import {takesOf} from './takes.js';
import type {Tally} from './tally.js';
import type {Tokens} from './use.js';

const none: readonly never[] = [];

export class LimitedCall implements Demand {
	readonly expected: Tokens;
	/** As if one of the targets answered: the first one whose own limits are not known to be reached. */
	takes: readonly Counted[];
	/** What it holds of the target that is asked now, and of all. */
	counted: readonly Counted[] = none;
	/** Of each; absent or `undefined` where nobody knows. */
	standings: readonly (Standing | undefined)[] = none;
	/** The target as if which it is taken. */
	target: Target;
	/** What is said to targets whose own limits are reached; absent while there are none. */
	full: Map<Target, GatewayError> | undefined;
	readonly #exchange: RoutedExchange;
	readonly #rules: readonly Rule[];
	readonly #tally: Tally;
	#taken: readonly Taken[] = none;

	constructor(exchange: RoutedExchange, expected: Tokens, rules: readonly Rule[], tally: Tally) {
		this.#exchange = exchange;
		this.#rules = rules;
		this.#tally = tally;
		this.expected = expected;
		this.target = exchange.targets[0] as Target;
		this.takes = takesOf(rules, exchange, this.target, expected);
	}

	/** Tries the targets behind one whose own limit is reached. @throws {GatewayError} `rate_limited` */
	refused(shortage: Shortage): void {
		const {targets} = this.#exchange;
		const {limit} = this.takes[shortage.refused] as Counted;
		const error = this.refusal(this.takes, shortage);
		if (!isOfTarget(limit.by)) throw error;
		const full = this.full ?? new Map<Target, GatewayError>();
		this.full = full.set(this.target, error);
		const next = targets.find(target => !full.has(target));
		if (next === undefined) throw full.get(targets[0] as Target);
		this.target = next;
		this.takes = takesOf(this.#rules, this.#exchange, next, this.expected);
	}

	/** @throws {GatewayError} `store_unavailable` */
	unavailable(error: StoreUnavailable): void {
		this.passOver(this.takes, error);
	}

	granted(grant: Grant): void {
		this.add(grant, this.takes);
	}

	used(closed: ClosedExchange): Used {
		return (this.#taken[0] as Taken).used(closed, this.expected);
	}

	/** What the client is told when not everything could be taken. */
	refusal(counted: readonly Counted[], shortage: Shortage): GatewayError {
		const refused = counted[shortage.refused] as Counted;
		this.#tally.takes++;
		this.#tally.refused(refused.limit);
		const headers = limitHeaders(this.#exchange.dialect.family, counted, shortage.standings);
		return rateLimited(refused, shortage, headers);
	}

	/** Passes over limits on trial when the store cannot be asked. @throws {GatewayError} `store_unavailable` for others. */
	passOver(counted: readonly Counted[], error: StoreUnavailable): void {
		this.#tally.takes++;
		this.#tally.unavailable++;
		if (counted.some(({limit}) => limit.enforced)) throw storeUnavailable(error);
	}

	/** Holds what was taken. */
	add(grant: Grant, counted: readonly Counted[]): Taken {
		this.#tally.takes++;
		const {standings} = grant;
		const taken = new Taken(grant, counted, this.#exchange.attempts.length);
		// Most calls take once.
		const isFirst = this.#taken.length === 0;
		this.standings = isFirst ? standings : this.#aligned().concat(standings);
		this.counted = isFirst ? counted : this.counted.concat(counted);
		this.#taken = isFirst ? [taken] : this.#taken.concat(taken);
		for (let index = 0; index < counted.length; index++) {
			const {limit, subject} = counted[index] as Counted;
			if (!limit.enforced && standings[index]?.short === true) this.#tally.shadowHit(limit, subject);
		}
		return taken;
	}

	/** Has something settled at the end that nobody else settles. */
	settle(taken: Taken): void {
		this.#exchange.defer(closed => taken.settle(closed, this.expected));
	}

	/** Lets go of the limits of targets that have failed. Nobody waits for this: it concerns other limits than the ones that are taken now. */
	leave(target: Target): void {
		for (const taken of this.#taken) taken.leave(target, this.#exchange.attempts);
		const stays = this.counted.map(one => concerns(one, target));
		this.counted = this.counted.filter((_one, index) => stays[index]);
		this.standings = this.standings.filter((_one, index) => stays[index]);
	}

	/** Standings as many as there are takes: of a store that is away there are none. */
	#aligned(): readonly (Standing | undefined)[] {
		return this.counted.map((_one, index) => this.standings[index]);
	}
}
