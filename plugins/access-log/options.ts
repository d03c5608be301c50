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
	/** Writes JSON lines to a file too; none unless said. */
	readonly file?: FileOptions;
}

/** A file that is rotated by size. */
export interface FileOptions {
	/** Relative to the current folder. With several workers each has its own: `access.log` is `access.1.log`, `access.2.log`… */
	readonly path: string;
	/** Size at which it is rotated; default 100. */
	readonly maxMegabytes?: number;
	/** How many that were rotated away are kept; default 20. */
	readonly maxFiles?: number;
	/** Compress those; default yes. */
	readonly gzip?: boolean;
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
		file: {
			type: 'object',
			description: 'write JSON lines to a file too',
			properties: {
				path: {
					type: 'string',
					minLength: 1,
					description: 'the file, relative to the current folder; each of several workers has its own',
				},
				maxMegabytes: {
					type: 'number',
					exclusiveMinimum: 0,
					description: 'size at which it is rotated; default 100',
				},
				maxFiles: {
					type: 'integer',
					minimum: 1,
					description: 'how many files that were rotated away are kept; default 20',
				},
				gzip: {type: 'boolean', description: 'compress files that were rotated away; default true'},
			},
			required: ['path'],
		},
	},
	additionalProperties: false,
} as unknown as OptionsSchema<AccessLogOptions>;
