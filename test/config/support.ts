/** Runs the real command on configs in folders outside the repository. */

import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import net, {type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import type {ExecutionContext} from 'ava';

export const repository = fileURLToPath(new URL('../../..', import.meta.url));
const cli = path.join(repository, 'dist/config/cli.js');

/** A plugin that lets anybody in and gives calls to nobody: the least that starts. Text of a config file. */
export const open = `
import {defineConfig, definePlugin, env, GatewayError, ConfigError, secret, type Gateway} from 'tapgate';

const plugin = (name: string, apply: (gateway: Gateway) => void | Promise<void>) => definePlugin({name, apply})();
const say = (text: string) => void process.stderr.write(text + '\\n');
const open = plugin('open', ({hooks}) => {
	hooks.authenticate.tap('open', () => ({name: 'anybody', tags: [], anonymous: true}));
	hooks.resolve.tap('open', () => []);
});
`;

/** Writes files into a new folder that is gone after the test. */
export async function folder(t: ExecutionContext, files: Readonly<Record<string, string>>): Promise<string> {
	const root = await mkdtemp(path.join(tmpdir(), 'tapgate-test-'));
	t.teardown(() => rm(root, {recursive: true, force: true}));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(path.dirname(path.join(root, name)), {recursive: true});
		await writeFile(path.join(root, name), text);
	}
	return root;
}

export interface RunOptions {
	readonly cwd: string;
	readonly env?: Readonly<Record<string, string>>;
	/** A file that standard output goes to. */
	readonly output?: number;
}

/** What became of a command. */
export interface Ended {
	/** The exit code, or the signal that ended it. */
	readonly exit: number | string;
	readonly stdout: string;
	readonly stderr: string;
}

/** A command that runs. */
export interface Running {
	readonly child: ChildProcess;
	readonly ended: Promise<Ended>;
	/** Waits for a line on stderr that holds the text. @throws when the command ends without one. */
	line(text: string): Promise<string>;
	/** Waits for a line of the log. */
	logged(message: string): Promise<Readonly<Record<string, unknown>>>;
}

/** Starts the command; it does not outlive the test. */
export function launch(t: ExecutionContext, args: readonly string[], {cwd, env = {}, output}: RunOptions): Running {
	const child = spawn(process.execPath, [cli, ...args], {
		cwd,
		env: {PATH: process.env['PATH'], ...env},
		stdio: ['ignore', output ?? 'pipe', 'pipe'],
	});
	let stdout = '';
	let stderr = '';
	let over = false;
	const waiting = new Set<() => void>();
	const wake = (): void => {
		for (const look of waiting) look();
	};
	child.stdout?.setEncoding('utf8').on('data', text => {
		stdout += text;
	});
	child.stderr?.setEncoding('utf8').on('data', text => {
		stderr += text;
		wake();
	});
	const ended = new Promise<Ended>(resolve => {
		child.on('close', (code, signal) => {
			over = true;
			resolve({exit: code ?? signal ?? 'unknown', stdout, stderr});
			wake();
		});
	});
	t.teardown(async () => {
		if (!over) child.kill('SIGKILL');
		await ended;
	});
	const line = (text: string): Promise<string> =>
		new Promise((resolve, reject) => {
			const look = (): void => {
				const found = stderr
					.split('\n')
					.slice(0, -1)
					.find(candidate => candidate.includes(text));
				if (found !== undefined) resolve(found);
				else if (over) reject(new Error(`the command ended without saying ${JSON.stringify(text)}:\n${stderr}`));
				else return;
				waiting.delete(look);
			};
			waiting.add(look);
			look();
		});
	return {
		child,
		ended,
		line,
		logged: async message => JSON.parse(await line(`"message":${JSON.stringify(message)}`)),
	};
}

/** Runs a command to its end. */
export function run(t: ExecutionContext, args: readonly string[], options: RunOptions): Promise<Ended> {
	return launch(t, args, options).ended;
}

/** Starts a gateway and waits until it listens. */
export async function serving(
	t: ExecutionContext,
	args: readonly string[],
	options: RunOptions,
): Promise<Running & {readonly url: string; readonly facts: Readonly<Record<string, unknown>>}> {
	const running = launch(t, args, options);
	const facts = await running.logged('the gateway listens');
	return {...running, facts, url: String(facts['url'])};
}

/** A port that was free a moment ago: several workers need one that is known. */
export async function freePort(): Promise<number> {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
