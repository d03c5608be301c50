import {existsSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {Kind} from '../messages.js';

export type BenchProxy = {
	name: string;
	/** Absent: it listens in the process of the one before it, where that finds as `BESIDE_PORT`. */
	command?(port: number): string[];
	/** What it is called with instead of the case's own kind of call. */
	kind?: Kind;
};

/** The row that goes straight to the upstream: what the load side can do at most. */
export const direct = 'direct';
export const gateway = 'gateway';

const cli = fileURLToPath(new URL('../../../config/cli.js', import.meta.url));
/** The source, as a user would have it: the gateway loads TypeScript itself. */
const configOf = (name: string) => fileURLToPath(new URL(`../../../../test/bench/${name}.config.ts`, import.meta.url));

export const proxies: readonly BenchProxy[] = [
	yardstick('node-http', new URL('./node-http.js', import.meta.url)),
	yardstick('koa-undici', new URL('./koa-undici.js', import.meta.url)),
	yardstick('koa-got', new URL('./koa-got.js', import.meta.url)),
	serving(gateway),
];

/** The same gateway twice: relaying a stream as it comes, and translating it for a client of the other API. */
export const translating: readonly BenchProxy[] = [
	yardstick('node-http', new URL('./node-http.js', import.meta.url)),
	Object.assign(serving('native'), {kind: 'stream' as const}),
	Object.assign(serving(gateway), {kind: 'translated' as const}),
];

/** The gateway with everything that keeps or tells what happened, against the same without it. */
export const recording: readonly BenchProxy[] = [serving(gateway, 'recorded'), {name: 'bare'}];

/** The gateway with limits, costs and a budget, against the same without them. */
export const limiting: readonly BenchProxy[] = [serving(gateway, 'limited'), {name: 'unlimited'}];

export const gatewayIsBuilt = (): boolean => existsSync(cli);

function serving(name: string, config = 'gateway'): BenchProxy {
	return {name, command: port => [cli, 'serve', '--config', configOf(config), '--port', String(port)]};
}

function yardstick(name: string, file: URL): BenchProxy {
	return {name, command: () => [fileURLToPath(file)]};
}
