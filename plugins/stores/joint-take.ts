/** Takes what several plugins demand for a call from one store, in one round trip there and one at the end. */

import type {ClosedExchange, RoutedExchange} from '../../core/index.js';
import {sameAgain, usedOf} from './demand-use.js';
import {
	type Demand,
	type Grant,
	type Shortage,
	type Standing,
	type Store,
	StoreUnavailable,
	type Used,
} from './keys.js';

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

	/** One that fails at hearing of it fails the call, and holds up nobody else. */
	#granted(grant: Grant, count: number): void {
		const failures: unknown[] = [];
		const granted = new Set<Demand>();
		let from = 0;
		for (const demand of this.#demands) {
			const {length} = demand.takes;
			try {
				if (length > 0) demand.granted(length === count ? grant : new Part(grant, from, length, count));
				granted.add(demand);
			} catch (error) {
				failures.push(error);
			}
			from += length;
		}
		this.#exchange.defer(closed => this.#settle(closed, grant, granted));
		if (failures.length > 0) throw failures[0];
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

	async #settle(closed: ClosedExchange, grant: Grant, granted: ReadonlySet<Demand>): Promise<void> {
		const all: (number | undefined)[] = [];
		const failures: unknown[] = [];
		let tells = false;
		for (const demand of this.#demands) {
			if (demand.takes.length === 0) continue;
			tells ||= demand.settled !== undefined;
			const {used, failure} = usedOf(demand, granted.has(demand), closed);
			for (const one of used) all.push(one);
			if (failure !== undefined) failures.push(failure.error);
		}
		const standings = await grant.settle(all, tells);
		if (standings !== undefined) this.#tell(standings, failures);
		if (failures.length > 0) throw failures[0];
	}

	#tell(standings: readonly Standing[], failures: unknown[]): void {
		let from = 0;
		for (const demand of this.#demands) {
			const end = from + demand.takes.length;
			try {
				if (end > from) demand.settled?.(standings.slice(from, end));
			} catch (error) {
				failures.push(error);
			}
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
