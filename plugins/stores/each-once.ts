/** Lets a grant be settled part by part, and each part once. */

import type {Grant, Take, Used} from './keys.js';

/**
 * Makes the `settle` of a grant.
 * @param takes what it has taken.
 * @param settle is called when something new is said: with all that has been said by then, with what is new of it, and with whether
 * anybody wants to know how the holdings stand then.
 */
export function eachOnce(
	takes: readonly Take[],
	settle: (all: Used, fresh: Used, tells: boolean) => ReturnType<Grant['settle']>,
): Grant['settle'] {
	let all: Used | undefined;
	return (used, tells = true) => {
		const before = all;
		const fresh =
			before === undefined ? used : used.map((one, index) => (before[index] === undefined ? one : undefined));
		if ((before !== undefined || takes.length > 0) && fresh.every(one => one === undefined)) return undefined;
		all = before === undefined ? used : takes.map((_, index) => before[index] ?? fresh[index]);
		return settle(all, fresh, tells);
	};
}
