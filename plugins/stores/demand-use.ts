/** What becomes of a demand in the end, whatever its plugin says or fails to say. */

import type {ClosedExchange} from '../../core/index.js';
import type {Demand, Used} from './keys.js';

export const sameAgain = 'a demand that was refused demands the same again';

/** What was used of each of the takes, no more and no fewer. */
export interface DemandUse {
	readonly used: Used;
	/** The plugin could not say it. */
	readonly failure?: {readonly error: unknown};
}

/**
 * Where a plugin does not say what was used, it is what was taken.
 * @param granted false when the plugin has failed at hearing of it: its call has used nothing.
 */
export function usedOf(demand: Demand, granted: boolean, closed: ClosedExchange): DemandUse {
	const {takes} = demand;
	if (!granted) return {used: takes.map(() => 0)};
	try {
		const used = demand.used(closed);
		if (used.length === takes.length && !used.includes(undefined)) return {used};
		return {used: takes.map(({amount}, index) => used[index] ?? amount)};
	} catch (error) {
		return {used: takes.map(({amount}) => amount), failure: {error}};
	}
}
