/** The keys that the gateway knows, by their hashes: the keys themselves are not kept. */

import {hash, timingSafeEqual} from 'node:crypto';
import type {Caller} from '../../core/index.js';
import {longestKey} from './options.js';

/** What a key leads to. */
export interface HeldKey {
	readonly caller: Caller;
	/** Milliseconds since the epoch; Infinity for a key that stays. */
	readonly expiresAt: number;
}

/** The SHA-256 of a key, in hexadecimal. Keys are long and random, so there is nothing for a slow hash to make harder. */
export function digestOf(key: string): string {
	return hash('sha256', key, 'hex');
}

export class KeyRing {
	readonly #held = new Map<string, HeldKey & {readonly digest: Buffer}>();
	/** Name of a caller → how many keys it has. */
	readonly #names = new Map<string, number>();

	/** @param digest as {@link digestOf} makes it. */
	add(digest: string, key: HeldKey): void {
		this.remove(digest);
		this.#names.set(key.caller.name, (this.#names.get(key.caller.name) ?? 0) + 1);
		this.#held.set(digest, {caller: key.caller, expiresAt: key.expiresAt, digest: Buffer.from(digest, 'latin1')});
	}

	/** @param digest as {@link digestOf} makes it; one that is not held is no matter. */
	remove(digest: string): void {
		const held = this.#held.get(digest);
		if (held === undefined) return;
		this.#held.delete(digest);
		const {name} = held.caller;
		const left = (this.#names.get(name) ?? 1) - 1;
		if (left === 0) this.#names.delete(name);
		else this.#names.set(name, left);
	}

	/** Whether a caller of this name has a key. */
	hasName(name: string): boolean {
		return this.#names.has(name);
	}

	/**
	 * Looks a key up that somebody shows.
	 *
	 * How long that takes says nothing of the keys held. The shown key is never compared with anything, only its digest
	 * is, and who does not know a held key cannot choose a key whose digest begins as a held one does: a lookup that stops
	 * at the first difference tells about digests that nobody can steer. The last word is a comparison that does not stop.
	 */
	find(key: string): HeldKey | undefined {
		if (key.length > longestKey) return undefined;
		const digest = digestOf(key);
		const held = this.#held.get(digest);
		return held !== undefined && timingSafeEqual(held.digest, Buffer.from(digest, 'latin1')) ? held : undefined;
	}
}
