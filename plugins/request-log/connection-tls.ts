/** What `sslmode` and its companions mean, in the terms of Node's TLS: as libpq defines it, or refused. */

import {X509Certificate} from 'node:crypto';
import {readFileSync} from 'node:fs';
import tls, {type ConnectionOptions} from 'node:tls';
import {ConfigError, describe} from '../../core/index.js';
import type {Parameters} from './connection-text.js';

export const sslModes = ['disable', 'require', 'verify-ca', 'verify-full'] as const;

/** How far a connection is protected. */
export type SslMode = (typeof sslModes)[number];

const files = ['sslrootcert', 'sslcert', 'sslkey', 'sslcrl'] as const;

/** The mode in force and what goes to the driver as `ssl`. */
export interface Protection {
	readonly mode: SslMode;
	readonly ssl: false | ConnectionOptions;
}

/**
 * Reads the TLS keywords; certificates are read and checked at once.
 * @throws {ConfigError} naming the keyword, when something cannot be honoured.
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html
 */
export function readProtection(parameters: Parameters, host: string): Protection {
	const roots = parameters.get('sslrootcert');
	const mode = readMode(parameters, roots);
	if (mode === 'disable') {
		const useless = [...files, 'sslpassword', 'ssl_min_protocol_version', 'ssl_max_protocol_version'].find(name =>
			parameters.has(name),
		);
		if (useless !== undefined) throw new ConfigError(`${useless}: has no effect without sslmode=require or stricter`);
		return {mode, ssl: false};
	}
	if (host.startsWith('/')) throw new ConfigError('sslmode: a Unix socket is not encrypted; leave sslmode out');
	if (mode === 'verify-ca' && (roots === undefined || roots === 'system'))
		throw new ConfigError('sslrootcert: sslmode=verify-ca needs the file of the CA; or write sslmode=verify-full');
	const ssl: ConnectionOptions = {
		secureContext: readContext(parameters),
		// Given authorities are always asked: with them libpq takes `require` as `verify-ca`.
		rejectUnauthorized: mode !== 'require' || roots !== undefined,
	};
	if (mode !== 'verify-full') ssl.checkServerIdentity = () => undefined;
	return {mode, ssl};
}

function readMode(parameters: Parameters, roots: string | undefined): SslMode {
	const written = parameters.get('sslmode') ?? (roots === 'system' ? 'verify-full' : 'disable');
	if (written === 'allow' || written === 'prefer')
		throw new ConfigError(
			`sslmode: "${written}" leaves it to the server whether the connection is encrypted, which the driver cannot do; ` +
				'write sslmode=require, or sslmode=disable',
		);
	const mode = sslModes.find(known => known === written);
	if (mode === undefined) throw new ConfigError(`sslmode: expected one of ${sslModes.join(', ')}`);
	if (roots === 'system' && mode !== 'verify-full' && mode !== 'disable')
		throw new ConfigError('sslmode: sslrootcert=system goes with sslmode=verify-full only');
	return mode;
}

/** One context for all connections: certificates are parsed once, and no key lies open in the settings. */
function readContext(parameters: Parameters): tls.SecureContext {
	const roots = parameters.get('sslrootcert');
	const ca = roots === 'system' ? undefined : readFile(parameters, 'sslrootcert');
	const cert = readFile(parameters, 'sslcert');
	const key = readFile(parameters, 'sslkey');
	if ((cert === undefined) !== (key === undefined))
		throw new ConfigError(`${cert === undefined ? 'sslcert' : 'sslkey'}: sslcert and sslkey go together`);
	for (const [name, text] of [
		['sslrootcert', ca],
		['sslcert', cert],
	] as const)
		if (text !== undefined) checkCertificate(name, text);
	const crl = readFile(parameters, 'sslcrl');
	const passphrase = parameters.get('sslpassword');
	const oldest = readVersion(parameters, 'ssl_min_protocol_version') ?? 'TLSv1.2';
	const newest = readVersion(parameters, 'ssl_max_protocol_version') ?? 'TLSv1.3';
	if (oldest > newest) throw new ConfigError('ssl_min_protocol_version: is above ssl_max_protocol_version');
	try {
		return tls.createSecureContext({
			minVersion: oldest,
			maxVersion: newest,
			...(ca !== undefined && {ca}),
			...(cert !== undefined && {cert, key}),
			...(crl !== undefined && {crl}),
			...(passphrase !== undefined && {passphrase}),
		});
	} catch (error) {
		const named = crl === undefined ? 'sslcert, sslkey, sslpassword' : 'sslcert, sslkey, sslpassword, sslcrl';
		throw new ConfigError(`${named}: cannot be used together: ${describe(error)['error']}`);
	}
}

function readFile(parameters: Parameters, name: (typeof files)[number]): string | undefined {
	const path = parameters.get(name);
	if (path === undefined) return undefined;
	try {
		return readFileSync(path, 'utf8');
	} catch (error) {
		throw new ConfigError(`${name}: the file cannot be read: ${describe(error)['error']}`);
	}
}

/** Node takes a file without a certificate for an empty list, and would then trust nobody without saying why. */
function checkCertificate(name: string, text: string): void {
	try {
		new X509Certificate(text);
	} catch {
		throw new ConfigError(`${name}: the file holds no certificate in PEM form`);
	}
}

function readVersion(parameters: Parameters, name: string): tls.SecureVersion | undefined {
	const written = parameters.get(name);
	if (written === undefined) return undefined;
	const version = (['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const).find(known => known === written);
	if (version === undefined) throw new ConfigError(`${name}: expected TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3`);
	return version;
}
