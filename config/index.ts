/** The package's main entry: the core, what a config file is written with, and the services that built-ins offer to plugins. */

export * from '../core/index.js';
export {type BudgetEvents, type BudgetThreshold, budgetEvents} from '../plugins/cost/keys.js';
export {type Redactor, redactor} from '../plugins/redact/keys.js';
export {type Database, database} from '../plugins/request-log/keys.js';
export {
	type Bucket,
	type Degraded,
	type Demand,
	type Grant,
	type Holding,
	type Period,
	type Seats,
	type Shortage,
	type Standing,
	type Store,
	type StoreOptions,
	type Stores,
	StoreUnavailable,
	type Sum,
	stores,
	type Take,
} from '../plugins/stores/keys.js';
export {
	type Config,
	type ConfigContext,
	ConfigDefinition,
	type ConfigSource,
	defineConfig,
	type PluginEntry,
} from './define-config.js';
export {type Environment, env, secret} from './environment.js';
