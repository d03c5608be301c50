import type {IncomingHttpHeaders} from 'node:http';
import {util} from 'undici';

// The names of which node keeps the first and drops the rest; every other repeated header is joined.
const singleHeaders = new Set([
	'age',
	'authorization',
	'content-length',
	'content-type',
	'etag',
	'expires',
	'from',
	'host',
	'if-modified-since',
	'if-unmodified-since',
	'last-modified',
	'location',
	'max-forwards',
	'proxy-authorization',
	'referer',
	'retry-after',
	'server',
	'user-agent',
]);

/** undici's raw header list as `http.IncomingMessage` would show it, so that both wires answer alike. */
export function parseRawHeaders(raw: readonly Buffer[]): IncomingHttpHeaders {
	const headers: Record<string, string | string[]> = {};
	for (let index = 0; index + 1 < raw.length; index += 2) {
		const [rawName, rawValue] = [raw[index], raw[index + 1]];
		if (rawName === undefined || rawValue === undefined) break;
		const name = util.headerNameToString(rawName);
		const value = rawValue.toString('latin1');
		// Asking for the type and not for `undefined`: a header may be called `constructor`.
		const known = headers[name];
		if (name === 'set-cookie') {
			if (Array.isArray(known)) known.push(value);
			else headers[name] = [value];
		} else if (typeof known !== 'string') headers[name] = value;
		else if (!singleHeaders.has(name)) headers[name] = `${known}${name === 'cookie' ? '; ' : ', '}${value}`;
	}
	return headers;
}
