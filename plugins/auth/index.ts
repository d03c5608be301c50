/** Lets in who shows a key or a token of an issuer, and says who that is. */

import {isIPv4} from 'node:net';
import {setTimeout as pause} from 'node:timers/promises';
import {ConfigError, definePlugin, type Gateway} from '../../core/index.js';
import {stores} from '../stores/keys.js';
import {canMatch, closestPatterns} from './allow-patterns.js';
import {authenticator} from './authenticate.js';
import {issueKeys} from './issued/index.js';
import {acceptTokens} from './jwt/index.js';
import {keyHashCommand} from './key-hash-command.js';
import {admission} from './keys.js';
import {loadKeys} from './load-keys.js';
import {type AuthOptions, authSchema, type KeyOptions} from './options.js';
import {type Clock, WrongKeys} from './wrong-keys.js';

export type {AuthOptions} from './options.js';

const wallClock: Clock = {
	now: () => performance.now(),
	wait: (milliseconds, signal) => pause(milliseconds, undefined, {signal}).catch(() => {}),
};

/**
 * Taps `authenticate`: keys of the config, issued keys, tokens of an issuer, and `anonymous: true` for those who show none.
 * @throws {ConfigError} for keys that cannot be meant, and when nobody could ever call.
 */
export const auth = definePlugin<AuthOptions>({
	name: 'auth',
	options: authSchema,
	apply(gateway, options) {
		const keys = options.keys ?? [];
		const anonymous = options.anonymous === true;
		if (anonymous && keys.some(({name}) => name === 'anonymous'))
			throw new ConfigError('keys: the name "anonymous" is taken by the callers that anonymous: true lets in');
		const ring = loadKeys(keys, gateway.log);
		const wrongKeys = new WrongKeys(wallClock);
		const isTaken = (name: string): boolean => name === 'anonymous' || ring.hasName(name);
		const tokens = options.jwt === undefined ? undefined : acceptTokens(gateway, options.jwt, isTaken);
		// Of a store only revoked keys are wanted, with which `degraded` has nothing to do.
		const opened = options.store === undefined ? gateway.find(stores) : gateway.use(stores);
		const store = opened?.open(options.store, {degraded: 'local'});
		const issued = issueKeys(gateway, ring, new Set(['anonymous', ...keys.map(({name}) => name)]), store, () => {
			if (options.store !== undefined)
				gateway.log.warn('auth: the store is for issued keys, and there are none without requestLog()');
			if (keys.length > 0 || anonymous || tokens !== undefined) return;
			throw new ConfigError(
				'expected keys, jwt, anonymous: true, or requestLog() for issued keys, found none: nobody could call this gateway',
			);
		});
		gateway.provide(admission, {anonymous, keys: keys.length > 0 || tokens !== undefined || !anonymous});
		gateway.hooks.authenticate.tap(
			'auth',
			authenticator({ring, tokens, mayBeIssued: key => issued.mayBe(key), wrongKeys, anonymous}),
		);
		addMetrics(gateway, wrongKeys);
		gateway.commands.add('key hash', keyHashCommand(process.stdin));
		// Aliases are settled in this step by plugins that may stand behind this one: look when all have had their turn.
		gateway.beforeListen(() => gateway.beforeListen(() => warnOfPatterns(gateway, keys)));
		const {host} = gateway.server;
		if (anonymous && !isLoopback(host))
			gateway.log.warn('anonymous callers are let in and the address can be reached from other machines', {
				host,
				remedy: 'set server.host to 127.0.0.1 or give every caller a key',
			});
	},
});

function addMetrics({metrics}: Gateway, wrongKeys: WrongKeys): void {
	metrics.add('auth_wrong_keys_total', {
		kind: 'counter',
		help: 'Calls with a wrong key or token.',
		read: () => wrongKeys.count,
	});
	metrics.add('auth_slowed_total', {
		kind: 'counter',
		help: 'Calls with a wrong key that were slowed, because too many came from their address.',
		read: () => wrongKeys.slowed,
	});
}

function warnOfPatterns(gateway: Gateway, keys: readonly KeyOptions[]): void {
	const names = {providers: gateway.providers.all(), aliases: gateway.aliases.names()};
	for (const [index, {name, allow}] of keys.entries()) {
		for (const pattern of allow ?? []) {
			if (canMatch(pattern, names)) continue;
			gateway.log.warn('an allow pattern matches no provider and no alias', {
				at: `auth: keys[${index}].allow`,
				key: name,
				pattern,
				closest: closestPatterns(pattern, names),
			});
		}
	}
}

function isLoopback(host: string): boolean {
	return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
