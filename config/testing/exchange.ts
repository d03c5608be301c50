/** One hook at a time: a fake exchange, and a plugin's taps without a gateway around them. */

import {
	type Caller,
	Engine,
	type Hooks,
	openExchange,
	type Plugin,
	type RoutedExchange,
	serverSettings,
	type Target,
} from '../../core/index.js';
import {dialects} from '../../plugins/index.js';
import {memoryLog} from './log.js';

/** What a fake exchange is about. Everything has a default. */
export interface ExchangeParts {
	/** The request body; `{"model":"mock.echo","messages":[]}` unless said. */
	readonly body?: Readonly<Record<string, unknown>>;
	/** Lower-case names. */
	readonly headers?: Readonly<Record<string, string>>;
	/** A route of a dialect; `/v1/chat/completions` unless said. */
	readonly path?: string;
	readonly caller?: Partial<Caller>;
	readonly targets?: readonly Target[];
	readonly clientIp?: string;
}

/** A plugin's taps, callable: `await hooks.admit.promise(exchange)`, `hooks.chunk.call(event, exchange)`. */
export type TappedHooks = Hooks;

/** Applies plugins and gives their hooks, guarded as in a gateway. */
export async function tapped(...plugins: readonly Plugin[]): Promise<TappedHooks> {
	const engine = await engineOf(plugins);
	return engine.hooks;
}

/** Makes an exchange as a tap from `admit` on sees it. */
export async function fakeExchange(parts: ExchangeParts = {}): Promise<RoutedExchange> {
	const engine = await engineOf([]);
	const path = parts.path ?? '/v1/chat/completions';
	for (const dialect of engine.dialects) {
		const route = dialect.routes.find(candidate => candidate.path === path);
		if (route === undefined) continue;
		const body = Buffer.from(JSON.stringify(parts.body ?? {model: 'mock.echo', messages: []}));
		return openExchange({
			endpoint: {kind: 'model', dialect, route},
			headers: parts.headers ?? {},
			body,
			caller: {name: 'test', tags: [], anonymous: false, ...parts.caller},
			targets: parts.targets ?? [{provider: 'mock', model: 'echo'}],
			clientIp: parts.clientIp ?? '127.0.0.1',
		});
	}
	throw new Error(`no dialect has the route ${path}`);
}

async function engineOf(plugins: readonly Plugin[]): Promise<Engine> {
	const engine = new Engine({deployment: 'test', server: serverSettings({}), log: memoryLog()});
	for (const plugin of [dialects(), ...plugins]) await engine.apply(plugin);
	return engine;
}
