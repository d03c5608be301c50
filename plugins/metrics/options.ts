/** What may be written between the braces of `metrics({…})`. */

import type {OptionsSchema} from '../../core/index.js';

/** Who may read the metrics, and what they tell. */
export interface MetricsOptions {
	/** Default: `open` where only this machine can ask, else `caller`. */
	readonly access?: 'open' | 'caller';
	/** Tell the names of callers; default no. */
	readonly callers?: boolean;
	/** Models to tell by name beside those that the config names, as `provider.model` with `*` for any run of characters. */
	readonly models?: readonly string[];
}

export const metricsSchema: OptionsSchema<MetricsOptions> = {
	type: 'object',
	properties: {
		access: {
			type: 'string',
			enum: ['open', 'caller'],
			nullable: true,
			description:
				'open lets anybody read, caller wants a key as for any call; default open when server.host is a loopback address, else caller',
		},
		callers: {
			type: 'boolean',
			nullable: true,
			default: false,
			description: 'tell the names of callers in a label of requests and tokens',
		},
		models: {
			type: 'array',
			items: {type: 'string', minLength: 1},
			nullable: true,
			default: [],
			description:
				'models to tell by name beside those that the config names: provider.model, with * for any run of characters',
		},
	},
	additionalProperties: false,
};
