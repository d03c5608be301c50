/** What a call reserves from its budgets, and what it takes of that in the end. */

import type {ClosedExchange, GatewayError, RoutedExchange, Target} from '../../core/index.js';
import type {Demand, Grant, Shortage, Standing, Take, Used} from '../stores/keys.js';
import type {Budget} from './budgets.js';
import {costsNothing} from './call-cost.js';
import {exceeded, unavailable, unpriced} from './refusals.js';

const none: readonly never[] = [];

/** What is told of reservations. */
export interface ReservationListener {
	/** A budget has refused a call, or one of its targets. */
	refused(budget: Budget): void;
	/** A call was let through by a soft budget that is used up. */
	warned(budget: Budget, standing: Standing): void;
	/** Something was spent of budgets. */
	spent(budgets: readonly Budget[], standings: readonly Standing[]): void;
}

export class Reservation implements Demand {
	takes: readonly Take[] = none;
	/** Nano-dollars. */
	amount = 0;
	/** Those that may still have to pay, and how they stood. */
	budgets: readonly Budget[];
	standings: readonly Standing[] = none;
	/** Targets that may not be asked, and what is said to them; absent while there are none. */
	passedOver: Map<Target, GatewayError> | undefined;
	readonly #exchange: RoutedExchange;
	/** What it costs at most on each target, in order. */
	readonly #costs: readonly (number | undefined)[];
	readonly #listener: ReservationListener;
	/** In the order of the grant. */
	#all: readonly Budget[] = none;
	#grant: Grant | undefined;
	#used = 0;

	/**
	 * @param refuseUnpriced targets of unknown price are passed over.
	 * @throws {GatewayError} `unpriced_model` when there is no other.
	 */
	constructor(
		exchange: RoutedExchange,
		budgets: readonly Budget[],
		costs: readonly (number | undefined)[],
		refuseUnpriced: boolean,
		listener: ReservationListener,
	) {
		this.#exchange = exchange;
		this.#costs = costs;
		this.#listener = listener;
		this.budgets = budgets;
		if (refuseUnpriced) this.#passOverUnpriced();
		this.#weigh();
	}

	/** @throws {GatewayError} `budget_exceeded` */
	refused(shortage: Shortage): void {
		const budget = this.budgets[shortage.refused] as Budget;
		this.#listener.refused(budget);
		const error = exceeded(budget, this.amount, shortage);
		if (budget.target === undefined) throw error;
		for (const target of this.#exchange.targets) if (budget.target(target)) this.#passOver(target, error);
		this.#weigh();
	}

	/** @throws {GatewayError} `store_unavailable` */
	unavailable(error: Error): void {
		throw unavailable(error);
	}

	granted(grant: Grant): void {
		const {standings} = grant;
		this.#grant = grant;
		this.#all = this.budgets;
		this.standings = standings;
		for (let index = 0; index < standings.length; index++) {
			const budget = this.budgets[index] as Budget;
			const standing = standings[index] as Standing;
			if (budget.soft && standing.short) this.#listener.warned(budget, standing);
		}
	}

	used({cost, target}: ClosedExchange): Used {
		// Nobody's call costs more than the nine million dollars up to which it is exact.
		const used = cost === undefined ? 0 : Math.min(Number(cost.nanoUsd), Number.MAX_SAFE_INTEGER);
		this.#used = used;
		// A list that is made of numbers from the beginning: the engine makes one of `map` anew when the first of them outgrows small integers.
		const amounts = new Array<number>(this.#all.length);
		for (let index = 0; index < amounts.length; index++)
			amounts[index] = target === undefined || pays(this.#all[index] as Budget, target) ? used : 0;
		return amounts;
	}

	settled(standings: readonly Standing[]): void {
		if (this.#used > 0) this.#listener.spent(this.#all, standings);
	}

	/** Lets go of budgets of targets that have failed and cost nothing, now that one behind them is asked: the call may go on for long. */
	leave(target: Target): void {
		const {targets, attempts} = this.#exchange;
		if (this.#grant === undefined || target === targets[0]) return;
		const still = targets.slice(targets.indexOf(target));
		const stays = this.budgets.map(
			budget =>
				still.some(one => pays(budget, one)) ||
				attempts.some(attempt => pays(budget, attempt) && !costsNothing(attempt)),
		);
		if (stays.every(Boolean)) return;
		const left = this.budgets.filter((_budget, index) => stays[index]);
		this.budgets = left;
		this.standings = this.standings.filter((_standing, index) => stays[index]);
		void this.#grant.settle(
			this.#all.map(budget => (left.includes(budget) ? undefined : 0)),
			false,
		);
	}

	/** Finds out what is to be reserved for the targets that are left. @throws {GatewayError} when none is. */
	#weigh(): void {
		const {targets} = this.#exchange;
		const {passedOver} = this;
		if (passedOver !== undefined) {
			const left = targets.filter(target => !passedOver.has(target));
			if (left.length === 0) throw passedOver.get(targets[0] as Target);
			this.budgets = this.budgets.filter(budget => left.some(target => pays(budget, target)));
		}
		let most: number | undefined;
		for (let index = 0; index < targets.length; index++) {
			if (passedOver?.has(targets[index] as Target) === true) continue;
			const cost = this.#costs[index];
			if (cost !== undefined && (most === undefined || cost > most)) most = cost;
		}
		// Of a call of unknown price only that there is anything left at all can be asked.
		const amount = most ?? 1;
		this.amount = amount;
		this.takes = this.budgets.map(({holding, soft}) => ({holding, amount, enforced: !soft}));
	}

	#passOverUnpriced(): void {
		for (const [index, target] of this.#exchange.targets.entries())
			if (this.#costs[index] === undefined && this.budgets.some(budget => !budget.soft && pays(budget, target)))
				this.#passOver(target, unpriced(target));
	}

	/** What is said first to a target is said to it. */
	#passOver(target: Target, error: GatewayError): void {
		this.passedOver ??= new Map();
		if (!this.passedOver.has(target)) this.passedOver.set(target, error);
	}
}

/** Whether a budget has to do with a target. */
function pays(budget: Budget, target: Target): boolean {
	return budget.target === undefined || budget.target(target);
}
