import type {Kind} from '../messages.js';

/** `closed`: so many callers, each sends its next call when the last is answered. */
export type ClosedJob = {
	type: 'closed';
	port: number;
	kind: Kind;
	concurrency: number;
	seconds: number;
	/** Not counted: connections are opened and the first answers come. 0.2 unless said. */
	leadInSeconds?: number;
};
/** `rate`: so many calls per second, however long the answers take. */
export type RateJob = {type: 'rate'; port: number; perSecond: number; connections: number; seconds: number};
/** `hold`: so many endless streams, one event per pause, open for so long. */
export type HoldJob = {type: 'hold'; port: number; streams: number; pauseMilliseconds: number; seconds: number};
export type Job = ClosedJob | RateJob | HoldJob;

export type Outcome = {
	/** The length of the window in which was counted. */
	seconds: number;
	calls: number;
	/** Server-sent events, not packets. */
	events: number;
	/** Calls that were not answered as they should be, or streams that did not stay alive. */
	failures: number;
	p50Microseconds: number;
	p99Microseconds: number;
};
