import type {Case} from './cases/case.js';
import {idling, judge, type Row, type Verdict} from './summary.js';

type Column = {head: string; cell(row: Row): string};

/** Markdown, ready for docs/performance.md. */
export function formatCase(benchCase: Case, rows: readonly Row[]): string {
	const columns = columnsOf(benchCase);
	const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
	const table = [
		line(columns.map(({head}) => head)),
		`|---|${'--:|'.repeat(columns.length - 1)}`,
		...rows.map(row => line(columns.map(({cell}) => cell(row)))),
	];
	const notes: string[] = [];
	const verdict = judge(benchCase, rows);
	if (verdict !== undefined) notes.push(formatVerdict(benchCase, verdict));
	const idle = idling(benchCase, rows);
	if (idle.length > 0) {
		notes.push(
			`Not reliable for ${idle.join(', ')}: the core was not filled, by a slower load side or a machine at other work.`,
		);
	}
	return [`### ${benchCase.title}`, table.join('\n'), ...notes].map(part => `${part}\n`).join('\n');
}

function columnsOf({unit, digits, baseline, per}: Case): Column[] {
	const cost = {head: `CPU µs per ${per?.name}`, cell: (row: Row) => show(row.processorMicroseconds, 1)};
	return [
		{head: '', cell: row => row.name},
		{head: unit, cell: row => show(row.value, digits)},
		{head: 'min – max', cell: row => range(row, digits)},
		{head: `ratio to ${baseline}`, cell: row => show(row.ratio, 2)},
		...(per === undefined ? [] : [cost]),
		{head: 'proxy core', cell: row => percent(row.proxyBusy)},
		{head: 'load core', cell: row => percent(row.loadBusy)},
		{head: 'failed', cell: row => String(row.failures)},
	];
}

function formatVerdict({bar, baseline, unit, digits}: Case, {met, reached, failures}: Verdict): string {
	if (bar === undefined) return '';
	const limit = bar.of === 'ratio' ? `${bar.limit} × ${baseline}` : `${bar.limit} ${unit}`;
	const failed = failures === 0 ? '' : `, ${failures} failed`;
	const number = show(reached, bar.of === 'ratio' ? 2 : digits);
	return `Bar: ${bar.sense} ${limit}. Gateway: ${number}${failed}, ${met ? 'met' : '**missed**'}.`;
}

function range({lowest, highest}: Row, digits: number): string {
	return Number.isFinite(lowest) ? `${show(lowest, digits)} – ${show(highest, digits)}` : '–';
}

function show(value: number, digits: number): string {
	if (!Number.isFinite(value)) return '–';
	const text = value.toFixed(digits);
	return digits === 0 ? text.replace(/\B(?=(\d{3})+$)/g, ' ') : text;
}

function percent(share: number): string {
	return Number.isFinite(share) ? `${Math.round(share * 100)} %` : '–';
}
