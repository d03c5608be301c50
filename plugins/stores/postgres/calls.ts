/** Takes and settlements on their way to Postgres: those that come while others are asked go together, as one statement. */

/** A take or a settlement, as `tapgate_calls_1` reads it. */
export interface StoreCall {
	readonly action: 'take' | 'settle';
	readonly grant: string;
	readonly holdings: readonly object[];
}

interface Waiting<Reply> {
	readonly call: StoreCall;
	resolve(reply: Reply): void;
	reject(error: unknown): void;
}

/** Rows that every call locks are locked by one statement at a time: more of them would only wait for each other. */
export const mostStatements = 4;
/** Others wait for the rows that a statement has locked. */
const mostTogether = 50;

export class StoreCalls<Reply> {
	readonly #ask: (calls: readonly StoreCall[]) => Promise<readonly Reply[]>;
	#waiting: Waiting<Reply>[] = [];
	#asking = 0;

	/** @param ask one statement; answers in the order of the calls. */
	constructor(ask: (calls: readonly StoreCall[]) => Promise<readonly Reply[]>) {
		this.#ask = ask;
	}

	/** @throws what the statement fails with. */
	add(call: StoreCall): Promise<Reply> {
		return new Promise((resolve, reject) => {
			this.#waiting.push({call, resolve, reject});
			this.#next();
		});
	}

	#next(): void {
		if (this.#asking >= mostStatements || this.#waiting.length === 0) return;
		const together = this.#waiting.slice(0, mostTogether);
		this.#waiting = this.#waiting.slice(mostTogether);
		this.#asking++;
		this.#ask(together.map(({call}) => call))
			.then(
				replies => {
					for (const [index, {resolve}] of together.entries()) resolve(replies[index] as Reply);
				},
				error => {
					for (const {reject} of together) reject(error);
				},
			)
			.finally(() => {
				this.#asking--;
				this.#next();
			});
	}
}
