/**
 * Logs how many events per second every stream carried, and when the gateway stops how many there were in all.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), mock(), routing(), speedometer()]`.
 */

import {definePlugin, key} from 'tapgate';

interface Run {
	readonly startedAt: number;
	events: number;
}

/** Where the speedometer keeps what it has counted of a call; no other plugin can reach it. */
const run = key<Run>('speedometer.run');

/** Measures streams. */
export const speedometer = definePlugin({
	name: 'speedometer',
	apply({hooks, log, defer}) {
		let streams = 0;
		let events = 0;

		hooks.chunk.tap('speedometer', (_event, exchange) => {
			const counted = exchange.get(run);
			if (counted === undefined) exchange.set(run, {startedAt: performance.now(), events: 1});
			else counted.events++;
			return undefined;
		});

		hooks.record.tap('speedometer', exchange => {
			const counted = exchange.get(run);
			if (counted === undefined) return;
			const seconds = Math.max(performance.now() - counted.startedAt, 1) / 1000;
			streams++;
			events += counted.events;
			log.info('stream measured', {
				requestId: exchange.id,
				events: counted.events,
				eventsPerSecond: Math.round(counted.events / seconds),
			});
		});

		defer(() => log.info('streams measured', {streams, events}));
	},
});
