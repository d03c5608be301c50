/**
 * Lets every caller have so many calls open at a time and no more.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), mock(), routing(), seats({each: 4})]`.
 */

import {definePlugin, GatewayError} from 'tapgate';

/** Limits the open calls of each caller. */
export const seats = definePlugin<{each: number}>({
	name: 'seats',
	options: {
		type: 'object',
		properties: {each: {type: 'integer', minimum: 1, description: 'calls that a caller may have open at a time'}},
		required: ['each'],
		additionalProperties: false,
	},
	apply({hooks}, {each}) {
		const taken = new Map<string, number>();

		hooks.admit.tap('seats', exchange => {
			const {name} = exchange.caller;
			const open = taken.get(name) ?? 0;
			if (open >= each) {
				throw new GatewayError('no_seat', 429, `${name} has ${open} calls open; wait for one to end.`, {
					headers: {'retry-after': '1'},
				});
			}
			taken.set(name, open + 1);
			exchange.defer(() => {
				const left = (taken.get(name) ?? 1) - 1;
				if (left === 0) taken.delete(name);
				else taken.set(name, left);
			});
		});
	},
});
