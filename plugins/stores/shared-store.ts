/** A store that processes share, as a plugin sees it: bounded in time, and with an answer while the store is away. */

import {randomBytes} from 'node:crypto';
import type {Arrears} from './arrears.js';
import type {Backend} from './backend.js';
import {ToldGrant} from './grants.js';
import type {Degraded, Grant, Holding, Shortage, Standing, Store, Take, Used} from './keys.js';
import {StoreUnavailable} from './keys.js';
import type {Leases} from './leases.js';
import type {Link} from './link.js';
import type {MemoryStore} from './memory.js';
import {checkNames} from './revoked-keys.js';
import type {Settlements} from './settlements.js';
import {shortageOf, standingsOf} from './standing.js';
import {checkTakes} from './takes.js';

/** What those share that name the same store. */
export interface Shared {
	readonly link: Link;
	readonly settlements: Settlements;
	readonly leases: Leases;
	readonly arrears: Arrears;
	/** Counts while the store is away. */
	readonly local: MemoryStore;
}

/** No call waits for what is asked so. */
const asideMs = 1000;

const processName = randomBytes(9).toString('base64url');
let grants = 0;

/** A name that no other process gives. */
export function newGrant(): string {
	return `${processName}-${(++grants).toString(36)}`;
}

export class SharedStore implements Store {
	readonly kind: string;
	readonly waits = true;
	readonly #shared: Shared;
	readonly #deadlineMs: number;
	readonly #degraded: Degraded;
	readonly #fallenBack: () => void;

	/** @param fallenBack is called for every answer that was given without the store. */
	constructor(
		shared: Shared,
		options: {readonly deadlineMs: number; readonly degraded: Degraded},
		fallenBack: () => void = () => {},
	) {
		this.kind = shared.link.backend.kind;
		this.#shared = shared;
		this.#deadlineMs = options.deadlineMs;
		this.#degraded = options.degraded;
		this.#fallenBack = fallenBack;
	}

	async take(takes: readonly Take[]): Promise<Grant | Shortage> {
		checkTakes(takes);
		const {link, settlements, leases} = this.#shared;
		if (link.isAway) return this.#takeWithout(takes);
		const grant = newGrant();
		try {
			const {outcome, figures} = await link.ask(this.#deadlineMs, backend => backend.take(grant, takes));
			if (outcome === 'refused') return shortageOf(takes, figures);
			if (outcome === 'void') return this.#takeWithout(takes);
			leases.hold(grant, takes);
			return new ToldGrant(takes, standingsOf(takes, figures), all => this.#settle(grant, takes, all));
		} catch (error) {
			// It may have been taken all the same, or may be yet.
			settlements.add({grant, takes, used: takes.map(() => 0)});
			return this.#takeWithout(takes, error as StoreUnavailable);
		}
	}

	async look(holdings: readonly Holding[]): Promise<readonly Standing[]> {
		const {link, local} = this.#shared;
		let failure: unknown;
		if (!link.isAway) {
			try {
				const figures = await link.ask(this.#deadlineMs, backend => backend.look(holdings));
				return standingsOf(
					holdings.map(holding => ({holding})),
					figures,
				);
			} catch (error) {
				failure = error;
			}
		}
		this.#fallenBack();
		if (this.#degraded === 'refuse') throw failure ?? this.#unavailable();
		return this.#degraded === 'local' ? local.look(holdings) : holdings.map(untouched);
	}

	async revoke(names: readonly string[]): Promise<void> {
		checkNames(names);
		await this.#aside(backend => backend.revoke(names));
	}

	async revoked(withinMs: number): Promise<readonly string[]> {
		return await this.#aside(backend => backend.revoked(withinMs));
	}

	async #aside<Answer>(question: (backend: Backend) => Promise<Answer>): Promise<Answer> {
		const {link} = this.#shared;
		if (link.isAway) throw this.#unavailable();
		return await link.ask(asideMs, question);
	}

	async #settle(grant: string, takes: readonly Take[], used: Used): Promise<readonly Standing[] | undefined> {
		const {link, settlements, leases} = this.#shared;
		leases.hold(
			grant,
			takes.filter((_take, index) => used[index] === undefined),
		);
		if (!link.isAway) {
			try {
				const figures = await link.ask(this.#deadlineMs, backend => backend.settle(grant, takes, used));
				return standingsOf(takes, figures);
			} catch {
				// Told later.
			}
		}
		settlements.add({grant, takes, used});
		return undefined;
	}

	#takeWithout(takes: readonly Take[], failure?: StoreUnavailable): Grant | Shortage {
		this.#fallenBack();
		if (this.#degraded === 'refuse') throw failure ?? this.#unavailable();
		const {local, arrears} = this.#shared;
		const answer = this.#degraded === 'local' ? local.take(takes) : allowed;
		if (!answer.granted) return answer;
		return new ToldGrant(takes, answer.standings, (_all, fresh) => {
			arrears.add(takes, fresh);
			return answer.settle(fresh);
		});
	}

	#unavailable(): StoreUnavailable {
		return new StoreUnavailable(`the store "${this.#shared.link.name}" is away`);
	}
}

const allowed: Grant = {granted: true, standings: [], settle: () => undefined};

/** How a holding stands of which nothing was taken. */
function untouched(holding: Holding): Standing {
	const limit = holding.kind === 'bucket' ? holding.capacity : holding.limit;
	return {limit, remaining: limit, resetMs: 0, short: false};
}
