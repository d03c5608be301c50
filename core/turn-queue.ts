/** Does work of the same kind together, at the end of a turn of the event loop. */

/**
 * A call runs through much code, once, and then the next call does: a processor that has to fetch all of it anew for every call is
 * slower by a third than one that does the same step for several calls in a row (measured). So what arrives within one turn
 * waits for the end of it, which is at once when nothing else arrives.
 */
export class TurnQueue<Item> {
	readonly #handle: (items: readonly Item[]) => void;
	#waiting: Item[] = [];

	/** @param handle must not throw. */
	constructor(handle: (items: readonly Item[]) => void) {
		this.#handle = handle;
	}

	add(item: Item): void {
		if (this.#waiting.push(item) === 1) setImmediate(this.#run);
	}

	readonly #run = (): void => {
		const waiting = this.#waiting;
		this.#waiting = [];
		this.#handle(waiting);
	};
}
