/** Reserves from every budget of a call what it may cost, and settles what it did cost when it is over. */

import {
	type Attempt,
	type ClosedExchange,
	type GatewayError,
	key,
	type Log,
	type RoutedExchange,
	refusal,
	type Target,
} from '../../core/index.js';
import {type Grant, type Shortage, type Standing, type Store, StoreUnavailable, type Take} from '../stores/keys.js';
import {type Budget, type Budgets, budgetName} from './budgets.js';
import {type CallCost, costsNothing} from './call-cost.js';
import {usdText} from './reckoning.js';
import type {Thresholds} from './thresholds.js';

/** What was reserved for a call. */
export interface Reservation {
	readonly grant: Grant;
	/** In the order of the grant. */
	readonly all: readonly Budget[];
	/** Those that may still have to pay, and how they stood. */
	readonly budgets: readonly Budget[];
	readonly standings: readonly Standing[];
	/** Nano-dollars. */
	readonly amount: number;
}

export const reservationKey = key<Reservation>('cost.reservation');

/** Targets that may not be asked, and what is said to them. */
type PassedOver = Map<Target, GatewayError>;

const passedOverKey = key<PassedOver>('cost.passed-over');

/** A call that is about to reserve. */
interface Wish {
	readonly exchange: RoutedExchange;
	readonly budgets: readonly Budget[];
	/** What it costs at most on each target, in order. */
	readonly costs: readonly (bigint | undefined)[];
	/** Absent while there are none. */
	passedOver?: PassedOver;
}

/** A whole number that is exact; nobody's call costs more than nine million dollars. */
const mostNanoUsd = 2n ** 53n - 1n;

export interface ReservationOptions {
	readonly budgets: Budgets;
	readonly calls: CallCost;
	readonly store: Store;
	readonly thresholds: Thresholds;
	readonly refuseUnpriced: boolean;
	readonly log: Log;
}

export class Reservations {
	readonly #options: ReservationOptions;
	/** By whose budget it was. */
	readonly refused = new Map<string, number>();
	readonly warned = new Map<string, number>();

	constructor(options: ReservationOptions) {
		this.#options = options;
	}

	/** Whether {@link pass} has anything to say. */
	get looksAtTargets(): boolean {
		return this.#options.refuseUnpriced || this.#options.budgets.lookAtTargets;
	}

	/**
	 * Taps `admit`: reserves for all targets that can be paid for.
	 * @throws {GatewayError} `budget_exceeded`, `unpriced_model` or `store_unavailable`.
	 */
	reserve(exchange: RoutedExchange): void | Promise<void> {
		const budgets = this.#options.budgets.of(exchange);
		if (budgets.length === 0) return undefined;
		const wish: Wish = {exchange, budgets, costs: this.#options.calls.atMost(exchange)};
		if (this.#options.refuseUnpriced) passOverUnpriced(wish);
		return this.#reserve(wish);
	}

	/**
	 * Taps `prepare`: lets go of budgets of targets that have failed and cost nothing, because the call may go on for long.
	 * @throws {GatewayError} for a target that cannot be paid for.
	 */
	pass({exchange, target}: Attempt): void {
		const refused = exchange.get(passedOverKey)?.get(target);
		if (refused !== undefined) throw refused;
		const reserved = exchange.get(reservationKey);
		if (reserved === undefined || target === exchange.targets[0]) return;
		const {grant, all, budgets, standings} = reserved;
		const still = exchange.targets.slice(exchange.targets.indexOf(target));
		const stays = budgets.map(
			budget =>
				still.some(one => pays(budget, one)) ||
				exchange.attempts.some(attempt => pays(budget, attempt) && !costsNothing(attempt)),
		);
		if (stays.every(Boolean)) return;
		const left = budgets.filter((_budget, index) => stays[index]);
		exchange.set(
			reservationKey,
			Object.assign({}, reserved, {budgets: left, standings: standings.filter((_standing, index) => stays[index])}),
		);
		void grant.settle(
			all.map(budget => (left.includes(budget) ? undefined : 0)),
			false,
		);
	}

	#reserve(wish: Wish): void | Promise<void> {
		const {exchange, costs, passedOver} = wish;
		const {targets} = exchange;
		let {budgets} = wish;
		if (passedOver !== undefined) {
			const left = targets.filter(target => !passedOver.has(target));
			if (left.length === 0) throw passedOver.get(targets[0] as Target);
			exchange.set(passedOverKey, passedOver);
			budgets = budgets.filter(budget => left.some(target => pays(budget, target)));
			if (budgets.length === 0) return undefined;
		}
		let most: bigint | undefined;
		for (let index = 0; index < targets.length; index++) {
			if (passedOver?.has(targets[index] as Target) === true) continue;
			const cost = costs[index];
			if (cost !== undefined && (most === undefined || cost > most)) most = cost;
		}
		// Of a call of unknown price only that there is anything left at all can be asked.
		const amount = Number(most === undefined ? 1n : most > mostNanoUsd ? mostNanoUsd : most);
		const takes = budgets.map(({holding, soft}) => ({holding, amount, enforced: !soft}));
		const answer = this.#take(takes);
		if (!(answer instanceof Promise)) return this.#taken(wish, budgets, amount, answer);
		return answer.then(
			given => this.#taken(wish, budgets, amount, given),
			error => {
				throw unavailable(error);
			},
		);
	}

	#take(takes: readonly Take[]): Grant | Shortage | Promise<Grant | Shortage> {
		try {
			return this.#options.store.take(takes);
		} catch (error) {
			throw unavailable(error);
		}
	}

