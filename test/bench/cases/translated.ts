import {translating} from '../proxies/index.js';
import type {Case} from './case.js';

export const translated: Case = {
	name: 'translated',
	title: 'Translated streams: chunks per second of an Anthropic client on an OpenAI model, 64 streams of 200 chunks',
	unit: 'chunks/s',
	digits: 0,
	seconds: 1,
	quickSeconds: 0.5,
	job: (port, seconds) => ({type: 'closed', port, kind: 'stream', concurrency: 64, seconds}),
	value: ({events, seconds}) => events / seconds,
	per: {name: 'chunk', count: ({events}) => events},
	baseline: 'native',
	proxies: translating,
	bar: {of: 'ratio', limit: 0.5, sense: 'at least'},
};
