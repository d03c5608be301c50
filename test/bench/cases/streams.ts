import type {Case} from './case.js';

export const streams: Case = {
	name: 'streams',
	title: 'Streams: events relayed per second, 64 concurrent streams of 200 chunks',
	unit: 'chunks/s',
	digits: 0,
	seconds: 1,
	quickSeconds: 0.5,
	job: (port, seconds) => ({type: 'closed', port, kind: 'stream', concurrency: 64, seconds}),
	value: ({events, seconds}) => events / seconds,
	per: {name: 'chunk', count: ({events}) => events},
	baseline: 'node-http',
	saturates: true,
	bar: {of: 'ratio', limit: 0.9, sense: 'at least'},
};
