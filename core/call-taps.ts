/** What the kinds of hooks mean: how the answers of taps come to one. */

import type {HookKind} from './guard.js';

/** A tap as it is called: one that fails at a hook that decides throws. */
export interface CalledTap {
	readonly fn: (first: unknown, second: unknown) => unknown;
}

/**
 * Calls taps one after the other, and waits for none that answers at once: most do, and promises would be most of what a call costs.
 * @param first, second what the hook is called with; of a waterfall the first is what changes.
 * @param from the place of the tap that is next.
 * @returns the answer, or a promise of it when a tap has to be waited for.
 */
export function callTaps(
	kind: HookKind,
	taps: readonly CalledTap[],
	first: unknown,
	second: unknown,
	from = 0,
): unknown {
	const bails = kind === 'bail' || kind === 'sync-bail';
	const flows = kind === 'waterfall' || kind === 'sync-waterfall';
	let value = first;
	for (let index = from; index < taps.length; index++) {
		const answer = (taps[index] as CalledTap).fn(value, second);
		if (answer instanceof Promise) {
			const before = value;
			return answer.then(late => {
				if (bails && late !== undefined) return late;
				return callTaps(kind, taps, flows && late !== undefined ? late : before, second, index + 1);
			});
		}
		if (answer === undefined) continue;
		if (bails) return answer;
		if (flows) value = answer;
	}
	return flows ? value : undefined;
}

/** Calls taps all at once, for one subject; calls that are over are recorded together by `recordAll`. @returns a promise when some of them have to be waited for. */
export function callTapsTogether(taps: readonly CalledTap[], first: unknown, second: unknown): unknown {
	const pending = taps.map(({fn}) => fn(first, second)).filter(answer => answer instanceof Promise);
	return pending.length === 0 ? undefined : Promise.all(pending).then(() => undefined);
}
