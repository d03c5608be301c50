/** The package's main entry: the core, and what a config file is written with. */

export * from '../core/index.js';
export {
	type Config,
	type ConfigContext,
	ConfigDefinition,
	type ConfigSource,
	defineConfig,
	type PluginEntry,
} from './define-config.js';
export {type Environment, env, secret} from './environment.js';
