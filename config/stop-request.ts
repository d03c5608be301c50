/** Notices that the process is to stop: by a signal, by its primary process, or because an error got away. */

import {describe, type Log} from '../core/index.js';

const exitCodes = {SIGINT: 130, SIGTERM: 143} as const;
type StopSignal = keyof typeof exitCodes;

/** A terminal and npm both pass Ctrl-C on: what comes that soon is the same wish and not a more urgent one. */
const sameWishMs = 1000;

/** Longer than any drain: for a plugin whose `defer` never comes back. */
const closingMs = 10_000;

/** Watches for the wish to stop from its making on, also while the gateway is still starting. */
export class StopRequest {
	/** Resolves at the first wish. */
	readonly asked: Promise<void>;
	/** What the process is to exit with once it has stopped. */
	exitCode = 0;
	/** How long open calls may go on; closing that takes much longer ends the process. */
	drainSeconds = 30;
	readonly #log: Log;
	#ask: () => void = () => {};
	#first: {readonly signal: StopSignal | undefined; readonly at: number} | undefined;

	/** @param onUrgent called for a second signal, before the process exits; a worker leaves that to its primary. */
	constructor(log: Log, onUrgent: (() => void) | 'ignore' = () => {}) {
		this.#log = log;
		this.asked = new Promise(resolve => {
			this.#ask = resolve;
		});
		for (const signal of ['SIGINT', 'SIGTERM'] as const) {
			process.on(signal, () => this.#signalled(signal, onUrgent));
		}
		process.on('uncaughtException', (error, origin) => {
			const what = origin === 'unhandledRejection' ? 'a promise was rejected unnoticed' : 'an error was not caught';
			log.error(`${what}; the gateway stops`, describe(error));
			this.exitCode = 1;
			this.request();
		});
	}

	/** Asks for a stop. */
	request(signal?: StopSignal): void {
		if (this.#first !== undefined) return;
		this.#first = {signal, at: performance.now()};
		this.#ask();
		const tooLong = (): void => {
			this.#log.error('closing took too long; the process ends');
			process.exit(1);
		};
		setTimeout(tooLong, this.drainSeconds * 1000 + closingMs).unref();
	}

	#signalled(signal: StopSignal, onUrgent: (() => void) | 'ignore'): void {
		const first = this.#first;
		if (first === undefined) {
			this.#log.info('stopping: open calls may end', {signal});
			this.request(signal);
			return;
		}
		if (onUrgent === 'ignore' || (first.signal === signal && performance.now() - first.at < sameWishMs)) return;
		onUrgent();
		process.exit(exitCodes[signal]);
	}
}
