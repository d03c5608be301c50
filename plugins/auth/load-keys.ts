/** Turns the `keys` of a config into a ring of hashed keys, and refuses those that cannot be meant. */

import {type Caller, ConfigError, type Log, reveal} from '../../core/index.js';
import {difference, makeCaller} from './caller-options.js';
import {parseExpiry} from './expiry.js';
import {digestOf, KeyRing} from './key-ring.js';
import {isKey, type KeyOptions, longestKey} from './options.js';

/** The checked options are this plugin's own copy, in which a key is replaced by its hash. */
type Entry = {-readonly [Name in keyof KeyOptions]: KeyOptions[Name]};

/**
 * Loads keys; afterwards `entries` hold hashes only, so that no key stays in the memory of the gateway for its lifetime.
 * @throws {ConfigError} that names entries by their index, never a key.
 */
export function loadKeys(entries: readonly KeyOptions[], log: Log): KeyRing {
	const ring = new KeyRing();
	const callers = new Map<string, {index: number; caller: Caller}>();
	const indexes = new Map<string, number>();
	for (const [index, entry] of entries.entries()) {
		const digest = concealed(entry, index);
		const twin = indexes.get(digest);
		if (twin !== undefined) {
			throw new ConfigError(`keys[${twin}] and keys[${index}] are the same key; remove one of them`);
		}
		indexes.set(digest, index);
		const expiresAt = expiry(entry, index);
		if (expiresAt <= Date.now()) log.warn('a key of the config has expired', {key: entry.name, expires: entry.expires});
		ring.add(digest, {caller: callerOf(entry, index, callers), expiresAt});
	}
	return ring;
}

function concealed(entry: Entry, index: number): string {
	const {key, hash} = entry;
	if (key !== undefined && hash !== undefined)
		throw new ConfigError(`keys[${index}]: expected either key or hash, found both`);
	if (hash !== undefined) return hash.slice('sha256:'.length);
	if (key === undefined) throw new ConfigError(`keys[${index}]: expected a key or the hash of one, found neither`);
	const text = reveal(key);
	if (!isKey(text)) {
		throw new ConfigError(
			`keys[${index}].key: expected up to ${longestKey} visible ASCII characters without blanks and commas`,
		);
	}
	const digest = digestOf(text);
	delete entry.key;
	entry.hash = `sha256:${digest}`;
	return digest;
}

function expiry({expires}: KeyOptions, index: number): number {
	if (expires === undefined) return Number.POSITIVE_INFINITY;
	const moment = parseExpiry(expires);
	if (moment !== undefined) return moment;
	throw new ConfigError(
		`keys[${index}].expires: expected a date such as 2030-01-31 or a date-time with a zone such as ` +
			`2030-01-31T12:00:00Z, found ${JSON.stringify(expires.slice(0, 80))}`,
	);
}

/** One caller per name, made once. */
function callerOf(entry: KeyOptions, index: number, callers: Map<string, {index: number; caller: Caller}>): Caller {
	const caller = makeCaller(entry.name, entry);
	const known = callers.get(entry.name);
	if (known === undefined) {
		callers.set(entry.name, {index, caller});
		return caller;
	}
	const trait = difference(known.caller, caller);
	if (trait !== undefined) {
		throw new ConfigError(
			`keys[${known.index}] and keys[${index}] share the name "${entry.name}" and so are one caller, ` +
				`but differ in ${trait}; make ${trait} the same or give one of them another name`,
		);
	}
	return known.caller;
}
