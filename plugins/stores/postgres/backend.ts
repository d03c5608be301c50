/** Holdings in Postgres: every take is one statement, and so one round trip and one transaction; those that come at once share it. */

import {randomUUID} from 'node:crypto';
import {Pool, type PoolConfig} from 'pg';
import {ConfigError} from '../../../core/index.js';
import {type Answer, type Backend, grantSeconds, type Lease, voidSeconds} from '../backend.js';
import {type Holding, mostRevoked, revokedSeconds, seatSeconds, type Take, type Used} from '../keys.js';
import {Calendar} from '../period.js';
import {slotLength} from '../rolling-sum.js';
import type {Figures} from '../standing.js';
import {settledAmount, storageKey} from '../takes.js';
import {mostStatements, type StoreCall, StoreCalls} from './calls.js';
import {lastFunction, schema} from './schema.js';

/** Some for what no call waits for. */
const connections = mostStatements + 2;
/** What functions are tried out with. */
const warm = 'warm';
/** A connection on which nothing comes back for so long is given up. */
const silenceMs = 2000;
/** Another gateway that makes the tables is waited for. */
const schemaMs = 30_000;
/** Any number will do that is always the same. */
const schemaLock = 7_482_113_905;

interface Reply {
	readonly word: 'granted' | 'refused' | 'void' | 'settled' | 'look' | 'clock';
	readonly now: number;
	readonly figures?: readonly (readonly [boolean, number, number, number])[];
}

export class PostgresBackend implements Backend {
	readonly kind = 'postgres';
	readonly #pool: Pool;
	readonly #calendar = new Calendar();
	readonly #now: () => number;
	readonly #calls = new StoreCalls<Reply>(calls => this.#askAll(calls));
	/** What the server's clock is known to be ahead, when it is far enough to matter. */
	#ahead = 0;
	#prepared = false;
	#preparing: Promise<void> | undefined;

