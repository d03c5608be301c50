/** Has every plugin record the calls that are over. */

import type {ClosedExchange} from './exchange.js';
import type {Hooks} from './hooks.js';

/** A call that is over. */
export interface OverCall {
	readonly exchange: ClosedExchange;
	/** Called when all plugins have recorded it. */
	readonly recorded: () => void;
}

/**
 * Calls the taps of `record`, one tap for all calls and then the next: the same step for several calls in a row is what
 * {@link TurnQueue} is for. What a tap gets, and the order of the taps for one call, is as if the hook were called for each. Taps
 * are guarded: none throws, and none of their promises rejects.
 */
export function recordAll({taps}: Hooks['record'], calls: readonly OverCall[]): void {
	let pending: Map<OverCall, Promise<unknown>[]> | undefined;
	for (const {fn} of taps) {
		for (const call of calls) {
			const answer: unknown = fn(call.exchange);
			if (!(answer instanceof Promise)) continue;
			pending ??= new Map();
			const others = pending.get(call);
			if (others === undefined) pending.set(call, [answer]);
			else others.push(answer);
		}
	}
	for (const call of calls) {
		const promises = pending?.get(call);
		if (promises === undefined) call.recorded();
		else void Promise.all(promises).then(call.recorded);
	}
}
