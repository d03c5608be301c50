/** Has closed calls recorded, those of one turn of the event loop together: what records is code of its own, and runs best in one go. */

import {ask} from '../ask.js';
import type {ClosedExchange} from '../exchange.js';
import type {Hooks} from '../hooks.js';

interface Waiting {
	readonly exchange: ClosedExchange;
	readonly recorded: () => void;
}

export class RecordQueue {
	readonly #hook: Hooks['record'];
	#waiting: Waiting[] = [];

	constructor(hook: Hooks['record']) {
		this.#hook = hook;
	}

	/** @param recorded called when every tap has kept its copy, or has failed to. */
	add(exchange: ClosedExchange, recorded: () => void): void {
		if (this.#hook.taps.length === 0) {
			recorded();
			return;
		}
		if (this.#waiting.push({exchange, recorded}) === 1) setImmediate(this.#run);
	}

	readonly #run = (): void => {
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const {exchange, recorded} of waiting) {
			const kept = ask(this.#hook, exchange);
			if (kept instanceof Promise) void kept.then(recorded);
			else recorded();
		}
	};
}
