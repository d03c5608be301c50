/** A replica in a process of its own: takes as often as it is told, and says how often it was granted. */

import type {Take} from '../../../plugins/stores/keys.js';
import {Leases} from '../../../plugins/stores/leases.js';
import {Link} from '../../../plugins/stores/link.js';
import {MemoryStore} from '../../../plugins/stores/memory.js';
import {PostgresBackend} from '../../../plugins/stores/postgres/backend.js';
import {readRedisUrl} from '../../../plugins/stores/redis/address.js';
import {RedisBackend} from '../../../plugins/stores/redis/backend.js';
import {Settlements} from '../../../plugins/stores/settlements.js';
import {SharedStore} from '../../../plugins/stores/shared-store.js';

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
	const backend = order.url.startsWith('redis')
		? new RedisBackend(readRedisUrl(order.url), {now})
		: new PostgresBackend({connectionString: order.url}, now);
	const link = new Link(backend, backend.kind, quiet);
	const shared = {link, leases: new Leases(link), settlements: new Settlements(link), local: new MemoryStore()};
	const back = new Promise<void>(resolve => link.whenBack(resolve));
	await link.start();
	if (link.isAway) await back;
	const store = new SharedStore(shared, {deadlineMs: 30_000, degraded: 'refuse'});
	const answers = await Promise.all(Array.from({length: order.times}, async () => store.take(order.takes)));
	process.send?.(answers.filter(({granted}) => granted).length, () => process.exit());
});
