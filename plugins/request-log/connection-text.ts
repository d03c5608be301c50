/** Reads the two forms in which Postgres connections are written, URL and keywords, as libpq does; says where, never what. */

import {ConfigError} from '../../core/index.js';

/** What C takes as white space; there is more in Unicode, and that may be in a password. */
const space = '[ \\t\\n\\v\\f\\r]';
const end = `(?=${space}|$)`;
const quoted = `'((?:[^'\\\\]|\\\\.|'')*)'${end}`;
const plain = `((?:(?!${space})[^'\\\\]|\\\\.)(?:(?!${space})[^\\\\]|\\\\.)*)?${end}`;
const keywordPair = new RegExp(
	`${space}*((?:(?!${space})[^=])+)${space}*=${space}*(?:${quoted}|${plain})${space}*`,
	'sy',
);

/** A keyword of a connection string with its value, as it was written: last one wins. */
export type Parameters = ReadonlyMap<string, string>;

const scheme = /^postgres(?:ql)?:\/\//;
const encoded = 'special characters of user and password are written percent-encoded, such as %40 for @ and %2F for /';

/**
 * Takes a connection string apart.
 * No message quotes the text: any part of it may be a part of the password when it is written wrongly.
 * @throws {ConfigError} when the text has neither form.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */
export function readParameters(text: string): Parameters {
	if (text.includes('\0')) throw new ConfigError('the connection string holds a NUL character');
	const url = text.trim();
	if (scheme.test(url)) return readUrl(url.replace(scheme, ''));
	if (text.includes('=') && !/^\w+:\/\//.test(url)) return readKeywords(text);
	throw new ConfigError(
		'expected a Postgres connection string: postgres://user:password@host:5432/database or host=… user=… dbname=…',
	);
}

/** `[user[:password]@][host[:port]][/database][?keyword=value&…]`, taken apart at the same places as libpq does. */
function readUrl(rest: string): Parameters {
	const parameters = new Map<string, string>();
	const set = (name: string, value: string | undefined): void => {
		if (value !== undefined && value !== '') parameters.set(name, decode(value, name));
	};
	const credentials = /^([^/@]*)@/.exec(rest);
	if (credentials !== null) {
		const [user, password] = halves(credentials[1] ?? '', ':');
		set('user', user);
		set('password', password);
	}
	const [place, query] = halves(rest.slice(credentials?.[0].length ?? 0), '?');
	const [server, database] = halves(place, '/');
	const parts = /^(\[[^\]]*\]|[^:@[\]]*)(?::(\d*))?$/.exec(server);
	if (parts === null || /[/@]/.test(database ?? ''))
		throw new ConfigError(`the URL cannot be read after //; ${encoded}`);
	set('host', parts[1]?.replace(/^\[|\]$/g, ''));
	set('port', parts[2]);
	set('dbname', database);
	for (const pair of query?.split('&') ?? []) {
		const [name, value] = halves(pair, '=');
		if (value === undefined) throw new ConfigError('expected keyword=value pairs, parted by &, after the ? of the URL');
		parameters.set(decode(name, 'a keyword'), decode(value, 'a value after the ?'));
	}
	return parameters;
}

/** What stands before and after the first separator. */
function halves(text: string, separator: string): [string, string | undefined] {
	const at = text.indexOf(separator);
	return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string, what: string): string {
	try {
		const decoded = decodeURIComponent(text);
		if (!decoded.includes('\0')) return decoded;
	} catch {
		// Told below, without the text that `decodeURIComponent` may quote.
	}
	throw new ConfigError(`${what}: not percent-encoded UTF-8; ${encoded} (and %25 for %)`);
}

/**
 * `keyword = value` pairs parted by white space. A value with spaces stands in single quotes; a backslash takes the next
 * character as it is. libpq refuses `''` within quotes; it is read here as in SQL, as one quote.
 */
function readKeywords(text: string): Parameters {
	const parameters = new Map<string, string>();
	const pair = new RegExp(keywordPair);
	while (pair.lastIndex < text.length) {
		const found = pair.exec(text);
		if (found === null)
			throw new ConfigError(
				`expected keyword=value after ${parameters.size} pairs; a value with spaces stands in single quotes, ` +
					"and ' and \\ in it are written \\' and \\\\",
			);
		const [, name = '', quoted, plain = ''] = found;
		const value =
			quoted === undefined ? plain.replace(/\\(.)/gs, '$1') : quoted.replace(/\\(.)|''/gs, (_, taken) => taken ?? "'");
		parameters.set(name, value);
	}
	return parameters;
}
