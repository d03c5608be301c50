/** Opens what limits and budgets are kept in, for the plugins that keep them. */

import {definePlugin} from '../../core/index.js';
import {stores as storesKey} from './keys.js';
import {OpenStores} from './open-stores.js';
import {tellOfStores} from './report.js';

/** Provides the service `stores`: memory, Redis and Postgres behind one interface. */
export const stores = definePlugin({
	name: 'stores',
	apply(gateway) {
		const open = new OpenStores(gateway.log, () => {
			if (open.all.length === 1) tellOfStores(gateway, () => open.all);
		});
		gateway.defer(() => open.close());
		gateway.provide(storesKey, open);
		gateway.beforeListen(() => {
			if (open.usesMemory && gateway.server.workers > 1)
				gateway.log.warn('each worker counts by itself: limits hold per worker; name a store to share them', {
					workers: gateway.server.workers,
				});
			return open.start();
		});
	},
});
