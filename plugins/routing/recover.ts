/** What is worth asking another target for. */

import {type AttemptFailure, key, type Recovery, type RoutedExchange} from '../../core/index.js';

const repeated = key<true>('routing.repeated');

/**
 * A failure of the target (it is away, slow, overloaded, out of quota, does not know the model or refuses the gateway's
 * credential) may not be one of the next target; nor may a limit or a budget of the target's own. A fault of the request
 * (400, 413, 422…) is one everywhere.
 */
export function recover(failure: AttemptFailure, exchange: RoutedExchange): Recovery {
	if (failure.staleConnection && exchange.get(repeated) === undefined) {
		exchange.set(repeated, true);
		return 'same-target';
	}
	const status = failure.refused ? failure.error.status : failure.status;
	if (status === undefined || status < 400 || status >= 500) return 'next-target';
	if (status === 401 || status === 403) return failure.attempt.provider.signs ? 'next-target' : 'give-up';
	return status === 402 || status === 404 || status === 408 || status === 429 ? 'next-target' : 'give-up';
}
