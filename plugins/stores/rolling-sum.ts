/** A sum over the time that ends now, in the memory of one process: cut in slots, which are forgotten one by one. */

import type {Standing, Sum} from './keys.js';
import type {Kept} from './memory-holdings.js';
import {type Figures, nothingUsed, standingOf} from './standing.js';

/** How a rolling period is cut. */
const slotsPerPeriod = 60;

/** The length of a slot in milliseconds. */
export function slotLength(seconds: number): number {
	return Math.ceil((seconds * 1000) / slotsPerPeriod);
}

export class RollingSum implements Kept {
	letGo = false;
	readonly #slotMs: number;
	/** A slot counts so long after its beginning. */
	readonly #countsMs: number;
	/** Amounts by the beginning of their slot, oldest first. */
	readonly #slots = new Map<number, number>();
	#used = nothingUsed;
	#newest = -Infinity;

	constructor(seconds: number) {
		this.#slotMs = slotLength(seconds);
		this.#countsMs = seconds * 1000 + this.#slotMs;
	}

	isShort({limit}: Sum, amount: number, now: number): boolean {
		this.#forget(now);
		return this.#used + amount > limit;
	}

	standing(holding: Sum, short: boolean, now: number): Standing {
		this.#forget(now);
		return standingOf(holding, this.#used, this.#resetMs(now), short);
	}

	figures(holding: Sum, amount: number, now: number): Figures {
		const short = this.isShort(holding, amount, now);
		return {
			short,
			value: this.#used,
			resetMs: this.#resetMs(now),
			waitMs: short ? this.#wait(holding.limit - amount, now) : 0,
		};
	}

	take(_holding: Sum, amount: number, now: number): number {
		// A clock that was set back goes on in the newest slot, so that they stay in order.
		const slot = Math.max(this.#newest, now - (now % this.#slotMs));
		if (amount > 0) this.#add(slot, amount);
		return slot;
	}

	settle(_holding: Sum, difference: number, slot: number, now: number): void {
		this.#forget(now);
		if (slot + this.#countsMs > now && difference !== 0) this.#add(slot, difference);
	}

	isAsNew(now: number): boolean {
		this.#forget(now);
		return this.#slots.size === 0;
	}

	#add(slot: number, amount: number): void {
		const sum = (this.#slots.get(slot) ?? 0) + amount;
		this.#used += amount;
		const inOrder = slot >= this.#newest || this.#slots.has(slot);
		if (sum === 0) this.#slots.delete(slot);
		else this.#slots.set(slot, sum);
		if (!inOrder) this.#sort();
		this.#newest = sum === 0 ? last(this.#slots) : Math.max(this.#newest, slot);
	}

	/** Needed when a call used something in a slot that had been given back as a whole. */
	#sort(): void {
		const sorted = [...this.#slots].sort(([one], [other]) => one - other);
		this.#slots.clear();
		for (const [slot, amount] of sorted) this.#slots.set(slot, amount);
	}

	#forget(now: number): void {
		for (const [slot, amount] of this.#slots) {
			if (slot + this.#countsMs > now) return;
			this.#slots.delete(slot);
			this.#used -= amount;
		}
		this.#newest = -Infinity;
	}

	/** Milliseconds until nothing counts. */
	#resetMs(now: number): number {
		return this.#slots.size === 0 ? 0 : this.#newest + this.#countsMs - now;
	}

	/** Milliseconds until no more than `most` counts. */
	#wait(most: number, now: number): number {
		let left = this.#used;
		for (const [slot, amount] of this.#slots) {
			left -= amount;
			if (left <= most) return slot + this.#countsMs - now;
		}
		return 0;
	}
}

function last(slots: ReadonlyMap<number, number>): number {
	let newest = -Infinity;
	for (const slot of slots.keys()) newest = slot;
	return newest;
}
