/** Takes what a plugin demands for a call from a store that answers at once. */

import type {RoutedExchange} from '../../core/index.js';
import {sameAgain, usedOf} from './demand-use.js';
import type {Demand, Grant, Store} from './keys.js';

/** Takes it, or as much else as is demanded instead, and has it settled at the end. @throws what the client is told. */
export function takeNow(exchange: RoutedExchange, store: Store, demand: Demand): void {
	for (let {takes} = demand; takes.length > 0; ) {
		const answer = store.take(takes);
		if (answer instanceof Promise) throw new TypeError('a store that answers at once has to be waited for');
		if (answer.granted) {
			let granted = false;
			try {
				demand.granted(answer);
				granted = true;
			} finally {
				settleAtEnd(exchange, demand, answer, granted);
			}
			return;
		}
		demand.refused(answer);
		if (demand.takes === takes) throw new Error(sameAgain);
		takes = demand.takes;
	}
}

/** Of a call that is over by now it is settled right here. */
function settleAtEnd(exchange: RoutedExchange, demand: Demand, grant: Grant, granted: boolean): void {
	exchange.defer(closed => {
		const {used, failure} = usedOf(demand, granted, closed);
		const standings = grant.settle(used, demand.settled !== undefined);
		if (Array.isArray(standings)) demand.settled?.(standings);
		if (failure !== undefined) throw failure.error;
	});
}
