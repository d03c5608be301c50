/** `tapgate serve`: runs the gateway until it is told to stop. */

import cluster from 'node:cluster';
import type {Log} from '../../core/index.js';
import {PrimaryMemory, primaryMemory} from '../../plugins/stores/primary-memory.js';
import {blockOf, explained} from '../failure.js';
import {type LoadedConfig, type LoadOptions, loadConfig} from '../load.js';
import {createLog} from '../log.js';
import {type Running, start} from '../start.js';
import {StopRequest} from '../stop-request.js';
import {WorkerExchange} from '../worker-exchange.js';
import {Fleet, FleetFailure, onStopMessage, report} from '../workers.js';

/** @returns the exit code, when everything has been let go. */
export async function serve(options: LoadOptions): Promise<number> {
	if (cluster.isWorker) return serveAsWorker(options);
	const config = await loadConfig(options);
	const log = createLog();
	return config.server.workers > 1 ? serveWithWorkers(config, log) : serveAlone(config, log);
}

async function serveAlone(config: LoadedConfig, log: Log): Promise<number> {
	const stop = new StopRequest(log);
	stop.drainSeconds = config.server.drainSeconds;
	const running = await explained(config.file, () => start(config, log));
	announce(log, factsOf(config, running));
	return untilStopped(running, stop);
}

async function serveAsWorker(options: LoadOptions): Promise<number> {
	const log = createLog({fields: {worker: cluster.worker?.id}});
	const stop = new StopRequest(log, 'ignore');
	onStopMessage(() => stop.request());
	try {
		const config = await loadConfig(options);
		stop.drainSeconds = config.server.drainSeconds;
		const workers = new WorkerExchange(config.server.workers);
		const running = await explained(config.file, () => start(config, log, workers));
		await report({kind: 'listening', facts: factsOf(config, running)});
		return await untilStopped(running, stop);
	} catch (error) {
		await report({kind: 'failed', block: blockOf(error)});
		return 1;
	}
}

async function serveWithWorkers(config: LoadedConfig, log: Log): Promise<number> {
	const {workers, drainSeconds} = config.server;
	const fleet = new Fleet(workers, log, {[primaryMemory]: new PrimaryMemory()});
	const stop = new StopRequest(log, () => fleet.kill());
	stop.drainSeconds = drainSeconds;
	try {
		const facts = await fleet.start(stop);
		if (facts !== undefined) announce(log, {...facts, workers});
		await stop.asked;
	} catch (error) {
		if (!(error instanceof FleetFailure)) throw error;
		process.stderr.write(`${error.block}\n`);
		stop.exitCode = 1;
	}
	await fleet.stop();
	return stop.exitCode;
}

async function untilStopped(running: Running, stop: StopRequest): Promise<number> {
	await stop.asked;
	await running.listening.stop();
	return stop.exitCode;
}

type Facts = Readonly<Record<string, unknown>>;

function factsOf({deployment}: LoadedConfig, {engine, listening}: Running): Facts {
	const names = engine.providers.names();
	const providers = names.length > 6 ? [...names.slice(0, 6), `and ${names.length - 6} more`] : names;
	return {url: listening.url, deployment, plugins: engine.plugins.length, providers};
}

function announce(log: Log, facts: Facts): void {
	log.info('the gateway listens', facts);
}
