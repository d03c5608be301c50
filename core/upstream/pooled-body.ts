import {Readable} from 'node:stream';
import type {CallClock} from './call-clock.js';

const ignore = () => {};

/** The body of a pooled answer: undici pushes, and pauses its parser while this is full. */
export class PooledBody extends Readable {
	readonly #clock: CallClock;
	readonly #resume: () => void;
	readonly #closed: () => void;

	/** `resume` lets undici go on; `closed` hears when nobody wants this body any more, at the latest at its end. */
	constructor(clock: CallClock, resume: () => void, closed: () => void) {
		super({highWaterMark: 64 * 1024});
		this.#clock = clock;
		this.#resume = resume;
		this.#closed = closed;
	}

	/** The answer has come to its end. */
	finish(): void {
		this.push(null);
	}

	/** False: hold the connection up until there is room again. */
	feed(chunk: Buffer): boolean {
		const more = this.push(chunk);
		this.#clock.moved(!more);
		return more;
	}

	override _read(): void {
		this.#clock.wanted();
		this.#resume();
	}

	override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
		this.#closed();
		// Nobody may be listening, not yet or no more; that must not end the process. (node's own answers do the same.)
		if (error !== null) this.on('error', ignore);
		callback(error);
	}
}
