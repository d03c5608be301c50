/** Takes what several plugins demand for a call from one store, in one round trip there and one at the end. */

import type {ClosedExchange, RoutedExchange} from '../../core/index.js';
import {
	type Demand,
	type Grant,
	type Shortage,
	type Standing,
	type Store,
	StoreUnavailable,
	type Used,
} from './keys.js';
import {sameAgain} from './take-now.js';

export class JointTake {
	readonly store: Store;
	readonly #exchange: RoutedExchange;
	readonly #demands: Demand[] = [];

	constructor(store: Store, exchange: RoutedExchange) {
		this.store = store;
		this.#exchange = exchange;
	}

	add(demand: Demand): void {
		this.#demands.push(demand);
	}

	/** Takes everything, or as much else as those who are refused demand instead. @throws what one of them has to tell the client. */
	async take(): Promise<void> {
		for (;;) {
			const takes = this.#demands.flatMap(demand => demand.takes);
			if (takes.length === 0) return;
			let answer: Grant | Shortage;
			try {
				answer = await this.store.take(takes);
			} catch (error) {
				if (!(error instanceof StoreUnavailable)) throw error;
				for (const demand of this.#demands) if (demand.takes.length > 0) demand.unavailable(error);
				return;
			}
			if (answer.granted) {
				this.#granted(answer, takes.length);
				return;
			}
			this.#refused(answer);
		}
	}

	#granted(grant: Grant, count: number): void {
		let from = 0;
		try {
			for (const demand of this.#demands) {
				const {length} = demand.takes;
				if (length > 0) demand.granted(length === count ? grant : new Part(grant, from, length, count));
				from += length;
			}
		} finally {
			this.#exchange.defer(closed => this.#settle(closed, grant));
		}
	}

	#refused({standings, refused, retryMs}: Shortage): void {
		let from = 0;
		for (const demand of this.#demands) {
			const {takes} = demand;
			const end = from + takes.length;
			if (refused >= from && refused < end) {
				demand.refused({
					granted: false,
					standings: standings.slice(from, end),
					refused: refused - from,
					retryMs,
				});
				if (demand.takes === takes) throw new Error(sameAgain);
				return;
			}
			from = end;
		}
	}

	async #settle(closed: ClosedExchange, grant: Grant): Promise<void> {
		const all: (number | undefined)[] = [];
		let tells = false;
		let failure: unknown;
		for (const demand of this.#demands) {
			if (demand.takes.length === 0) continue;
			tells ||= demand.settled !== undefined;
			try {
				for (const used of demand.used(closed)) all.push(used);
			} catch (error) {
				// Nobody knows what it has used; others do.
				failure = error;
				for (const {amount} of demand.takes) all.push(amount);
			}
		}
		const standings = await grant.settle(all, tells);
		if (standings !== undefined) this.#tell(standings);
		if (failure !== undefined) throw failure;
	}

	#tell(standings: readonly Standing[]): void {
		let from = 0;
		for (const demand of this.#demands) {
			const end = from + demand.takes.length;
			if (end > from) demand.settled?.(standings.slice(from, end));
			from = end;
		}
	}
}

/** What a demand has of a grant. */
class Part implements Grant {
	readonly granted = true;
	readonly standings: readonly Standing[];
	readonly #whole: Grant;
	readonly #from: number;
	readonly #count: number;
	readonly #total: number;

	constructor(whole: Grant, from: number, count: number, total: number) {
		this.standings = whole.standings.slice(from, from + count);
		this.#whole = whole;
		this.#from = from;
		this.#count = count;
		this.#total = total;
	}

	async settle(used: Used, tells?: boolean): Promise<readonly Standing[] | undefined> {
		const all = new Array<number | undefined>(this.#total);
		for (let index = 0; index < this.#count; index++) all[this.#from + index] = used[index];
		const standings = await this.#whole.settle(all, tells);
		return standings?.slice(this.#from, this.#from + this.#count);
	}
}
