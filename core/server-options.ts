/** The `server` part of a config. */

import {ConfigError} from './errors.js';
import {type OptionsSchema, optionsReader} from './options.js';
import type {Secret} from './secret.js';

/** How the gateway listens. */
export interface ServerOptions {
	readonly host?: string;
	readonly port?: number;
	readonly bodyLimit?: string | number;
	readonly trustedProxies?: readonly string[];
	readonly timing?: boolean;
	readonly drainSeconds?: number;
	readonly bodyIdleSeconds?: number;
	readonly workers?: number;
	readonly tls?: {readonly cert: string; readonly key: string | Secret; readonly ca?: string};
}

/** The same with every default filled in and sizes in bytes. */
export interface ServerSettings extends Required<Omit<ServerOptions, 'tls' | 'bodyLimit'>> {
	readonly bodyLimit: number;
	readonly tls?: ServerOptions['tls'];
}

export const serverSchema: OptionsSchema<ServerOptions> = {
	type: 'object',
	properties: {
		host: {type: 'string', minLength: 1, nullable: true, default: '127.0.0.1', description: 'address to listen on'},
		port: {
			type: 'integer',
			minimum: 0,
			maximum: 65_535,
			nullable: true,
			default: 8000,
			description: 'port to listen on; 0 takes a free one',
		},
		bodyLimit: {
			type: ['string', 'integer'],
			minimum: 1,
			nullable: true,
			default: '32mb',
			description: 'largest request body that is read, such as 32mb, 512kb or a number of bytes',
		} as never,
		trustedProxies: {
			type: 'array',
			items: {type: 'string'},
			nullable: true,
			default: [],
			description: 'addresses and CIDRs whose X-Forwarded-For and X-Real-IP are believed',
		},
		timing: {
			type: 'boolean',
			nullable: true,
			default: false,
			description: 'send a server-timing header with the milliseconds that each plugin took',
		},
		drainSeconds: {
			type: 'number',
			minimum: 0,
			nullable: true,
			default: 30,
			description: 'how long open calls may go on after the stop signal',
		},
		bodyIdleSeconds: {
			type: 'number',
			exclusiveMinimum: 0,
			nullable: true,
			default: 30,
			description: 'longest pause of a request body while it is read or passed through',
		},
		workers: {
			type: 'integer',
			minimum: 1,
			maximum: 256,
			nullable: true,
			default: 1,
			description: 'processes that share the port',
		},
		tls: {
			type: 'object',
			nullable: true,
			description: 'serve HTTPS; each is PEM text or the path of a PEM file',
			properties: {
				cert: {type: 'string', description: 'certificate chain'},
				key: {type: 'string', description: 'private key'},
				ca: {
					type: 'string',
					nullable: true,
					description: 'authorities of client certificates; when given, clients must show one',
				},
			},
			required: ['cert', 'key'],
		} as never,
	},
	additionalProperties: false,
} as OptionsSchema<ServerOptions>;

const read = optionsReader<Required<ServerOptions>>('server', serverSchema as never);
const units: Readonly<Record<string, number>> = {b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3};

/** Reads a size such as `32mb`. @throws {ConfigError} when it is not one. */
function bytes(text: string | number): number {
	if (typeof text === 'number') return text;
	const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)$/i.exec(text.trim());
	const unit = units[match?.[2]?.toLowerCase() ?? ''];
	if (match === null || unit === undefined) {
		throw new ConfigError(`server: bodyLimit: expected a size such as 32mb, found ${JSON.stringify(text)}`);
	}
	return Math.floor(Number(match[1]) * unit);
}

/** Checks the `server` options and fills in defaults. @throws {ConfigError} */
export function serverSettings(options: ServerOptions = {}): ServerSettings {
	const checked = read(options);
	return Object.freeze({...checked, bodyLimit: bytes(checked.bodyLimit)});
}
