/**
 * What limits, budgets and revoked keys are kept in, wherever that is: one process's memory, Redis or Postgres. A call takes from
 * several holdings at once, all or nothing; what it takes is an estimate, and is settled by what it really used.
 */

import {type ClosedExchange, type Key, key, type RoutedExchange, type Secret} from '../../core/index.js';

/** A token bucket: it holds up to `capacity` and gets `refillPerSecond` back until it is full. May be overdrawn by settling. */
export interface Bucket {
	readonly kind: 'bucket';
	/** Names the bucket; the same in every replica. Up to 512 characters, as for the other holdings. */
	readonly key: string;
	/** A whole number. */
	readonly capacity: number;
	/** May be a fraction; at 0 nothing comes back. */
	readonly refillPerSecond: number;
}

/**
 * A sum over a period, which must not pass a limit. Each period has a sum of its own: a key may be used with several.
 * A rolling period is cut in 60: what was taken counts for its length, and up to a 60th longer.
 */
export interface Sum {
	readonly kind: 'sum';
	readonly key: string;
	readonly limit: number;
	readonly period: Period;
}

/** Places for calls that are under way; a place whose process died is free again after `seatSeconds`. */
export interface Seats {
	readonly kind: 'seats';
	readonly key: string;
	readonly limit: number;
}

export type Holding = Bucket | Sum | Seats;

/** A calendar period in a time zone (IANA name), or the time that ends now. */
export type Period =
	| {readonly kind: 'calendar'; readonly unit: 'hour' | 'day' | 'week' | 'month'; readonly zone: string}
	| {readonly kind: 'rolling'; readonly seconds: number};

/** What a call takes from one holding. */
export interface Take {
	readonly holding: Holding;
	/** A whole number, 0 or more: requests, tokens, billionths of a dollar; 0 or 1 for seats. */
	readonly amount: number;
	/** False: taken even when there is not enough, and told as short; for soft limits and for trying limits out. */
	readonly enforced: boolean;
}

/** How a holding stands. */
export interface Standing {
	readonly limit: number;
	/** What is left, as a whole number; below 0 when it is overdrawn. */
	readonly remaining: number;
	/**
	 * Milliseconds until it is as it was at first: the bucket full, the period over, all forgotten of a rolling one. 0 for
	 * seats, which nobody can foretell; Infinity for a bucket that gets nothing back.
	 */
	readonly resetMs: number;
	/** There was not enough for the take; in a look, and after settling: it is overdrawn. */
	readonly short: boolean;
}

/** Of every take, in order, what was really used of it; `undefined`: it is still being used. */
export type Used = readonly (number | undefined)[];

/** All was taken. `settle` is called as a method of it. */
export interface Grant {
	readonly granted: true;
	/** Of every take, in order, after it; empty when nobody knows, because the store is away and `degraded` is `allow`. */
	readonly standings: readonly Standing[];
	/**
	 * Says what the call really used of each holding, in order: the difference is given back or taken, seats are free.
	 * Zeros give everything back. What was taken in a period that is over changes nothing any more. Each holding is settled
	 * once: what is said of it later does nothing. To be called until all are. Never rejects.
	 * @param used `undefined` for a holding that the call goes on using: it is settled later.
	 * @param tells false when nobody wants to know how the holdings stand then: a store may save itself the trouble. True unless said.
	 * @returns how the holdings stand then; `undefined` when the store could not be told in time (it is told later), when
	 * there was nothing left to settle, and for a store that need not tell.
	 */
	settle(used: Used, tells?: boolean): Standing[] | undefined | Promise<readonly Standing[] | undefined>;
}

/** Nothing was taken. */
export interface Shortage {
	readonly granted: false;
	readonly standings: readonly Standing[];
	/** Index of the enforced take that must wait longest. */
	readonly refused: number;
	/** Milliseconds until there is enough for it; Infinity when there never is: it asks for more than the holding can hold. */
	readonly retryMs: number;
}

/**
 * What one plugin takes for a call together with others that take from the same store: all of it or nothing, in one round trip. The members are
 * used in the order in which they stand here; all but `takes` only while there are some.
 */
