/** What may be written between the braces of `auth({…})`. */

import type {OptionsSchema, Secret} from '../../core/index.js';

/** One key that opens the gateway. Several may share a name: the old and the new one of a rotation. */
export interface KeyOptions {
	/** Whose key this is: what records, limits and logs call the caller. */
	readonly name: string;
	/** The key itself; kept as its hash only. */
	readonly key?: string | Secret;
	/** The hash of the key, as `tapgate key hash` prints it. */
	readonly hash?: string;
	readonly team?: string;
	readonly tags?: readonly string[];
	/** Patterns of models that the key may use (`openai.*`, an alias); absent means all. */
	readonly allow?: readonly string[];
	/** ISO 8601 date or date-time from which on the key is refused. */
	readonly expires?: string;
}

/** Who may call. */
export interface AuthOptions {
	readonly keys?: readonly KeyOptions[];
	/** Let in who shows no key of this gateway. */
	readonly anonymous?: boolean;
}

/** No key is longer: what is longer is no key of ours and need not be hashed to know it. */
export const longestKey = 512;

/** What a header can carry without being torn apart: visible ASCII characters, no blanks and no commas. */
export function isKey(text: string): boolean {
	return text.length <= longestKey && /^[!-+\--~]+$/.test(text);
}

const printable = '^[^\\u0000-\\u001f\\u007f-\\u009f]+$';

export const authSchema: OptionsSchema<AuthOptions> = {
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
						type: 'string',
						minLength: 1,
						maxLength: 100,
						pattern: printable,
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
					team: {
						type: 'string',
						nullable: true,
						minLength: 1,
						maxLength: 100,
						pattern: printable,
						description: 'the team that the caller belongs to',
					},
					tags: {
						type: 'array',
						nullable: true,
						items: {type: 'string', minLength: 1, maxLength: 100, pattern: printable},
						description: 'labels that go with every call of the caller',
					},
					allow: {
						type: 'array',
						nullable: true,
						items: {type: 'string', minLength: 1},
						description: 'patterns of models that the caller may use, such as openai.* or an alias; when absent all',
					},
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
		anonymous: {
			type: 'boolean',
			nullable: true,
			description: 'let in who shows no key of this gateway, as the caller "anonymous"; default false',
		},
	},
	additionalProperties: false,
};
