/** A shared store as the plugin puts it together, with its parts at hand. */

import type {ExecutionContext} from 'ava';
import {Arrears} from '../../../plugins/stores/arrears.js';
import type {Backend} from '../../../plugins/stores/backend.js';
import type {Degraded} from '../../../plugins/stores/keys.js';
import {Leases} from '../../../plugins/stores/leases.js';
import {Link} from '../../../plugins/stores/link.js';
import {MemoryStore} from '../../../plugins/stores/memory.js';
import {Settlements} from '../../../plugins/stores/settlements.js';
import {newGrant, SharedStore} from '../../../plugins/stores/shared-store.js';
import {memoryLog} from '../../helpers/whole-gateway.js';

/** Connected, and closed with the test. @param deadlineMs long, for machines that have much to do. @param waits for a store that is away. */
export async function openShared(
	t: ExecutionContext,
	backend: Backend,
	deadlineMs = 20_000,
	degraded: Degraded = 'refuse',
	waits = true,
) {
	const log = memoryLog();
	const link = new Link(backend, backend.kind, log);
	const leases = new Leases(link);
	const settlements = new Settlements(link);
	t.teardown(async () => {
		leases.close();
		await settlements.close();
		await link.close();
	});
	const back = new Promise<void>(resolve => link.whenBack(resolve));
	await link.start();
	if (link.isAway && waits) await back;
	const arrears = new Arrears(link, settlements, newGrant);
	const shared = {link, settlements, leases, arrears, local: new MemoryStore()};
	const store = new SharedStore(shared, {deadlineMs, degraded});
	return {store, link, leases, settlements, log};
}