	/** @param now the gateway's clock, by which spans are chosen that may hold the server's time. */
	constructor(connection: PoolConfig, now: () => number = Date.now) {
		this.#now = now;
		const own = {
			max: connections,
			connectionTimeoutMillis: silenceMs,
			query_timeout: silenceMs,
			// Those of a burst must not be made in it: that takes longer than calls wait.
			idleTimeoutMillis: 0,
			application_name: 'tapgate store',
		};
		this.#pool = new Pool(Object.assign({}, connection, own));
		// A connection that is lost while it rests is replaced, and whoever makes the store ready again makes it anew.
		this.#pool.on('error', () => {
			this.#prepared = false;
		});
	}

	prepare(): Promise<void> {
		if (this.#prepared) return Promise.resolve();
		this.#preparing ??= this.#prepare().finally(() => {
			this.#preparing = undefined;
		});
		return this.#preparing;
	}

	async take(grant: string, takes: readonly Take[]): Promise<Answer> {
		const {word, figures} = await this.#run(now =>
			this.#calls.add({action: 'take', grant, holdings: this.#holdings(takes, ({amount}) => amount, now)}),
		);
		if (word === 'granted' || word === 'refused' || word === 'void') return {outcome: word, figures};
		throw new Error(`an answer that is not understood: ${word}`);
	}

	async settle(grant: string, takes: readonly Take[], used: Used): Promise<readonly Figures[]> {
		const {figures} = await this.#run(now =>
			this.#calls.add({
				action: 'settle',
				grant,
				holdings: this.#holdings(takes, (_, index) => settledAmount(used[index]), now),
			}),
		);
		return figures;
	}

	async look(holdings: readonly Holding[]): Promise<readonly Figures[]> {
		const takes = holdings.map(holding => ({holding, amount: 0, enforced: false}));
		const {figures} = await this.#run(now =>
			this.#ask<Reply>('SELECT tapgate_look_1($1) AS reply', [JSON.stringify(this.#holdings(takes, () => 0, now))]),
		);
		return figures;
	}

	async renew(leases: readonly Lease[]): Promise<void> {
		if (leases.length === 0) return;
		const keys = leases.map(({holding}) => storageKey(holding));
		const grants = leases.map(({grant}) => grant);
		await this.#ask('SELECT tapgate_renew_1($1, $2, $3) AS reply', [keys, grants, seatSeconds * 1000]);
	}

	async revoke(names: readonly string[]): Promise<void> {
		await this.#ask('SELECT tapgate_revoke_1($1, $2, $3) AS reply', [names, revokedSeconds * 1000, mostRevoked]);
	}

	async revoked(withinMs: number): Promise<readonly string[]> {
		return await this.#ask<readonly string[]>('SELECT tapgate_revoked_1($1) AS reply', [withinMs]);
	}

	async sweep(): Promise<void> {
		await this.#ask('SELECT tapgate_sweep_1() AS reply', []);
	}

	async close(): Promise<void> {
		await this.#pool.end();
	}

	async #prepare(): Promise<void> {
		const client = await this.#pool.connect();
		let failure: Error | undefined;
		try {
			const {rows} = await client.query<{version: string; last: string | null}>(
				'SELECT version(), to_regprocedure($1)::text AS last',
				[lastFunction],
			);
			// It serves one connection at a time, and one gateway has no need of a store that is shared.
			if (/emcc|emscripten|wasm/i.test(rows[0]?.version ?? ''))
				throw new ConfigError(
					'store: the embedded Postgres cannot be a store; leave the store out, memory is exact in one process',
				);
			if (rows[0]?.last === null) {
				const text = ['BEGIN', `SELECT pg_advisory_xact_lock(${schemaLock})`, ...schema, 'COMMIT'].join(';\n');
				await client.query(Object.assign({text}, {query_timeout: schemaMs}));
			}
		} catch (error) {
			failure = error as Error;
			throw error;
		} finally {
			client.release(failure);
		}
		await Promise.all(Array.from({length: mostStatements}, () => this.#warmUp()));
		await this.#pool.query('DELETE FROM tapgate_holdings WHERE key = $1', [warm]);
		this.#prepared = true;
	}

	/** Makes a connection, and has it read the functions, which takes longer than calls wait. */
	async #warmUp(): Promise<void> {
		const grant = `warm-${randomUUID()}`;
		const holding = {key: warm, kind: 'bucket', limit: 1, rate: 1, amount: 1, enforced: false};
		const calls = (['take', 'settle'] as const).map(action => ({action, grant, holdings: [holding]}));
		await this.#askAll(calls);
	}

	async #run(
		ask: (now: number) => Promise<Reply>,
	): Promise<{readonly word: Reply['word']; readonly figures: readonly Figures[]}> {
		let reply = await ask(this.#now() + this.#ahead);
		if (reply.word === 'clock') {
			this.#ahead = reply.now - this.#now();
			reply = await ask(this.#now() + this.#ahead);
		}
		const figures = (reply.figures ?? []).map(([short, value, resetMs, waitMs]) => ({short, value, resetMs, waitMs}));
		return {word: reply.word, figures};
	}

	#askAll(calls: readonly StoreCall[]): Promise<readonly Reply[]> {
		return this.#ask('SELECT tapgate_calls_1($1, $2, $3, $4) AS reply', [
			JSON.stringify(calls),
			grantSeconds * 1000,
			seatSeconds * 1000,
			voidSeconds * 1000,
		]);
	}

	async #ask<Answer>(sql: string, values: readonly unknown[]): Promise<Answer> {
		const {rows} = await this.#pool.query<{reply: Answer}>(sql, [...values]);
		return (rows[0] as {reply: Answer}).reply;
	}

	#holdings(
		takes: readonly Take[],
		amountOf: (take: Take, index: number) => number | undefined,
		now: number,
	): readonly object[] {
		return takes.map((take, index) => {
			const {holding, enforced} = take;
			const common = {key: storageKey(holding), amount: amountOf(take, index), enforced};
			return Object.assign(common, this.#describe(holding, now));
		});
	}

	#describe(holding: Holding, now: number): object {
		if (holding.kind === 'bucket') return {kind: 'bucket', limit: holding.capacity, rate: holding.refillPerSecond};
		if (holding.kind === 'seats') return {kind: 'seats', limit: holding.limit};
		const {limit, period} = holding;
		if (period.kind === 'calendar') {
			const spans = this.#calendar.around(now, period.unit, period.zone);
			return {kind: 'calendar', limit, spans: spans.map(({start, end}) => [start, end])};
		}
		const slot = slotLength(period.seconds);
		return {kind: 'rolling', limit, slot, counts: period.seconds * 1000 + slot};
	}
}
