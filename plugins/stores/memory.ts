/** Keeps holdings in the memory of one process: exact there, gone with it, unknown to its neighbours. */

import {eachOnce} from './each-once.js';
import type {Grant, Holding, Shortage, Standing, Store, Take, Used} from './keys.js';
import {type Kept, keep} from './memory-holdings.js';
import {Calendar} from './period.js';
import {checkNames, RevokedKeys} from './revoked-keys.js';
import {type Figures, shortageOf, standingOf, standingsOf} from './standing.js';
import {checkTakes, storageKey, usedAmount} from './takes.js';

export class MemoryStore implements Store {
	readonly kind = 'memory';
	readonly #now: () => number;
	readonly #calendar = new Calendar();
	readonly #kept = new Map<string, Kept>();
	readonly #revoked = new RevokedKeys();
	#sweeping: Iterator<[string, Kept]>;

	/** @param now milliseconds since the epoch. */
	constructor(now: () => number = Date.now) {
		this.#now = now;
		this.#sweeping = this.#kept.entries();
	}

	/** How many holdings are kept. */
	get size(): number {
		return this.#kept.size;
	}

	take(takes: readonly Take[]): Grant | Shortage {
		checkTakes(takes);
		const now = this.#now();
		this.#sweep(now, takes.length + 1);
		const kept: Kept[] = [];
		const found: Figures[] = [];
		let enough = true;
		for (const {holding, amount, enforced} of takes) {
			const one = this.#find(holding);
			const figures = one.look(holding, amount, now);
			if (figures.short && enforced) enough = false;
			kept.push(one);
			found.push(figures);
		}
		if (!enough) return shortageOf(takes, found);
		const slots: number[] = [];
		const standings: Standing[] = [];
		for (let index = 0; index < takes.length; index++) {
			const {holding, amount} = takes[index] as Take;
			const one = kept[index] as Kept;
			slots.push(one.take(holding, amount, now));
			const {value, resetMs} = one.look(holding, 0, now);
			standings.push(standingOf(holding, {short: (found[index] as Figures).short, value, resetMs, waitMs: 0}));
		}
		return {granted: true, standings, settle: eachOnce(takes, (_all, used) => this.#settle(takes, slots, used))};
	}

	look(holdings: readonly Holding[]): readonly Standing[] {
		const now = this.#now();
		return holdings.map(holding => standingOf(holding, this.#find(holding).look(holding, 0, now)));
	}

	revoke(names: readonly string[]): void {
		checkNames(names);
		this.#revoked.add(names, this.#now());
	}

	revoked(withinMs: number): readonly string[] {
		return this.#revoked.within(withinMs, this.#now());
	}

	#settle(takes: readonly Take[], slots: readonly number[], used: Used): Standing[] {
		const now = this.#now();
		const figures = takes.map(({holding, amount}, index) => {
			const one = this.#find(holding);
			const told = used[index];
			if (told !== undefined) {
				const rest = holding.kind === 'seats' ? 0 : usedAmount(told);
				one.settle(holding, rest - amount, slots[index] as number, now);
			}
			return one.look(holding, 0, now);
		});
		return standingsOf(takes, figures);
	}

	#find(holding: Holding): Kept {
		const key = storageKey(holding);
		let one = this.#kept.get(key);
		if (one === undefined) {
			one = keep(holding, this.#calendar);
			this.#kept.set(key, one);
		}
		return one;
	}

	/**
	 * Names of callers and addresses come and go: what stands as if it had never been used is let go. Always one more is
	 * looked at than can be added, so that no call waits while all of them are.
	 */
	#sweep(now: number, many: number): void {
		for (let count = 0; count < many; count++) {
			const {done, value} = this.#sweeping.next();
			if (done === true) {
				this.#sweeping = this.#kept.entries();
				return;
			}
			if (value[1].isAsNew(now)) this.#kept.delete(value[0]);
		}
	}
}
