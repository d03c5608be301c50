/** What a config file exports: a server and a list of plugins, perhaps depending on the deployment. */

import {ConfigError, closest, isObject, type Plugin, type ServerOptions} from '../core/index.js';
import {catalog, dialects, redact, stores} from '../plugins/index.js';

/** An entry of a config's `plugins`: what is falsy is switched off, lists are laid flat. */
export type PluginEntry = Plugin | false | null | undefined | '' | 0 | readonly PluginEntry[];

/** A whole gateway. */
export interface Config {
	readonly server?: ServerOptions;
	/** Their order is the order of the hooks' taps. */
	readonly plugins: readonly PluginEntry[];
}

/** What a config may depend on. */
export interface ConfigContext {
	/** From `--deployment`, else `TAPGATE_DEPLOYMENT`, else `development`. */
	readonly deployment: string;
}

/** A config, or a function that makes one. */
export type ConfigSource = Config | ((context: ConfigContext) => Config | Promise<Config>);

/** A config with its plugins in one flat list, the ones that are always there first. */
export interface PlainConfig {
	/** Not checked yet. */
	readonly server: ServerOptions;
	readonly plugins: readonly Plugin[];
}

const marker = Symbol.for('tapgate.ConfigDefinition');
const known = ['server', 'plugins'];

/** What {@link defineConfig} gives back and a config file exports by default. */
export class ConfigDefinition {
	readonly #source: ConfigSource;
	readonly [marker] = true;

	constructor(source: ConfigSource) {
		this.#source = source;
	}

	/**
	 * Evaluates the config.
	 * @throws {ConfigError} when it is not shaped as a config; names the path, what was expected and what was found.
	 */
	async read(context: ConfigContext): Promise<PlainConfig> {
		const source = this.#source;
		const config: unknown = typeof source === 'function' ? await source(context) : source;
		if (!isObject(config)) throw new ConfigError(`config: expected an object, found ${kindOf(config)}`);
		refuseUnknown(Object.keys(config));
		const {server = {}, plugins} = config;
		if (!isObject(server)) throw new ConfigError(`server: expected an object, found ${kindOf(server)}`);
		if (plugins === undefined) throw new ConfigError('plugins: is missing');
		if (!Array.isArray(plugins)) throw new ConfigError(`plugins: expected a list, found ${kindOf(plugins)}`);
		const listed = flatten(plugins, 'plugins');
		const redacts = listed.some(({name}) => name === 'redact');
		return {
			server,
			plugins: [dialects(), catalog(), stores(), ...(redacts ? [] : [redact()]), ...listed],
		};
	}

	/** Tells a definition by its mark, so that one made by a second copy of the package is recognised too. */
	static is(value: unknown): value is ConfigDefinition {
		return typeof value === 'object' && value !== null && (value as {[marker]?: unknown})[marker] === true;
	}
}

/**
 * Defines a gateway: `export default defineConfig({plugins: […]})`.
 * @param source the config, or a function of the deployment that returns one, which may be async.
 */
export function defineConfig(source: ConfigSource): ConfigDefinition {
	return new ConfigDefinition(source);
}

function refuseUnknown(keys: readonly string[]): void {
	const lines = keys
		.filter(key => !known.includes(key))
		.map(key => {
			const near = closest(key, known, 1)[0];
			return `${key}: unknown key${near === undefined ? '' : `, did you mean "${near}"?`} (known: ${known.join(', ')})`;
		});
	if (lines.length > 0) throw new ConfigError(lines.join('\n'));
}

function flatten(entries: readonly unknown[], path: string): Plugin[] {
	return entries.flatMap((entry, index) => {
		const at = `${path}[${index}]`;
		if (Array.isArray(entry)) return flatten(entry, at);
		if (!entry) return [];
		if (isPlugin(entry)) return [entry];
		throw new ConfigError(`${at}: expected a plugin, found ${kindOf(entry)}${advice(entry)}`);
	});
}

function isPlugin(entry: unknown): entry is Plugin {
	return isObject(entry) && typeof entry['name'] === 'string' && typeof entry['apply'] === 'function';
}

function advice(entry: unknown): string {
	if (typeof entry === 'function') return `; call it: ${entry.name || 'plugin'}()`;
	if (entry === true) return '; write `condition && plugin()`';
	if (entry instanceof Promise) return '; make the config an async function and await it';
	return '';
}

function kindOf(value: unknown): string {
	if (value === null || value === undefined || typeof value === 'boolean') return String(value);
	if (typeof value === 'function') return value.name === '' ? 'a function' : `the function ${value.name}`;
	if (Array.isArray(value)) return 'a list';
	if (value instanceof Promise) return 'a promise';
	return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
