/** What a store that processes share must be able to do; everything around it is the same for all of them. */

import type {Holding, Take, Used} from './keys.js';
import type {Figures} from './standing.js';

/** What became of takes. */
export interface Answer {
	/**
	 * `refused`: an enforced take was short, nothing was taken. `void`: the grant had been settled before it came to the
	 * store, nothing was taken.
	 */
	readonly outcome: 'granted' | 'refused' | 'void';
	/** Of every take, in order; after it when it was granted. */
	readonly figures: readonly Figures[];
}

/** A seat that is held under the name of its grant. */
export interface Lease {
	readonly holding: Holding;
	readonly grant: string;
}

/** Each asks the store once, reads its clock, and rejects when it cannot be asked. Messages hold no credential. */
export interface Backend {
	/** For people: `redis`, `postgres`. */
	readonly kind: string;
	/** Makes the store ready, as often as it is asked; before that nothing else is. @throws {ConfigError} when it never can be. */
	prepare(): Promise<void>;
	/** @param grant a name that no other take has had. */
	take(grant: string, takes: readonly Take[]): Promise<Answer>;
	/**
	 * Settles each take of a grant once, however often it is told to; those without a number are left for later. A grant that the
	 * store does not know, because its take has not arrived yet, is void from then on.
	 */
	settle(grant: string, takes: readonly Take[], used: Used): Promise<readonly Figures[]>;
	look(holdings: readonly Holding[]): Promise<readonly Figures[]>;
	/** Keeps seats for another {@link seatSeconds}. */
	renew(leases: readonly Lease[]): Promise<void>;
	/** Remembers revoked keys for `revokedSeconds`, the last `mostRevoked` of them. */
	revoke(names: readonly string[]): Promise<void>;
	/** Those that were revoked so recently, by the store's clock. */
	revoked(withinMs: number): Promise<readonly string[]>;
	/** Removes what stands as if it had never been used, where the store does not do so itself. */
	sweep?(): Promise<void>;
	close(): Promise<void>;
}

/** Grants that nobody settles are forgotten after so long: no call and no outage is thought to be longer. */
export const grantSeconds = 24 * 3600;
/** A take is not thought to arrive so long after it was settled. */
export const voidSeconds = 120;
