/** GLM's own use of JSON web tokens: signed with the second half of the key, all times in milliseconds. */

import {createHmac} from 'node:crypto';
import {ConfigError} from '../../../core/index.js';

const lifetimeMs = 30 * 60_000;
/** So that a token does not expire on its way. */
const renewedBeforeMs = 3 * 60_000;

/**
 * Makes tokens of a key `id.secret`; each is used until shortly before it expires.
 * @param now milliseconds since 1970.
 * @throws {ConfigError} for a key of another form.
 * @see https://docs.bigmodel.cn
 */
export function tokenMaker(apiKey: string, now: () => number = Date.now): () => string {
	const [id, secret, ...more] = apiKey.split('.');
	if (id === undefined || id === '' || secret === undefined || secret === '' || more.length > 0)
		throw new ConfigError("apiKey: is not of the form id.secret, which auth: 'jwt' needs");
	let token = '';
	let goodUntil = Number.NEGATIVE_INFINITY;
	return () => {
		const at = now();
		if (at >= goodUntil) {
			token = signed(id, secret, at);
			goodUntil = at + lifetimeMs - renewedBeforeMs;
		}
		return token;
	};
}

function signed(id: string, secret: string, now: number): string {
	const header = encoded({alg: 'HS256', sign_type: 'SIGN'});
	const payload = encoded({api_key: id, exp: now + lifetimeMs, timestamp: now});
	const signature = createHmac('sha256', secret).update(`${header}.${payload}`).digest('base64url');
	return `${header}.${payload}.${signature}`;
}

function encoded(value: object): string {
	return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The auth scheme that shows such tokens. */
export function tokenHeaders(apiKey: string): () => Readonly<Record<string, string>> {
	const token = tokenMaker(apiKey);
	return () => ({authorization: `Bearer ${token()}`});
}
