import type {Case, Measurement, Provided} from './cases/case.js';
import type {Job} from './load/jobs.js';
import {runJob} from './load-generator.js';
import {type Pinning, processorSeconds, residentMegabytes} from './machine.js';
import {freePort, type Running, start, stop, waitUntilReady} from './processes.js';
import {type BenchProxy, direct as directRow} from './proxies/index.js';

export type Bench = {
	upstream: Running;
	generator: Running;
	pinning: Pinning | undefined;
	rounds: number;
	quick: boolean;
};

/** What was measured for each proxy, round after round. */
export type Samples = Map<string, Measurement[]>;

/** The engine goes on making a proxy's code faster for five to eight seconds of full load, unless the case says otherwise. */
const warmUpSeconds = 8;
const quickWarmUpSeconds = 0.8;
/** In turns, too: a process that idles for a minute gives back memory and code, and is cold again. */
const heatSliceSeconds = 2;
/** Before each measurement, unmeasured: who has idled while the others had their turn is slow at first, and in a process of two that is always the same one. */
const leadSeconds = 0.5;

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

type JobOf = (target: Running, make: Case['job'], seconds: number) => Job;

function jobsOf(proxies: readonly BenchProxy[]): JobOf {
	const kinds = new Map(proxies.map(({name, kind}) => [name, kind]));
	return (target, make, seconds) => {
		const made = make(target.port, seconds);
		const kind = kinds.get(target.name);
		return kind !== undefined && made.type === 'closed' ? Object.assign(made, {kind}) : made;
	};
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

/** A B C, A C B, A B C, …, A being no proxy: a machine that slows down for a while slows all of them down. The others idle meanwhile. */
async function takeTurns(
	bench: Bench,
	{job, ...benchCase}: Case,
	targets: readonly Running[],
	jobOf: JobOf,
	provided?: Provided,
): Promise<Samples> {
	const samples: Samples = new Map(targets.map(({name}) => [name, []]));
	const rounds = Math.min(bench.rounds, benchCase.mostRounds ?? bench.rounds);
	const turns = bench.quick ? 1 : (benchCase.turns ?? 1);
	const seconds = (bench.quick ? benchCase.quickSeconds : benchCase.seconds) / turns;
	for (let round = 0; round < rounds; round++) {
		const parts = new Map(targets.map(({name}) => [name, [] as Measurement[]]));
		for (let turn = round * turns; turn < (round + 1) * turns; turn++) {
			// Who comes second in a process finds it at work, so that nobody always does.
			const [direct, ...proxies] = targets;
			for (const target of [direct, ...(turn % 2 === 0 ? proxies : proxies.toReversed())] as Running[]) {
				await provided?.before?.(target.name);
				if (!bench.quick) await runJob(bench.generator, jobOf(target, job, leadSeconds / turns));
				const one = await measure(bench, target, jobOf(target, job, seconds));
				await provided?.after?.(target.name, one);
				parts.get(target.name)?.push(one);
			}
		}
		for (const [name, all] of parts) samples.get(name)?.push(together(all));
	}
	return samples;
}

/** Of several processes of a proxy, what they did in their rounds of one number. */
function togetherByRound(processes: readonly (readonly Measurement[])[]): Measurement[] {
	const [first = []] = processes;
	return first.map((_, round) => together(processes.map(rounds => rounds[round] as Measurement)));
}

/** What was measured in parts, as if it were one. */
function together(parts: readonly Measurement[]): Measurement {
	const sum = (of: (part: Measurement) => number): number => parts.reduce((total, part) => total + of(part), 0);
	const mean = (of: (part: Measurement) => number): number => sum(of) / parts.length;
	return {
		seconds: sum(({seconds}) => seconds),
		calls: sum(({calls}) => calls),
		events: sum(({events}) => events),
		failures: sum(({failures}) => failures),
		p50Microseconds: mean(({p50Microseconds}) => p50Microseconds),
		p99Microseconds: mean(({p99Microseconds}) => p99Microseconds),
		residentMegabytes: Math.max(...parts.map(({residentMegabytes}) => residentMegabytes)),
		proxyBusy: mean(({proxyBusy}) => proxyBusy),
		loadBusy: mean(({loadBusy}) => loadBusy),
	};
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

async function measure({upstream, generator}: Bench, target: Running, job: Job): Promise<Measurement> {
	const loadSeconds = () => processorSeconds(upstream.pid) + processorSeconds(generator.pid);
	let highest = 0;
	const sampler = setInterval(() => {
		highest = Math.max(highest, residentMegabytes(target.pid));
	}, 500);
	const before = {at: performance.now(), proxy: processorSeconds(target.pid), load: loadSeconds()};
	try {
		const outcome = await runJob(generator, job);
		const elapsed = (performance.now() - before.at) / 1000;
		highest = Math.max(highest, residentMegabytes(target.pid));
		return {
			...outcome,
			residentMegabytes: highest,
			proxyBusy: target.name === directRow ? Number.NaN : (processorSeconds(target.pid) - before.proxy) / elapsed,
			loadBusy: (loadSeconds() - before.load) / elapsed,
		};
	} finally {
		clearInterval(sampler);
	}
}