export interface Demand {
	/** What is to be taken, each of a holding that no other demand names. It stays as it is but for {@link refused}. */
	readonly takes: readonly Take[];
	/**
	 * One of `takes` is what the call would have to wait for longest. Has others from now on, and all is tried anew.
	 * @throws what the client is told, when there is nothing else to try.
	 */
	refused(shortage: Shortage): void;
	/** The store cannot be asked and `degraded` is `refuse`. @throws what the client is told; else the call goes on with nothing taken. */
	unavailable(error: StoreUnavailable): void;
	/** @param grant of `takes`. What of it is not settled before is settled at the end of the call. */
	granted(grant: Grant): void;
	/** What the call, which is over, has really used: see {@link Grant.settle}. */
	used(closed: ClosedExchange): Used;
	/** How the holdings stand then. Left out by who does not want to know; not called when the store could not be told in time. */
	settled?(standings: readonly Standing[]): void;
}

/** Keeps holdings. It belongs to the plugin `stores`, which lets its connections go. */
export interface Store {
	/** For people: `memory`, `redis`, `postgres`. */
	readonly kind: string;
	/** Whether answers have to be waited for. */
	readonly waits: boolean;
	/**
	 * Takes from every holding, or from none when an enforced one has not enough. In one round trip.
	 * @param takes no holding twice.
	 * @throws {StoreUnavailable} when the store cannot be asked and `degraded` is `refuse`.
	 * @throws {TypeError} for a take that cannot be: a fraction, a holding that is named twice.
	 */
	take(takes: readonly Take[]): Grant | Shortage | Promise<Grant | Shortage>;
	/** How holdings stand, with nothing taken; untouched while the store is away and `degraded` is `allow`. @throws as {@link take}. */
	look(holdings: readonly Holding[]): readonly Standing[] | Promise<readonly Standing[]>;
	/**
	 * Tells all processes of this store that keys may not be used any more: they hear of it when they ask. Each is remembered for
	 * {@link revokedSeconds}, and {@link mostRevoked} of them. Not for a call's path; `degraded` has nothing to do with it.
	 * @param names of the keys, which are not the keys; of up to 512 visible ASCII characters.
	 * @throws {StoreUnavailable} when the store cannot be told. @throws {TypeError} for a name that cannot be.
	 */
	revoke(names: readonly string[]): void | Promise<void>;
	/**
	 * Which keys have been revoked, in no order. Not for a call's path.
	 * @param withinMs so far back, by the clock of the store.
	 * @throws {StoreUnavailable} when the store cannot be asked.
	 */
	revoked(withinMs: number): readonly string[] | Promise<readonly string[]>;
}

/** So long a store remembers that a key was revoked. */
export const revokedSeconds = 24 * 3600;
/** A store remembers no more revoked keys than these: the last ones. */
export const mostRevoked = 10_000;

/** What is done while a store cannot be asked: count in this process alone, let everything through, or refuse. */
export type Degraded = 'local' | 'allow' | 'refuse';

/** A store cannot be asked: it is away, slower than its deadline, or was so until a moment ago. Holds no credential. */
export class StoreUnavailable extends Error {
	override readonly name = 'StoreUnavailable';
}

/** How a plugin wants its store. */
export interface StoreOptions {
	/** A call waits this long for the store, in milliseconds. 50 unless said. */
	readonly deadlineMs?: number;
	readonly degraded: Degraded;
}

/** Opens stores; plugins that name the same one share its connections and what is known of its health. */
export interface Stores {
	/**
	 * To be called in `apply`.
	 * @param url `redis://…`, `rediss://…`, `postgres://…` or the keywords of libpq (`host=… user=…`); absent: the memory of this process.
	 * @throws {ConfigError} for any other; never quotes it.
	 */
	open(url: string | Secret | undefined, options: StoreOptions): Store;
	/**
	 * To be called in a tap of `admit`, not a late one. A store that has to be waited for is asked at the end of `admit`,
	 * once for all that was demanded for the call, and told once when the call is over. Of one that answers at once it is taken now.
	 * @param store that was opened here. Those that were opened with the same URL and options are one.
	 * @throws what the client is told; {Error} when a store that has to be waited for was asked already.
	 */
	takeTogether(exchange: RoutedExchange, store: Store, demand: Demand): void;
}

export const stores: Key<Stores> = key('stores.stores');

/** A seat that is neither given back nor renewed for so long is free again. */
export const seatSeconds = 30;
