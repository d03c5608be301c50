/** What calls used of sums without their store: charged when it is back, so that an outage makes no budget larger. */

import type {Sum, Take, Used} from './keys.js';
import type {Link} from './link.js';
import {Calendar} from './period.js';
import type {Settlements} from './settlements.js';
import {storageKey, usedAmount} from './takes.js';

/** More sums are not kept. */
const mostKept = 10_000;
const atOnce = 50;

interface Debt {
	readonly holding: Sum;
	/** Milliseconds since the epoch; it counts no longer. */
	readonly until: number;
	amount: number;
}

/** Buckets and seats are not charged: by then they would have filled up, or come free. */
export class Arrears {
	readonly #link: Link;
	readonly #settlements: Settlements;
	readonly #newGrant: () => string;
	readonly #now: () => number;
	readonly #calendar = new Calendar();
	readonly #debts = new Map<string, Debt>();

	constructor(link: Link, settlements: Settlements, newGrant: () => string, now: () => number = Date.now) {
		this.#link = link;
		this.#settlements = settlements;
		this.#newGrant = newGrant;
		this.#now = now;
		link.whenBack(() => this.#charge());
	}

	/** Sums that have not been charged yet. */
	get size(): number {
		return this.#debts.size;
	}

	/** Adds what a call used, or a part of it; calls are summed up, so that an outage of any length takes little room. */
	add(takes: readonly Take[], used: Used): void {
		for (const [index, {holding}] of takes.entries()) {
			const amount = usedAmount(used[index]);
			if (holding.kind === 'sum' && amount > 0) this.#owe(holding, amount);
		}
		if (!this.#link.isAway) this.#charge();
	}

	#owe(holding: Sum, amount: number): void {
		const now = this.#now();
		const key = storageKey(holding);
		const debt = this.#debts.get(key);
		if (debt !== undefined && now < debt.until) {
			debt.amount += amount;
			return;
		}
		if (debt === undefined && this.#debts.size >= mostKept) {
			this.#settlements.drop();
			return;
		}
		this.#debts.set(key, {holding, amount, until: this.#endOf(holding, now)});
	}

	#endOf({period}: Sum, now: number): number {
		return period.kind === 'calendar'
			? this.#calendar.span(now, period.unit, period.zone).end
			: now + period.seconds * 1000;
	}

	#charge(): void {
		const now = this.#now();
		const takes = [...this.#debts.values()]
			.filter(({until}) => now < until)
			.map(({holding, amount}) => ({holding, amount, enforced: false}));
		this.#debts.clear();
		for (let from = 0; from < takes.length; from += atOnce)
			this.#settlements.add({grant: this.#newGrant(), takes: takes.slice(from, from + atOnce), used: undefined});
	}
}
