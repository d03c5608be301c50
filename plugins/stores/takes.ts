/** What every store does with takes before it looks at its holdings: are they possible, and where is each kept? */

import type {Holding, Take} from './keys.js';

const longestKey = 512;

/**
 * Refuses what no store could count right.
 * @throws {TypeError} naming the holding: a mistake of the plugin that takes.
 */
export function checkTakes(takes: readonly Take[]): void {
	for (let index = 0; index < takes.length; index++) {
		const {holding, amount} = takes[index] as Take;
		const most = holding.kind === 'seats' ? 1 : Number.MAX_SAFE_INTEGER;
		if (!Number.isSafeInteger(amount) || amount < 0 || amount > most)
			throw new TypeError(`take ${index} of "${holding.key}": ${amount} is no amount of ${holding.kind}`);
		if (holding.key.length > longestKey)
			throw new TypeError(`take ${index}: a key of ${holding.key.length} characters`);
		for (let other = 0; other < index; other++)
			if (isSame(holding, (takes[other] as Take).holding))
				throw new TypeError(`takes ${other} and ${index} are of the same holding "${holding.key}"`);
	}
}

/** What a settled amount counts as: broken numbers of a provider must not reach the sums. */
export function usedAmount(used: number | undefined): number {
	return used === undefined || !(used > 0) ? 0 : Math.min(Math.ceil(used), Number.MAX_SAFE_INTEGER);
}

/** What a store is told to settle; nothing of what is settled later. */
export function settledAmount(used: number | undefined): number | undefined {
	return used === undefined ? undefined : usedAmount(used);
}

function isSame(one: Holding, other: Holding): boolean {
	return one.key === other.key && one.kind === other.kind && storageKey(one) === storageKey(other);
}

const known = new WeakMap<Holding, string>();

/**
 * Names a holding among all of a store: what is counted differently is kept apart, so that a changed config starts anew. Plugins that
 * take from the same object again do not pay for the name again.
 */
export function storageKey(holding: Holding): string {
	let name = known.get(holding);
	if (name === undefined) {
		name = storageKeyOf(holding);
		known.set(holding, name);
	}
	return name;
}

function storageKeyOf(holding: Holding): string {
	const key = plain(holding.key);
	if (holding.kind !== 'sum') return `${holding.kind}:${key}`;
	const {period} = holding;
	return period.kind === 'rolling' ? `rolling-${period.seconds}:${key}` : `${period.unit}-${period.zone}:${key}`;
}

/** Keys may hold what clients sent: what a store cannot keep as text must not look as if the store failed. */
function plain(key: string): string {
	return key.isWellFormed() && !key.includes('\0') ? key : JSON.stringify(key);
}
