import type {Case} from './case.js';
import {plain} from './plain.js';

export const tail: Case = {
	name: 'tail',
	title: 'Tail: p99 at 1000 calls per second',
	unit: 'p99 ms',
	digits: 2,
	seconds: 1,
	quickSeconds: 0.5,
	mostRounds: 3,
	job: (port, seconds) => ({type: 'rate', port, perSecond: 1000, connections: 64, seconds}),
	warmUp: plain.job,
	value: ({p99Microseconds}) => p99Microseconds / 1000,
	per: {name: 'call', count: ({calls}) => calls},
	baseline: 'koa-undici',
};
