/** Tokens of an issuer: checked once each, remembered by their hash until they expire. */

import {errors, jwtVerify} from 'jose';
import {type Caller, ConfigError, GatewayError, isObject, refusal} from '../../../core/index.js';
import {digestOf} from '../key-ring.js';
import {callerOfClaims} from './claims.js';
import {type KeySet, KeySetUnavailable} from './key-set.js';
import {algorithms, type JwtOptions} from './options.js';

/** No token is longer: what is longer is not looked at. */
const longestToken = 8192;
const mostRemembered = 10_000;
/** A key that the issuer has withdrawn is not believed for longer, whatever the token says. */
const longestMemoryMs = 5 * 60_000;
const usualToleranceSeconds = 30;

interface Remembered {
	readonly caller: Caller;
	readonly until: number;
}

/** Why a token does not open the gateway. */
export interface TokenRefusal {
	readonly error: GatewayError;
	/** Somebody may be trying: counts as a wrong key. */
	readonly suspicious: boolean;
}

export class Tokens {
	readonly #options: JwtOptions;
	readonly #keys: Pick<KeySet, 'getKey'>;
	readonly #isTaken: (name: string) => boolean;
	readonly #most: number;
	readonly #remembered = new Map<string, Remembered>();

	/**
	 * @param isTaken whether a name is that of a key: a token must not speak for its holder.
	 * @param most how many tokens are remembered; of more the oldest is checked again.
	 */
	constructor(
		options: JwtOptions,
		keys: Pick<KeySet, 'getKey'>,
		isTaken: (name: string) => boolean,
		most = mostRemembered,
	) {
		this.#most = most;
		this.#options = options;
		this.#keys = keys;
		this.#isTaken = isTaken;
	}

	/** Whether a text is a token that says of itself that it comes from the issuer. Nothing of it is believed yet. */
	claims(text: string): boolean {
		if (!text.startsWith('eyJ') || text.length > longestToken) return false;
		const parts = text.split('.');
		if (parts.length !== 3) return false;
		try {
			const payload: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8'));
			return isObject(payload) && payload['iss'] === this.#options.issuer;
		} catch {
			return false;
		}
	}

	/** The caller of a token that was checked before. */
	find(token: string, now: number): Caller | undefined {
		const known = this.#remembered.get(digestOf(token));
		return known !== undefined && known.until > now && !this.#isTaken(known.caller.name) ? known.caller : undefined;
	}

	/** Checks a token: signature, issuer, audience, times, claims. Never rejects. */
	async check(token: string, now: number): Promise<Caller | TokenRefusal> {
		const {issuer, audience, claims = {}, defaults = {}, clockToleranceSeconds} = this.#options;
		const tolerance = clockToleranceSeconds ?? usualToleranceSeconds;
		try {
			const {payload} = await jwtVerify(token, this.#keys.getKey, {
				issuer,
				audience: typeof audience === 'string' ? audience : [...audience],
				algorithms: [...(this.#options.algorithms ?? algorithms)],
				clockTolerance: tolerance,
				currentDate: new Date(now),
				requiredClaims: ['exp'],
			});
			const caller = callerOfClaims(payload, claims, defaults);
			if (this.#isTaken(caller.name)) {
				return refused(`The token is for "${caller.name}", which is the name of a key of this gateway.`);
			}
			const expiresAt = ((payload.exp ?? 0) + tolerance) * 1000;
			this.#remember(token, {caller, until: Math.min(expiresAt, now + longestMemoryMs)});
			return caller;
		} catch (error) {
			return explain(error);
		}
	}

	#remember(token: string, remembered: Remembered): void {
		const digest = digestOf(token);
		this.#remembered.delete(digest);
		this.#remembered.set(digest, remembered);
		if (this.#remembered.size <= this.#most) return;
		const [oldest] = this.#remembered.keys();
		this.#remembered.delete(oldest as string);
	}
}

function explain(error: unknown): TokenRefusal {
	if (error instanceof errors.JWTExpired) return refused('The token has expired; ask the issuer for a new one.');
	if (error instanceof errors.JWTClaimValidationFailed) return refused(faultOfClaim(error.claim));
	if (error instanceof errors.JWKSNoMatchingKey)
		return suspicious('The token is signed with a key that the issuer does not have.');
	if (error instanceof errors.JWKSMultipleMatchingKeys)
		return suspicious('The token does not say which key of the issuer it is signed with (kid).');
	if (error instanceof errors.JOSEAlgNotAllowed)
		return suspicious('The token is signed with an algorithm that this gateway does not accept.');
	if (error instanceof errors.JWSSignatureVerificationFailed) return suspicious('The signature of the token is wrong.');
	if (error instanceof errors.JOSEError) return suspicious('The token cannot be read.');
	if (ConfigError.is(error)) return refused(`${capitalised(error.message)}.`);
	const reason = error instanceof KeySetUnavailable ? error.message : 'the key set of the issuer cannot be used';
	return {
		suspicious: false,
		error: new GatewayError(
			'identity_unavailable',
			503,
			'The token cannot be checked now, because the keys of its issuer cannot be had; try again soon.',
			{headers: {'retry-after': '5'}, cause: new Error(reason, {cause: error})},
		),
	};
}

function faultOfClaim(claim: string): string {
	if (claim === 'aud') return 'The token is for somebody else: its audience (aud) is not this gateway.';
	if (claim === 'nbf') return 'The token is not valid yet (nbf).';
	if (claim === 'exp') return 'The token has no time at which it expires (exp).';
	return `The token's claim "${claim}" is not as it must be.`;
}

function refused(message: string): TokenRefusal {
	return {
		suspicious: false,
		error: refusal('not_authenticated', message, {headers: {'www-authenticate': invalidToken}}),
	};
}

function suspicious(message: string): TokenRefusal {
	return {suspicious: true, error: refused(message).error};
}

/** @see https://www.rfc-editor.org/rfc/rfc6750#section-3.1 */
const invalidToken = 'Bearer error="invalid_token"';

function capitalised(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
