/** What the scripts of this folder share: installing a client, a gateway before a scripted model, running, reporting. */

import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import fs from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {pathToFileURL} from 'node:url';
import {definePlugin} from 'tapgate';
import {anthropicCompatible, auth, openaiCompatible, routing, translate} from 'tapgate/plugins';
import {type StartedGateway, startGateway, startUpstream} from 'tapgate/testing';
import {type Format, type Script, type ScriptedModel, scriptedModel, strict} from '../../helpers/scripted/index.js';

export const gatewayKey = 'key-of-the-gateway';

/** How a program ended. */
export interface Ran {
	/** `null` when it was stopped because its time was over. */
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface RunOptions {
	readonly cwd: string;
	readonly environment: NodeJS.ProcessEnv;
	readonly seconds: number;
}

/** Runs a program and all that it starts; when its time is over, none of it is left. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Ran> {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, {
			cwd: options.cwd,
			env: options.environment,
			stdio: ['ignore', 'pipe', 'pipe'],
			detached: true,
		});
		const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
		child.stdout.on('data', (bytes: Buffer) => stdout.push(bytes));
		child.stderr.on('data', (bytes: Buffer) => stderr.push(bytes));
		// The whole group: clients start shells, and those start whatever they were told to.
		const stop = () => {
			try {
				if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
			} catch {
				// Nobody is left.
			}
		};
		const timer = setTimeout(stop, options.seconds * 1000);
		child.on('exit', stop);
		child.on('error', reject);
		child.on('close', code => {
			clearTimeout(timer);
			resolve({code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString()});
		});
	});
}

/** Installs packages outside the repository, unless an earlier run has. Gives the folder that holds `node_modules`. */
export async function installed(...packages: readonly string[]): Promise<string> {
	const folder = path.join(os.tmpdir(), 'tapgate-clients', packages.join('_').replace(/[^\w.-]+/g, '_'));
	const mark = path.join(folder, 'installed');
	if (fs.existsSync(mark)) return folder;
	fs.mkdirSync(folder, {recursive: true});
	fs.writeFileSync(path.join(folder, 'package.json'), '{"private":true}');
	say(`installing ${packages.join(' ')} in ${folder}`);
	const args = ['install', '--no-audit', '--no-fund', '--save-exact', ...packages];
	const {code, stderr} = await run('npm', args, {cwd: folder, environment: process.env, seconds: 300});
	if (code !== 0) throw new Error(`npm install failed with ${code}: ${stderr}`);
	fs.writeFileSync(mark, '');
	return folder;
}

/** Loads a package from where it was installed. */
export async function load(folder: string, name: string): Promise<unknown> {
	const entry = createRequire(path.join(folder, 'package.json')).resolve(name);
	return await import(pathToFileURL(entry).href);
}

/** A folder that nobody else uses, gone when the script is over. */
export function emptyFolder(): string {
	const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'tapgate-client-'));
	process.on('exit', () => fs.rmSync(folder, {recursive: true, force: true}));
	return folder;
}

/** What a client sees of the world: a home of its own, and nothing beyond loopback. */
export function cleanEnvironment(home: string): NodeJS.ProcessEnv {
	const nowhere = 'http://127.0.0.1:9';
	return {
		PATH: process.env['PATH'],
		HOME: home,
		TMPDIR: home,
		SHELL: '/bin/bash',
		LANG: 'C.UTF-8',
		HTTP_PROXY: nowhere,
		HTTPS_PROXY: nowhere,
		NO_PROXY: '127.0.0.1,localhost',
	};
}

/** A gateway that translates, before a scripted model. */
export interface ClientRig {
	readonly gateway: StartedGateway;
	readonly model: ScriptedModel;
	/** A line for each call that is over. */
	readonly calls: readonly string[];
	/** Losses of all calls, each once. */
	readonly losses: ReadonlySet<string>;
	stop(): Promise<void>;
}

/** @param aliases further names of the model, beside `model.NAME`. */
export async function clientRig(format: Format, script: Script, aliases: readonly string[] = []): Promise<ClientRig> {
	const model = await scriptedModel(format, script);
	const upstream = await startUpstream(model.answer);
	const calls: string[] = [];
	const losses = new Set<string>();
	const watcher = definePlugin({
		name: 'watcher',
		apply({hooks}) {
			hooks.record.tap('watcher', closed => {
				const {status, outcome, error, dialect} = closed;
				calls.push(`${dialect.name} → ${status} ${outcome} ${error?.message ?? ''}`);
				for (const loss of closed.losses) losses.add(`${loss.path}: ${loss.reason}`);
			});
		},
	});
	const anthropic = format.name === 'anthropic-messages';
	const name = anthropic ? 'model.claude-sonnet-4-5' : 'model.gpt-5';
	const gateway = await startGateway({
		plugins: [
			auth({keys: [{name: 'client', key: gatewayKey}]}),
			anthropic
				? anthropicCompatible({name: 'model', baseUrl: upstream.url, apiKey: 'key-of-the-model'})
				: openaiCompatible({
						name: 'model',
						baseUrl: `${upstream.url}/v1`,
						apiKey: 'key-of-the-model',
						dialects: [format.name],
					}),
			translate(),
			routing({
				aliases: Object.fromEntries(aliases.map(alias => [alias, name])),
				defaults: {openai: 'model', anthropic: 'model'},
			}),
			watcher(),
		],
		server: {drainSeconds: 2},
	});
	return {
		gateway,
		model,
		calls,
		losses,
		async stop() {
			await gateway.stop();
			await upstream.stop();
		},
	};
}

/** A word that nobody can guess, to be found again where it should arrive. */
export function secretWord(): string {
	return `word-${randomUUID().slice(0, 8)}`;
}

export function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

/** Checks of one run, printed as they are made. */
export class Report {
	#failed = 0;

	/** Begins a case. */
	async begin(title: string): Promise<void> {
		say(
			`\n${title}${(await strict()) ? '' : ' (requests not held against the vendors’ schemas: they are not at hand)'}`,
		);
	}

	check(what: string, ok: boolean, detail?: unknown): void {
		say(`  ${ok ? 'ok  ' : 'FAIL'} ${what}`);
		if (ok) return;
		this.#failed++;
		if (detail !== undefined)
			say((typeof detail === 'string' ? detail : JSON.stringify(detail, undefined, 1)).slice(-6000));
	}

	/** What holds for every client: no request broke the model's format, every call went well. */
	rig({model, calls, losses, gateway}: ClientRig): void {
		this.check('requests are valid for the model', model.problems.length === 0, model.problems);
		const failed = calls.filter(line => !/→ 2\d\d ok/.test(line));
		this.check(`${calls.length} calls went well`, calls.length > 0 && failed.length === 0, failed);
		const broken = gateway.log.lines.filter(({level}) => level === 'error');
		this.check('the gateway logged no error', broken.length === 0, broken);
		for (const loss of losses) say(`       loss ${loss}`);
	}

	/** Sets the exit code. */
	end(): void {
		say(this.#failed === 0 ? '\nall well' : `\n${this.#failed} checks failed`);
		process.exitCode = this.#failed === 0 ? 0 : 1;
	}
}
