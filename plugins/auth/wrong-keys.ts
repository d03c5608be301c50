/** Slows down whoever tries keys: per address, later answers to wrong keys wait. Right keys never come here. */

import {isIPv6} from 'node:net';
import ipaddr from 'ipaddr.js';

/** So many wrong keys within a minute are somebody's old config. */
const freeTries = 10;
const windowMs = 60_000;
const firstDelayMs = 250;
const longestDelayMs = 5000;
/** Who tries from more addresses than this at once pushes the oldest ones out. */
const mostAddresses = 10_000;
/** An answer that waits holds a connection; there are only so many of them. */
const mostWaiting = 500;
const mostWaitingPerAddress = 10;

interface Tries {
	count: number;
	since: number;
	waiting: number;
}

/** What time is it, and how to let it pass; tests bring their own. */
export interface Clock {
	/** Milliseconds that only grow. */
	now(): number;
	/** Resolves after so many milliseconds, or when the signal aborts. */
	wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export class WrongKeys {
	readonly #clock: Clock;
	/** The address that was heard of last stands last. */
	readonly #addresses = new Map<string, Tries>();
	#waiting = 0;
	#count = 0;
	#slowed = 0;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Wrong keys so far. */
	get count(): number {
		return this.#count;
	}

	/** Those of them whose answer was slowed. */
	get slowed(): number {
		return this.#slowed;
	}

	/**
	 * Notes a wrong key, and tells how long its answer has to wait.
	 * @returns milliseconds; 0 for the first ones of a minute.
	 */
	note(address: string): number {
		this.#count++;
		const tries = this.#triesOf(subnetOf(address));
		tries.count++;
		if (tries.count <= freeTries) return 0;
		this.#slowed++;
		return Math.min(firstDelayMs * 2 ** Math.min(tries.count - freeTries - 1, 16), longestDelayMs);
	}

	/** Waits before a wrong key is answered; not at all when too many answers wait already: the refusal is the same. */
	async wait(address: string, delayMs: number, signal: AbortSignal): Promise<void> {
		const tries = this.#addresses.get(subnetOf(address));
		if (tries === undefined || this.#waiting >= mostWaiting || tries.waiting >= mostWaitingPerAddress) return;
		this.#waiting++;
		tries.waiting++;
		try {
			await this.#clock.wait(delayMs, signal);
		} finally {
			this.#waiting--;
			tries.waiting--;
		}
	}

	#triesOf(subnet: string): Tries {
		const now = this.#clock.now();
		const known = this.#addresses.get(subnet);
		const tries = known === undefined ? {count: 0, since: now, waiting: 0} : known;
		if (now - tries.since >= windowMs) {
			tries.count = 0;
			tries.since = now;
		}
		this.#addresses.delete(subnet);
		this.#addresses.set(subnet, tries);
		if (this.#addresses.size > mostAddresses) {
			const [oldest] = this.#addresses.keys();
			this.#addresses.delete(oldest as string);
		}
		return tries;
	}
}

/** Somebody with IPv6 has at least a /64 of addresses: they count as one. */
function subnetOf(address: string): string {
	if (!isIPv6(address)) return address;
	const parsed = ipaddr.parse(address);
	if (!(parsed instanceof ipaddr.IPv6)) return address;
	if (parsed.isIPv4MappedAddress()) return parsed.toIPv4Address().toString();
	return parsed.parts.slice(0, 4).join(':');
}
