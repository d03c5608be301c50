/** What may be written between the braces of `accessLog({…})`. */

import type {OptionsSchema} from '../../core/index.js';

/** From the least told to the most. */
export const levels = ['error', 'warn', 'info', 'debug'] as const;

/** How much a line matters. */
export type Level = (typeof levels)[number];

/** What is written, and how. */
export interface AccessLogOptions {
	/** The least level that is written; default `info`. */
	readonly level?: Level;
	/** The form of the lines; `false` writes none. Default `pretty` on a terminal, else `json`. */
	readonly console?: 'json' | 'pretty' | false;
}

export const accessLogSchema = {
	type: 'object',
	properties: {
		level: {
			type: 'string',
			enum: levels,
			description:
				'the least level that is written: error (status 500 and up), warn (other refused and failed calls), ' +
				'info (all calls; the default) or debug (all calls, each with its attempts and losses in full)',
		},
		console: {
			enum: ['json', 'pretty', false],
			description:
				'json writes one object per line, pretty a line for people, false nothing; default pretty on a terminal, else json',
		},
	},
	additionalProperties: false,
} as unknown as OptionsSchema<AccessLogOptions>;
