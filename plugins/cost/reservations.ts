/** Has what a call may cost reserved from every budget that it has to do with, and tells what became of that. */

import {type Attempt, key, type Log, type RoutedExchange} from '../../core/index.js';
import type {Standing, Store, Stores} from '../stores/keys.js';
import {type Budget, type Budgets, budgetName} from './budgets.js';
import type {CallCost} from './call-cost.js';
import {usdText} from './reckoning.js';
import {Reservation, type ReservationListener} from './reservation.js';
import type {Thresholds} from './thresholds.js';

export const reservationKey = key<Reservation>('cost.reservation');

export interface ReservationOptions {
	readonly budgets: Budgets;
	readonly calls: CallCost;
	readonly stores: Stores;
	readonly store: Store;
	readonly thresholds: Thresholds;
	readonly refuseUnpriced: boolean;
	readonly log: Log;
}

export class Reservations implements ReservationListener {
	readonly #options: ReservationOptions;
	/** By whose budget it was. */
	readonly refusals = new Map<string, number>();
	readonly warnings = new Map<string, number>();

	constructor(options: ReservationOptions) {
		this.#options = options;
	}

	/** Whether {@link pass} has anything to say. */
	get looksAtTargets(): boolean {
		return this.#options.refuseUnpriced || this.#options.budgets.lookAtTargets;
	}

	/**
	 * Taps `admit`: has it reserved for all targets that can be paid for.
	 * @throws {GatewayError} `budget_exceeded`, `unpriced_model` or `store_unavailable`.
	 */
	reserve(exchange: RoutedExchange): void {
		const {budgets, calls, stores, store, refuseUnpriced} = this.#options;
		const all = budgets.of(exchange);
		if (all.length === 0) return;
		const reservation = new Reservation(exchange, all, calls.atMost(exchange), refuseUnpriced, this);
		exchange.set(reservationKey, reservation);
		stores.takeTogether(exchange, store, reservation);
	}

	/**
	 * Taps `prepare`: lets go of budgets of targets that have failed.
	 * @throws {GatewayError} for a target that cannot be paid for.
	 */
	pass({exchange, target}: Attempt): void {
		const reservation = exchange.get(reservationKey);
		const refused = reservation?.passedOver?.get(target);
		if (refused !== undefined) throw refused;
		reservation?.leave(target);
	}

	refused({by}: Budget): void {
		this.refusals.set(by, (this.refusals.get(by) ?? 0) + 1);
	}

	warned(budget: Budget, standing: Standing): void {
		this.warnings.set(budget.by, (this.warnings.get(budget.by) ?? 0) + 1);
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

	/** What others are told of does not hold up the record of the call. */
	spent(budgets: readonly Budget[], standings: readonly Standing[]): void {
		void this.#options.thresholds.look(budgets, standings);
	}
}
