import type {Case} from './case.js';

export const memory: Case = {
	name: 'memory',
	title: 'Memory: 1000 open streams of one chunk per second',
	unit: 'RSS MB',
	digits: 0,
	seconds: 10,
	quickSeconds: 4,
	job: (port, seconds) => ({type: 'hold', port, streams: 1000, pauseMilliseconds: 1000, seconds}),
	value: ({residentMegabytes}) => residentMegabytes,
	baseline: 'node-http',
	fresh: true,
	bar: {of: 'value', limit: 200, sense: 'at most'},
};
