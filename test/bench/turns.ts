import type {Case, Measurement, Provided} from './cases/case.js';
import type {Job} from './load/jobs.js';
import {runJob} from './load-generator.js';
import {type Bench, measure, type Samples, together} from './measurement.js';
import type {Running} from './processes.js';
import {type BenchProxy, direct as directRow} from './proxies/index.js';

/** Before each measurement, unmeasured: who has idled while the others had their turn is slow at first, and in a process of two that is always the same one. */
const leadSeconds = 0.5;
/** Where turns are so short that no proxy idles: the calls that come first. */
const turnLeadInSeconds = 0.03;

export type JobOf = (target: Running, make: Case['job'], seconds: number) => Job;

export function jobsOf(proxies: readonly BenchProxy[]): JobOf {
	const kinds = new Map(proxies.map(({name, kind}) => [name, kind]));
	return (target, make, seconds) => {
		const made = make(target.port, seconds);
		const kind = kinds.get(target.name);
		return kind !== undefined && made.type === 'closed' ? Object.assign(made, {kind}) : made;
	};
}

/**
 * A B C, A C B, A B C, …: a machine that slows down for a while slows all of them down. The others idle meanwhile. A is no proxy, and has one
 * turn in a round.
 */
export async function takeTurns(
	bench: Bench,
	benchCase: Case,
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
		for (let turn = 0; turn < turns; turn++)
			for (const target of orderOf(targets, round, turn)) {
				await provided?.before?.(target.name);
				const make = (length: number): Job => jobOf(target, benchCase.job, length);
				const one = await measureTurn(bench, target, make, {seconds, isShort: turns > 1 && target.name !== directRow});
				await provided?.after?.(target.name, one);
				parts.get(target.name)?.push(one);
			}
		for (const [name, all] of parts) samples.get(name)?.push(together(all));
	}
	return samples;
}

/** Who comes second finds a process at work, so that nobody always does, nor always behind the one that is no proxy. */
function orderOf([direct, ...proxies]: readonly Running[], round: number, turn: number): readonly Running[] {
	const order = (round + turn) % 2 === 0 ? proxies : proxies.toReversed();
	return direct !== undefined && turn === 0 ? [direct, ...order] : order;
}

async function measureTurn(
	bench: Bench,
	target: Running,
	make: (seconds: number) => Job,
	{seconds, isShort}: {seconds: number; isShort: boolean},
): Promise<Measurement> {
	const job = make(seconds);
	if (isShort && job.type === 'closed') return measure(bench, target, {...job, leadInSeconds: turnLeadInSeconds});
	if (!bench.quick) await runJob(bench.generator, make(leadSeconds));
	return measure(bench, target, job);
}
