/** Gives back what was taken. */

import {deadlineMs} from './hooks.js';
import {isThenable, within} from './promises.js';

/** Gives something back of what is over. */
export type ReleaseOf<Subject> = (subject: Subject) => void | Promise<void>;

/**
 * Calls releases last first; each once, each isolated, and none waited for longer than for a tap.
 * @param subject what is over.
 * @returns a promise when one of them has to be waited for.
 */
export function releaseAll<Subject>(
	releases: ReleaseOf<Subject>[],
	subject: Subject,
	failed: (error: unknown) => void,
): void | Promise<void> {
	for (let release = releases.pop(); release !== undefined; release = releases.pop()) {
		try {
			const given: unknown = release(subject);
			if (isThenable(given))
				return within(given, deadlineMs)
					.catch(failed)
					.then(() => releaseAll(releases, subject, failed));
		} catch (error) {
			failed(error);
		}
	}
}
