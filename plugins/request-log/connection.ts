/** Turns a Postgres connection string into what node-postgres takes, and into a text without the password. */

import type {ConnectionOptions} from 'node:tls';
import {ConfigError, closest, reveal, type Secret} from '../../core/index.js';
import {type Parameters, readParameters} from './connection-text.js';
import {readProtection} from './connection-tls.js';

/** What node-postgres takes, each value spelled out, so that it looks for none in the environment. */
export interface PgSettings {
	readonly user: string;
	readonly host: string;
	readonly port: number;
	readonly database: string;
	/** A function is not printed. */
	readonly password: () => string;
	readonly ssl: false | ConnectionOptions;
	readonly sslnegotiation?: 'postgres' | 'direct';
	readonly enableChannelBinding?: boolean;
	readonly application_name?: string;
	readonly connectionTimeoutMillis?: number;
	readonly keepAlive?: boolean;
	readonly keepAliveInitialDelayMillis?: number;
	readonly options?: string;
}

/** A database and the way to it. */
export interface Connection {
	/** For logs and people: everything but the credentials. */
	readonly shown: string;
	/** For `pg` and as `connection` of knex. Prints without the password, which is a function, and without keys. */
	readonly pg: PgSettings;
}

/** What is understood. */
const keywords = [
	'application_name',
	'channel_binding',
	'client_encoding',
	'connect_timeout',
	'dbname',
	'fallback_application_name',
	'gssencmode',
	'host',
	'keepalives',
	'keepalives_idle',
	'load_balance_hosts',
	'options',
	'password',
	'port',
	'ssl',
	'ssl_max_protocol_version',
	'ssl_min_protocol_version',
	'sslcert',
	'sslcrl',
	'sslkey',
	'sslmode',
	'sslnegotiation',
	'sslpassword',
	'sslrootcert',
	'target_session_attrs',
	'user',
] as const;

type Keyword = (typeof keywords)[number];

/** What libpq knows and the driver cannot do. */
const refused = [
	'gssdelegation',
	'gsslib',
	'hostaddr',
	'keepalives_count',
	'keepalives_interval',
	'krbsrvname',
	'max_protocol_version',
	'min_protocol_version',
	'oauth_client_id',
	'oauth_client_secret',
	'oauth_issuer',
	'oauth_scope',
	'passfile',
	'replication',
	'require_auth',
	'requirepeer',
	'requiressl',
	'scram_client_key',
	'scram_server_key',
	'service',
	'servicefile',
	'sslcertmode',
	'sslcompression',
	'sslcrldir',
	'sslkeylogfile',
	'sslsni',
	'tcp_user_timeout',
] as const;

/**
 * Reads a connection string in the URL or the keyword form of libpq.
 * The string is all that counts: neither `PGPASSWORD` and its like nor files in the home directory are read.
 * @throws {ConfigError} naming the keyword at fault, and never a value that could be a credential.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 */
export function readConnection(text: string | Secret): Connection {
	const parameters = readParameters(reveal(text));
	for (const name of parameters.keys()) requireKnown(name);
	const get = (name: Keyword): string | undefined => parameters.get(name) || undefined;

	const user = get('user');
	if (user === undefined) throw new ConfigError('user: is missing in the connection string');
	const host = readHost(get('host'));
	const port = readNumber(get('port'), 'port', 1, 65_535) ?? 5432;
	const database = get('dbname') ?? user;
	const {mode, ssl} = readProtection(withSslWord(parameters), host);
	const password = get('password');
	const connectSeconds = readNumber(get('connect_timeout'), 'connect_timeout', 0, 86_400) ?? 0;
	const idleSeconds = readNumber(get('keepalives_idle'), 'keepalives_idle', 0, 86_400) ?? 0;
	const options = get('options');
	const pg: PgSettings = {
		user,
		host,
		port,
		database,
		password: () => password ?? '',
		ssl,
		sslnegotiation: readWord(get('sslnegotiation'), 'sslnegotiation', ['postgres', 'direct']) ?? 'postgres',
		enableChannelBinding: readWord(get('channel_binding'), 'channel_binding', ['disable', 'prefer']) === 'prefer',
		application_name: get('application_name') ?? get('fallback_application_name') ?? 'tapgate',
		connectionTimeoutMillis: connectSeconds * 1000,
		keepAlive: readWord(get('keepalives'), 'keepalives', ['0', '1']) !== '0',
		keepAliveInitialDelayMillis: idleSeconds * 1000,
		...(options !== undefined && {options}),
	};
	if (pg.sslnegotiation === 'direct' && ssl === false)
		throw new ConfigError('sslnegotiation: "direct" needs sslmode=require or stricter');
	readWord(get('gssencmode'), 'gssencmode', ['disable', 'prefer']);
	readWord(get('target_session_attrs'), 'target_session_attrs', ['any']);
	readWord(get('load_balance_hosts'), 'load_balance_hosts', ['disable']);
	readWord(get('client_encoding')?.toLowerCase().replace('-', ''), 'client_encoding', ['utf8', 'auto']);
	return {shown: show(user, host, port, database, mode), pg};
}

function requireKnown(name: string): void {
	if ((keywords as readonly string[]).includes(name)) return;
	if ((refused as readonly string[]).includes(name))
		throw new ConfigError(`${name}: the driver cannot do what this option of libpq asks for; leave it out`);
	// A name that is like no keyword may be a piece of a password that lacks its quotes: it is not repeated.
	const near = closest(name, keywords, 1)[0];
	throw new ConfigError(
		near === undefined
			? `the connection string has an unknown keyword; known are ${keywords.join(', ')}. A value with spaces stands in single quotes`
			: `the connection string has an unknown keyword; did you mean "${near}"?`,
	);
}

/** `ssl=true` is how JDBC says `sslmode=require`; libpq takes it too. */
function withSslWord(parameters: Parameters): Parameters {
	const word = readWord(parameters.get('ssl'), 'ssl', ['true']);
	return word === undefined || parameters.has('sslmode')
		? parameters
		: new Map([...parameters, ['sslmode', 'require']]);
}

function readHost(host = 'localhost'): string {
	if (host.includes(',')) throw new ConfigError('host: several hosts are not supported; name one');
	if (host.startsWith('/') || /^[\w.:%-]+$/.test(host)) return host;
	throw new ConfigError('host: expected a name, an address, or the directory of a Unix socket');
}

function readNumber(text: string | undefined, name: Keyword, least: number, most: number): number | undefined {
	if (text === undefined) return undefined;
	const number = Number(text);
	if (/^\d+$/.test(text) && number >= least && number <= most) return number;
	throw new ConfigError(`${name}: expected a whole number from ${least} to ${most}`);
}

function readWord<Word extends string>(
	text: string | undefined,
	name: Keyword,
	words: readonly Word[],
): Word | undefined {
	if (text === undefined) return undefined;
	const found = words.find(word => word === text);
	if (found === undefined)
		throw new ConfigError(`${name}: the driver can do ${words.map(word => `"${word}"`).join(' and ')} only`);
	return found;
}

function show(user: string, host: string, port: number, database: string, mode: string): string {
	const socket = host.startsWith('/');
	const place = socket ? '' : `${host.includes(':') ? `[${host}]` : host}:${port}`;
	const query = socket ? `host=${host}&port=${port}` : `sslmode=${mode}`;
	// A colon in the name: most likely `user:password` with the colon encoded.
	const name = user.includes(':') ? '…' : encodeURIComponent(user);
	return `postgres://${name}@${place}/${encodeURIComponent(database)}?${query}`;
}
