/** Holdings in Redis: every call is one script, and so one round trip. */

import {Redis} from 'ioredis';
import type {Answer, Backend, Lease} from '../backend.js';
import {grantSeconds, voidSeconds} from '../backend.js';
import {type Holding, mostRevoked, revokedSeconds, seatSeconds, type Take, type Used} from '../keys.js';
import {Calendar} from '../period.js';
import {slotLength} from '../rolling-sum.js';
import type {Figures} from '../standing.js';
import {settledAmount, storageKey} from '../takes.js';
import type {RedisAddress} from './address.js';
import {renewScript, revokedScript, revokeScript, storeScript} from './script.js';

/** All keys of the gateway are in one slot of a cluster: a script may touch no others. */
const prefix = '{tapgate}:';
const revokedKey = `${prefix}revoked`;
/** A connection on which nothing comes back for so long is given up. */
const silenceMs = 5000;
const longestPauseMs = 1000;

type ScriptedRedis = Redis &
	Readonly<Record<'tapgateStore' | 'tapgateRenew' | 'tapgateRevoke' | 'tapgateRevoked', Script>>;
type Script = (keys: number, ...rest: readonly string[]) => Promise<unknown>;

/** For tests and drills. */
export interface RedisClocks {
	/** The gateway's own, by which spans are chosen that may hold the server's time. */
	readonly now?: () => number;
	/** A Lua expression for the milliseconds since the epoch, instead of the server's `TIME`. */
	readonly server?: string;
}

export class RedisBackend implements Backend {
	readonly kind = 'redis';
	readonly #redis: ScriptedRedis;
	readonly #calendar = new Calendar();
	readonly #now: () => number;
	/** What the server's clock is known to be ahead, when it is far enough to matter. */
	#ahead = 0;
	#connecting: Promise<void> | undefined;

	/** Begins to connect at once, and does so again whenever the connection is lost. */
	constructor(address: RedisAddress, {now = Date.now, server}: RedisClocks = {}) {
		this.#now = now;
		const redis = new Redis({
			connectionName: 'tapgate',
			scripts: {
				tapgateStore: {lua: storeScript(server)},
				tapgateRenew: {lua: renewScript(server)},
				tapgateRevoke: {lua: revokeScript(server)},
				tapgateRevoked: {lua: revokedScript(server)},
			},
			// Nothing waits for a connection, and nothing is sent twice: who calls decides.
			enableOfflineQueue: false,
			autoResendUnfulfilledCommands: false,
			maxRetriesPerRequest: 0,
			socketTimeout: silenceMs,
			retryStrategy: times => Math.min(50 * times, longestPauseMs),
			// After a failover the old server takes no writes any more; the name leads to the new one.
			reconnectOnError: error => error.message.startsWith('READONLY'),
			...address,
		});
		// What is wrong is seen by whoever asks; without a listener it would be printed.
		redis.on('error', () => {});
		this.#redis = redis as ScriptedRedis;
	}

