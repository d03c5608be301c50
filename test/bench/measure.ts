import type {Case, Measurement, Provided} from './cases/case.js';
import {runJob} from './load-generator.js';
import {type Bench, measure, type Samples, togetherByRound} from './measurement.js';
import {freePort, type Running, start, stop, waitUntilReady} from './processes.js';
import {type BenchProxy, direct as directRow} from './proxies/index.js';
import {type JobOf, jobsOf, takeTurns} from './turns.js';

/** The engine goes on making a proxy's code faster for five to eight seconds of full load, unless the case says otherwise. */
const warmUpSeconds = 8;
const quickWarmUpSeconds = 0.8;
/** In turns, too: a process that idles for a minute gives back memory and code, and is cold again. */
const heatSliceSeconds = 2;

export async function measureCase(bench: Bench, benchCase: Case, chosen: readonly BenchProxy[]): Promise<Samples> {
	const proxies = benchCase.proxies ?? chosen;
	const provided = await benchCase.provide?.();
	try {
		return await (benchCase.fresh === true ? measureAlone : interleave)(bench, benchCase, proxies, provided);
	} finally {
		await provided?.remove();
	}
}

async function interleave(
	bench: Bench,
	benchCase: Case,
	proxies: readonly BenchProxy[],
	provided?: Provided,
): Promise<Samples> {
	const parts = new Map([directRow, ...proxies.map(({name}) => name)].map(name => [name, [] as Measurement[][]]));
	const processes = bench.quick ? 1 : (benchCase.processes ?? 1);
	const jobOf = jobsOf(proxies);
	for (let count = 0; count < processes; count++) {
		const started = await startProxies(bench, proxies, provided?.environment);
		const targets = [{...bench.upstream, name: directRow}, ...started];
		await warmUp(bench, benchCase, targets, jobOf);
		for (const [name, rounds] of await takeTurns(bench, benchCase, targets, jobOf, provided))
			parts.get(name)?.push(rounds);
		for (const target of started) await stop(target);
	}
	return new Map([...parts].map(([name, all]) => [name, togetherByRound(all)]));
}

async function warmUp(
	{generator, quick}: Bench,
	benchCase: Case,
	targets: readonly Running[],
	jobOf: JobOf,
): Promise<void> {
	const heat = benchCase.warmUp ?? benchCase.job;
	const seconds = quick ? quickWarmUpSeconds : (benchCase.warmUpSeconds ?? warmUpSeconds);
	for (let heated = 0; heated < seconds; heated += heatSliceSeconds)
		for (const target of targets)
			await runJob(generator, jobOf(target, heat, Math.min(heatSliceSeconds, seconds - heated)));
}

async function measureAlone(
	bench: Bench,
	benchCase: Case,
	proxies: readonly BenchProxy[],
	provided?: Provided,
): Promise<Samples> {
	const samples: Samples = new Map();
	const seconds = bench.quick ? benchCase.quickSeconds : benchCase.seconds;
	for (const proxy of proxies) {
		for (const target of await startProxies(bench, [proxy], provided?.environment)) {
			samples.set(proxy.name, [await measure(bench, target, benchCase.job(target.port, seconds))]);
			await stop(target);
		}
	}
	return samples;
}

/** Those that have no process of their own are in that of the one before them. */
async function startProxies(
	{upstream, pinning}: Bench,
	proxies: readonly BenchProxy[],
	provided: Record<string, string> = {},
): Promise<Running[]> {
	const started: Running[] = [];
	let beside = 0;
	let host: Running | undefined;
	for (const {name, command} of proxies) {
		if (command !== undefined) {
			const port = await freePort();
			beside = await freePort();
			const own = {UPSTREAM: `http://127.0.0.1:${upstream.port}`, BESIDE_PORT: String(beside)};
			const environment = {...own, ...provided};
			host = start({name, command: command(port), core: pinning?.proxyCore, port, environment});
		} else if (host !== undefined) host = {...host, name, port: beside};
		if (host === undefined) continue;
		await waitUntilReady(host);
		started.push(host);
	}
	return started;
}
