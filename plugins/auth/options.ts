/** What may be written between the braces of `auth({…})`. */

import type {OptionsSchema, Secret} from '../../core/index.js';
import {type CallerOptions, callerProperties, labelSchema} from './caller-options.js';
import {type JwtOptions, jwtSchema} from './jwt/options.js';

/** One key that opens the gateway. Several may share a name: the old and the new one of a rotation. */
export interface KeyOptions extends CallerOptions {
	/** Whose key this is: what records, limits and logs call the caller. */
	readonly name: string;
	/** The key itself; kept as its hash only. */
	readonly key?: string | Secret;
	/** The hash of the key, as `tapgate key hash` prints it. */
	readonly hash?: string;
	/** ISO 8601 date or date-time from which on the key is refused. */
	readonly expires?: string;
}

/** Who may call. */
export interface AuthOptions {
	readonly keys?: readonly KeyOptions[];
	/** Tokens of an issuer that open the gateway, too. */
	readonly jwt?: JwtOptions;
	/** Let in who shows no key of this gateway. */
	readonly anonymous?: boolean;
	/** Where gateways tell each other of revoked keys; the memory of this process unless said. */
	readonly store?: string | Secret;
}

/** No key is longer: what is longer is no key of ours and need not be hashed to know it. */
export const longestKey = 512;

/** What a header can carry without being torn apart: visible ASCII characters, no blanks and no commas. */
export function isKey(text: string): boolean {
	return text.length <= longestKey && /^[!-+\--~]+$/.test(text);
}

export const authSchema = {
	type: 'object',
	properties: {
		keys: {
			type: 'array',
			nullable: true,
			description: 'the keys that open this gateway',
			items: {
				type: 'object',
				properties: {
					name: {
						...labelSchema,
						description: 'whose key this is, in records, limits and logs; entries that share a name are one caller',
					},
					key: {
						type: 'string',
						nullable: true,
						minLength: 1,
						description:
							'the key itself, best as secret(…); kept as its hash only; up to 512 visible characters; give either key or hash',
					},
					hash: {
						type: 'string',
						nullable: true,
						pattern: '^sha256:[0-9a-f]{64}$',
						description: 'the hash of the key as `tapgate key hash` prints it: sha256: and 64 hexadecimal digits',
					},
					...callerProperties,
					expires: {
						type: 'string',
						nullable: true,
						description:
							'ISO 8601 date (0:00 UTC) or date-time with a zone, from which on the key is refused; when absent never',
					},
				},
				required: ['name'],
				additionalProperties: false,
			},
		},
		jwt: jwtSchema,
		anonymous: {
			type: 'boolean',
			nullable: true,
			description: 'let in who shows no key of this gateway, as the caller "anonymous"; default false',
		},
		store: {
			type: 'string',
			nullable: true,
			minLength: 1,
			description:
				'where gateways tell each other of revoked keys, beside the database: redis://…, rediss://…, postgres://… or host=… user=…; the memory of the process unless said',
		},
	},
	additionalProperties: false,
} as unknown as OptionsSchema<AuthOptions>;
