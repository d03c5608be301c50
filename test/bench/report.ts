import type {Bar, Case, Measurement} from './cases/case.js';
import type {Samples} from './measure.js';
import {direct, gateway} from './proxies/index.js';
import {median} from './statistics.js';

export type Row = {
	name: string;
	value: number;
	lowest: number;
	highest: number;
	/** To the baseline of the same round; median over the rounds. */
	ratio: number;
	proxyBusy: number;
	loadBusy: number;
	processorMicroseconds: number;
	failures: number;
};

export type Verdict = {met: boolean; text: string};

export function summarize(benchCase: Case, samples: Samples): Row[] {
	const values = (name: string) => (samples.get(name) ?? []).map(measurement => benchCase.value(measurement));
	const directValues = values(direct);
	const added = (name: string) =>
		benchCase.overDirect === true && name !== direct
			? values(name).map((value, round) => value - (directValues[round] ?? Number.NaN))
			: values(name);
	const baseline = added(benchCase.baseline);
	return [...samples].map(([name, measurements]) => {
		const own = added(name);
		const over = (pick: (measurement: Measurement) => number) => median(measurements.map(pick));
		return {
			name,
			value: median(own),
			lowest: Math.min(...own),
			highest: Math.max(...own),
			ratio: comparable(benchCase, name)
				? median(own.map((value, round) => value / (baseline[round] ?? Number.NaN)))
				: Number.NaN,
			proxyBusy: name === direct ? Number.NaN : over(({proxyBusy}) => proxyBusy),
			loadBusy: over(({loadBusy}) => loadBusy),
			processorMicroseconds: name === direct ? Number.NaN : over(measurement => processorTime(benchCase, measurement)),
			failures: measurements.reduce((sum, {failures}) => sum + failures, 0),
		};
	});
}

function comparable({overDirect}: Case, name: string): boolean {
	return !(overDirect === true && name === direct);
}

function processorTime({per}: Case, measurement: Measurement): number {
	const count = per?.count(measurement) ?? 0;
	return count === 0 ? Number.NaN : (measurement.proxyBusy * measurement.seconds * 1e6) / count;
}

/** Undefined where there is no bar or no gateway to hold against it. */
export function judge({bar, baseline, unit, digits}: Case, rows: readonly Row[]): Verdict | undefined {
	const row = rows.find(({name}) => name === gateway);
	if (bar === undefined || row === undefined) return undefined;
	const reached = bar.of === 'ratio' ? row.ratio : row.value;
	// A comparison with NaN, for want of the baseline, is not met either.
	const within = bar.sense === 'at least' ? reached >= bar.limit : reached <= bar.limit;
	const met = within && row.failures === 0;
	const number = show(reached, bar.of === 'ratio' ? 2 : digits);
	const failed = row.failures === 0 ? '' : `, ${row.failures} failed`;
	return {met, text: `${met ? 'met' : '**missed**'}: ${number}${failed}; bar: ${describeBar(bar, baseline, unit)}`};
}

function describeBar({of, limit, sense}: Bar, baseline: string, unit: string): string {
	return of === 'ratio' ? `${sense} ${limit} × ${baseline}` : `${sense} ${limit} ${unit}`;
}

export function formatCase(benchCase: Case, rows: readonly Row[]): string {
	const {title, unit, digits, baseline, per} = benchCase;
	const heads = [
		'',
		unit,
		'min – max',
		`ratio to ${baseline}`,
		'proxy busy',
		'load busy',
		`CPU µs per ${per?.name}`,
		'failed',
	];
	const cells = rows.map(row => [
		row.name === direct && benchCase.overDirect === true ? `${direct} (itself)` : row.name,
		show(row.value, digits),
		`${show(row.lowest, digits)} – ${show(row.highest, digits)}`,
		show(row.ratio, 2),
		percent(row.proxyBusy),
		percent(row.loadBusy),
		show(row.processorMicroseconds, 1),
		String(row.failures),
	]);
	// A column for a unit of work where there is none would be all dashes.
	const columns = heads.map((_, index) => index).filter(index => index !== 6 || per !== undefined);
	const line = (row: readonly string[]) => `| ${columns.map(index => row[index]).join(' | ')} |`;
	const rule = `|${columns.map(index => (index === 0 ? '---' : '--:')).join('|')}|`;
	const verdict = judge(benchCase, rows);
	const table = [line(heads), rule, ...cells.map(line)].join('\n');
	return `### ${title}\n\n${table}\n${verdict === undefined ? '' : `\nBar ${verdict.text}.\n`}`;
}

function show(value: number, digits: number): string {
	if (!Number.isFinite(value)) return '–';
	const text = value.toFixed(digits);
	return digits === 0 ? text.replace(/\B(?=(\d{3})+$)/g, ' ') : text;
}

function percent(share: number): string {
	return Number.isFinite(share) ? `${Math.round(share * 100)} %` : '–';
}
