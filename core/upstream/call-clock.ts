import {performance} from 'node:perf_hooks';
import type {TimedPhase} from './errors.js';

/** Limits of one call in milliseconds; 0 is no limit. */
export interface Timeouts {
	/** Until a new connection stands, TLS handshake included. */
	readonly connectMs: number;
	/** From sending (for a streamed request body: from its end) until the head of the answer. */
	readonly firstByteMs: number;
	/** Between two chunks of the answer; time in which our own reader holds the answer up does not count. */
	readonly idleMs: number;
	/** The whole call. */
	readonly totalMs: number;
}

/**
 * The time limits of one call on a single timer.
 *
 * A timer per limit costs more than the limits are worth: nearly every call is over before any of them. So one
 * timer looks at the call at most `shortest limit` later, compares the clock with the limit that counts by then, and
 * goes to sleep for the rest. A chunk that arrives only writes down the time.
 */
export class CallClock {
	readonly #limits: Timeouts;
	readonly #expired: (phase: TimedPhase, limitMs: number) => void;
	readonly #started = performance.now();
	readonly #shortest: number;
	#timer: NodeJS.Timeout | undefined;
	#connected = false;
	#uploading: boolean;
	/** Since when the provider owes us something. */
	#waitingSince: number;
	#answered = false;
	/** Our own reader is full, the provider's bytes are not even read from the socket. */
	#held = false;
	#stopped = false;

	/** `uploading`: the request body is a stream, the provider owes nothing before its end. */
	constructor(limits: Timeouts, uploading: boolean, expired: (phase: TimedPhase, limitMs: number) => void) {
		this.#limits = limits;
		this.#expired = expired;
		this.#uploading = uploading;
		this.#waitingSince = this.#started;
		this.#shortest = Math.min(
			limits.connectMs || Infinity,
			limits.firstByteMs || Infinity,
			limits.idleMs || Infinity,
			limits.totalMs || Infinity,
		);
		if (this.#shortest !== Infinity) this.#sleep(this.#shortest);
	}

	connected(): void {
		this.#connected = true;
	}

	uploaded(): void {
		this.#uploading = false;
		this.#waitingSince = performance.now();
	}

	/** The head has arrived; from here the idle limit counts. */
	answered(): void {
		this.#connected = true;
		this.#answered = true;
		this.#waitingSince = performance.now();
	}

	/** A piece of the answer has arrived; `held`: our reader wants no more for now, the provider's time stands still. */
	moved(held: boolean): void {
		this.#held = held;
		this.#waitingSince = performance.now();
	}

	/** Our reader takes more again. */
	wanted(): void {
		if (this.#held) this.moved(false);
	}

	/** The call is over. */
	stop(): void {
		this.#stopped = true;
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#sleep(milliseconds: number): void {
		this.#timer = setTimeout(this.#look, Math.max(1, Math.ceil(milliseconds)));
	}

	readonly #look = (): void => {
		const next = this.#next();
		if (next.dueIn > 0) this.#sleep(Math.min(next.dueIn, this.#shortest));
		// A busy event loop runs late timers before it reads what has long been lying in the sockets: read first.
		else setImmediate(this.#judge);
	};

	readonly #judge = (): void => {
		if (this.#stopped) return;
		const next = this.#next();
		if (next.dueIn > 0) this.#sleep(Math.min(next.dueIn, this.#shortest));
		else this.#expired(next.phase, next.limitMs);
	};

	/** The limit that runs out first, and in how many milliseconds. */
	#next(): {phase: TimedPhase; limitMs: number; dueIn: number} {
		const now = performance.now();
		if (this.#uploading || this.#held) this.#waitingSince = now;
		const {connectMs, firstByteMs, idleMs, totalMs} = this.#limits;
		let next: {phase: TimedPhase; limitMs: number; dueIn: number} = {phase: 'total', limitMs: 0, dueIn: Infinity};
		const consider = (phase: TimedPhase, limitMs: number, since: number) => {
			const dueIn = since + limitMs - now;
			if (limitMs > 0 && dueIn < next.dueIn) next = {phase, limitMs, dueIn};
		};
		consider('total', totalMs, this.#started);
		if (!this.#connected) consider('connect', connectMs, this.#started);
		if (this.#answered) consider('idle', idleMs, this.#waitingSince);
		else consider('first-byte', firstByteMs, this.#waitingSince);
		return next;
	}
}
