import {limiting} from '../proxies/index.js';
import type {Case} from './case.js';
import {plain} from './plain.js';

export const limited: Case = {
	...plain,
	name: 'limited',
	title: 'Limits: requests per second with rate limits, costs and a budget, in memory, and without them',
	processes: 4,
	seconds: 3,
	turns: 15,
	baseline: 'unlimited',
	proxies: limiting,
	bar: {of: 'ratio', limit: 0.85, sense: 'at least'},
};
