import type {Case} from './case.js';

/**
 * A proxy that falls behind reads several chunks at once and relays them as one, which flatters a slow one in the case
 * `streams`. Here each chunk is a packet of its own, and what it costs is counted in processor time.
 */
export const chunkCost: Case = {
	name: 'chunk-cost',
	title: 'Chunk cost: processor time per chunk, 64 streams of 200 chunks per second each',
	unit: 'CPU µs per chunk',
	digits: 1,
	seconds: 1.2,
	quickSeconds: 0.8,
	mostRounds: 3,
	job: (port, seconds) => ({type: 'hold', port, streams: 64, pauseMilliseconds: 5, seconds}),
	value: ({proxyBusy, seconds, events}) => (proxyBusy * seconds * 1e6) / events,
	baseline: 'node-http',
};
