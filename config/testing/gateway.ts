/** Starts a gateway with given plugins on a free port. */

import {Engine, listen, type Plugin, type ServerOptions, serverSettings} from '../../core/index.js';
import {auth, mock, routing} from '../../plugins/index.js';
import {defineConfig, type PluginEntry} from '../define-config.js';
import {type MemoryLog, memoryLog} from './log.js';

/** What a test gateway is made of. */
export interface TestGatewayOptions {
	/** As in a config, which adds its own to them. */
	readonly plugins: readonly PluginEntry[];
	/** The port is a free one unless said. */
	readonly server?: ServerOptions;
	/** `test` unless said. */
	readonly deployment?: string;
}

/** A gateway that listens on loopback. */
export interface StartedGateway {
	/** `http://127.0.0.1:12345` */
	readonly url: string;
	readonly port: number;
	/** What the gateway has logged. */
	readonly log: MemoryLog;
	/** Posts JSON (or the given bytes) to a path of the gateway. */
	post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
	/** Gets a path of the gateway. */
	get(path: string, headers?: Readonly<Record<string, string>>): Promise<Response>;
	/** Drains and closes; safe to call twice. */
	stop(): Promise<void>;
}

/** The least that answers: anybody may call, `mock.echo` replies. Put your plugins behind them. */
export function basics(): readonly Plugin[] {
	return [auth({anonymous: true}), mock(), routing()];
}

/**
 * Starts a gateway. Stop it when the test is over: `t.teardown(gateway.stop)`.
 * @throws what a start throws: a ConfigError that names the plugin, or the plugin's own error.
 */
export async function startGateway(options: TestGatewayOptions): Promise<StartedGateway> {
	const log = memoryLog();
	const server = serverSettings({port: 0, ...options.server});
	const deployment = options.deployment ?? 'test';
	const {plugins} = await defineConfig({plugins: options.plugins}).read({deployment});
	const engine = new Engine({deployment, server, log});
	await engine.assemble(plugins);
	const listening = await listen(engine);
	const {url} = listening;
	return {
		url,
		port: listening.port,
		log,
		post(path, body, headers = {}) {
			const raw = typeof body === 'string' || body instanceof Uint8Array;
			return fetch(url + path, {
				method: 'POST',
				headers: {'content-type': 'application/json', ...headers},
				body: raw ? body : JSON.stringify(body),
			});
		},
		get: (path, headers = {}) => fetch(url + path, {headers}),
		stop: () => listening.stop(),
	};
}
