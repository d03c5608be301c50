/** Sorts the headers of a config: which may be seen by anybody, and which are credentials and go in when a call is signed. */

import {ConfigError, credentialHeaders, reveal, Secret} from '../../core/index.js';
import type {ProviderForm, ProviderSettings} from './options.js';

/** The headers of a provider's calls, lower-case names. */
export interface ProviderHeaders {
	readonly plain: Readonly<Record<string, string>>;
	/** Known to nothing but the sign tap. */
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

/** @throws {ConfigError} for what no header can hold; names the header and never its value. */
export function readHeaders(form: ProviderForm, {apiKey, headers}: ProviderSettings): ProviderHeaders {
	const plain: Record<string, string> = {};
	const signed: Record<string, string> = {};
	if (apiKey !== undefined) {
		const key = reveal(apiKey);
		if (!/^[\x21-\x7e]+$/.test(key))
			throw new ConfigError(
				'apiKey: holds white space or characters that no HTTP header can carry (a line end, perhaps?)',
			);
		if (form.auth === 'bearer') signed['authorization'] = `Bearer ${key}`;
		else signed['x-api-key'] = key;
	}
	for (const [given, value] of Object.entries(headers)) {
		const name = given.toLowerCase();
		check(given, name, reveal(value));
		if (Object.hasOwn(signed, name) || Object.hasOwn(plain, name))
			throw new ConfigError(
				apiKey !== undefined && name === (form.auth === 'bearer' ? 'authorization' : 'x-api-key')
					? `headers["${given}"]: apiKey sets this header already; give one of them`
					: `headers["${given}"]: is given twice`,
			);
		const hidden = Secret.is(value) || credentialName.test(name);
		(hidden ? signed : plain)[name] = reveal(value);
	}
	return {plain, signed, signs: credentialHeaders.some(name => name in signed)};
}

function check(given: string, name: string, value: string): void {
	if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) throw new ConfigError(`headers: ${JSON.stringify(given)} is no header name`);
	if (notOurs.has(name))
		throw new ConfigError(`headers["${given}"]: belongs to the connection and is set by the gateway; remove it`);
	if (!/^[\t\x20-\x7e]*$/.test(value))
		throw new ConfigError(`headers["${given}"]: holds characters that no HTTP header can carry`);
}
