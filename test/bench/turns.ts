import type {Case, Measurement, Provided} from './cases/case.js';
import type {Job} from './load/jobs.js';
import {runJob} from './load-generator.js';
import {type Bench, measure, type Samples, together} from './measurement.js';
import type {Running} from './processes.js';
import type {BenchProxy} from './proxies/index.js';

/** Before each measurement, unmeasured: who has idled while the others had their turn is slow at first, and in a process of two that is always the same one. */
const leadSeconds = 0.5;
/** Where turns are so short that nobody idles: the calls that come first. */
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

/** A B C, A C B, A B C, …, A being no proxy: a machine that slows down for a while slows all of them down. The others idle meanwhile. */
export async function takeTurns(
	bench: Bench,
	benchCase: Case,
	targets: readonly Running[],
	jobOf: JobOf,
	provided?: Provided,
): Promise<Samples> {
	const samples: Samples = new Map(targets.map(({name}) => [name, []]));
	const rounds = Math.min(bench.rounds, benchCase.mostRounds ?? bench.rounds);
	const turns = turnsOf(bench, benchCase);
	const seconds = (bench.quick ? benchCase.quickSeconds : benchCase.seconds) / turns;
	for (let round = 0; round < rounds; round++) {
		const parts = new Map(targets.map(({name}) => [name, [] as Measurement[]]));
		for (let turn = round * turns; turn < (round + 1) * turns; turn++)
			for (const target of orderOf(targets, turn, turns)) {
				await provided?.before?.(target.name);
				const one = await measureTurn(bench, benchCase, target, jobOf, seconds);
				await provided?.after?.(target.name, one);
				parts.get(target.name)?.push(one);
			}
		for (const [name, all] of parts) samples.get(name)?.push(together(all));
	}
	return samples;
}

function turnsOf({quick}: Bench, {turns = 1}: Case): number {
	return quick ? 1 : turns;
}

/** Who comes second in a process finds it at work, so that nobody always does. What is no proxy has one turn in a round. */
function orderOf([direct, ...proxies]: readonly Running[], turn: number, turns: number): readonly Running[] {
	const order = turn % 2 === 0 ? proxies : proxies.toReversed();
	return direct !== undefined && turn % turns === 0 ? [direct, ...order] : order;
}

async function measureTurn(
	bench: Bench,
	benchCase: Case,
	target: Running,
	jobOf: JobOf,
	seconds: number,
): Promise<Measurement> {
	const job = jobOf(target, benchCase.job, seconds);
	if (turnsOf(bench, benchCase) > 1) Object.assign(job, {leadInSeconds: turnLeadInSeconds});
	else if (!bench.quick) await runJob(bench.generator, jobOf(target, benchCase.job, leadSeconds));
	return measure(bench, target, job);
}
