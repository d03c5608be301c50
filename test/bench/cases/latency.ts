import type {Case} from './case.js';
import {plain} from './plain.js';

export const latency: Case = {
	name: 'latency',
	title: 'Latency: microseconds added to the median call, one call at a time',
	unit: 'added µs (p50)',
	digits: 0,
	seconds: 0.6,
	quickSeconds: 0.3,
	job: (port, seconds) => ({type: 'closed', port, kind: 'plain', concurrency: 1, seconds}),
	// One caller alone does not send enough for the compiler to get going.
	warmUp: plain.job,
	value: ({p50Microseconds}) => p50Microseconds,
	per: {name: 'call', count: ({calls}) => calls},
	baseline: 'koa-undici',
	overDirect: true,
	bar: {of: 'ratio', limit: 1.5, sense: 'at most'},
};
