/** The keys that have been revoked lately, in the memory of one process. */

import {mostRevoked, revokedSeconds} from './keys.js';

const longestName = 512;

/** @throws {TypeError} for a name that not every store could keep as it is: a mistake of the plugin that revokes. */
export function checkNames(names: readonly string[]): void {
	for (const [index, name] of names.entries())
		if (name.length > longestName || !/^[!-~]+$/.test(name)) throw new TypeError(`name ${index} is no name of a key`);
}

export class RevokedKeys {
	/** When each was revoked, in this order. */
	readonly #at = new Map<string, number>();

	add(names: readonly string[], now: number): void {
		for (const name of names) {
			this.#at.delete(name);
			this.#at.set(name, now);
		}
		for (const [name, at] of this.#at) {
			if (this.#at.size <= mostRevoked && now < at + revokedSeconds * 1000) return;
			this.#at.delete(name);
		}
	}

	within(ms: number, now: number): readonly string[] {
		const from = now - Math.min(ms, revokedSeconds * 1000);
		return [...this.#at].filter(([, at]) => at >= from).map(([name]) => name);
	}
}
