/** Puts tokens of an issuer to work: their keys are fetched before the first call and kept fresh. */

import {ConfigError, describe, type Gateway} from '../../../core/index.js';
import {KeySet, refreshMs} from './key-set.js';
import type {JwtOptions} from './options.js';
import {Tokens} from './tokens.js';

/**
 * Registers the check `jwks` and the refresh of the keys.
 * @param isTaken whether a name belongs to somebody else than a token's caller.
 * @throws {ConfigError} when the URL of the key set is none.
 */
export function acceptTokens(gateway: Gateway, options: JwtOptions, isTaken: (name: string) => boolean): Tokens {
	const {log, defer} = gateway;
	const url = readUrl(options.jwks);
	if (url.protocol === 'http:' && !['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) {
		log.warn('the key set of the issuer is fetched without TLS: whoever is on the way can make tokens', {
			at: 'auth: jwt.jwks',
			remedy: 'give the https:// address',
		});
	}
	const keys = new KeySet(url);
	gateway.checks.add('jwks', () =>
		keys.trouble === undefined ? {status: 'ok'} : {status: 'degraded', reason: keys.trouble},
	);
	gateway.beforeServing(() => {
		let isAway = false;
		const refresh = async (): Promise<void> => {
			try {
				await keys.refresh();
				if (isAway) log.info('the keys of the issuer can be had again');
				isAway = false;
			} catch (error) {
				if (!isAway)
					log.warn('the keys of the issuer cannot be had; tokens that need them are refused', describe(error));
				isAway = true;
			}
		};
		const timer = setInterval(refresh, refreshMs).unref();
		defer(() => clearInterval(timer));
		void refresh();
	});
	return new Tokens(options, keys, isTaken);
}

function readUrl(text: string): URL {
	const url = URL.canParse(text) ? new URL(text) : undefined;
	if (url !== undefined && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
	throw new ConfigError('jwt.jwks: expected a URL that begins with https://');
}
