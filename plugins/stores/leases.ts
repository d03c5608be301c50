/** Holds the seats of this process's calls: they come free by themselves when it dies, so they are renewed while it lives. */

import type {Lease} from './backend.js';
import {seatSeconds, type Take} from './keys.js';
import type {Link} from './link.js';

const renewEveryMs = (seatSeconds / 3) * 1000;
const atOnce = 500;
/** Nobody waits for these. */
const deadlineMs = 1000;

export class Leases {
	readonly #link: Link;
	readonly #held = new Map<string, readonly Lease[]>();
	readonly #timer: NodeJS.Timeout;

	constructor(link: Link) {
		this.#link = link;
		this.#timer = setInterval(() => void this.renew(), renewEveryMs).unref();
		// Those of an outage may have run out, and their calls go on.
		link.whenBack(() => void this.renew());
	}

	/** Renews those seats of a grant that its takes are of, and no others of it any more. */
	hold(grant: string, takes: readonly Take[]): void {
		const leases = takes
			.filter(({holding, amount}) => holding.kind === 'seats' && amount > 0)
			.map(({holding}) => ({holding, grant}));
		if (leases.length > 0) this.#held.set(grant, leases);
		else this.#held.delete(grant);
	}

	/** Never rejects: what could not be renewed now is renewed the next time, or comes free. */
	async renew(): Promise<void> {
		const leases = [...this.#held.values()].flat();
		for (let from = 0; from < leases.length && !this.#link.isAway; from += atOnce) {
			const some = leases.slice(from, from + atOnce).filter(lease => this.#holds(lease));
			await this.#link.ask(deadlineMs, backend => backend.renew(some)).catch(() => undefined);
		}
	}

	#holds({grant, holding}: Lease): boolean {
		return this.#held.get(grant)?.some(lease => lease.holding === holding) === true;
	}

	close(): void {
		clearInterval(this.#timer);
	}
}
