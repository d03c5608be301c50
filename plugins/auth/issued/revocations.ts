/** Tells the store which issued keys have been revoked, and hears of it from there: their database may be away meanwhile. */

import {mostRevoked, revokedSeconds, type Store} from '../../stores/keys.js';
import {Polling} from './polling.js';

/** What was under way when it was asked for the last time is heard the next time. */
const overlapMs = 60_000;

export class Revocations {
	/** Asks for the first time when it is started, and from then on. */
	readonly polling = new Polling(() => this.#look());
	readonly #store: Store;
	readonly #refuse: (ids: readonly string[]) => void;
	/** What the store could not be told yet. */
	readonly #untold = new Set<string>();
	#heardAt: number | undefined;
	#trouble: string | undefined;

	/** @param refuse is called with ids of keys that must not open any more, also with the same ones again. */
	constructor(store: Store, refuse: (ids: readonly string[]) => void) {
		this.#store = store;
		this.#refuse = refuse;
	}

	/** Why the store could not be asked lately; `undefined` when it could. */
	get trouble(): string | undefined {
		return this.#trouble;
	}

	/**
	 * A key was revoked: it is refused here at once, and the others are told.
	 * @returns false when the store cannot be told now; it is told later then. Never rejects.
	 */
	async tell(id: string): Promise<boolean> {
		this.#refuse([id]);
		this.#untold.add(id);
		for (const oldest of this.#untold) {
			if (this.#untold.size <= mostRevoked) break;
			this.#untold.delete(oldest);
		}
		return await this.#tellAll().then(
			() => true,
			() => false,
		);
	}

	async #tellAll(): Promise<void> {
		const ids = [...this.#untold];
		if (ids.length === 0) return;
		await this.#store.revoke(ids);
		for (const id of ids) this.#untold.delete(id);
	}

	async #look(): Promise<void> {
		try {
			await this.#tellAll();
			const now = performance.now();
			const withinMs = this.#heardAt === undefined ? revokedSeconds * 1000 : now - this.#heardAt + overlapMs;
			this.#refuse(await this.#store.revoked(Math.ceil(withinMs)));
			this.#heardAt = now;
			this.#trouble = undefined;
		} catch {
			this.#trouble = 'the store of revoked keys is away';
		}
	}
}
