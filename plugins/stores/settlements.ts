/** Settlements that a store could not be told: kept, within bounds, and told when it can be asked again. */

import type {Take, Used} from './keys.js';
import type {Link} from './link.js';

/** What a call really used of what it took. Telling it twice does no harm. */
export interface Settlement {
	readonly grant: string;
	readonly takes: readonly Take[];
	/** `undefined`: the amounts of the takes, which have not been taken yet. */
	readonly used: Used | undefined;
}

/** More are not kept: some megabytes. */
const mostKept = 10_000;
/** One that a store answers with an error so often is given up. */
const mostTries = 10;
const againMs = 1000;
const atOnce = 32;
/** Nobody waits for these. */
const deadlineMs = 1000;

export class Settlements {
	readonly #link: Link;
	readonly #kept: {readonly settlement: Settlement; tries: number}[] = [];
	#dropped = 0;
	#telling: Promise<void> | undefined;
	#timer: NodeJS.Timeout | undefined;

	constructor(link: Link) {
		this.#link = link;
		link.whenBack(() => void this.tell());
	}

	get size(): number {
		return this.#kept.length;
	}

	/** Settlements that the store will never be told. */
	get dropped(): number {
		return this.#dropped;
	}

	/** Keeps one; the oldest goes when there are too many. */
	add(settlement: Settlement): void {
		this.#keep({settlement, tries: 0});
	}

	/** Counts one that could not even be kept. */
	drop(): void {
		this.#dropped++;
	}

	/** Tells what is kept, as long as the store can be asked. Never rejects. */
	tell(): Promise<void> {
		this.#telling ??= this.#tellAll().finally(() => {
			this.#telling = undefined;
			if (this.#kept.length > 0) this.#later();
		});
		return this.#telling;
	}

	/** Makes a last attempt. @returns how many are lost. */
	async close(): Promise<number> {
		await this.tell();
		clearTimeout(this.#timer);
		return this.#kept.length;
	}

	#keep(entry: {readonly settlement: Settlement; tries: number}): void {
		if (this.#kept.length >= mostKept) {
			this.#kept.shift();
			this.#dropped++;
		}
		this.#kept.push(entry);
		this.#later();
	}

	#later(): void {
		if (this.#timer !== undefined || this.#link.isAway) return;
		this.#timer = setTimeout(() => {
			this.#timer = undefined;
			void this.tell();
		}, againMs).unref();
	}

	/** Each is tried once: what fails goes to the end and is tried again later. */
	async #tellAll(): Promise<void> {
		for (let left = this.#kept.length; left > 0 && !this.#link.isAway; left -= atOnce) {
			await Promise.all(
				this.#kept.splice(0, Math.min(left, atOnce)).map(async entry => {
					const {grant, takes, used} = entry.settlement;
					try {
						await this.#link.ask<unknown>(deadlineMs, backend =>
							// A grant is taken once: a second time it is void.
							used === undefined ? backend.take(grant, takes) : backend.settle(grant, takes, used),
						);
					} catch {
						if (++entry.tries < mostTries) this.#keep(entry);
						else this.#dropped++;
					}
				}),
			);
		}
	}
}
