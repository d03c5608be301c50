/** Gathers what plugins demand of stores for a call until the end of `admit`, and has it taken then. */

import {type Gateway, type Key, key, type RoutedExchange, Stage} from '../../core/index.js';
import {JointTake} from './joint-take.js';
import {type Demand, type Store, type Stores, stores} from './keys.js';
import {takeNow} from './take-now.js';

/** Of one call. */
class Demands {
	/** One for each store. */
	readonly joint: JointTake[] = [];
	/** From now on it is too late. */
	taken = false;
}

const demandsKey: Key<Demands> = key('stores.demands');

/** Of a call for which nothing was demanded in time. */
const none = new Demands();
none.taken = true;

/**
 * Provides the service `stores`.
 * @param open opens one: see {@link Stores.open}. With the first that has to be waited for, `admit` is tapped, behind all who object to a
 * call without taking anything.
 */
export function provideStores({provide, hooks}: Pick<Gateway, 'provide' | 'hooks'>, open: Stores['open']): void {
	let taps = false;
	provide(stores, {
		open(url, options) {
			const store = open(url, options);
			if (!taps && store.waits) hooks.admit.tap({name: 'stores', stage: Stage.late}, takeDemanded);
			taps ||= store.waits;
			return store;
		},
		takeTogether(exchange, store, demand) {
			if (store.waits) later(exchange, store, demand);
			else takeNow(exchange, store, demand);
		},
	});
}

function later(exchange: RoutedExchange, store: Store, demand: Demand): void {
	let demands = exchange.get(demandsKey);
	if (demands === undefined) {
		demands = new Demands();
		exchange.set(demandsKey, demands);
	}
	if (demands.taken) throw new Error('takeTogether is for admit: what was demanded has been taken');
	let joint = demands.joint.find(one => one.store === store);
	if (joint === undefined) {
		joint = new JointTake(store, exchange);
		demands.joint.push(joint);
	}
	joint.add(demand);
}

/** Takes what was demanded, from one store after the other; nobody waits when there is nothing. @throws what the client is told. */
function takeDemanded(exchange: RoutedExchange): void | Promise<void> {
	const demands = exchange.get(demandsKey);
	if (demands === undefined) {
		exchange.set(demandsKey, none);
		return undefined;
	}
	demands.taken = true;
	return takeFrom(demands.joint);
}

async function takeFrom(joint: readonly JointTake[]): Promise<void> {
	for (const one of joint) await one.take();
}
