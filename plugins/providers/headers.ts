/** Sorts the headers of a config: which may be seen by anybody, and which are credentials and go in when a call is signed. */

import {ConfigError, credentialHeaders, reveal, Secret} from '../../core/index.js';
import type {AuthScheme} from './form.js';
import type {ProviderSettings} from './options.js';

/** The headers of a provider's calls, lower-case names. */
export interface ProviderHeaders {
	readonly plain: Readonly<Record<string, string>>;
	/** Credentials beside the key; known to nothing but the sign tap. */
	readonly signed: Readonly<Record<string, string>>;
	/** There is a credential, so nobody else's is to be passed on. */
	readonly signs: boolean;
}

const credentialName = /auth|key|token|secret|password|cookie|credential/;

/** Belong to the connection, which the gateway keeps itself. */
const notOurs = new Set([
	'connection',
	'content-length',
	'expect',
	'host',
	'keep-alive',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
]);

/**
 * @param schemes the ways in which the provider is shown its key.
 * @throws {ConfigError} for what no header can hold; names the header and never its value.
 */
export function readHeaders({apiKey, headers}: ProviderSettings, schemes: readonly AuthScheme[]): ProviderHeaders {
	const plain: Record<string, string> = {};
	const signed: Record<string, string> = {};
	const byKey = apiKey === undefined ? [] : schemes.flatMap(scheme => Object.keys(keyHeaders(scheme, apiKey)()));
	for (const [given, value] of Object.entries(headers)) {
		const name = given.toLowerCase();
		check(given, name, reveal(value));
		if (byKey.includes(name))
			throw new ConfigError(`headers["${given}"]: apiKey sets this header already; give one of them`);
		if (Object.hasOwn(signed, name) || Object.hasOwn(plain, name))
			throw new ConfigError(`headers["${given}"]: is given twice`);
		const hidden = Secret.is(value) || credentialName.test(name);
		(hidden ? signed : plain)[name] = reveal(value);
	}
	return {plain, signed, signs: byKey.length > 0 || credentialHeaders.some(name => name in signed)};
}

/**
 * The headers that show a key; a function, because a scheme may make them anew for every call.
 * @throws {ConfigError} for a key that no header can hold.
 */
export function keyHeaders(scheme: AuthScheme, apiKey: string | Secret): () => Readonly<Record<string, string>> {
	const key = reveal(apiKey);
	if (!/^[\x21-\x7e]+$/.test(key))
		throw new ConfigError(
			'apiKey: holds white space or characters that no HTTP header can carry (a line end, perhaps?)',
		);
	if (typeof scheme === 'function') return scheme(key);
	const shown = scheme === 'bearer' ? {authorization: `Bearer ${key}`} : {[scheme]: key};
	return () => shown;
}

function check(given: string, name: string, value: string): void {
	if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new ConfigError(`headers: ${JSON.stringify(given)} is no header name`);
	if (notOurs.has(name))
		throw new ConfigError(`headers["${given}"]: belongs to the connection and is set by the gateway; remove it`);
	if (!/^[\t\x20-\x7e]*$/.test(value))
		throw new ConfigError(`headers["${given}"]: holds characters that no HTTP header can carry`);
}
