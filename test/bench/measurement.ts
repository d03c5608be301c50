import type {Measurement} from './cases/case.js';
import type {Job} from './load/jobs.js';
import {runJob} from './load-generator.js';
import {type Pinning, processorSeconds, residentMegabytes} from './machine.js';
import type {Running} from './processes.js';
import {direct as directRow} from './proxies/index.js';

export type Bench = {
	upstream: Running;
	generator: Running;
	pinning: Pinning | undefined;
	rounds: number;
	quick: boolean;
};

/** What was measured for each proxy, round after round. */
export type Samples = Map<string, Measurement[]>;

export async function measure({upstream, generator}: Bench, target: Running, job: Job): Promise<Measurement> {
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

/** Of several processes of a proxy, what they did in their rounds of one number. */
export function togetherByRound(processes: readonly (readonly Measurement[])[]): Measurement[] {
	const [first = []] = processes;
	return first.map((_, round) => together(processes.map(rounds => rounds[round] as Measurement)));
}

/** What was measured in parts, as if it were one. */
export function together(parts: readonly Measurement[]): Measurement {
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
