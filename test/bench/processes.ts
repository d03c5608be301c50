import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {closeSync, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {benchKey, chatCall, completion} from './messages.js';

export type Running = {name: string; pid: number; port: number; child: ChildProcess; logFile: string};

export type ProcessOptions = {
	name: string;
	/** What follows `node`. */
	command: string[];
	core: number | undefined;
	port: number;
	environment?: Record<string, string>;
	/** A channel for messages; a process that has one ends with us. */
	channel?: boolean;
};

const running = new Set<Running>();
const logs = mkdtempSync(join(tmpdir(), 'tapgate-bench-'));
let count = 0;

/** Output goes to a file, as it does in production; a proxy that writes an access log is to pay for it. */
export function start({name, command, core, port, environment, channel}: ProcessOptions): Running {
	const logFile = join(logs, `${name}-${++count}.out`);
	const output = openSync(logFile, 'w');
	const pinned = core === undefined ? [] : ['taskset', '-c', String(core)];
	// taskset replaces itself by what it starts: the process id is that of node.
	const [program = process.execPath, ...rest] = [...pinned, process.execPath, ...command];
	const child = spawn(program, rest, {
		env: {...process.env, NODE_ENV: 'production', PORT: String(port), ...environment},
		stdio: channel === true ? ['ignore', output, output, 'ipc'] : ['ignore', output, output],
	});
	closeSync(output);
	if (child.pid === undefined) throw new Error(`${name} could not be started`);
	const started = {name, pid: child.pid, port, child, logFile};
	running.add(started);
	return started;
}

export async function stop(target: Running): Promise<void> {
	const {child} = target;
	if (child.exitCode === null && child.signalCode === null) {
		const ended = new Promise(resolve => child.once('exit', resolve));
		child.kill('SIGTERM');
		const impatience = setTimeout(() => child.kill('SIGKILL'), 2000);
		await ended;
		clearTimeout(impatience);
	}
	running.delete(target);
}

/** The last resort, also when the run fails half-way: kills what still runs, by its id, and removes the logs. */
export function stopAll(): void {
	for (const {child} of running) child.kill('SIGKILL');
	running.clear();
	rmSync(logs, {recursive: true, force: true});
}

/** Waits until a plain call is answered as the upstream answers it. */
export async function waitUntilReady(target: Running, seconds = 20): Promise<void> {
	const deadline = performance.now() + seconds * 1000;
	let problem = '';
	while (performance.now() < deadline && target.child.exitCode === null) {
		try {
			const answer = await fetch(`http://127.0.0.1:${target.port}/v1/chat/completions`, {
				method: 'POST',
				headers: {authorization: `Bearer ${benchKey}`, 'content-type': 'application/json', connection: 'close'},
				body: chatCall('plain'),
				signal: AbortSignal.timeout(2000),
			});
			const text = await answer.text();
			if (answer.status === 200 && text === completion) return;
			problem = `answered ${answer.status}: ${text.slice(0, 300)}`;
		} catch (error) {
			problem = String(error);
		}
		await sleep(100);
	}
	throw new Error(`${target.name} does not work: ${problem}\n${readLog(target)}`);
}

export function readLog({logFile}: Running): string {
	return readFileSync(logFile, 'utf8').slice(-2000);
}

export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const address = server.address();
			server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
		});
	});
}

/** Moves this process, all its threads, to the load's core, away from what is measured. */
export function moveTo(core: number): void {
	spawnSync('taskset', ['-acp', String(core), String(process.pid)]);
}
