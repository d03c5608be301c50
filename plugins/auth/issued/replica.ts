/** What this process knows of the issued keys: all of them in memory, brought up to date three times a second. */

import type {Knex} from 'knex';
import {describe, type Log} from '../../../core/index.js';
import {mostRevoked} from '../../stores/keys.js';
import type {KeyRing} from '../key-ring.js';
import {changesSince, currentVersion, type KeyChange} from './key-table.js';
import {Polling} from './polling.js';

const deadlineMs = 5000;

interface News {
	readonly version: number;
	/** Nothing that was known before counts. */
	readonly anew: boolean;
	readonly changes: readonly KeyChange[];
}

/** What a replica needs. */
export interface ReplicaOptions {
	/** Issued keys are added to it and removed. */
	readonly ring: KeyRing;
	/** Names of the config: an issued key must not speak for their holders. */
	readonly reserved: ReadonlySet<string>;
	readonly knex: () => Knex | undefined;
	readonly log: Log;
}

export class Replica {
	/** Looks for the first time when it is started, and from then on. */
	readonly polling = new Polling(() => this.#look());
	readonly #options: ReplicaOptions;
	/** Of each key, by its id, the hash. */
	readonly #held = new Map<string, string>();
	/** Ids that this process was told of otherwise than by the database, which may not say so yet, or not any more. */
	readonly #revoked = new Set<string>();
	#version = -1;
	#pulling: Promise<void> | undefined;
	#trouble: string | undefined;

	constructor(options: ReplicaOptions) {
		this.#options = options;
	}

	/** Whether the issued keys are known at all. */
	get loaded(): boolean {
		return this.#version >= 0;
	}

	/** Keys that are held. */
	get size(): number {
		return this.#held.size;
	}

	/** Why the keys could not be looked for lately; `undefined` when they could. */
	get trouble(): string | undefined {
		return this.#trouble;
	}

	/** Refuses keys from now on, whatever the database says of them. */
	revoke(ids: readonly string[]): void {
		for (const id of ids) {
			this.#drop(id);
			this.#revoked.add(id);
		}
		for (const id of this.#revoked) {
			if (this.#revoked.size <= mostRevoked) return;
			this.#revoked.delete(id);
		}
	}

	/** Brings the keys up to date. @throws what the database says. */
	async pull(): Promise<void> {
		// Two at once could end in the wrong order: whoever comes second looks once more after the first.
		const before = this.#pulling?.catch(() => {});
		const turn = (async () => {
			await before;
			await this.#pull();
		})();
		this.#pulling = turn;
		await turn;
	}

	/** What comes after the deadline is dropped unseen: it may be old by then. */
	async #pull(): Promise<void> {
		const knex = this.#options.knex();
		if (knex === undefined) throw new Error(notYet);
		const news = await within(this.#fetch(knex), deadlineMs);
		if (news === undefined) return;
		if (news.anew) this.#forget(new Set(news.changes.map(({id}) => id)));
		for (const change of news.changes) this.#apply(change);
		this.#version = news.version;
	}

	async #fetch(knex: Knex): Promise<News | undefined> {
		const version = await currentVersion(knex);
		if (version === this.#version) return undefined;
		const anew = version < this.#version || !this.loaded;
		return {version, anew, changes: await changesSince(knex, anew ? 0 : this.#version)};
	}

	#forget(kept: ReadonlySet<string>): void {
		for (const id of this.#held.keys()) if (!kept.has(id)) this.#drop(id);
	}

	#apply({id, hash, caller, expiresAt, revoked}: KeyChange): void {
		const {ring, reserved, log} = this.#options;
		if (revoked || this.#revoked.has(id)) {
			this.#drop(id);
			return;
		}
		if (reserved.has(caller.name)) {
			log.warn('an issued key is not let in: its name belongs to a key of the config', {key: caller.name});
			return;
		}
		ring.add(hash, {caller, expiresAt});
		this.#held.set(id, hash);
	}

	#drop(id: string): void {
		const hash = this.#held.get(id);
		if (hash === undefined) return;
		this.#held.delete(id);
		this.#options.ring.remove(hash);
	}

	async #look(): Promise<void> {
		const {log} = this.#options;
		try {
			await this.pull();
			if (this.#trouble !== undefined) log.info('the issued keys are up to date again');
			this.#trouble = undefined;
		} catch (error) {
			// An embedded database starts beside the gateway: that is no trouble to be told of.
			if (this.#trouble === undefined && !(error instanceof Error && error.message === notYet)) {
				log.warn('the issued keys cannot be looked for; the ones that are known count on', describe(error));
			}
			this.#trouble = 'the database of the issued keys is away';
		}
	}
}

const notYet = 'the database is not there yet';

async function within<Result>(work: Promise<Result>, milliseconds: number): Promise<Result> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(new Error('the database did not answer in time')), milliseconds);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}
