import type {IncomingHttpHeaders} from 'node:http';
import {buildConnector, type Dispatcher, Pool} from 'undici';
import {TurnQueue} from '../turn-queue.js';
import type {CallReport, FlatHeaders, Wire} from './call-report.js';
import {describeFailure, type UpstreamError} from './errors.js';
import {PooledBody} from './pooled-body.js';
import {parseRawHeaders} from './raw-headers.js';

/** How connections are made, for both wires. */
export interface ConnectionOptions {
	/** Milliseconds, 0 is no limit. */
	readonly connectMs: number;
	readonly tls: {readonly ca?: string | Buffer; readonly rejectUnauthorized?: boolean};
}

/** Milliseconds an idle connection is kept, unless the provider asks for less: below what load balancers allow. */
export const idleConnectionMs = 30_000;
/** Bytes of headers an answer may have; content security policies alone can fill node's default of 16 KiB. */
export const headerLimit = 64 * 1024;

/** The kept-alive undici connections to one origin. */
export class PooledOrigin {
	readonly #pool: Pool;
	#connecting = false;
	/** The origin answers in a way that undici refuses and node takes: `100 Continue` without being asked. */
	refused = false;

	constructor(origin: string, {connectMs, tls}: ConnectionOptions) {
		const connect = buildConnector({...tls, timeout: connectMs});
		this.#pool = new Pool(origin, {
			// Time limits are the call's own (see CallClock); undici's would be two more timers.
			headersTimeout: 0,
			bodyTimeout: 0,
			keepAliveTimeout: idleConnectionMs,
			maxHeaderSize: headerLimit,
			connect: (options, callback) =>
				connect(options, (...result) => {
					// Inside the callback undici writes the call that waited for this connection: how else would
					// that call know that its connection is a new one?
					this.#connecting = true;
					callback(...result);
					this.#connecting = false;
				}),
		});
	}

	/** Whether the connection that a call is being written to was made for it. */
	get connecting(): boolean {
		return this.#connecting;
	}

	dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
		this.#pool.dispatch(options, handler);
	}

	/** Closes idle connections at once and the others after their call. */
	close(): void {
		this.#pool.close().catch(() => {});
	}
}

/** A plain answer up to this size is handed over whole: a stream around it would cost more than reading it. */
const mostWholeBytes = 256 * 1024;

/** An answer that is still small enough to be handed over whole. */
interface Gathering {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	readonly resume: () => void;
	readonly pieces: Buffer[];
	size: number;
}

/** Answers that are there whole. */
const complete = new TurnQueue<{readonly report: CallReport; readonly gathering: Gathering}>(answers => {
	for (const {report, gathering} of answers) {
		const {status, headers, pieces, size} = gathering;
		const [only] = pieces;
		report.answered(status, headers, pieces.length === 1 && only ? only : Buffer.concat(pieces, size));
	}
});

/** One call over an undici pool: the cheapest way to send a buffer and get a plain answer. */
export class PooledWire implements Wire, Dispatcher.DispatchHandler {
	readonly #report: CallReport;
	readonly #origin: PooledOrigin;
	#abort: (() => void) | undefined;
	#gathering: Gathering | undefined;
	#body: PooledBody | undefined;
	#over = false;
	#connected = false;
	#heard = false;
	#reused = false;

	constructor(report: CallReport, origin: PooledOrigin) {
		this.#report = report;
		this.#origin = origin;
	}

	send(method: string, path: string, headers: FlatHeaders, body: Buffer | undefined): void {
		const options = {method, path, headers: headers as string[], body: body ?? null};
		this.#origin.dispatch(options, this);
	}

	destroy(error?: UpstreamError): void {
		if (this.#body !== undefined) this.#body.destroy(error);
		else this.#close();
	}

	readonly #close = (): void => {
		if (this.#over) return;
		this.#over = true;
		this.#report.clock.stop();
		// Without a connection there is nothing to abort yet: `onConnect` does it, or the pool gives up after connectMs.
		this.#abort?.();
	};

	onConnect(abort: () => void): void {
		if (this.#over) {
			abort();
			return;
		}
		this.#abort = abort;
		this.#connected = true;
		this.#reused = !this.#origin.connecting;
		this.#report.clock.connected();
	}

	onResponseStarted(): void {
		this.#heard = true;
	}

	onHeaders(status: number, headers: Buffer[], resume: () => void): boolean {
		if (status < 200) return true;
		this.#report.clock.answered();
		this.#gathering = {status, headers: parseRawHeaders(headers), resume, pieces: [], size: 0};
		if (isEventStream(this.#gathering.headers)) this.#relay(this.#gathering);
		return true;
	}

	onData(chunk: Buffer): boolean {
		const gathering = this.#gathering;
		if (gathering === undefined) return this.#body?.feed(chunk) ?? true;
		this.#report.clock.moved(false);
		gathering.pieces.push(chunk);
		gathering.size += chunk.length;
		return gathering.size <= mostWholeBytes || this.#relay(gathering);
	}

	onComplete(): void {
		this.#over = true;
		this.#report.clock.stop();
		const gathering = this.#gathering;
		if (gathering === undefined) {
			this.#body?.finish();
			return;
		}
		complete.add({report: this.#report, gathering});
	}

	/** Too much to be held, or somebody waits for each piece: what is here and what comes goes through a stream. */
	#relay({status, headers, resume, pieces}: Gathering): boolean {
		this.#gathering = undefined;
		const body = new PooledBody(this.#report.clock, resume, this.#close);
		this.#body = body;
		this.#report.answered(status, headers, body);
		let more = true;
		for (const piece of pieces) more = body.feed(piece);
		return more;
	}

	onError(error: Error): void {
		if (this.#over) return;
		this.#over = true;
		this.#report.clock.stop();
		if (error.message === 'bad response') this.#origin.refused = true;
		const failure = describeFailure(error, {
			host: this.#report.host,
			connected: this.#connected,
			answered: this.#body !== undefined || this.#gathering !== undefined,
			reusedSocket: this.#reused && !this.#heard,
		});
		if (this.#body === undefined) this.#report.failed(failure);
		else this.#body.destroy(failure);
	}
}

function isEventStream(headers: IncomingHttpHeaders): boolean {
	return headers['content-type']?.startsWith('text/event-stream') === true;
}
