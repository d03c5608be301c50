/** Tells how the stores are: a health check and metrics, once there is a store that can be away. */

import type {Check, Gateway, Metric} from '../../core/index.js';
import type {OpenStore} from './open-stores.js';

/** Registers what tells of the stores. @param all those that are open when it is read. */
export function tellOfStores(
	{checks, metrics}: Pick<Gateway, 'checks' | 'metrics'>,
	all: () => readonly OpenStore[],
): void {
	checks.add('stores', checkOf(all));
	const add = (name: string, kind: Metric['kind'], help: string, value: (store: OpenStore) => number): void =>
		metrics.add(name, {
			kind,
			help,
			read: () => all().map(store => ({labels: {store: store.link.name}, value: value(store)})),
		});
	add('store_up', 'gauge', 'Whether the store can be asked: 1, or 0 while it is away.', ({link}) =>
		link.isAway ? 0 : 1,
	);
	add('store_calls_total', 'counter', 'Times that the store was asked.', ({link}) => link.counts.calls);
	add('store_failures_total', 'counter', 'Times that the store failed or was late.', ({link}) => link.counts.failures);
	add('store_seconds_total', 'counter', 'Time that was spent asking the store.', ({link}) => link.counts.seconds);
	add('store_fallbacks_total', 'counter', 'Answers that were given without the store.', ({fallenBack}) => fallenBack);
	add(
		'store_settlements_waiting',
		'gauge',
		'Settlements that the store has not been told yet.',
		({settlements}) => settlements.size,
	);
	add(
		'store_settlements_dropped_total',
		'counter',
		'Settlements that the store will never be told.',
		({settlements}) => settlements.dropped,
	);
}

/** A store that is away does not make the gateway unready: all replicas would be so at once, and calls are answered. */
function checkOf(all: () => readonly OpenStore[]): Check {
	return () => {
		const stores = all().map(({link: {name, awaySince}, settlements}) => ({
			name,
			status: awaySince === undefined ? 'ok' : 'away',
			...(awaySince !== undefined && {since: new Date(awaySince).toISOString()}),
			settlementsWaiting: settlements.size,
		}));
		return {status: stores.every(({status}) => status === 'ok') ? 'ok' : 'degraded', stores};
	};
}
