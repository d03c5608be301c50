/**
 * Prices every call by its tokens, at one rate for input and one for output, whatever the model.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), mock(), routing(), flatPrice({input: 150, output: 600})]`.
 */

import {definePlugin} from 'tapgate';

/** Prices calls by the token. */
export const flatPrice = definePlugin<{input: number; output: number}>({
	name: 'flat-price',
	options: {
		type: 'object',
		properties: {
			input: {type: 'integer', minimum: 0, description: 'nano-dollars per input token, cached or not'},
			output: {type: 'integer', minimum: 0, description: 'nano-dollars per output token, reasoning included'},
		},
		required: ['input', 'output'],
		additionalProperties: false,
	},
	apply({hooks}, {input, output}) {
		hooks.price.tap('flat-price', ({usage, endpoint}) => {
			const read = usage?.input.total;
			const embeds = endpoint.kind === 'model' && endpoint.route.operation === 'embed';
			const written = embeds ? 0 : usage?.output.total;
			// A call of unknown size has an unknown price. Nothing would be a lie.
			if (usage === undefined || read === undefined || written === undefined) return undefined;
			return {nanoUsd: BigInt(read * input + written * output), basis: `flat-price, ${usage.source} usage`};
		});
	},
});
