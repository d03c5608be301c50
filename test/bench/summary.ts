import type {Case, Measurement} from './cases/case.js';
import type {Samples} from './measurement.js';
import {direct, gateway} from './proxies/index.js';
import {median} from './statistics.js';

/** Medians over the rounds. */
export type Row = {
	name: string;
	value: number;
	lowest: number;
	highest: number;
	/** To the baseline of the same round. */
	ratio: number;
	proxyBusy: number;
	loadBusy: number;
	processorMicroseconds: number;
	failures: number;
};

export type Verdict = {met: boolean; reached: number; failures: number};

/** Below this share of its core something else held the proxy back: the load side, or the machine's other work. */
const saturatedShare = 0.9;

export function summarize(benchCase: Case, samples: Samples): Row[] {
	const baseline = valuesOf(benchCase, samples, benchCase.baseline);
	return [...samples].map(([name, measurements]) => {
		const values = valuesOf(benchCase, samples, name);
		const over = (pick: (measurement: Measurement) => number) => median(measurements.map(pick));
		const ratios = values.map((value, round) => value / (baseline[round] ?? Number.NaN));
		return {
			name,
			value: median(values),
			lowest: Math.min(...values),
			highest: Math.max(...values),
			// What the direct row shows is not an addition and compares with none.
			ratio: benchCase.overDirect === true && name === direct ? Number.NaN : median(ratios),
			proxyBusy: over(({proxyBusy}) => proxyBusy),
			loadBusy: over(({loadBusy}) => loadBusy),
			processorMicroseconds: over(measurement => processorTime(benchCase, measurement)),
			failures: measurements.reduce((sum, {failures}) => sum + failures, 0),
		};
	});
}

function valuesOf(benchCase: Case, samples: Samples, name: string): number[] {
	const values = (samples.get(name) ?? []).map(measurement => benchCase.value(measurement));
	if (benchCase.overDirect !== true || name === direct) return values;
	const under = valuesOf(benchCase, samples, direct);
	return values.map((value, round) => value - (under[round] ?? Number.NaN));
}

function processorTime({per}: Case, measurement: Measurement): number {
	return per === undefined ? Number.NaN : (measurement.proxyBusy * measurement.seconds * 1e6) / per.count(measurement);
}

/** Undefined where there is no bar, no gateway to hold against it or no baseline to compare with. */
export function judge({bar, baseline}: Case, rows: readonly Row[]): Verdict | undefined {
	const row = rows.find(({name}) => name === gateway);
	if (bar === undefined || row === undefined) return undefined;
	if (bar.of === 'ratio' && !rows.some(({name}) => name === baseline)) return undefined;
	const reached = bar.of === 'ratio' ? row.ratio : row.value;
	const within = bar.sense === 'at least' ? reached >= bar.limit : reached <= bar.limit;
	return {met: within && row.failures === 0, reached, failures: row.failures};
}

/** The proxies that were to fill their core and did not. */
export function idling(benchCase: Case, rows: readonly Row[]): string[] {
	if (benchCase.saturates !== true) return [];
	return rows.filter(({proxyBusy}) => proxyBusy < saturatedShare).map(({name}) => name);
}
