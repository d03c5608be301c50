/** Gives back what was taken. */

import type {Release} from './exchange.js';
import {deadlineMs} from './hooks.js';
import {isThenable, within} from './promises.js';

/** Calls releases last first; each once, each isolated, and none waited for longer than for a tap. */
export async function releaseAll(releases: Release[], failed: (error: unknown) => void): Promise<void> {
	for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
		try {
			const given: unknown = release();
			if (isThenable(given)) await within(given, deadlineMs);
		} catch (error) {
			failed(error);
		}
	}
}
