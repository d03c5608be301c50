/** Answers that may come later, and answers that only look as if. */

export function isThenable(value: unknown): value is PromiseLike<unknown> {
	return typeof value === 'object' && value !== null && typeof (value as {then?: unknown}).then === 'function';
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
