/** A real Redis for the tests of one file: on a port of its own, with nothing on disk. */

import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {type AddressInfo, createServer} from 'node:net';
import {Redis} from 'ioredis';

/** A server that runs, or rests between `kill` and `start`. */
export interface RedisServer {
	readonly url: string;
	/** For questions of the test itself. */
	readonly client: Redis;
	/** Starts it again, empty, after `kill`. */
	start(): Promise<void>;
	/** As a loss of power would. */
	kill(): Promise<void>;
	/** Stops it in the middle of whatever it does, until `resume`. */
	freeze(): void;
	resume(): void;
	remove(): Promise<void>;
}

/** Why tests with Redis cannot run here; `undefined` when they can. */
export const noRedis =
	spawnSync('redis-server', ['--version']).status === 0 ? undefined : 'redis-server is not installed on this machine';

/** @param settings arguments, such as `--requirepass secret`. */
export async function startRedis(...settings: readonly string[]): Promise<RedisServer> {
	const port = await freePort();
	const password = settings[settings.indexOf('--requirepass') + 1];
	let server: {readonly child: ChildProcess; readonly ended: Promise<void>} | undefined;
	const client = new Redis({
		port,
		host: '127.0.0.1',
		lazyConnect: true,
		retryStrategy: () => 50,
		maxRetriesPerRequest: null,
		...(settings.includes('--requirepass') && password !== undefined && {password}),
	});
	client.on('error', () => {});

	async function start(): Promise<void> {
		const child = spawn(
			'redis-server',
			['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...settings],
			{stdio: 'ignore'},
		);
		server = {child, ended: new Promise(resolve => child.on('close', () => resolve()))};
		if (client.status === 'wait') await client.connect().catch(() => undefined);
		await client.ping();
	}

	async function kill(): Promise<void> {
		server?.child.kill('SIGKILL');
		await server?.ended;
		server = undefined;
	}

	await start();
	return {
		url: `redis://127.0.0.1:${port}`,
		client,
		start,
		kill,
		freeze: () => void server?.child.kill('SIGSTOP'),
		resume: () => void server?.child.kill('SIGCONT'),
		async remove() {
			client.disconnect();
			await kill();
		},
	};
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
