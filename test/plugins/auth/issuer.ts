/** An issuer of tokens for tests: real keys, and a key set behind a real socket. */

import {createServer, type RequestListener} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {ExecutionContext} from 'ava';
import {type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT} from 'jose';

/** One key pair of an issuer. */
export interface SigningKey {
	readonly kid: string;
	readonly alg: string;
	readonly privateKey: CryptoKey;
	readonly jwk: object;
}

export async function makeKey(kid: string, alg = 'ES256'): Promise<SigningKey> {
	const {publicKey, privateKey} = await generateKeyPair(alg);
	const jwk = Object.assign(await exportJWK(publicKey), {kid, alg, use: 'sig'});
	return {kid, alg, privateKey, jwk};
}

/** Signs what a token says; times are seconds from now. */
export function sign(
	key: SigningKey,
	claims: JWTPayload = {},
	{exp = 300, nbf = -1, header = {}}: {exp?: number | undefined; nbf?: number; header?: object} = {},
): Promise<string> {
	const now = Math.floor(Date.now() / 1000);
	const payload: JWTPayload = Object.assign(
		{iss: 'https://issuer.example', aud: 'tapgate', sub: 'ana', iat: now, nbf: now + nbf},
		Number.isFinite(exp) && {exp: now + exp},
		claims,
	);
	return new SignJWT(payload)
		.setProtectedHeader(Object.assign({alg: key.alg, kid: key.kid}, header))
		.sign(key.privateKey);
}

/** Serves a key set; what it holds and how it answers can be changed. */
export async function startIssuer(t: ExecutionContext, keys: readonly SigningKey[]) {
	const issuer = {
		keys,
		fetches: 0,
		/** Answers instead of the key set. */
		instead: undefined as RequestListener | undefined,
		jwks: '',
		stop: () => {},
	};
	const server = createServer((request, response) => {
		issuer.fetches++;
		if (issuer.instead !== undefined) return issuer.instead(request, response);
		response.setHeader('content-type', 'application/json');
		response.end(JSON.stringify({keys: issuer.keys.map(({jwk}) => jwk)}));
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	issuer.jwks = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`;
	issuer.stop = () => {
		server.close();
		server.closeAllConnections();
	};
	t.teardown(issuer.stop);
	return issuer;
}
