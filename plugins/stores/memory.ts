/** Keeps holdings in the memory of one process: exact there, gone with it, unknown to its neighbours. */

import {PartGrant, type Settled} from './grants.js';
import type {Grant, Holding, Shortage, Standing, Store, Take, Used} from './keys.js';
import {type Kept, keep} from './memory-holdings.js';
import {Calendar} from './period.js';
import {checkNames, RevokedKeys} from './revoked-keys.js';
import {shortageOf} from './standing.js';
import {checkTakes, storageKey, usedAmount} from './takes.js';

export class MemoryStore implements Store {
	readonly kind = 'memory';
	readonly waits = false;
	readonly #now: () => number;
	readonly #calendar = new Calendar();
	readonly #kept = new Map<string, Kept>();
	/** Where it was found last: most calls take from holdings that were taken from before. */
	readonly #found = new WeakMap<Holding, Kept>();
	readonly #revoked = new RevokedKeys();
	#sweeping: Iterator<string>;
	/** Holdings that were added since it was swept last. */
	#added = 0;

	/** @param now milliseconds since the epoch. */
	constructor(now: () => number = Date.now) {
		this.#now = now;
		this.#sweeping = this.#kept.keys();
	}

	/** How many holdings are kept. */
	get size(): number {
		return this.#kept.size;
	}

	take(takes: readonly Take[]): Grant | Shortage {
		checkTakes(takes);
		const now = this.#now();
		this.#sweep(now);
		const found = new Array<Kept>(takes.length);
		for (let index = 0; index < takes.length; index++) {
			const {holding, amount, enforced} = takes[index] as Take;
			const one = this.#find(holding);
			if (enforced && one.isShort(holding, amount, now)) return this.#refuse(takes, now);
			found[index] = one;
		}
		let slots: number[] | undefined;
		const standings = new Array<Standing>(takes.length);
		for (let index = 0; index < takes.length; index++) {
			const {holding, amount, enforced} = takes[index] as Take;
			const one = found[index] as Kept;
			const short = !enforced && one.isShort(holding, amount, now);
			const slot = one.take(holding, amount, now);
			if (slot !== 0) {
				slots ??= new Array<number>(takes.length).fill(0);
				slots[index] = slot;
			}
			standings[index] = one.standing(holding, short, now);
		}
		return new MemoryGrant(this, takes, standings, found, slots);
	}

	look(holdings: readonly Holding[]): readonly Standing[] {
		const now = this.#now();
		return holdings.map(holding => this.#standing(holding, now));
	}

	revoke(names: readonly string[]): void {
		checkNames(names);
		this.#revoked.add(names, this.#now());
	}

	revoked(withinMs: number): readonly string[] {
		return this.#revoked.within(withinMs, this.#now());
	}

	/** For its grants: each part once. @param used `undefined` for what is not settled now. */
	settle({takes, found, slots}: MemoryGrant, used: Used, tells: boolean): Standing[] | undefined {
		const now = this.#now();
		for (let index = 0; index < takes.length; index++) {
			const {holding, amount} = takes[index] as Take;
			const told = used[index];
			if (told === undefined) continue;
			const rest = holding.kind === 'seats' ? 0 : usedAmount(told);
			const one = found[index] as Kept;
			(one.letGo ? this.#find(holding) : one).settle(holding, rest - amount, slots?.[index] ?? 0, now);
		}
		return tells ? this.#standings(takes, now) : undefined;
	}

	#refuse(takes: readonly Take[], now: number): Shortage {
		return shortageOf(
			takes,
			takes.map(({holding, amount}) => this.#find(holding).figures(holding, amount, now)),
		);
	}

	#standings(takes: readonly Take[], now: number): Standing[] {
		return takes.map(({holding}) => this.#standing(holding, now));
	}

	#standing(holding: Holding, now: number): Standing {
		const one = this.#find(holding);
		return one.standing(holding, one.isShort(holding, 0, now), now);
	}

	#find(holding: Holding): Kept {
		const found = this.#found.get(holding);
		if (found !== undefined && !found.letGo) return found;
		const key = storageKey(holding);
		let one = this.#kept.get(key);
		if (one === undefined) {
			one = keep(holding, this.#calendar);
			this.#kept.set(key, one);
			this.#added++;
		}
		this.#found.set(holding, one);
		return one;
	}

	/**
	 * Names of callers and addresses come and go: what stands as if it had never been used is let go. Always one more is
	 * looked at than was added since, so that no call waits while all of them are.
	 */
	#sweep(now: number): void {
		for (; this.#added >= 0; this.#added--) {
			const {done, value} = this.#sweeping.next();
			if (done === true) {
				this.#sweeping = this.#kept.keys();
				break;
			}
			const one = this.#kept.get(value);
			if (one?.isAsNew(now) !== true) continue;
			one.letGo = true;
			this.#kept.delete(value);
		}
		this.#added = 0;
	}
}

/** Remembers where it was taken from, which is found sooner so than by its name. */
class MemoryGrant extends PartGrant {
	readonly found: readonly Kept[];
	/** Of sums; absent where all are 0. */
	readonly slots: readonly number[] | undefined;
	readonly #store: MemoryStore;

	constructor(
		store: MemoryStore,
		takes: readonly Take[],
		standings: readonly Standing[],
		found: readonly Kept[],
		slots: readonly number[] | undefined,
	) {
		super(takes, standings);
		this.#store = store;
		this.found = found;
		this.slots = slots;
	}

	protected tell(_all: Used, fresh: Used, tells: boolean): Settled {
		return this.#store.settle(this, fresh, tells);
	}
}
