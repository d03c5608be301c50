import type {Job, Outcome} from '../load/jobs.js';
import type {BenchProxy} from '../proxies/index.js';

export type Measurement = Outcome & {
	/** The highest that was seen while the job ran. */
	residentMegabytes: number;
	/** Share of a core, 1 being all of it; NaN where there is no proxy. */
	proxyBusy: number;
	loadBusy: number;
};

type Bar = {
	/** What is held against the limit: the ratio to the baseline or the value itself. */
	of: 'ratio' | 'value';
	limit: number;
	sense: 'at least' | 'at most';
};

/** What a case has started for its proxies. */
export type Provided = {
	environment: Record<string, string>;
	/** Called around what is measured of a proxy: what is beside one is to be beside the other. */
	before?(proxy: string): Promise<void>;
	after?(proxy: string, measured: Measurement): Promise<void>;
	remove(): Promise<void>;
};

export type Case = {
	name: string;
	title: string;
	/** Heading of the column of values. */
	unit: string;
	digits: number;
	seconds: number;
	quickSeconds: number;
	/** No more rounds than these, where more would tell no more. */
	mostRounds?: number;
	job(port: number, seconds: number): Job;
	/**
	 * A round is cut in so many turns of each proxy, one right behind the other: what a noisy machine does to one, it then does to the others
	 * too, and none has idled long. One unless said.
	 */
	turns?: number;
	/** All of it is done with so many processes of each proxy, one after the other: of identical ones, one is up to a quarter slower than another. One unless said. */
	processes?: number;
	/** Where it takes longer until a proxy is as fast as it will be. */
	warmUpSeconds?: number;
	/** When measuring needs more heat than its own job gives. */
	warmUp?(port: number, seconds: number): Job;
	value(measurement: Measurement): number;
	/** One unit of work, for the processor time it costs. */
	per?: {name: string; count(measurement: Measurement): number};
	/** The proxy that ratios refer to. */
	baseline: string;
	/** The value is what is added to that of the direct row in the same round. */
	overDirect?: boolean;
	/** The proxy's core is to be the limit: when it was not, the numbers say little and the table says so. */
	saturates?: boolean;
	/** Compares these and not the proxies of the other cases. */
	proxies?: readonly BenchProxy[];
	/** Starts what its proxies need beside the upstream; they find it by their environment. */
	provide?(): Promise<Provided>;
	/** Measured once, in a process that has done nothing before, with no other proxy beside it. */
	fresh?: boolean;
	bar?: Bar;
};
