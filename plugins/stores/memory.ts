/** Keeps holdings in the memory of one process: exact there, gone with it, unknown to its neighbours. */

import type {Bucket, Grant, Holding, Seats, Shortage, Standing, Store, Sum, Take} from './keys.js';
import {calendarSpan} from './period.js';

/** How a rolling period is cut: what was used is forgotten slot by slot. */
const slotsPerPeriod = 60;
/** Takes between two looks at what can be forgotten. */
const sweepEvery = 4096;

interface BucketState {
	level: number;
	at: number;
	readonly holding: Bucket;
}

interface SumState {
	/** Amounts by the start of their slot; a calendar period is one slot. */
	readonly slots: Map<number, number>;
	used: number;
	start: number;
	end: number;
}

export class MemoryStore implements Store {
	readonly kind = 'memory';
	readonly #now: () => number;
	readonly #buckets = new Map<string, BucketState>();
	readonly #sums = new Map<string, SumState>();
	readonly #seats = new Map<string, number>();
	#takes = 0;

	/** @param now milliseconds since the epoch. */
	constructor(now: () => number = Date.now) {
		this.#now = now;
	}

	take(takes: readonly Take[]): Grant | Shortage {
		const now = this.#now();
		if (++this.#takes % sweepEvery === 0) this.#sweep(now);
		const found = takes.map(({holding, amount}) => this.#standing(holding, amount, now));
		let refused = -1;
		let retryMs = -1;
		for (const [index, {standing, waitMs}] of found.entries()) {
			if (!standing.short || takes[index]?.enforced === false || waitMs <= retryMs) continue;
			refused = index;
			retryMs = waitMs;
		}
		if (refused >= 0) return {granted: false, standings: found.map(({standing}) => standing), refused, retryMs};
		const slots = takes.map(({holding, amount}) => this.#add(holding, amount, now));
		const standings = found.map(({standing}, index) =>
			Object.assign({}, standing, {remaining: standing.remaining - (takes[index]?.amount ?? 0)}),
		);
		let settled = false;
		return {
			granted: true,
			standings,
			settle: used => {
				if (settled) return undefined;
				settled = true;
				const then = this.#now();
				return takes.map(({holding, amount}, index) => {
					const rest = holding.kind === 'seats' ? 0 : (used[index] ?? 0);
					this.#adjust(holding, rest - amount, slots[index] ?? then, then);
					return this.#standing(holding, 0, then).standing;
				});
			},
		};
	}

	look(holdings: readonly Holding[]): readonly Standing[] {
		const now = this.#now();
		return holdings.map(holding => this.#standing(holding, 0, now).standing);
	}

	async close(): Promise<void> {}

	#standing(holding: Holding, amount: number, now: number): {standing: Standing; waitMs: number} {
		switch (holding.kind) {
			case 'bucket':
				return this.#bucketStanding(holding, amount, now);
			case 'sum':
				return this.#sumStanding(holding, amount, now);
			case 'seats':
				return this.#seatsStanding(holding, amount);
		}
	}

	#bucketStanding(holding: Bucket, amount: number, now: number): {standing: Standing; waitMs: number} {
		const {capacity, refillPerSecond} = holding;
		const level = this.#level(holding, now);
		const short = amount > level;
		const standing = {
			limit: capacity,
			remaining: Math.floor(level),
			resetMs: Math.ceil(((capacity - level) / refillPerSecond) * 1000),
			short,
		};
		if (!short) return {standing, waitMs: 0};
		return {standing, waitMs: amount > capacity ? Infinity : Math.ceil(((amount - level) / refillPerSecond) * 1000)};
	}

	#level({key, capacity, refillPerSecond}: Bucket, now: number): number {
		const state = this.#buckets.get(key);
		if (state === undefined) return capacity;
		return Math.min(capacity, state.level + (Math.max(0, now - state.at) * refillPerSecond) / 1000);
	}

	#sumStanding(holding: Sum, amount: number, now: number): {standing: Standing; waitMs: number} {
		const {start, end, used, slots} = this.#sum(holding, now);
		const {limit, period} = holding;
		const short = used + amount > limit;
		const standing = {limit, remaining: limit - used, resetMs: Math.max(0, end - now), short};
		if (!short) return {standing, waitMs: 0};
		if (amount > limit) return {standing, waitMs: Infinity};
		if (period.kind === 'calendar') return {standing, waitMs: end - now};
		let left = used;
		for (const [slot, some] of slots) {
			left -= some;
			if (left + amount <= limit) return {standing, waitMs: slot - start + slotMs(period.seconds)};
		}
		return {standing, waitMs: end - now};
	}

	/** The sum as it is now: what lies before the period is forgotten. For rolling periods `start` is where it begins now. */
	#sum({key, period}: Sum, now: number): SumState {
		let state = this.#sums.get(key);
		if (period.kind === 'calendar') {
			if (state === undefined || now >= state.end) {
				const {start, end} = calendarSpan(now, period.unit, period.zone);
				state = {slots: new Map(), used: 0, start, end};
				this.#sums.set(key, state);
			}
			return state;
		}
		const lengthMs = period.seconds * 1000;
		state ??= {slots: new Map(), used: 0, start: 0, end: 0};
		this.#sums.set(key, state);
		state.start = now - lengthMs;
		for (const [slot, amount] of state.slots) {
			if (slot + slotMs(period.seconds) > state.start) break;
			state.slots.delete(slot);
			state.used -= amount;
		}
		state.end = state.slots.size === 0 ? now : Math.max(...state.slots.keys()) + slotMs(period.seconds) + lengthMs;
		return state;
	}

	#seatsStanding({key, limit}: Seats, amount: number): {standing: Standing; waitMs: number} {
		const taken = this.#seats.get(key) ?? 0;
		const short = taken + amount > limit;
		return {standing: {limit, remaining: limit - taken, resetMs: 0, short}, waitMs: short ? 1000 : 0};
	}

	/** @returns the slot that it was added to, for settling. */
	#add(holding: Holding, amount: number, now: number): number {
		const slot =
			holding.kind === 'sum' && holding.period.kind === 'rolling'
				? now - (now % slotMs(holding.period.seconds))
				: holding.kind === 'sum'
					? this.#sum(holding, now).start
					: now;
		this.#adjust(holding, amount, slot, now);
		return slot;
	}

	#adjust(holding: Holding, amount: number, slot: number, now: number): void {
		const {key} = holding;
		if (holding.kind === 'seats') {
			const taken = (this.#seats.get(key) ?? 0) + amount;
			if (taken > 0) this.#seats.set(key, taken);
			else this.#seats.delete(key);
		} else if (holding.kind === 'bucket') {
			const level = Math.min(holding.capacity, this.#level(holding, now) - amount);
			this.#buckets.set(key, {level, at: now, holding});
		} else {
			const state = this.#sum(holding, now);
			// What was taken in a period that is over is settled with that period.
			if (
				holding.period.kind === 'calendar' ? slot !== state.start : slot + slotMs(holding.period.seconds) <= state.start
			)
				return;
			state.slots.set(slot, (state.slots.get(slot) ?? 0) + amount);
			state.used += amount;
		}
	}

	/** Names of keys and addresses come and go: what stands as it would without having been kept is let go. */
	#sweep(now: number): void {
		for (const [key, {holding}] of this.#buckets)
			if (this.#level(holding, now) >= holding.capacity) this.#buckets.delete(key);
		for (const [key, {end}] of this.#sums) if (now >= end) this.#sums.delete(key);
	}
}

function slotMs(seconds: number): number {
	return Math.ceil((seconds * 1000) / slotsPerPeriod);
}