	prepare(): Promise<void> {
		if (this.#redis.status === 'ready') return Promise.resolve();
		this.#connecting ??= this.#connected().finally(() => {
			this.#connecting = undefined;
		});
		return this.#connecting;
	}

	async take(grant: string, takes: readonly Take[]): Promise<Answer> {
		const {word, figures} = await this.#run('take', grant, takes, ({amount}) => amount);
		if (word === 'granted' || word === 'refused' || word === 'void') return {outcome: word, figures};
		throw new Error(`an answer that is not understood: ${word}`);
	}

	async settle(grant: string, takes: readonly Take[], used: Used): Promise<readonly Figures[]> {
		return (await this.#run('settle', grant, takes, (_, index) => settledAmount(used[index]))).figures;
	}

	async look(holdings: readonly Holding[]): Promise<readonly Figures[]> {
		const takes = holdings.map(holding => ({holding, amount: 0, enforced: false}));
		return (await this.#run('look', '', takes, () => 0)).figures;
	}

	async renew(leases: readonly Lease[]): Promise<void> {
		if (leases.length === 0) return;
		const keys = leases.map(({holding}) => prefix + storageKey(holding));
		const grants = leases.map(({grant}) => grantKey(grant));
		await this.#ask(() => this.#redis.tapgateRenew(keys.length, ...keys, String(seatSeconds * 1000), ...grants));
	}

	async revoke(names: readonly string[]): Promise<void> {
		const bounds = [String(revokedSeconds * 1000), String(mostRevoked)];
		await this.#ask(() => this.#redis.tapgateRevoke(1, revokedKey, ...bounds, ...names));
	}

	async revoked(withinMs: number): Promise<readonly string[]> {
		return (await this.#ask(() => this.#redis.tapgateRevoked(1, revokedKey, String(withinMs)))) as readonly string[];
	}

	async close(): Promise<void> {
		this.#redis.disconnect();
	}

	#connected(): Promise<void> {
		return new Promise((resolve, reject) => {
			const done = (error?: Error): void => {
				this.#redis.off('ready', done).off('error', done).off('end', ended);
				if (error === undefined) resolve();
				else reject(new Error(said(error)));
			};
			const ended = (): void => done(new Error('the connection was closed'));
			this.#redis.once('ready', done).once('error', done).once('end', ended);
		});
	}

	async #run(
		action: 'take' | 'settle' | 'look',
		grant: string,
		takes: readonly Take[],
		amountOf: (take: Take, index: number) => number | undefined,
	): Promise<{readonly word: string; readonly figures: readonly Figures[]}> {
		const keys = takes.map(({holding}) => prefix + storageKey(holding));
		const ask = (): Promise<unknown> => {
			const now = this.#now() + this.#ahead;
			const rest = takes.flatMap((take, index) => this.#argumentsOf(take, amountOf(take, index), now));
			return this.#ask(() =>
				this.#redis.tapgateStore(keys.length + 1, grantKey(grant), ...keys, action, ...lifetimes, ...rest),
			);
		};
		let answer = readAnswer(await ask());
		if (answer.word === 'clock') {
			this.#ahead = answer.now - this.#now();
			answer = readAnswer(await ask());
		}
		return answer;
	}

	#argumentsOf({holding, enforced}: Take, amount: number | undefined, now: number): readonly string[] {
		const common = [String(amount ?? ''), enforced ? '1' : '0'];
		if (holding.kind === 'bucket')
			return ['bucket', ...common, String(holding.capacity), String(holding.refillPerSecond), ''];
		if (holding.kind === 'seats') return ['seats', ...common, String(holding.limit), '', ''];
		const {limit, period} = holding;
		if (period.kind === 'rolling')
			return ['rolling', ...common, String(limit), String(period.seconds * 1000), String(slotLength(period.seconds))];
		const spans = this.#calendar.around(now, period.unit, period.zone);
		return ['calendar', ...common, String(limit), spans.map(({start, end}) => `${start}:${end}`).join(' '), ''];
	}

	/** What Redis and the network say is told by its message alone: errors of the client hold the commands that were sent. */
	async #ask(send: () => Promise<unknown>): Promise<unknown> {
		try {
			return await send();
		} catch (error) {
			throw new Error(said(error));
		}
	}
}

const lifetimes = [grantSeconds, voidSeconds, seatSeconds].map(seconds => String(seconds * 1000));

function grantKey(grant: string): string {
	return `${prefix}grant:${grant}`;
}

function said(error: unknown): string {
	const {message, code} = error as {readonly message?: string; readonly code?: string};
	return (message || code || 'it failed without a word').slice(0, 200);
}

function readAnswer(answer: unknown): {
	readonly word: string;
	readonly now: number;
	readonly figures: readonly Figures[];
} {
	const [word, now, ...numbers] = answer as readonly string[];
	const figures: Figures[] = [];
	for (let at = 0; at + 3 < numbers.length; at += 4)
		figures.push({
			short: numbers[at] === '1',
			value: Number(numbers[at + 1]),
			resetMs: Number(numbers[at + 2]),
			waitMs: Number(numbers[at + 3]),
		});
	return {word: String(word), now: Number(now), figures};
}
