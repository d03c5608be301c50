/** A replica in a process of its own: a whole gateway that spends, and says what its calls have cost. */

import {Engine, listen, serverSettings} from 'tapgate';
import {cost, dialects, mock, routing, stores} from 'tapgate/plugins';
import {memoryLog} from 'tapgate/testing';
import {ledger, prices, twoCents, whoever} from './support.js';

/** What it is told. */
export interface Errand {
	readonly store: string;
	readonly calls: number;
	readonly mode: 'plain' | 'streamed' | 'aborted';
	/** What its calls allow; each that is not left uses 2000. */
	readonly maxTokens: number;
}

/** What it says. */
export interface Spent {
	readonly nanoUsd: string;
	readonly passed: number;
	readonly refused: number;
	/** What was reserved for each call. */
	readonly estimate: number;
}

process.once('message', async ({store, calls, mode, maxTokens}: Errand) => {
	const book = ledger();
	const slow = {chunks: Array.from({length: 200}, () => 'word '), intervalMs: 5};
	const engine = new Engine({deployment: 'test', server: serverSettings({port: 0}), log: memoryLog()});
	await engine.assemble([
		dialects(),
		stores(),
		whoever(),
		mock({models: {call: mode === 'aborted' ? slow : twoCents}}),
		routing(),
		cost({prices, store, degraded: 'refuse', deadlineMs: 5000, budgets: [{by: 'key', dailyUsd: 1}]}),
		book.plugin,
	]);
	const {url} = await listen(engine);
	const body = JSON.stringify({model: 'mock.call', max_tokens: maxTokens, stream: mode !== 'plain', messages: []});
	const one = async (): Promise<number> => {
		const leaving = new AbortController();
		const response = await fetch(`${url}/v1/chat/completions`, {
			method: 'POST',
			headers: {'content-type': 'application/json'},
			body,
			signal: leaving.signal,
		});
		if (mode === 'aborted' && response.ok) {
			await response.body?.getReader().read();
			leaving.abort();
		} else await response.text();
		return response.status;
	};
	const statuses = await Promise.all(Array.from({length: calls}, one));
	await book.until(calls);
	const many = (status: number) => statuses.filter(found => found === status).length;
	const spent: Spent = {
		nanoUsd: String(book.spent()),
		passed: many(200),
		refused: many(402),
		estimate: (Math.ceil(body.length / 3) + maxTokens) * 10_000,
	};
	process.send?.(spent, () => process.exit());
});
