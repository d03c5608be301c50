/** What the memory store keeps of one holding, by kind. */

import type {Bucket, Holding, Seats, Sum} from './keys.js';
import type {Calendar} from './period.js';
import {RollingSum} from './rolling-sum.js';
import {type Figures, tolerance} from './standing.js';

/** The state of one holding. The holding itself is given each time: its limit may have another value than before. */
export interface Kept {
	/** How it stands, and whether there is enough for an amount. */
	look(holding: Holding, amount: number, now: number): Figures;
	/** Takes whether or not there is enough. @returns the slot that the amount went to, for `settle`. */
	take(holding: Holding, amount: number, now: number): number;
	/** Corrects what was taken in a slot; does nothing when the slot does not count any more. */
	settle(holding: Holding, difference: number, slot: number, now: number): void;
	/** It stands as one that was never used. */
	isAsNew(now: number): boolean;
}

export function keep(holding: Holding, calendar: Calendar): Kept {
	switch (holding.kind) {
		case 'bucket':
			return new KeptBucket(holding);
		case 'seats':
			return new KeptSeats();
		case 'sum':
			return holding.period.kind === 'rolling' ? new RollingSum(holding.period.seconds) : new CalendarSum(calendar);
	}
}

class KeptBucket implements Kept {
	#holding: Bucket;
	#level: number;
	#at = -Infinity;

	constructor(holding: Bucket) {
		this.#holding = holding;
		this.#level = holding.capacity;
	}

	look(holding: Bucket, amount: number, now: number): Figures {
		const value = this.#now(holding, now);
		return {short: amount > value + tolerance, value, resetMs: 0, waitMs: 0};
	}

	take(holding: Bucket, amount: number, now: number): number {
		this.settle(holding, amount, 0, now);
		return 0;
	}

	settle(holding: Bucket, difference: number, _slot: number, now: number): void {
		this.#level = Math.min(holding.capacity, this.#now(holding, now) - difference);
		// A clock that was set back must not refill the same seconds twice.
		this.#at = Math.max(this.#at, now);
		this.#holding = holding;
	}

	isAsNew(now: number): boolean {
		return this.#now(this.#holding, now) >= this.#holding.capacity;
	}

	#now({capacity, refillPerSecond}: Bucket, now: number): number {
		const passed = this.#at === -Infinity ? 0 : Math.max(0, now - this.#at);
		return Math.min(capacity, this.#level + (passed * refillPerSecond) / 1000);
	}
}

class KeptSeats implements Kept {
	#taken = 0;

	look({limit}: Seats, amount: number): Figures {
		return {short: this.#taken + amount > limit, value: this.#taken, resetMs: 0, waitMs: 0};
	}

	take(_holding: Seats, amount: number): number {
		this.#taken += amount;
		return 0;
	}

	settle(_holding: Seats, difference: number): void {
		this.#taken += difference;
	}

	isAsNew(): boolean {
		return this.#taken === 0;
	}
}

class CalendarSum implements Kept {
	readonly #calendar: Calendar;
	#used = 0;
	#start = 0;
	#end = -Infinity;

	constructor(calendar: Calendar) {
		this.#calendar = calendar;
	}

	look(holding: Sum, amount: number, now: number): Figures {
		this.#turn(holding, now);
		const left = this.#end - now;
		return {short: this.#used + amount > holding.limit, value: this.#used, resetMs: left, waitMs: left};
	}

	take(holding: Sum, amount: number, now: number): number {
		this.#turn(holding, now);
		this.#used += amount;
		return this.#start;
	}

	settle(holding: Sum, difference: number, slot: number, now: number): void {
		this.#turn(holding, now);
		if (slot === this.#start) this.#used += difference;
	}

	isAsNew(now: number): boolean {
		return now >= this.#end || this.#used === 0;
	}

	/** Begins anew when the period is over; a clock that was set back stays in it. */
	#turn({period}: Sum, now: number): void {
		if (now < this.#end || period.kind !== 'calendar') return;
		const {start, end} = this.#calendar.span(now, period.unit, period.zone);
		this.#used = 0;
		this.#start = start;
		this.#end = end;
	}
}
