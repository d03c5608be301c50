/** Gives back what was taken. */

import type {Release} from './exchange.js';
import {deadlineMs} from './hooks.js';
import {isThenable, within} from './promises.js';

/**
 * Calls releases last first; each once, each isolated, and none waited for longer than for a tap.
 * @returns a promise when one of them has to be waited for.
 */
export function releaseAll(releases: Release[], failed: (error: unknown) => void): void | Promise<void> {
	for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
		try {
			const given: unknown = release();
			if (isThenable(given))
				return within(given, deadlineMs)
					.catch(failed)
					.then(() => releaseAll(releases, failed));
		} catch (error) {
			failed(error);
		}
	}
}
