/** Keeps a process of the embedded database running, or finds the one that a sibling worker keeps. */

import {type ChildProcess, fork} from 'node:child_process';
import cluster from 'node:cluster';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {hostname} from 'node:os';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {ConfigError, describe, type Log} from '../../../core/index.js';
import {answers, findOwner, isRunning, type Owner} from './lock.js';
import {type Report, stopMessage} from './messages.js';
import {clusterOf, socketOf} from './places.js';

const serverFile = fileURLToPath(new URL('./server.js', import.meta.url));
const firstDelayMs = 200;
const longestDelayMs = 10_000;
/** A process that served for this long did not end because of its start. */
const steadyMs = 60_000;
/** For how long a process may take to close its files before it is killed. */
const stopMs = 20_000;
const startPollMs = 50;
const endPollMs = 500;
const keptErrorChars = 2000;

/** Somebody serves; settles with how that came to its end. */
interface Service {
	readonly ended: Promise<string>;
}

/**
 * Resolves when the data directory is served, by a child of this process or of a sibling, and sees to it that it stays so.
 * @returns stops it.
 * @throws {ConfigError} when another gateway has the data directory.
 */
export async function keepRunning(dataDir: string, log: Log): Promise<() => Promise<void>> {
	const stopping = new AbortController();
	let child: ChildProcess | undefined;

	const serve = async (): Promise<Service> => {
		for (;;) {
			const startedAt = performance.now();
			const forked = launch(dataDir);
			child = forked.child;
			const report = await forked.report;
			if (report?.kind === 'ready') {
				log.info('the embedded database runs: for trying and for one small instance', {
					dataDir,
					pid: forked.child.pid,
					startMs: Math.round(performance.now() - startedAt),
					instead: 'a Postgres server as `database` of requestLog; `tapgate log export` and `import` move the records',
				});
				return forked;
			}
			const how = await forked.ended;
			child = undefined;
			if (report === undefined) throw new Error(`the embedded database in ${dataDir} does not start: ${how}`);
			if (report.kind === 'taken') throw taken(dataDir, report.owner);
			if (report.kind === 'sibling' && (await siblingServes(dataDir)))
				return {ended: siblingEnds(dataDir, stopping.signal)};
		}
	};

	const keep = async (first: Service): Promise<void> => {
		let service: Service | undefined = first;
		let since = performance.now();
		for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
			if (service !== undefined) {
				const how = await service.ended;
				if (stopping.signal.aborted) return;
				if (performance.now() - since > steadyMs) delayMs = firstDelayMs;
				log.error('the embedded database ended; it is started again', {dataDir, how, delayMs});
			}
			await pause(delayMs, undefined, {signal: stopping.signal}).catch(() => {});
			if (stopping.signal.aborted) return;
			service = await serve().catch(error => void log.error('the embedded database is not back', describe(error)));
			since = performance.now();
		}
	};

	const kept = keep(await serve());
	return async () => {
		stopping.abort();
		if (child?.connected) child.send(stopMessage);
		const patience = setTimeout(() => child?.kill('SIGKILL'), stopMs);
		await kept;
		clearTimeout(patience);
	};
}

/** Starts a process and listens for what it reports; for nothing, when it ends before. */
function launch(
	dataDir: string,
): Service & {readonly child: ChildProcess; readonly report: Promise<Report | undefined>} {
	// What the environment of a gateway holds (keys of providers) is none of this process's business.
	const child = fork(serverFile, [dataDir, String(gatewayId())], {
		env: {},
		// Making a cluster is over before code that was optimised for it would pay: half the time.
		execArgv: existsSync(clusterOf(dataDir)) ? [] : ['--liftoff-only'],
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
	});
	let errors = '';
	child.stderr?.setEncoding('utf8').on('data', (text: string) => {
		errors = (errors + text).slice(-keptErrorChars);
	});
	const ended = once(child, 'close').then(
		([code, signal]) => `${signal ?? `exit ${code}`}${errors && `: ${errors.trim()}`}`,
	);
	const report = Promise.race([
		once(child, 'message').then(([message]) => message as Report),
		ended.then(() => undefined),
	]);
	return {child, ended, report};
}

/** Waits for a sibling that has just taken the data directory; `false` when it gave it up. */
async function siblingServes(dataDir: string): Promise<boolean> {
	for (; ; await pause(startPollMs)) {
		if (await answers(socketOf(dataDir))) return true;
		if ((await findOwner(dataDir)) === undefined) return false;
	}
}

async function siblingEnds(dataDir: string, signal: AbortSignal): Promise<string> {
	while (!signal.aborted && (await findOwner(dataDir)) !== undefined) {
		await pause(endPollMs, undefined, {signal}).catch(() => {});
	}
	return 'the worker that ran it ended';
}

/**
 * Looks whether another gateway has the data directory, and starts nothing. One that has ended is about to let go of it.
 * @throws {ConfigError} when one does.
 */
export async function requireFree(dataDir: string): Promise<void> {
	const owner = await findOwner(dataDir);
	if (owner === undefined || owner.gateway === gatewayId()) return;
	if (owner.host !== hostname() || isRunning(owner.gateway)) throw taken(dataDir, owner);
}

/** Workers of one gateway share its database. */
function gatewayId(): number {
	return cluster.isWorker ? process.ppid : process.pid;
}

function taken(dataDir: string, {pid, gateway, host, since}: Owner): ConfigError {
	return new ConfigError(
		`dataDir: the embedded database in ${dataDir} is in use by the gateway with process id ${gateway} on ${host} ` +
			`(database process ${pid}, since ${since}). Stop that gateway, name another dataDir, or give both a Postgres server`,
	);
}
