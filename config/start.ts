/** Puts a gateway together from a loaded config. */

import {ConfigError, Engine, type Listening, type Log, listen, type Workers} from '../core/index.js';
import type {LoadedConfig} from './load.js';

/** A gateway that serves. */
export interface Running {
	readonly engine: Engine;
	readonly listening: Listening;
}

/** Applies every plugin. @throws what a plugin throws; what was taken until then has been let go. */
export async function assemble(config: LoadedConfig, log: Log, workers?: Workers): Promise<Engine> {
	const {deployment, server, hash, migrate} = config;
	const own = {deployment, server, log, configHash: hash, migrate};
	const engine = new Engine(workers === undefined ? own : Object.assign(own, {workers}));
	await engine.assemble(config.plugins);
	try {
		refuseReserved(engine);
	} catch (error) {
		await engine.close();
		throw error;
	}
	return engine;
}

const reserved: ReadonlySet<string> = new Set(['serve', 'check', 'help']);

/** A plugin's command cannot stand in the way of the gateway's own. */
function refuseReserved(engine: Engine): void {
	for (const name of engine.commands.names()) {
		if (!reserved.has(name.split(' ')[0] ?? '')) continue;
		throw new ConfigError(`plugin "${engine.commands.owner(name)}": the command "${name}" is one of the gateway's own`);
	}
}

/** Assembles and listens. @throws when either fails; what was taken until then has been let go. */
export async function start(config: LoadedConfig, log: Log, workers?: Workers): Promise<Running> {
	const engine = await assemble(config, log, workers);
	try {
		return {engine, listening: await listen(engine)};
	} catch (error) {
		await engine.close();
		throw error;
	}
}
