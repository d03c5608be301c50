/** Tells who sent a call by the credentials that it shows. */

import {type Caller, credentialHeaders, type Exchange, GatewayError, refusal} from '../../core/index.js';
import type {Tokens} from './jwt/tokens.js';
import type {HeldKey, KeyRing} from './key-ring.js';
import type {WrongKeys} from './wrong-keys.js';

const nobody: Caller = Object.freeze({name: 'anonymous', tags: Object.freeze([]), anonymous: true});

/** Where a credential is looked up, and what becomes of a wrong one. */
export interface Lookup {
	readonly ring: KeyRing;
	readonly tokens: Tokens | undefined;
	/** Whether a text may be an issued key while it is not known which those are. */
	readonly mayBeIssued: (key: string) => boolean;
	readonly wrongKeys: WrongKeys;
	/** A call that shows none of our keys is let in. */
	readonly anonymous: boolean;
}

/** What was seen of credentials that opened nothing. */
interface Seen {
	shown: boolean;
	expired?: HeldKey;
	fault?: GatewayError;
	suspicious: boolean;
}

/**
 * Makes the tap of `authenticate`. It looks wherever the core looks for a credential to pass on: a key of ours in a header
 * that nobody looked at would leave the house. Of several credentials (Claude Code shows two) the first that is valid counts.
 * Keys and tokens that are known are answered at once.
 */
export function authenticator(lookup: Lookup): (exchange: Exchange) => Caller | Promise<Caller> {
	const {ring, tokens} = lookup;

	function from(index: number, exchange: Exchange, seen: Seen): Caller | Promise<Caller> {
		const {request, startedAt} = exchange;
		for (let at = index; at < credentialHeaders.length; at++) {
			const header = credentialHeaders[at] as string;
			const value = request.headers[header];
			if (typeof value !== 'string') continue;
			seen.shown = true;
			const key = readCredential(header, value);
			if (key === undefined) continue;
			const held = ring.find(key);
			if (held !== undefined) {
				if (held.expiresAt > startedAt) return held.caller;
				seen.expired ??= held;
			} else if (tokens?.claims(key)) {
				const known = tokens.find(key, startedAt);
				if (known !== undefined) return known;
				return tokens.check(key, startedAt).then(answer => {
					if ('name' in answer) return answer;
					seen.fault ??= answer.error;
					seen.suspicious ||= answer.suspicious;
					return from(at + 1, exchange, seen);
				});
			} else if (lookup.mayBeIssued(key)) seen.fault ??= notKnownYet();
		}
		return settle(exchange, seen, lookup);
	}

	return exchange => from(0, exchange, {shown: false, suspicious: false});
}

/** None of the credentials opened anything. @throws {GatewayError} unless anonymous callers are let in. */
function settle(exchange: Exchange, seen: Seen, {anonymous, wrongKeys}: Lookup): Caller | Promise<Caller> {
	if (seen.expired !== undefined) {
		const since = new Date(seen.expired.expiresAt).toISOString();
		throw refused(`The key "${seen.expired.caller.name}" has expired on ${since}; ask for a new one.`);
	}
	if (seen.fault !== undefined) {
		if (!seen.suspicious) throw seen.fault;
		return refuseSlowly(exchange, seen.fault, wrongKeys);
	}
	if (anonymous) return nobody;
	if (!seen.shown) {
		throw refused('No key was sent; send a key of this gateway as `Authorization: Bearer …` or `x-api-key`.');
	}
	return refuseSlowly(
		exchange,
		refused('The key is not one of this gateway; send one that is as `Authorization: Bearer …` or `x-api-key`.'),
		wrongKeys,
	);
}

/** Who has tried too often within a minute waits for the answer, and is told so. */
async function refuseSlowly({clientIp, signal}: Exchange, error: GatewayError, wrongKeys: WrongKeys): Promise<never> {
	const delayMs = wrongKeys.note(clientIp);
	if (delayMs === 0) throw error;
	await wrongKeys.wait(clientIp, delayMs, signal);
	throw new GatewayError(
		'too_many_wrong_keys',
		429,
		`Too many wrong keys have come from this address. ${error.message}`,
		{
			headers: Object.assign({'retry-after': String(Math.ceil(delayMs / 1000))}, error.headers),
		},
	);
}

function readCredential(header: string, value: string): string | undefined {
	let key = value;
	if (header === 'authorization') {
		if (value.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
		key = value.slice(7).trim();
	}
	// A header that is sent twice arrives as one with a comma. One of the two might be a key of ours: nobody may pass it on.
	if (/[\s,]/.test(key)) throw refused(`The header ${header} holds more than one credential; send one key.`);
	return key;
}

function notKnownYet(): GatewayError {
	return new GatewayError(
		'identity_unavailable',
		503,
		'The issued keys cannot be read yet, so this key cannot be checked; try again soon.',
		{headers: {'retry-after': '1'}},
	);
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-www-authenticate */
function refused(message: string): GatewayError {
	return refusal('not_authenticated', message, {headers: {'www-authenticate': 'Bearer'}});
}
