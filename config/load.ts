/** Finds a config file, reads the `.env` files beside it, evaluates it and checks what it says. */

import {readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {parseEnv} from 'node:util';
import {ConfigError, fingerprint, type Plugin, type ServerSettings, serverSettings} from '../core/index.js';
import {ConfigDefinition} from './define-config.js';
import {explained} from './failure.js';
import {importConfig} from './modules.js';

const names = ['ts', 'mts', 'js', 'mjs'].map(extension => `gateway.config.${extension}`);

/** What the command line says about the config. */
export interface LoadOptions {
	/** A file; when absent it is looked for in the current directory. */
	readonly config?: string;
	readonly deployment?: string;
	/** Taken instead of the config's `server.host`. */
	readonly host?: string;
	/** Taken instead of the config's `server.port`. */
	readonly port?: number;
	/** False: the database is not brought up to date. */
	readonly migrate?: boolean;
}

/** A config that can be started. */
export interface LoadedConfig {
	/** Absolute path. */
	readonly file: string;
	readonly deployment: string;
	readonly server: ServerSettings;
	readonly plugins: readonly Plugin[];
	/** What the config has come to, in a few letters, wherever it listens. */
	readonly hash: string;
	/** False: the database is not brought up to date. */
	readonly migrate: boolean;
}

/**
 * Loads a config.
 * @throws {StartFailure} that names the file, the place in it, what was expected and what was found.
 * @throws {ConfigError} when there is no such file.
 */
export async function loadConfig(options: LoadOptions = {}): Promise<LoadedConfig> {
	const file = findConfig(options.config);
	for (const folder of new Set([path.dirname(file), process.cwd()])) readEnvFile(path.join(folder, '.env'));
	const deployment = options.deployment ?? (process.env['TAPGATE_DEPLOYMENT'] || 'development');
	return explained(file, async () => {
		const definition = definitionOf(await importConfig(file));
		const {server, plugins} = await definition.read({deployment});
		const settings = serverSettings({
			...server,
			...(options.host !== undefined && {host: options.host}),
			...(options.port !== undefined && {port: options.port}),
		});
		if (settings.workers > 1 && settings.port === 0) {
			throw new ConfigError('server: port: expected a fixed port because server.workers is more than 1, found 0');
		}
		const hash = hashOf(settings, plugins);
		return {file, deployment, server: settings, plugins, hash, migrate: options.migrate !== false};
	});
}

/** Replicas listen in different places and are the same gateway. */
function hashOf(
	{host: _host, port: _port, workers: _workers, ...server}: ServerSettings,
	plugins: readonly Plugin[],
): string {
	return fingerprint([server, plugins.map(({name, fingerprint: options = ''}) => [name, options])]);
}

/** @throws {ConfigError} when there is none. */
function findConfig(wanted: string | undefined): string {
	if (wanted === undefined) {
		const found = names.map(name => path.resolve(name)).find(isFile);
		if (found !== undefined) return found;
		throw new ConfigError(
			`expected one of ${names.join(', ')} in ${process.cwd()}, found none; write one or name a file with --config`,
		);
	}
	const file = path.resolve(wanted);
	if (isFile(file)) return file;
	throw new ConfigError(`--config: expected a file, found none at ${file}`);
}

function isFile(file: string): boolean {
	return statSync(file, {throwIfNoEntry: false})?.isFile() === true;
}

/** The variables of a `.env` file, where the environment does not have them already. */
function readEnvFile(file: string): void {
	if (!isFile(file)) return;
	for (const [name, value] of Object.entries(parseEnv(readFileSync(file, 'utf8')))) process.env[name] ??= value;
}

function definitionOf(module: Readonly<Record<string, unknown>>): ConfigDefinition {
	const exported = module['default'];
	if (ConfigDefinition.is(exported)) return exported;
	const found = exported === undefined ? 'no default export' : `a default export of another kind (${typeof exported})`;
	throw new ConfigError(`expected \`export default defineConfig({…})\`, found ${found}`);
}
