/** The memory of the primary process, which its workers count in together: the part that keeps it. */

import type {Grant, Holding, Shortage, Standing, Take, Used} from './keys.js';
import {MemoryStore} from './memory.js';

/** How workers name it. */
export const primaryMemory = 'stores';

/** What a worker asks. `grant` is a name that it has given to no other take. */
export type PrimaryQuestion =
	| {readonly kind: 'take'; readonly grant: number; readonly takes: readonly Take[]}
	| {readonly kind: 'settle'; readonly grant: number; readonly used: Used}
	| {readonly kind: 'look'; readonly holdings: readonly Holding[]}
	| {readonly kind: 'revoke'; readonly names: readonly string[]}
	| {readonly kind: 'revoked'; readonly withinMs: number};

/** What it is answered, by kind of question. */
export interface PrimaryAnswers {
	readonly take: Pick<Grant, 'granted' | 'standings'> | Shortage;
	/** Absent for a grant that was settled before. */
	readonly settle: readonly Standing[] | undefined;
	readonly look: readonly Standing[];
	readonly revoked: readonly string[];
}

interface Held {
	readonly grant: Grant;
	readonly takes: readonly Take[];
}

export class PrimaryMemory {
	readonly #store: MemoryStore;
	/** Of each worker, what its calls hold. */
	readonly #held = new Map<number, Map<number, Held>>();

	constructor(store = new MemoryStore()) {
		this.#store = store;
	}

	answer(question: unknown, worker: number): unknown {
		// Workers run the same program: what they send is what it says.
		const asked = question as PrimaryQuestion;
		if (asked.kind === 'look') return this.#store.look(asked.holdings);
		if (asked.kind === 'take') return this.#take(asked, worker);
		if (asked.kind === 'revoke') return this.#store.revoke(asked.names);
		if (asked.kind === 'revoked') return this.#store.revoked(asked.withinMs);
		const held = this.#held.get(worker);
		const {grant} = held?.get(asked.grant) ?? {};
		// JSON has no word for undefined.
		const used = asked.used.map(one => one ?? undefined);
		if (!used.includes(undefined)) held?.delete(asked.grant);
		return grant?.settle(used);
	}

	/** What the calls of a worker that has ended used, nobody knows: what they took stays taken. Their seats are free. */
	gone(worker: number): void {
		for (const {grant, takes} of this.#held.get(worker)?.values() ?? [])
			void grant.settle(takes.map(({amount}) => amount));
		this.#held.delete(worker);
	}

	#take({grant: name, takes}: PrimaryQuestion & {kind: 'take'}, worker: number): PrimaryAnswers['take'] {
		const answer = this.#store.take(takes);
		if (!answer.granted) return answer;
		const held = this.#held.get(worker) ?? new Map<number, Held>();
		this.#held.set(worker, held);
		held.set(name, {grant: answer, takes});
		return {granted: true, standings: answer.standings};
	}
}
