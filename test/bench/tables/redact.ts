/** What redaction costs: text as a log keeps it, and a body as a provider is sent it, with nothing in them to find. */

import {detectors, kinds} from '../../../plugins/redact/detectors/index.js';
import {changeObject} from '../../../plugins/redact/json-text.js';
import {Scanner} from '../../../plugins/redact/scanner.js';
import {percentile} from '../statistics.js';
import type {Table} from './table.js';

const rounds = 41;
const sizes = [600, 2000, 1_000_000];

function body(characters: number) {
	const turn = 'Please explain the difference between a process and a thread, and give "2 or 3" examples.\n';
	const content = turn.repeat(Math.ceil(Math.min(characters, 3000) / turn.length));
	const count = Math.max(1, Math.round(characters / content.length));
	return {model: 'm', messages: Array.from({length: count}, () => ({role: 'user', content})), stream: true};
}

/** Microseconds, the median of many runs. */
function median(run: () => unknown): number {
	const times: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const began = performance.now();
		for (let call = 0; call < 10; call++) run();
		times.push((performance.now() - began) * 100);
	}
	return percentile(times, 0.5);
}

/** A table of body sizes. */
export function redact(): Table {
	const scanner = new Scanner(kinds.map(kind => detectors[kind]));
	const replaced = (text: string): string => scanner.replace(text, kind => kind);
	const rows = sizes.map(size => {
		const json = body(size);
		const text = JSON.stringify(json);
		const kept = median(() => replaced(text));
		const sent = median(() => changeObject(json, {text: replaced}));
		return `| ${text.length} | ${kept.toFixed(0)} | ${sent.toFixed(0)} |`;
	});
	const head = '| bytes | as kept, µs | as sent, µs |\n|--:|--:|--:|';
	return {text: `### Redaction: nothing to find\n\n${head}\n${rows.join('\n')}\n`, met: true};
}
