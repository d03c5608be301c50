/** Gives back what was taken. */

import {deadlineMs} from './hooks.js';
import {isThenable, within} from './promises.js';

/** Gives something back of what is over. */
export type ReleaseOf<Subject> = (subject: Subject) => void | Promise<void>;

/** What was deferred last, and what was before. */
export interface Releases<Subject> {
	readonly release: ReleaseOf<Subject>;
	readonly before: Releases<Subject> | undefined;
}

/**
 * Calls releases last first; each isolated, and none waited for longer than for a tap.
 * @param subject what is over.
 * @returns a promise when one of them has to be waited for.
 */
export function releaseAll<Subject>(
	releases: Releases<Subject> | undefined,
	subject: Subject,
	failed: (error: unknown) => void,
): void | Promise<void> {
	for (let last = releases; last !== undefined; last = last.before) {
		try {
			const given: unknown = last.release(subject);
			if (isThenable(given)) return waitFor(given, last.before, subject, failed);
		} catch (error) {
			failed(error);
		}
	}
}

async function waitFor<Subject>(
	given: PromiseLike<unknown>,
	before: Releases<Subject> | undefined,
	subject: Subject,
	failed: (error: unknown) => void,
): Promise<void> {
	await within(given, deadlineMs).catch(failed);
	await releaseAll(before, subject, failed);
}

/** What a gateway lets go of when it stops. */
export class Deferrals {
	#last: Releases<undefined> | undefined;

	add(release: ReleaseOf<undefined>): void {
		this.#last = {release, before: this.#last};
	}

	/** As {@link releaseAll}, one by one: what is let go may defer something in its turn, which is then the last. */
	async release(failed: (error: unknown) => void): Promise<void> {
		for (let last = this.#last; last !== undefined; last = this.#last) {
			this.#last = last.before;
			await releaseAll({release: last.release, before: undefined}, undefined, failed);
		}
	}
}
