/** The process in which the embedded database runs: forked by the gateway, and gone when the gateway is. */

import {existsSync, renameSync, rmSync} from 'node:fs';
import process from 'node:process';
import {setTimeout as pause} from 'node:timers/promises';
import {PGLiteSocketServer} from '@electric-sql/pglite-socket';
import {describe} from '../../../core/index.js';
import {dropLock, isRunning, type Owner, renewLock, takeLock} from './lock.js';
import {type Report, stopMessage} from './messages.js';
import {clusterOf, socketOf} from './places.js';
import {SingleBackend} from './single-backend.js';

/** For how long the process of a gateway that is gone may take to close its files. */
const closingMs = 15_000;
const upkeepEveryMs = 10_000;

const [dataDir = '', gateway = ''] = process.argv.slice(2);
const left = new Promise<void>(resolve => {
	process.once('disconnect', resolve);
	process.on('message', message => {
		if (message === stopMessage) resolve();
	});
});
// A signal for the whole group is the gateway's to act on: it has calls to end and records to write first.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// Files and socket are for this user alone.
process.umask(0o077);

try {
	await report(await serve());
} catch (error) {
	giveUp(error);
}
process.exit();

/** @returns why it did not come to serving; when it did, the process ends here. */
async function serve(): Promise<Report> {
	const owner = await waitForLock();
	if (owner !== undefined) return {kind: owner.gateway === Number(gateway) ? 'sibling' : 'taken', owner};
	try {
		const cluster = clusterOf(dataDir);
		if (!existsSync(cluster)) {
			await create(cluster);
			return {kind: 'created'};
		}
		const backend = await SingleBackend.open(cluster, giveUp);
		await listen(backend);
		renewLock(dataDir);
		await backend.close();
	} finally {
		dropLock(dataDir);
	}
	process.exit();
}

async function waitForLock(): Promise<Owner | undefined> {
	for (const until = performance.now() + closingMs; ; await pause(50)) {
		const owner = await takeLock(dataDir, Number(gateway));
		if (owner === undefined || isRunning(owner.gateway) || performance.now() > until) return owner;
	}
}

/** Made beside its place and moved there when it is whole: a start that is broken off leaves nothing that opens halfway. */
async function create(cluster: string): Promise<void> {
	const draft = `${cluster}.new`;
	rmSync(draft, {recursive: true, force: true});
	const backend = await SingleBackend.open(draft, giveUp);
	await backend.close();
	renameSync(draft, cluster);
}

/** Serves clients until the gateway says stop or is gone. */
async function listen(backend: SingleBackend): Promise<void> {
	const path = socketOf(dataDir);
	rmSync(path, {force: true});
	const server = new PGLiteSocketServer({db: backend, path, maxConnections: 100});
	await server.start();
	await report({kind: 'ready'});
	const upkeep = setInterval(() => void backend.keepUp(), upkeepEveryMs);
	await left;
	clearInterval(upkeep);
	setTimeout(() => process.exit(1), closingMs).unref();
	await server.stop();
	rmSync(path, {force: true});
}

/** Ends at once; the gateway starts another process, which finds the files as after a crash. */
function giveUp(error: unknown): never {
	process.stderr.write(`${describe(error)['error']}\n`);
	process.exit(1);
}

function report(message: Report): Promise<void> {
	return new Promise(resolve => {
		if (process.send === undefined || !process.connected) resolve();
		else process.send(message, () => resolve());
	});
}
