/** The way to a store that processes share: asked within a deadline, and not at all while it is known to be away. */

import {randomUUID} from 'node:crypto';
import {ConfigError, type Log} from '../../core/index.js';
import type {Backend} from './backend.js';
import {within} from './deadline.js';
import {StoreUnavailable} from './keys.js';

/** So many failures in a row, and nobody is asked any more but by the probe. */
const failuresUntilAway = 5;
const probeEveryMs = 500;
const probeMs = 1000;
const startMs = 3000;

export class Link {
	readonly backend: Backend;
	/** For logs, checks and metrics: holds neither address nor credential. */
	readonly name: string;
	readonly counts = {calls: 0, failures: 0, seconds: 0};
	readonly #log: Log;
	readonly #whenBack: (() => void)[] = [];
	#failuresInARow = 0;
	#lastFailure: unknown;
	#awaySince: number | undefined;
	#probe: NodeJS.Timeout | undefined;
	#stopped = false;

	constructor(backend: Backend, name: string, log: Log) {
		this.backend = backend;
		this.name = name;
		this.#log = log;
	}

	get isAway(): boolean {
		return this.#awaySince !== undefined;
	}

	/** Milliseconds since the epoch; `undefined` while the store can be asked. */
	get awaySince(): number | undefined {
		return this.#awaySince;
	}

	/** Called whenever the store can be asked again. */
	whenBack(step: () => void): void {
		this.#whenBack.push(step);
	}

	/** Connects. A store that is away does not stop the start. @throws {ConfigError} when the store can never be used. */
	async start(): Promise<void> {
		try {
			await within(startMs, this.#tryOut());
		} catch (error) {
			if (error instanceof ConfigError) throw error;
			this.#lost(error);
		}
	}

	/**
	 * Asks the store. To be called while it is not away.
	 * @throws {StoreUnavailable} when it fails or is late.
	 */
	async ask<Answer>(deadlineMs: number, question: (backend: Backend) => Promise<Answer>): Promise<Answer> {
		const startedAt = performance.now();
		this.counts.calls++;
		try {
			const answer = await within(deadlineMs, question(this.backend));
			this.#failuresInARow = 0;
			return answer;
		} catch (error) {
			this.counts.failures++;
			// Calls that were asked together fail together, and that is one failure.
			if (error !== this.#lastFailure) this.#failuresInARow++;
			this.#lastFailure = error;
			if (this.#failuresInARow >= failuresUntilAway) this.#lost(error);
			throw new StoreUnavailable(`the store "${this.name}" cannot be asked: ${(error as Error).message}`);
		} finally {
			this.counts.seconds += (performance.now() - startedAt) / 1000;
		}
	}

	async close(): Promise<void> {
		this.#stopped = true;
		clearTimeout(this.#probe);
		await this.backend.close();
	}

	#lost(error: unknown): void {
		if (this.#stopped || this.isAway) return;
		this.#awaySince = Date.now();
		this.#log.warn('a store is away', {store: this.name, error: (error as Error).message});
		this.#probeLater();
	}

	#probeLater(): void {
		this.#probe = setTimeout(() => void this.#probeNow(), probeEveryMs).unref();
	}

	async #probeNow(): Promise<void> {
		try {
			await within(probeMs, this.#tryOut());
		} catch {
			if (!this.#stopped) this.#probeLater();
			return;
		}
		if (this.#stopped || this.#awaySince === undefined) return;
		this.#log.info('a store is back', {store: this.name, awayMs: Date.now() - this.#awaySince});
		this.#awaySince = undefined;
		this.#failuresInARow = 0;
		for (const step of this.#whenBack) step();
	}

	/** Writes, as calls do: a store that only reads is of no use. */
	async #tryOut(): Promise<void> {
		await this.backend.prepare();
		const grant = `probe-${randomUUID()}`;
		await this.backend.take(grant, []);
		await this.backend.settle(grant, [], []);
	}
}
