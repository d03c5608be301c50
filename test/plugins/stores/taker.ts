/** A replica in a process of its own: takes as often as it is told, and says how often it was granted. */

import type {Take} from '../../../plugins/stores/keys.js';
import {OpenStores} from '../../../plugins/stores/open-stores.js';

/** What it is told. */
export interface Order {
	readonly url: string;
	readonly takes: readonly Take[];
	readonly times: number;
	/** How far its clock is wrong. */
	readonly clockMs: number;
}

const quiet = {debug() {}, info() {}, warn() {}, error() {}};

process.once('message', async (order: Order) => {
	const now = (): number => Date.now() + order.clockMs;
	const open = new OpenStores(quiet, () => {}, now);
	const store = open.open(order.url, {deadlineMs: 30_000, degraded: 'refuse'});
	await open.start();
	for (;;) {
		// On a machine that has much to do, the start may take longer than it is waited for.
		const known = await Promise.resolve(store.look([])).catch(() => undefined);
		if (known !== undefined) break;
		await new Promise(resolve => setTimeout(resolve, 50));
	}
	const answers = await Promise.all(Array.from({length: order.times}, async () => store.take(order.takes)));
	process.send?.(answers.filter(({granted}) => granted).length, () => process.exit());
});
