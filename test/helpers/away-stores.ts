/** Stores that cannot be asked, as one with `degraded: 'refuse'` is while it is away. */

import {definePlugin} from '../../core/index.js';
import {provideStores} from '../../plugins/stores/demands.js';
import {type Store, StoreUnavailable} from '../../plugins/stores/keys.js';

const away = () => Promise.reject(new StoreUnavailable('away'));
const store: Store = {kind: 'away', waits: true, take: away, look: away, revoke: away, revoked: away};

export const awayStores = definePlugin({
	name: 'stores',
	apply: gateway => provideStores(gateway, () => store),
});
