/** Stores that cannot be asked, as one with `degraded: 'refuse'` is while it is away. */

import {definePlugin} from '../../core/index.js';
import {type Store, StoreUnavailable, stores as storesKey} from '../../plugins/stores/keys.js';

const away = () => Promise.reject(new StoreUnavailable('away'));
const store: Store = {kind: 'away', take: away, look: away, revoke: away, revoked: away};

export const awayStores = definePlugin({
	name: 'stores',
	apply: ({provide}) => provide(storesKey, {open: () => store}),
});
