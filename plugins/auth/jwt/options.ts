/** What may be written between the braces of `auth({jwt: {…}})`. */

import {type CallerOptions, callerProperties} from '../caller-options.js';

/** Where a token says what of its caller: names of claims. */
export interface ClaimNames {
	/** `sub` unless said. */
	readonly name?: string;
	readonly team?: string;
	readonly tags?: string;
	readonly allow?: string;
	readonly limits?: string;
	readonly budget?: string;
}

/** Whose tokens are believed, and what they say. */
export interface JwtOptions {
	/** What `iss` must be. */
	readonly issuer: string;
	/** What `aud` must be, or hold; one of several. */
	readonly audience: string | readonly string[];
	/** URL of the issuer's key set. */
	readonly jwks: string;
	readonly claims?: ClaimNames;
	/** What callers are given where no claim says otherwise. */
	readonly defaults?: CallerOptions;
	/** Algorithms that a token may be signed with. */
	readonly algorithms?: readonly Algorithm[];
	readonly clockToleranceSeconds?: number;
}

/** Only signatures whose key the gateway cannot make itself: no `none`, no HS256. @see https://www.rfc-editor.org/rfc/rfc8725 */
export const algorithms = [
	'RS256',
	'RS384',
	'RS512',
	'PS256',
	'PS384',
	'PS512',
	'ES256',
	'ES384',
	'ES512',
	'EdDSA',
	'Ed25519',
] as const;

export type Algorithm = (typeof algorithms)[number];

const claim = (description: string) =>
	({type: 'string', nullable: true, minLength: 1, maxLength: 200, description}) as const;

export const jwtSchema = {
	type: 'object',
	nullable: true,
	description: 'tokens of an OpenID or OAuth issuer that open this gateway',
	properties: {
		issuer: {type: 'string', minLength: 1, description: 'the issuer: what iss of a token must be, letter for letter'},
		audience: {
			type: ['string', 'array'],
			minLength: 1,
			minItems: 1,
			items: {type: 'string', minLength: 1},
			description: 'this gateway at the issuer: what aud of a token must be or hold; of several one is enough',
		},
		jwks: {
			type: 'string',
			minLength: 1,
			description: "URL of the issuer's key set (jwks_uri of its discovery document)",
		},
		claims: {
			type: 'object',
			nullable: true,
			description: 'which claim says what of the caller; realm_access.roles is a claim within a claim',
			properties: {
				name: claim("claim with the caller's name; default sub"),
				team: claim('claim with the team'),
				tags: claim('claim with the tags: a list of texts, or one text with blanks between (scope)'),
				allow: claim('claim with patterns of models: a list of texts'),
				limits: claim('claim with an object of limits, as in keys[].limits'),
				budget: claim('claim with an object of budgets, as in keys[].budget'),
			},
			required: [],
			additionalProperties: false,
		},
		defaults: {
			type: 'object',
			nullable: true,
			description: 'what callers are given where no claim says otherwise',
			properties: callerProperties,
			required: [],
			additionalProperties: false,
		},
		algorithms: {
			type: 'array',
			nullable: true,
			minItems: 1,
			items: {type: 'string', enum: algorithms},
			description: 'algorithms that a token may be signed with; default all that use a pair of keys',
		},
		clockToleranceSeconds: {
			type: 'integer',
			nullable: true,
			minimum: 0,
			maximum: 300,
			description: "how far the issuer's clock may be off; default 30",
		},
	},
	required: ['issuer', 'audience', 'jwks'],
	additionalProperties: false,
} as const;
