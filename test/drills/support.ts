/** What the drills have in common: a gateway as a process of its own, calls at it, and numbers. */

import {type ChildProcess, spawn} from 'node:child_process';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import http from 'node:http';
import {cpus, tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

/** Of a caller who may read records. */
export const adminKey = 'key-of-the-admin';

const cli = fileURLToPath(new URL('../../config/cli.js', import.meta.url));

/** A gateway that records, in a folder of its own. */
export interface Gateway {
	readonly port: number;
	readonly folder: string;
	readonly child: ChildProcess;
	/** Ends it and waits for that. */
	end(signal: NodeJS.Signals): Promise<void>;
	/** What it says of itself under this path. */
	tell(at: string): Promise<Readonly<Record<string, unknown>>>;
}

export async function temporaryFolder(): Promise<string> {
	return mkdtemp(path.join(tmpdir(), 'tapgate-drill-'));
}

export function remove(folder: string): Promise<void> {
	return rm(folder, {recursive: true, force: true});
}

/** @param database connection string; empty for the embedded one. */
export async function startGateway(folder: string, database: string, options: object = {}): Promise<Gateway> {
	const log = JSON.stringify({...(database !== '' && {database}), dataDir: path.join(folder, 'data'), ...options});
	await writeFile(
		path.join(folder, 'gateway.config.ts'),
		`import {defineConfig, definePlugin} from 'tapgate';
import {auth, health, mock, requestLog, routing} from 'tapgate/plugins';
const memory = definePlugin({name: 'memory', apply({routes, metrics}) {
	routes.add('memory', {method: 'GET', path: '/memory', summary: 'memory', access: 'open', handle: ctx => {
		globalThis.gc?.();
		ctx.body = {...process.memoryUsage(), ...Object.fromEntries(metrics.names().map(name => [name, metrics.get(name)?.read()]))};
	}});
}});
export default defineConfig({server: {port: 0}, plugins: [health(), auth({anonymous: true, keys: [{name: 'admin', key: '${adminKey}', tags: ['admin']}]}), mock(), routing(), requestLog(${log}), memory()]});
`,
	);
	const child = spawn(
		process.execPath,
		['--expose-gc', cli, 'serve', '--config', path.join(folder, 'gateway.config.ts')],
		{
			cwd: folder,
			stdio: ['ignore', 'ignore', 'pipe'],
		},
	);
	const ended = new Promise<void>(resolve => child.on('close', () => resolve()));
	let text = '';
	const port = await new Promise<number>((resolve, reject) => {
		child.stderr.setEncoding('utf8').on('data', more => {
			text += more;
			const found = /"url":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(text);
			if (found !== null) resolve(Number(found[1]));
		});
		child.on('close', () => reject(new Error(`the gateway did not start:\n${text}`)));
	});
	return {
		port,
		folder,
		child,
		async end(signal) {
			child.kill(signal);
			await ended;
		},
		async tell(at) {
			return (await (await fetch(`http://127.0.0.1:${port}${at}`)).json()) as Record<string, unknown>;
		},
	};
}

const body = JSON.stringify({model: 'mock.echo', messages: [{role: 'user', content: 'x'.repeat(500)}]});

/** One call. @returns milliseconds until its whole answer was there, and its id. @throws when there is none. */
export function call(port: number, agent: http.Agent): Promise<{readonly ms: number; readonly id: string}> {
	const began = performance.now();
	return new Promise((resolve, reject) => {
		const request = http.request(
			{
				host: '127.0.0.1',
				port,
				agent,
				method: 'POST',
				path: '/v1/chat/completions',
				headers: {'content-type': 'application/json'},
			},
			response => {
				response.resume();
				response.on('error', reject);
				response.on('close', () => {
					if (!response.complete || response.statusCode !== 200) reject(new Error(`status ${response.statusCode}`));
					else resolve({ms: performance.now() - began, id: String(response.headers['x-request-id'])});
				});
			},
		);
		request.on('error', reject);
		request.end(body);
	});
}

/** Calls one after the other in so many lanes until `enough` says so. @returns what was answered; calls that were not are left out. */
export async function load(
	port: number,
	lanes: number,
	enough: (answered: number) => boolean,
	pauseMs = 0,
	heard: (id: string) => void = () => {},
): Promise<{readonly times: readonly number[]; readonly ids: readonly string[]; readonly failed: number}> {
	const agent = new http.Agent({keepAlive: true, maxSockets: lanes});
	const times: number[] = [];
	const ids: string[] = [];
	let [begun, failed] = [0, 0];
	const lane = async (): Promise<void> => {
		while (!enough(begun)) {
			begun++;
			try {
				const {ms, id} = await call(port, agent);
				times.push(ms);
				ids.push(id);
				heard(id);
			} catch {
				failed++;
				if (failed > 1000) return;
			}
			if (pauseMs > 0) await new Promise(resolve => setTimeout(resolve, pauseMs));
		}
	};
	await Promise.all(Array.from({length: lanes}, lane));
	agent.destroy();
	return {times, ids, failed};
}

export function percentile(times: readonly number[], share: number): number {
	const sorted = [...times].sort((a, b) => a - b);
	return sorted[Math.min(Math.floor(sorted.length * share), sorted.length - 1)] ?? 0;
}

export function round(value: number, digits = 1): number {
	return Number(value.toFixed(digits));
}

/** Asks until the answer is good or the time is over. */
export async function until<Value>(
	ask: () => Promise<Value>,
	good: (value: Value) => boolean,
	ms: number,
): Promise<Value> {
	const over = Date.now() + ms;
	for (;;) {
		const value = await ask();
		if (good(value) || Date.now() > over) return value;
		await new Promise(resolve => setTimeout(resolve, 50));
	}
}

export function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

export function machine(): string {
	return `${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.version}`;
}

/** Asks until nothing is left, or what is left has stayed the same for two seconds. */
export async function unchanging<Value>(ask: () => Promise<readonly Value[]>): Promise<readonly Value[]> {
	let last = await ask();
	for (let same = 0; same < 8 && last.length > 0; ) {
		await pause(250);
		const next = await ask();
		same = next.length === last.length ? same + 1 : 0;
		last = next;
	}
	return last;
}

export function pause(milliseconds: number): Promise<void> {
	return new Promise(resolve => setTimeout(resolve, milliseconds));
}
