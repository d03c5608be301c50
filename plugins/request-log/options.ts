/** What may be written between the braces of `requestLog({…})`. */

import type {OptionsSchema, Secret} from '../../core/index.js';

/** How much of what was said is kept. */
export type Bodies = 'none' | 'truncated' | 'full';

/** What is kept, where, and for how long. */
export interface RequestLogOptions {
	/** Connection string of a Postgres, as URL or in libpq's keyword form; absent: an embedded one. */
	readonly database?: string | Secret;
	/** Folder of the journal and of the embedded database. */
	readonly dataDir?: string;
	readonly bodies?: Bodies;
	/** Characters of each body that `truncated` keeps. */
	readonly bodyChars?: number;
	/** Days that records are kept; whole days are dropped. */
	readonly retentionDays?: number;
	/** Largest size of the journal on disk. */
	readonly spillMegabytes?: number;
}

/** The same with every default filled in. */
export interface RequestLogSettings extends Required<Omit<RequestLogOptions, 'database'>> {
	readonly database?: string | Secret;
}

export const requestLogSchema = {
	type: 'object',
	properties: {
		database: {
			type: 'string',
			description:
				'connection string of a Postgres, as a URL or in keyword form (host=… user=…); absent or empty: an embedded one in dataDir',
		},
		dataDir: {
			type: 'string',
			minLength: 1,
			default: '.tapgate',
			description: 'folder of the journal and of the embedded database, from the current folder',
		},
		bodies: {
			type: 'string',
			enum: ['none', 'truncated', 'full'],
			default: 'truncated',
			description: 'what is kept of requests and answers: nothing, their first characters, or up to 4 MB of each',
		},
		bodyChars: {
			type: 'integer',
			minimum: 1,
			maximum: 1_000_000,
			default: 2000,
			description: 'characters of each body that truncated keeps',
		},
		retentionDays: {
			type: 'integer',
			minimum: 1,
			maximum: 3650,
			default: 30,
			description: 'days that records are kept; older days are dropped whole',
		},
		spillMegabytes: {
			type: 'number',
			exclusiveMinimum: 0,
			default: 512,
			description: 'largest size of the journal on disk; records that come when it is full are dropped and counted',
		},
	},
	additionalProperties: false,
} as unknown as OptionsSchema<RequestLogOptions>;
