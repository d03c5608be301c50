/** Asks the taps of an asynchronous hook without waiting for what is known at once: most taps answer synchronously. */

interface Askable<Args extends unknown[], Answer> {
	callAsync(...args: [...Args, (error: Error | null | undefined, answer?: Answer) => void]): void;
}

/**
 * Calls a hook.
 * @returns what its taps answered: itself when every tap answered at once, else a promise of it.
 * @throws what a tap threw; the promise rejects with it.
 */
export function ask<Args extends unknown[], Answer>(
	hook: Askable<Args, Answer>,
	...args: Args
): Answer | undefined | Promise<Answer | undefined> {
	let known: {readonly error: Error | null | undefined; readonly answer: Answer | undefined} | undefined;
	let settle: ((error: Error | null | undefined, answer?: Answer) => void) | undefined;
	hook.callAsync(...args, (error, answer) => {
		if (settle === undefined) known = {error, answer};
		else settle(error, answer);
	});
	if (known === undefined) {
		return new Promise((resolve, reject) => {
			settle = (error, answer) => (error ? reject(error) : resolve(answer));
		});
	}
	if (known.error) throw known.error;
	return known.answer;
}
