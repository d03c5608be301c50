/** Opens what limits and budgets are kept in, for the plugins that keep them. */

import {definePlugin} from '../../core/index.js';
import {provideStores} from './demands.js';
import {MemoryStore} from './memory.js';
import {OpenStores} from './open-stores.js';
import {primaryMemory} from './primary-memory.js';
import {PrimaryStore} from './primary-store.js';
import {tellOfStores} from './report.js';

/** Provides the service `stores`: memory, Redis and Postgres behind one interface. Taps `admit`, late, when a plugin has opened one that has to be waited for. */
export const stores = definePlugin({
	name: 'stores',
	apply(gateway) {
		const {workers} = gateway;
		const memory =
			workers.count > 1 ? new PrimaryStore(question => workers.askPrimary(primaryMemory, question)) : new MemoryStore();
		const opened = (): void => {
			if (open.all.length === 1) tellOfStores(gateway, () => open.all);
		};
		const open = new OpenStores(gateway.log, opened, Date.now, memory);
		gateway.defer(() => open.close());
		provideStores(gateway, (url, options) => open.open(url, options));
		gateway.beforeListen(() => open.start());
	},
});
