/** Opens stores by their URLs: one set of connections for each, however many plugins name it. */

import {ConfigError, type Log, reveal, type Secret} from '../../core/index.js';
import {type Connection, readConnection} from '../request-log/keys.js';
import {Arrears} from './arrears.js';
import type {Backend} from './backend.js';
import type {Degraded, Store, StoreOptions, Stores} from './keys.js';
import {Leases} from './leases.js';
import {Link} from './link.js';
import {MemoryStore} from './memory.js';
import {PostgresBackend} from './postgres/backend.js';
import {readRedisUrl} from './redis/address.js';
import {RedisBackend} from './redis/backend.js';
import {Settlements} from './settlements.js';
import {newGrant, type Shared, SharedStore} from './shared-store.js';

const defaultDeadlineMs = 50;
const sweepEveryMs = 60_000;

/** A store that processes share, with what is told of it. */
export interface OpenStore extends Shared {
	/** Answers that were given without it. */
	fallenBack: number;
	/** As plugins see it, by what they want of it: what they take of the same one can be taken together. */
	readonly stores: Map<string, Store>;
}

export class OpenStores implements Pick<Stores, 'open'> {
	readonly #log: Log;
	readonly #now: () => number;
	readonly #memory: Store;
	readonly #shared = new Map<string, OpenStore>();
	readonly #opened: () => void;
	#sweeping: NodeJS.Timeout | undefined;

	/**
	 * @param opened is called for every store that processes share. @param now the gateway's clock.
	 * @param memory for those who name no store.
	 */
	constructor(log: Log, opened: () => void, now: () => number = Date.now, memory: Store = new MemoryStore(now)) {
		this.#log = log;
		this.#now = now;
		this.#memory = memory;
		this.#opened = opened;
	}

	/** In the order in which they were opened. */
	get all(): readonly OpenStore[] {
		return [...this.#shared.values()];
	}

	open(url: string | Secret | undefined, {deadlineMs = defaultDeadlineMs, degraded}: StoreOptions): Store {
		if (url === undefined) return this.#memory;
		const text = reveal(url);
		let shared = this.#shared.get(text);
		if (shared === undefined) {
			shared = this.#share(backendOf(text, this.#now));
			this.#shared.set(text, shared);
			this.#opened();
		}
		return this.#storeOf(shared, deadlineMs, degraded);
	}

	/** Connects all of them. @throws {ConfigError} when one can never be used. */
	async start(): Promise<void> {
		await Promise.all(this.all.map(({link}) => link.start()));
		this.#sweeping = setInterval(() => {
			for (const {link} of this.all) if (!link.isAway) link.backend.sweep?.().catch(() => undefined);
		}, sweepEveryMs).unref();
	}

	/** Tells what is left to tell, and lets connections go. */
	async close(): Promise<void> {
		clearInterval(this.#sweeping);
		await Promise.all(
			this.all.map(async ({link, settlements, leases, arrears}) => {
				leases.close();
				const lost = (await settlements.close()) + arrears.size;
				if (lost > 0)
					this.#log.warn('a store was not told what calls really used', {store: link.name, settlements: lost});
				await link.close();
			}),
		);
	}

	#storeOf(shared: OpenStore, deadlineMs: number, degraded: Degraded): Store {
		const wanted = `${deadlineMs} ${degraded}`;
		let store = shared.stores.get(wanted);
		if (store === undefined) {
			store = new SharedStore(shared, {deadlineMs, degraded}, () => {
				shared.fallenBack++;
			});
			shared.stores.set(wanted, store);
		}
		return store;
	}

	#share(backend: Backend): OpenStore {
		const before = this.all.filter(({link}) => link.backend.kind === backend.kind).length;
		const link = new Link(backend, before === 0 ? backend.kind : `${backend.kind}-${before + 1}`, this.#log);
		const settlements = new Settlements(link);
		return {
			link,
			settlements,
			leases: new Leases(link),
			arrears: new Arrears(link, settlements, newGrant, this.#now),
			local: new MemoryStore(this.#now),
			fallenBack: 0,
			stores: new Map(),
		};
	}
}

/** @throws {ConfigError} which never quotes the text. */
function postgresOf(text: string): Connection {
	try {
		return readConnection(text);
	} catch (error) {
		if (!ConfigError.is(error)) throw error;
		throw new ConfigError(`store: ${error.message}`);
	}
}

/** @throws {ConfigError} which never quotes the text. */
function backendOf(text: string, now: () => number): Backend {
	if (/^rediss?:\/\//.test(text)) return new RedisBackend(readRedisUrl(text), {now});
	if (/^postgres(?:ql)?:\/\//.test(text) || (text.includes('=') && !/^\w+:\/\//.test(text)))
		return new PostgresBackend(postgresOf(text).pg, now);
	throw new ConfigError(
		'store: expected redis://…, rediss://…, postgres://… or host=… user=… dbname=…, or nothing for the memory of this process',
	);
}
