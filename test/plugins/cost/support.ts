/** A gateway that counts money, and what it has recorded. */

import type {ExecutionContext} from 'ava';
import {type Caller, type ClosedExchange, definePlugin, type Plugin} from 'tapgate';
import {cost, mock, routing, stores} from 'tapgate/plugins';
import {startGateway} from '../../helpers/whole-gateway.js';

/** Anybody may say who they are: `x-caller: {"team":"a"}`. */
export const whoever = definePlugin({
	name: 'whoever',
	apply({hooks}) {
		hooks.authenticate.tap('whoever', ({request}) => {
			const said = JSON.parse(String(request.headers['x-caller'] ?? '{}')) as Partial<Caller>;
			return Object.assign({name: 'somebody', tags: [], anonymous: false}, said);
		});
	},
});

/** Remembers what calls cost, and waits until so many are over. */
export function ledger() {
	const closed: ClosedExchange[] = [];
	let waiting: {many: number; done: () => void} | undefined;
	const plugin = definePlugin({
		name: 'ledger',
		apply({hooks}) {
			hooks.record.tap('ledger', exchange => {
				closed.push(exchange);
				if (waiting !== undefined && closed.length >= waiting.many) waiting.done();
			});
		},
	});
	return {
		plugin: plugin(),
		closed,
		spent: () => closed.reduce((sum, {cost: one}) => sum + (one?.nanoUsd ?? 0n), 0n),
		async until(many: number): Promise<readonly ClosedExchange[]> {
			if (closed.length < many)
				await new Promise<void>(done => {
					waiting = {many, done};
				});
			return closed;
		},
	};
}

/** Holds every call back that was admitted until so many are admitted or refused: all are under way at once. */
export function gate(many: number): Plugin {
	let decided = 0;
	let open = (): void => {};
	const opened = new Promise<void>(resolve => {
		open = resolve;
	});
	const count = (): void => {
		if (++decided >= many) open();
	};
	return definePlugin({
		name: 'gate',
		apply({hooks}) {
			hooks.send.tap({name: 'gate', stage: 'early'}, async () => {
				count();
				await opened;
				return undefined;
			});
			hooks.record.tap('gate', ({outcome}) => {
				if (outcome === 'refused') count();
			});
		},
	})();
}

/** Ten dollars per million tokens: a call of 1000 and 1000 costs two cents. */
export const prices = {'mock.*': {input: 10, output: 10}};
export const twoCents = {usage: {input: 1000, output: 1000}};

export async function startCounting(
	t: ExecutionContext,
	options: Parameters<typeof cost>[0],
	{models = {call: twoCents}, plugins = [] as readonly Plugin[], store = stores(), fallbacks = {}} = {} as {
		fallbacks?: Record<string, string[]>;
		models?: NonNullable<Parameters<typeof mock>[0]>['models'];
		plugins?: readonly Plugin[];
		store?: Plugin;
	},
) {
	const book = ledger();
	const gateway = await startGateway(t, [
		store,
		whoever(),
		mock({models: models ?? {}}),
		...plugins,
		routing({fallbacks}),
		cost(Object.assign({prices}, options)),
		book.plugin,
	]);
	const call = (body: object = {}, caller: Partial<Caller> = {}, path = '/v1/chat/completions'): Promise<Response> =>
		fetch(gateway.url + path, {
			method: 'POST',
			headers: {'content-type': 'application/json', 'x-caller': JSON.stringify(caller)},
			body: JSON.stringify(
				Object.assign({model: 'mock.call', max_tokens: 2000, messages: [{role: 'user', content: 'hello'}]}, body),
			),
		});
	const metric = (name: string) => gateway.engine.metrics.get(name)?.read();
	return Object.assign({}, gateway, {book, call, metric});
}
