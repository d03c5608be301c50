/** Reads the URL of a Redis server. */

import type {RedisOptions} from 'ioredis';
import {ConfigError} from '../../../core/index.js';

/** Where a server is and who asks. */
export type RedisAddress = Pick<RedisOptions, 'host' | 'port' | 'username' | 'password' | 'db' | 'tls'>;

/**
 * `redis[s]://[user[:password]@]host[:port][/database]`.
 * @throws {ConfigError} which never quotes the URL: any part of it may be a part of the password when it is written wrongly.
 * @see https://www.iana.org/assignments/uri-schemes/prov/redis
 */
export function readRedisUrl(text: string): RedisAddress {
	const url = parsed(text);
	const database = url.pathname.replace(/^\//, '');
	if (!/^\d{0,5}$/.test(database))
		throw new ConfigError('store: expected the number of a database after the host of the Redis URL');
	if (url.search !== '' || url.hash !== '') throw new ConfigError('store: a Redis URL has nothing after ? or #');
	return {
		host: url.hostname.replace(/^\[|\]$/g, ''),
		port: url.port === '' ? 6379 : Number(url.port),
		db: Number(database),
		...(url.username !== '' && {username: decoded(url.username)}),
		...(url.password !== '' && {password: decoded(url.password)}),
		...(url.protocol === 'rediss:' && {tls: {}}),
	};
}

function parsed(text: string): URL {
	try {
		const url = new URL(text);
		if (url.hostname !== '') return url;
	} catch {
		// Told below, without the text that the error quotes.
	}
	throw new ConfigError(
		'store: the Redis URL cannot be read; expected redis://user:password@host:6379/0, special characters percent-encoded',
	);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		throw new ConfigError('store: user and password of the Redis URL must be percent-encoded, such as %25 for %');
	}
}
