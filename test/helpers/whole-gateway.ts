/** A whole gateway for one test: the given plugins behind a real socket, its log kept in memory. */

import type {ExecutionContext} from 'ava';
import {
	type ClosedExchange,
	definePlugin,
	Engine,
	type Log,
	type LogFields,
	listen,
	type Plugin,
	type ServerOptions,
	serverSettings,
} from '../../core/index.js';
import {dialects} from '../../plugins/dialects/index.js';

/** One line of the gateway's own log. */
export interface LogLine {
	readonly level: keyof Log;
	readonly message: string;
	readonly fields: LogFields;
}

/** A log that only remembers. */
export function memoryLog(): Log & {readonly lines: readonly LogLine[]} {
	const lines: LogLine[] = [];
	const write =
		(level: keyof Log) =>
		(message: string, fields: LogFields = {}): void =>
			void lines.push({level, message, fields});
	return {lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error')};
}

/** Assembles and starts a gateway; it stops with the test. */
export async function startGateway(t: ExecutionContext, plugins: readonly Plugin[], server: ServerOptions = {}) {
	const log = memoryLog();
	const engine = new Engine({
		deployment: 'test',
		server: serverSettings(Object.assign({port: 0, drainSeconds: 1}, server)),
		log,
	});
	await engine.assemble([dialects(), ...plugins]);
	const {url, port, stop} = await listen(engine);
	t.teardown(stop);
	return {engine, log, url, port, stop};
}

/** Hands out closed exchanges one after the other; list it last, so that it sees them when all others have. */
export function exchangeRecorder() {
	const closed: ClosedExchange[] = [];
	const waiting: ((exchange: ClosedExchange) => void)[] = [];
	const plugin = definePlugin({
		name: 'exchange-recorder',
		apply({hooks}) {
			hooks.record.tap('exchange-recorder', exchange => {
				const next = waiting.shift();
				if (next === undefined) closed.push(exchange);
				else next(exchange);
			});
		},
	});
	return {
		plugin: plugin(),
		/** The next exchange that has closed and was not handed out yet. */
		next(): Promise<ClosedExchange> {
			const ready = closed.shift();
			return ready === undefined ? new Promise(resolve => waiting.push(resolve)) : Promise.resolve(ready);
		},
	};
}

/** Sends a chat call. */
export function chat(url: string, headers: Record<string, string> = {}, body: object = {}): Promise<Response> {
	return fetch(`${url}/v1/chat/completions`, {
		method: 'POST',
		headers: Object.assign({'content-type': 'application/json'}, headers),
		body: JSON.stringify(Object.assign({model: 'mock.echo', messages: [{role: 'user', content: 'hello'}]}, body)),
	});
}
