/** Says in a few letters what a value is, without saying anything of it: two processes with one config agree. */

import {createHash} from 'node:crypto';

/** Members that hold credentials when somebody has written them as plain text. */
const confidential = /^(?:key|apiKey|hash)$|secret|token|password|cookie|authorization|credential/i;
/** A connection string: what stands between the user's name and the host is a password. */
const password = /^([a-z][a-z\d+.-]*:\/\/[^/@\s:]*):[^/\s]*@/i;

/**
 * The first twelve letters of a SHA-256 over a value as JSON. Secrets count by their names, plain credentials not at all, so that
 * nobody can try passwords on it.
 */
export function fingerprint(value: unknown): string {
	const text = JSON.stringify(value, (name, item: unknown) => {
		if (typeof item === 'function' || item instanceof RegExp) return String(item);
		if (typeof item === 'bigint') return `${item}n`;
		if (typeof item !== 'string' || /^\[secret .*\]$/.test(item)) return item;
		if (confidential.test(name)) return '';
		return item.replace(password, '$1@').replace(/\bpassword\s*=\s*(?:'(?:[^'\\]|\\.)*'|\S+)/gi, 'password=');
	});
	return createHash('sha256')
		.update(text ?? '')
		.digest('hex')
		.slice(0, 12);
}
