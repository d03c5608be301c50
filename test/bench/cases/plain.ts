import type {Case} from './case.js';

export const plain: Case = {
	name: 'plain',
	title: 'Plain calls: requests per second at concurrency 32',
	unit: 'req/s',
	digits: 0,
	seconds: 1,
	quickSeconds: 0.5,
	job: (port, seconds) => ({type: 'closed', port, kind: 'plain', concurrency: 32, seconds}),
	value: ({calls, seconds}) => calls / seconds,
	per: {name: 'call', count: ({calls}) => calls},
	baseline: 'koa-undici',
	saturates: true,
	bar: {of: 'ratio', limit: 0.6, sense: 'at least'},
};
