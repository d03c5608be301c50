/** What a store must do, in the most simple-minded way: everything that ever happened is kept, and counted anew each time. */

import type {Holding, Standing, Take, Used} from '../../../plugins/stores/keys.js';

interface Entry {
	readonly key: string;
	amount: number;
	/** When it was taken; for rolling sums the beginning of its slot. */
	readonly at: number;
	settled?: boolean;
}

export interface Verdict {
	readonly granted: boolean;
	readonly standings: readonly Standing[];
	readonly refused?: number;
	readonly retryMs?: number;
}

const hourMs = 3_600_000;

/** Periods are hours of UTC and rolling ones. Holdings of the same kind have different keys. */
export class Reference {
	now: number;
	readonly #entries: Entry[] = [];
	readonly #levels = new Map<string, {level: number; at: number}>();

	constructor(now: number) {
		this.now = now;
	}

	take(takes: readonly Take[]): Verdict & {readonly entries: readonly Entry[]} {
		const short = takes.map(({holding, amount}) => this.#lacks(holding, amount));
		const waits = takes.map(({holding, amount, enforced}, index) =>
			enforced && short[index] === true ? this.#wait(holding, amount) : -1,
		);
		const retryMs = Math.max(-1, ...waits);
		if (retryMs >= 0) {
			const standings = takes.map(({holding}, index) => this.#standing(holding, short[index] === true));
			return {granted: false, standings, refused: waits.indexOf(retryMs), retryMs, entries: []};
		}
		const entries = takes.map(({holding, amount}) => this.#add(holding, amount));
		const standings = takes.map(({holding}, index) => this.#standing(holding, short[index] === true));
		return {granted: true, standings, entries};
	}

	settle(takes: readonly Take[], entries: readonly Entry[], used: Used): readonly Standing[] {
		for (const [index, entry] of entries.entries()) {
			const {holding} = takes[index] as Take;
			const told = used[index];
			if (told === undefined || entry.settled === true) continue;
			entry.settled = true;
			const rest = holding.kind === 'seats' ? 0 : told;
			if (holding.kind === 'bucket') this.#fill(holding, entry.amount - rest);
			entry.amount = rest;
		}
		return this.look(takes.map(({holding}) => holding));
	}

	look(holdings: readonly Holding[]): readonly Standing[] {
		return holdings.map(holding => this.#standing(holding, this.#lacks(holding, 0)));
	}

	#standing(holding: Holding, short: boolean): Standing {
		if (holding.kind === 'bucket') {
			const level = this.#level(holding);
			const missing = holding.capacity - level;
			return {
				limit: holding.capacity,
				remaining: Math.floor(level + 1e-6),
				resetMs: missing <= 0 ? 0 : Math.ceil((missing / holding.refillPerSecond) * 1000),
				short,
			};
		}
		return {
			limit: holding.limit,
			remaining: holding.limit - this.#used(holding, this.now),
			resetMs: this.#reset(holding),
			short,
		};
	}

	#lacks(holding: Holding, amount: number): boolean {
		if (holding.kind === 'bucket') return amount > this.#level(holding) + 1e-6;
		return this.#used(holding, this.now) + amount > holding.limit;
	}

	#wait(holding: Holding, amount: number): number {
		if (amount > (holding.kind === 'bucket' ? holding.capacity : holding.limit)) return Infinity;
		if (holding.kind === 'bucket') return Math.ceil(((amount - this.#level(holding)) / holding.refillPerSecond) * 1000);
		if (holding.kind === 'seats') return 1000;
		if (holding.period.kind === 'calendar') return hourMs - (this.now % hourMs);
		const ends = this.#counting(holding, this.now).map(({at}) => at + this.#length(holding) - this.now);
		return Math.min(...ends.filter(wait => this.#used(holding, this.now + wait) + amount <= holding.limit));
	}

	#reset(holding: Holding): number {
		if (holding.kind !== 'sum') return 0;
		if (holding.period.kind === 'calendar') return hourMs - (this.now % hourMs);
		const sums = new Map<number, number>();
		for (const {at, amount} of this.#counting(holding, this.now)) sums.set(at, (sums.get(at) ?? 0) + amount);
		const ends = [...sums].filter(([, amount]) => amount > 0).map(([at]) => at + this.#length(holding) - this.now);
		return Math.max(0, ...ends);
	}

	#used(holding: Holding, now: number): number {
		return this.#counting(holding, now).reduce((sum, {amount}) => sum + amount, 0);
	}

	#counting(holding: Holding, now: number): readonly Entry[] {
		const entries = this.#entries.filter(({key}) => key === nameOf(holding));
		if (holding.kind !== 'sum') return entries;
		if (holding.period.kind === 'calendar')
			return entries.filter(({at}) => Math.floor(at / hourMs) === Math.floor(now / hourMs));
		return entries.filter(({at}) => at + this.#length(holding) > now);
	}

	#length(holding: Holding): number {
		const seconds = holding.kind === 'sum' && holding.period.kind === 'rolling' ? holding.period.seconds : 0;
		return seconds * 1000 + Math.ceil((seconds * 1000) / 60);
	}

	#add(holding: Holding, amount: number): Entry {
		if (holding.kind === 'bucket') this.#fill(holding, -amount);
		const slot =
			holding.kind === 'sum' && holding.period.kind === 'rolling' ? Math.ceil((holding.period.seconds * 1000) / 60) : 1;
		const entry = {key: nameOf(holding), amount, at: this.now - (this.now % slot)};
		this.#entries.push(entry);
		return entry;
	}

	#level(holding: Holding & {readonly kind: 'bucket'}): number {
		const {level, at} = this.#levels.get(holding.key) ?? {level: holding.capacity, at: this.now};
		return Math.min(holding.capacity, level + ((this.now - at) * holding.refillPerSecond) / 1000);
	}

	#fill(holding: Holding & {readonly kind: 'bucket'}, amount: number): void {
		const level = Math.min(holding.capacity, this.#level(holding) + amount);
		this.#levels.set(holding.key, {level, at: this.now});
	}
}

function nameOf(holding: Holding): string {
	return `${holding.kind} ${holding.key}`;
}
