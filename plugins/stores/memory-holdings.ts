/** What the memory store keeps of one holding, by kind. */

import type {Bucket, Holding, Seats, Standing, Sum} from './keys.js';
import type {Calendar} from './period.js';
import {RollingSum} from './rolling-sum.js';
import {type Figures, nothingUsed, standingOf, tolerance} from './standing.js';

/** The state of one holding. The holding itself is given each time: its limit may have another value than before. */
export interface Kept {
	/** The store has let it go; another one may stand in its place. */
	letGo: boolean;
	/** Tells whether there is not enough for an amount. */
	isShort(holding: Holding, amount: number, now: number): boolean;
	/** How it stands, with what is known of whether there was enough. */
	standing(holding: Holding, short: boolean, now: number): Standing;
	/** What a refusal says of it: how it stands, and when there is enough for an amount. */
	figures(holding: Holding, amount: number, now: number): Figures;
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
	letGo = false;
	#holding: Bucket;
	#level: number;
	#at = -Infinity;

	constructor(holding: Bucket) {
		this.#holding = holding;
		this.#level = holding.capacity;
	}

	isShort(holding: Bucket, amount: number, now: number): boolean {
		return amount > this.#now(holding, now) + tolerance;
	}

	standing(holding: Bucket, short: boolean, now: number): Standing {
		return standingOf(holding, this.#now(holding, now), 0, short);
	}

	figures(holding: Bucket, amount: number, now: number): Figures {
		return {short: this.isShort(holding, amount, now), value: this.#now(holding, now), resetMs: 0, waitMs: 0};
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
	letGo = false;
	#taken = 0;

	isShort({limit}: Seats, amount: number): boolean {
		return this.#taken + amount > limit;
	}

	standing(holding: Seats, short: boolean): Standing {
		return standingOf(holding, this.#taken, 0, short);
	}

	figures(holding: Seats, amount: number): Figures {
		return {short: this.isShort(holding, amount), value: this.#taken, resetMs: 0, waitMs: 0};
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
	letGo = false;
	readonly #calendar: Calendar;
	#used = nothingUsed;
	#start = -Infinity;
	#end = -Infinity;

	constructor(calendar: Calendar) {
		this.#calendar = calendar;
	}

	isShort(holding: Sum, amount: number, now: number): boolean {
		this.#turn(holding, now);
		return this.#used + amount > holding.limit;
	}

	standing(holding: Sum, short: boolean, now: number): Standing {
		this.#turn(holding, now);
		return standingOf(holding, this.#used, this.#end - now, short);
	}

	figures(holding: Sum, amount: number, now: number): Figures {
		const short = this.isShort(holding, amount, now);
		const left = this.#end - now;
		return {short, value: this.#used, resetMs: left, waitMs: left};
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
		this.#used = nothingUsed;
		this.#start = start;
		this.#end = end;
	}
}
