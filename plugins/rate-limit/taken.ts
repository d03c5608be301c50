/** What a call has taken with one question to the store, and what it is charged with in the end. */

import type {AttemptReport, ClosedExchange, Target} from '../../core/index.js';
import type {Grant, Used} from '../stores/keys.js';
import type {Counted} from './rules.js';
import {isOfTarget, targetSubject} from './subjects.js';
import {amountOf, chargedTokens, type Tokens, usedNothing, wasAsked} from './use.js';

export class Taken {
	readonly counted: readonly Counted[];
	readonly #grant: Grant;
	/** How many attempts were over by then. */
	readonly #after: number;
	/** Of limits of targets that are not asked any more, what was used. */
	#left: (number | undefined)[] | undefined;

	constructor(grant: Grant, counted: readonly Counted[], after: number) {
		this.#grant = grant;
		this.counted = counted;
		this.#after = after;
	}

	/**
	 * Lets go of the limits of targets that have failed, now that another one is asked: the call may go on for long. Tokens of one that
	 * may have worked on the call, because it was not heard of in time, are held until it is known who has answered.
	 */
	leave(target: Target, attempts: readonly AttemptReport[]): void {
		const left = this.counted.map((one, index) => {
			const before = this.#left?.[index];
			if (before !== undefined || concerns(one, target)) return before;
			const idle = attempts.every(attempt => !concerns(one, attempt) || usedNothing(attempt));
			return this.#calls(index, attempts) ?? (idle ? 0 : undefined);
		});
		if (left.every(one => one === undefined)) return;
		this.#left = left;
		void this.#grant.settle(left, false);
	}

	/** @param expected what is charged where nothing else is known. */
	settle(closed: ClosedExchange, expected: Tokens): void | Promise<void> {
		const settled = this.#grant.settle(this.used(closed, expected), false);
		return settled instanceof Promise ? settled.then(() => undefined) : undefined;
	}

	/** What the call has used of each limit in the end. */
	used(closed: ClosedExchange, expected: Tokens): Used {
		const {attempts, target} = closed;
		// Nobody reads the usage of a call whose limits count no tokens.
		let charged: Tokens | undefined;
		const used = new Array<number>(this.counted.length);
		for (let index = 0; index < used.length; index++) {
			const one = this.counted[index] as Counted;
			const known = this.#left?.[index] ?? this.#calls(index, attempts);
			if (known !== undefined) used[index] = known;
			else if (target !== undefined && !concerns(one, target)) used[index] = 0;
			else {
				charged ??= chargedTokens(closed, expected);
				used[index] = amountOf(one.limit.counts, charged);
			}
		}
		return used;
	}

	/** What a limit is charged with that does not count tokens; `undefined` for one that does. */
	#calls(index: number, attempts: readonly AttemptReport[]): number | undefined {
		const one = this.counted[index] as Counted;
		const {enforced, counts} = one.limit;
		// What a limit on trial would have refused, it would not have counted.
		if (!enforced && this.#grant.standings[index]?.short === true) return 0;
		if (counts === 'calls') return 0;
		if (counts !== 'requests') return undefined;
		for (let attempt = this.#after; attempt < attempts.length; attempt++) {
			const report = attempts[attempt] as AttemptReport;
			if (wasAsked(report) && concerns(one, report)) return 1;
		}
		return 0;
	}
}

/** Whether a limit is one of those of a target: those of the call are of all. */
export function concerns({limit: {by}, subject}: Counted, target: Pick<Target, 'provider' | 'model'>): boolean {
	return !isOfTarget(by) || targetSubject(by, target) === subject;
}
