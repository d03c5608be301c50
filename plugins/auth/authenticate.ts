/** Tells who sent a call by the credentials that it shows. */

import {type Caller, credentialHeaders, type Exchange, type GatewayError, refusal} from '../../core/index.js';
import type {HeldKey, KeyRing} from './key-ring.js';

const nobody: Caller = Object.freeze({name: 'anonymous', tags: Object.freeze([]), anonymous: true});

/**
 * Makes the tap of `authenticate`. It looks wherever the core looks for a credential to pass on: a key of ours in a header
 * that nobody looked at would leave the house. Of several credentials (Claude Code shows two) the first that is a valid key counts.
 * @param anonymous whether a call that shows none of our keys is let in.
 */
export function authenticator(ring: KeyRing, anonymous: boolean): (exchange: Exchange) => Caller {
	return ({request: {headers}, startedAt}) => {
		let shown = false;
		let expired: HeldKey | undefined;
		for (const name of credentialHeaders) {
			const value = headers[name];
			if (typeof value !== 'string') continue;
			shown = true;
			const held = lookUp(ring, name, value);
			if (held === undefined) continue;
			if (held.expiresAt > startedAt) return held.caller;
			expired ??= held;
		}
		if (expired !== undefined) {
			const since = new Date(expired.expiresAt).toISOString();
			throw refused(`The key "${expired.caller.name}" has expired on ${since}; ask for a new one.`);
		}
		if (anonymous) return nobody;
		throw refused(
			shown
				? 'The key is not one of this gateway; send one that is as `Authorization: Bearer …` or `x-api-key`.'
				: 'No key was sent; send a key of this gateway as `Authorization: Bearer …` or `x-api-key`.',
		);
	};
}

function lookUp(ring: KeyRing, header: string, value: string): HeldKey | undefined {
	let key = value;
	if (header === 'authorization') {
		if (value.slice(0, 7).toLowerCase() !== 'bearer ') return undefined;
		key = value.slice(7).trim();
	}
	// A header that is sent twice arrives as one with a comma. One of the two might be a key of ours: nobody may pass it on.
	if (/[\s,]/.test(key)) throw refused(`The header ${header} holds more than one credential; send one key.`);
	return ring.find(key);
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-www-authenticate */
function refused(message: string): GatewayError {
	return refusal('not_authenticated', message, {headers: {'www-authenticate': 'Bearer'}});
}
