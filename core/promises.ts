/** Answers that may come later, and answers that only look as if. */

export function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof value === 'object' && value !== null && typeof (value as {then?: unknown}).then === 'function';
}

/** A promise in tapable's eyes, kept or broken already: it calls back at once. */
export class Kept {
	readonly #answer: unknown;
	readonly #error: unknown;

	constructor(answer: unknown, error: unknown) {
		this.#answer = answer;
		this.#error = error;
	}

	// biome-ignore lint/suspicious/noThenProperty: tapable asks for nothing else of a promise
	then(resolve: (answer: unknown) => void, reject: (error: unknown) => void): void {
		if (this.#error === undefined) resolve(this.#answer);
		else reject(this.#error);
	}
}

/** Waits for a promise, but not for ever. @throws what it rejects with, or an error when it takes longer. */
export function within<Value>(promise: PromiseLike<Value>, milliseconds: number): Promise<Value> {
	return new Promise((resolve, reject) => {
		const timer = setTimeout(() => reject(new Error(`took longer than ${milliseconds} ms`)), milliseconds);
		promise.then(
			value => {
				clearTimeout(timer);
				resolve(value);
			},
			error => {
				clearTimeout(timer);
				reject(error);
			},
		);
	});
}
