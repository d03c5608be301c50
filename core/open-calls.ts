/** The calls that are open now: what a stop waits for. */

import type {Call} from './pipeline/call.js';

/**
 * An array and not a Set: a Set that is filled and emptied all the time makes a new table every few dozen calls, and each old
 * table keeps the calls that were open then from being collected cheaply (measured: a fifth of all processor time).
 */
export class OpenCalls implements Iterable<Call> {
	readonly #calls: Call[] = [];
	#ended: (() => void) | undefined;

	get size(): number {
		return this.#calls.length;
	}

	add(call: Call): void {
		call.place = this.#calls.push(call) - 1;
	}

	/** Everything of the call is over: the last of the list takes its place. */
	delete(call: Call): void {
		const last = this.#calls.pop();
		if (last !== undefined && last !== call) {
			this.#calls[call.place] = last;
			last.place = call.place;
		}
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
				if (this.#calls.length === 0) resolve();
			};
			this.#ended();
		});
	}

	[Symbol.iterator](): Iterator<Call> {
		return [...this.#calls][Symbol.iterator]();
	}
}
