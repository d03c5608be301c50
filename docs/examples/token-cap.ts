/**
 * Refuses requests that ask for more output tokens than allowed.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), mock(), routing(), tokenCap({max: 1000})]`.
 */

import {definePlugin, GatewayError} from 'tapgate';

/** Refuses requests that ask for more output tokens than allowed. */
export const tokenCap = definePlugin<{max: number}>({
	name: 'token-cap',
	options: {
		type: 'object',
		properties: {max: {type: 'integer', minimum: 1, description: 'most output tokens that a call may ask for'}},
		required: ['max'],
		additionalProperties: false,
	},
	apply({hooks}, {max}) {
		hooks.admit.tap('token-cap', ({caller, request}) => {
			if ((request.maxTokens ?? 0) <= max) return;
			throw new GatewayError('token_cap', 400, `${caller.name} may ask for at most ${max} output tokens`);
		});
	},
});
