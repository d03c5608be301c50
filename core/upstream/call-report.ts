import type {IncomingHttpHeaders} from 'node:http';
import type {Readable} from 'node:stream';
import type {CallClock} from './call-clock.js';
import type {UpstreamError} from './errors.js';

/** What a wire (pooled or node) needs for one call, and where it reports to. */
export interface CallReport {
	readonly host: string;
	readonly clock: CallClock;
	/** The head of the final answer, with a body that is there whole or still comes in; at most once. */
	answered(status: number, headers: IncomingHttpHeaders, body: Buffer | Readable): void;
	/** The call failed before the head of its answer; failures after it are the body's. */
	failed(error: UpstreamError): void;
}

/** One call on the wire. */
export interface Wire {
	/**
	 * Cancels the call and closes its connection, in whatever phase, quietly: nothing is reported any more. With an
	 * error, an answer under way fails with it. Idempotent.
	 */
	destroy(error?: UpstreamError): void;
}

/** Header names and values in turn, as both clients take them; a value may be a list. */
export type FlatHeaders = (string | string[])[];

// What belongs to one connection is the transport's own business, whatever it is given.
const ownHeaders = new Set([
	'connection',
	'content-length',
	'expect',
	'host',
	'keep-alive',
	'proxy-connection',
	'transfer-encoding',
	'upgrade',
]);

/** The headers to send, without those that a wire writes itself. */
export function flattenHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): FlatHeaders {
	const flat: FlatHeaders = [];
	for (const name in headers) {
		const value = headers[name];
		if (value !== undefined && !ownHeaders.has(name)) flat.push(name, value);
	}
	return flat;
}
