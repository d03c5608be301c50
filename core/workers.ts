/** The processes that share the port, for plugins whose answer must speak for all of them. */

/** What the other workers said. */
export interface WorkerAnswers {
	/** In no order. Made of JSON in another process: check what is in it. */
	readonly answers: readonly unknown[];
	/** Workers that did not answer in time, failed to, or are not there just now. */
	readonly missing: number;
}

/** One process of a gateway and the way to the others; alone unless `server.workers` is more than 1. */
export interface Workers {
	/** 1 to `count`. A worker that takes the place of another one has its number. */
	readonly number: number;
	readonly count: number;
	/**
	 * Answers a question of other workers.
	 * @param question a word of the plugin's own; one answer each.
	 * @param answer gives, or promises, something that can be sent as JSON.
	 */
	answer(question: string, answer: () => unknown): void;
	/**
	 * Asks all other workers.
	 * @param withinMs who takes longer is left out.
	 */
	ask(question: string, withinMs: number): Promise<WorkerAnswers>;
	/**
	 * Asks the primary process, which serves no calls: what all workers must agree on is kept there. Without workers there is
	 * none, and it rejects, as it does when the primary cannot answer.
	 * @param service who answers there. @param question can be sent as JSON, as the answer can.
	 */
	askPrimary(service: string, question: unknown): Promise<unknown>;
}

/** A gateway that is one process: nobody to ask. */
export const alone: Workers = Object.freeze({
	number: 1,
	count: 1,
	answer() {},
	ask: () => Promise.resolve({answers: [], missing: 0}),
	askPrimary: () => Promise.reject(new Error('there is no primary process')),
});