	#taken(wish: Wish, budgets: readonly Budget[], amount: number, answer: Grant | Shortage): void | Promise<void> {
		const {exchange} = wish;
		if (!answer.granted) {
			const budget = budgets[answer.refused] as Budget;
			this.refused.set(budget.by, (this.refused.get(budget.by) ?? 0) + 1);
			const error = exceeded(budget, amount, answer);
			if (budget.target === undefined) throw error;
			for (const target of exchange.targets) if (budget.target(target)) passOver(wish, target, error);
			return this.#reserve(wish);
		}
		const {standings} = answer;
		exchange.set(reservationKey, {grant: answer, all: budgets, budgets, standings, amount});
		exchange.defer(closed => this.#settle(closed, budgets, answer));
		for (let index = 0; index < standings.length; index++) {
			const budget = budgets[index] as Budget;
			const standing = standings[index] as Standing;
			if (budget.soft && standing.short) this.#warn(budget, standing);
		}
		return undefined;
	}

	#settle(closed: ClosedExchange, budgets: readonly Budget[], grant: Grant): void | Promise<void> {
		const cost = closed.cost?.nanoUsd ?? 0n;
		const used = Number(cost > mostNanoUsd ? mostNanoUsd : cost);
		const {target} = closed;
		const settled = grant.settle(
			budgets.map(budget => (target === undefined || pays(budget, target) ? used : 0)),
			used > 0,
		);
		if (settled instanceof Promise) return settled.then(standings => this.#look(budgets, standings, used));
		return this.#look(budgets, settled, used);
	}

	/** What others are told of does not hold up the record of the call. */
	#look(budgets: readonly Budget[], standings: readonly Standing[] | undefined, used: number): void {
		if (standings !== undefined && used > 0) void this.#options.thresholds.look(budgets, standings);
	}

	#warn(budget: Budget, standing: Standing): void {
		this.warned.set(budget.by, (this.warned.get(budget.by) ?? 0) + 1);
		void this.#options.thresholds.once(budget, standing, 'soft').then(first => {
			if (!first) return;
			const {limit, remaining} = standing;
			this.#options.log.warn('a soft budget is used up', {
				budget: budgetName(budget),
				limitUsd: usdText(limit),
				spentUsd: usdText(limit - remaining),
			});
		});
	}
}

/** Whether a budget has to do with a target. */
function pays(budget: Budget, target: Target): boolean {
	return budget.target === undefined || budget.target(target);
}

function passOverUnpriced(wish: Wish): void {
	const {exchange, budgets, costs} = wish;
	for (const [index, target] of exchange.targets.entries())
		if (costs[index] === undefined && budgets.some(budget => !budget.soft && pays(budget, target)))
			passOver(wish, target, unpriced(target));
}

/** What is said first to a target is said to it. */
function passOver(wish: Wish, target: Target, error: GatewayError): void {
	wish.passedOver ??= new Map();
	if (!wish.passedOver.has(target)) wish.passedOver.set(target, error);
}

function unpriced({provider, model}: Target): GatewayError {
	const name = (model === '' ? provider : `${provider}.${model}`).slice(0, 100);
	return refusal(
		'unpriced_model',
		`The price of ${name} is not known, and your calls count against a budget; choose a model with a price.`,
		{param: 'model'},
	);
}

function unavailable(error: unknown): unknown {
	if (!(error instanceof StoreUnavailable)) return error;
	return refusal('store_unavailable', 'Budgets cannot be looked up at the moment; try again.', {
		headers: {'retry-after': '1'},
		cause: error,
	});
}

function exceeded(budget: Budget, amount: number, {standings, refused, retryMs}: Shortage): GatewayError {
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
