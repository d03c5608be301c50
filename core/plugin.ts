/**
 * A plugin's life:
 * 1. its factory is called in the config: options are checked against the schema, nothing else happens;
 * 2. `apply` is called once, in config order: it taps hooks, adds to registries, opens what it needs and `defer`s closing it;
 * 3. what it gave to `beforeListen` is called when every plugin has been applied, before the first call is accepted;
 * 4. calls run through its taps;
 * 5. when the gateway stops, or when the start failed half-way, what was deferred is called, last first.
 */

import {fingerprint} from './fingerprint.js';
import type {Gateway} from './gateway.js';
import {type OptionsSchema, optionsReader} from './options.js';

/** A configured plugin: what a factory returns and what a config lists. */
export interface Plugin {
	/** Unique in a gateway. */
	readonly name: string;
	/** Stands for the options in the config's hash; holds none of them. */
	readonly fingerprint?: string;
	apply(gateway: Gateway): void | Promise<void>;
}

/** What {@link definePlugin} is given. */
export interface PluginDefinition<Options> {
	/** Lower case with dashes; also the name of its instances unless `instance` says otherwise. */
	readonly name: string;
	/** JSON schema of the options; leave it out for a plugin that has none. */
	readonly options?: OptionsSchema<Options>;
	/** The name of one instance, for plugins of which a config may hold several. */
	readonly instance?: (options: Options) => string;
	/** Called once, when the gateway is put together. */
	apply(gateway: Gateway, options: Options): void | Promise<void>;
}

type Factory<Options> =
	Record<never, never> extends Options ? (options?: Options) => Plugin : (options: Options) => Plugin;

const noOptions = {type: 'object', properties: {}, additionalProperties: false} as const;

/**
 * Makes a plugin's factory.
 * @returns a function that checks the options and gives a plugin for the config's `plugins` list; it throws a ConfigError
 * that names plugin, option path, what was expected and what was found.
 */
export function definePlugin<Options extends object = Readonly<Record<string, never>>>(
	definition: PluginDefinition<Options>,
): Factory<Options> {
	const schema = definition.options ?? (noOptions as unknown as OptionsSchema<Options>);
	const read = optionsReader<Options>(`plugin "${definition.name}"`, schema);
	const factory = (options?: Options): Plugin => {
		const checked = read(options);
		return Object.freeze({
			name: definition.instance?.(checked) ?? definition.name,
			fingerprint: fingerprint(checked),
			apply: (gateway: Gateway) => definition.apply(gateway, checked),
		});
	};
	return Object.assign(factory, {schema}) as Factory<Options>;
}
