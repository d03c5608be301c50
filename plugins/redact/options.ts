/** What may be written between the braces of `redact({…})`. */

import type {OptionsSchema} from '../../core/index.js';
import {type Kind, kinds} from './detectors/index.js';

/** A pattern of the config. */
export interface OwnPattern {
	/** Stands in the text instead of the value: `[customer]`. */
	readonly name: string;
	/** A regular expression. Its group `value`, if it has one, is what is replaced; else the whole match. */
	readonly pattern: string;
	/** Of `i`, `m`, `s` and `u`. */
	readonly flags?: string;
}

/** Where values are replaced: in what is kept of a call, and in what is sent upstream. */
export type Where = 'records' | 'traffic';

export interface RedactOptions {
	/** What is looked for; everything that the gateway knows unless said. */
	readonly what?: readonly Kind[];
	/** What is looked for beside it. */
	readonly patterns?: readonly OwnPattern[];
	/** Default `records`. */
	readonly where?: readonly Where[];
}

export const redactSchema = {
	type: 'object',
	properties: {
		what: {
			type: 'array',
			items: {type: 'string', enum: kinds},
			uniqueItems: true,
			nullable: true,
			description:
				'what is looked for: key (credentials), jwt, email, iban, card, ip, phone; all of them unless said, none with []',
		},
		patterns: {
			type: 'array',
			items: {
				type: 'object',
				properties: {
					name: {
						type: 'string',
						pattern: '^[a-z][a-z0-9-]{0,30}$',
						description: 'what stands in the text instead: [name]',
					},
					pattern: {
						type: 'string',
						minLength: 1,
						maxLength: 1000,
						description:
							'a regular expression; its group "value", if it has one, is what is replaced, else the whole match',
					},
					flags: {
						type: 'string',
						pattern: '^[imsu]*$',
						nullable: true,
						description: 'of i, m, s and u',
					},
				},
				required: ['name', 'pattern'],
				additionalProperties: false,
			},
			nullable: true,
			description: 'own patterns, looked for before the rest',
		},
		where: {
			type: 'array',
			items: {type: 'string', enum: ['records', 'traffic']},
			minItems: 1,
			uniqueItems: true,
			nullable: true,
			description:
				'records: what is kept of calls, logs included (the default); traffic: also what is sent upstream, with the values put back into the answer',
		},
	},
	additionalProperties: false,
} as unknown as OptionsSchema<RedactOptions>;
