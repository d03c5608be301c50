/** Tells a URL of what happened, off the path of calls: one after the other, a few times each, and never without an end. */

import {setTimeout as wait} from 'node:timers/promises';
import type {Log} from '../../core/index.js';

const mostWaiting = 100;
const triesEach = 4;

/** How patient it is; others than these are for tests. */
export interface Patience {
	/** Before the second try; doubled before each further one. */
	readonly pauseMs: number;
	/** For the answer to one try. */
	readonly answerMs: number;
}

const usual: Patience = {pauseMs: 500, answerMs: 5000};

export class Webhook {
	readonly #url: string;
	readonly #log: Log;
	readonly #patience: Patience;
	readonly #waiting: string[] = [];
	readonly #stopping = new AbortController();
	#running: Promise<void> | undefined;
	/** Never told: the queue was full, or nobody took it. */
	lost = 0;

	constructor(url: string, log: Log, patience: Partial<Patience> = {}) {
		this.#url = url;
		this.#log = log;
		this.#patience = Object.assign({}, usual, patience);
	}

	send(event: unknown): void {
		if (this.#stopping.signal.aborted || this.#waiting.length >= mostWaiting) {
			this.lost++;
			return;
		}
		this.#waiting.push(JSON.stringify(event));
		this.#running ??= this.#run().finally(() => {
			this.#running = undefined;
		});
	}

	/** Resolves when nothing is waiting. */
	async idle(): Promise<void> {
		await this.#running;
	}

	/** Gives up what is waiting. */
	async close(): Promise<void> {
		this.#stopping.abort();
		await this.#running;
	}

	async #run(): Promise<void> {
		for (let body = this.#waiting.shift(); body !== undefined; body = this.#waiting.shift()) {
			const failure = await this.#deliver(body);
			if (failure === undefined) continue;
			this.lost++;
			if (this.#stopping.signal.aborted) continue;
			// The URL may be a credential: many services give one that is.
			this.#log.warn('the webhook of budgets could not be told', {failure, tries: triesEach});
		}
	}

	/** @returns what went wrong the last time. */
	async #deliver(body: string): Promise<string | undefined> {
		const {pauseMs} = this.#patience;
		let failure = 'the gateway stopped';
		for (let number = 1; number <= triesEach && !this.#stopping.signal.aborted; number++) {
			if (number > 1) await this.#pause(pauseMs * 2 ** (number - 2));
			try {
				const response = await this.#ask(body);
				if (response.ok) return undefined;
				failure = `status ${response.status}`;
				// It was understood and turned down: asking again changes nothing.
				if (response.status < 500 && response.status !== 429 && response.status !== 408) return failure;
			} catch (error) {
				failure = error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'no connection';
			}
		}
		return failure;
	}

	/**
	 * The timer holds the signal: Node 20 collects `AbortSignal.any([…, AbortSignal.timeout(…)])` while it is waited for, and then it never comes.
	 * @see https://github.com/nodejs/node/issues/57736
	 */
	async #ask(body: string): Promise<Response> {
		const asking = new AbortController();
		const stop = (): void => asking.abort();
		const late = (): void => asking.abort(new DOMException('no answer in time', 'TimeoutError'));
		this.#stopping.signal.addEventListener('abort', stop, {once: true});
		const timer = setTimeout(late, this.#patience.answerMs);
		try {
			const response = await fetch(this.#url, {
				method: 'POST',
				headers: {'content-type': 'application/json'},
				body,
				redirect: 'manual',
				signal: asking.signal,
			});
			await response.body?.cancel();
			return response;
		} finally {
			clearTimeout(timer);
			this.#stopping.signal.removeEventListener('abort', stop);
		}
	}

	async #pause(ms: number): Promise<void> {
		await wait(ms, undefined, {signal: this.#stopping.signal, ref: false}).catch(() => undefined);
	}
}
