/** The calls that are open now: what a stop waits for. */

import type {Call} from './pipeline/call.js';

export class OpenCalls implements Iterable<Call> {
	readonly #calls = new Set<Call>();
	#ended: (() => void) | undefined;

	get size(): number {
		return this.#calls.size;
	}

	add(call: Call): void {
		this.#calls.add(call);
	}

	/** Everything of the call is over. */
	delete(call: Call): void {
		this.#calls.delete(call);
		this.#ended?.();
	}

	/**
	 * Waits until no call is open.
	 * @param ended called after each call that ends until then.
	 */
	drained(ended: () => void): Promise<void> {
		return new Promise(resolve => {
			this.#ended = () => {
				ended();
				if (this.#calls.size === 0) resolve();
			};
			this.#ended();
		});
	}

	[Symbol.iterator](): Iterator<Call> {
		return this.#calls[Symbol.iterator]();
	}
}
