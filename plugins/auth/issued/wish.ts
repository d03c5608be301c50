/** Reads what somebody wants of a new key, from a request or a command line. */

import {ConfigError, isObject} from '../../../core/index.js';
import {callerReader} from '../caller-options.js';
import {parseExpiry} from '../expiry.js';
import type {KeyWish} from './key-table.js';

const read = callerReader('the key');

/**
 * @param reserved names that no issued key may have.
 * @throws {ConfigError} says which property is wrong.
 */
export function readWish(value: unknown, by: string, reserved: ReadonlySet<string>): KeyWish {
	if (!isObject(value)) throw new ConfigError('the key: expected an object such as {"name": "ci"}');
	const {expires, ...rest} = value;
	const wish = read(rest);
	if (reserved.has(wish.name)) {
		throw new ConfigError(`the key: the name "${wish.name}" belongs to a key of the config; choose another one`);
	}
	return Object.assign({}, wish, {by}, expires !== undefined && {expiresAt: readExpiry(expires)});
}

function readExpiry(expires: unknown): Date {
	const moment = typeof expires === 'string' ? parseExpiry(expires) : undefined;
	if (moment === undefined) {
		throw new ConfigError(
			'the key: expires: expected a date such as 2030-01-31 or a date-time with a zone such as 2030-01-31T12:00:00Z',
		);
	}
	if (moment <= Date.now()) throw new ConfigError('the key: expires: expected a moment that is still to come');
	return new Date(moment);
}
