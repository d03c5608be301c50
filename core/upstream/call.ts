import type {IncomingHttpHeaders} from 'node:http';
import type {Readable} from 'node:stream';
import {CallClock, type Timeouts} from './call-clock.js';
import type {CallReport, Wire} from './call-report.js';
import {abortError, describeFailure, timeoutError, type UpstreamError} from './errors.js';

/** The head of an answer, with the body still coming in. */
export interface UpstreamResponse {
	readonly status: number;
	readonly headers: IncomingHttpHeaders;
	/**
	 * The bytes as on the wire, not decompressed. Fails with an UpstreamError on reset, truncation, idle and total
	 * timeout. Read it to its end or destroy it, else its connection stays taken. A small plain answer is there whole.
	 */
	readonly body: Buffer | Readable;
}

/** A call that has been sent. */
export interface PendingCall {
	/** Rejects with an UpstreamError. */
	readonly response: Promise<UpstreamResponse>;
	/**
	 * Cancels the call in whatever phase and closes its connection; idempotent. A response still awaited rejects, a
	 * body under way is destroyed without an error.
	 */
	abort(): void;
}

/**
 * What got is given as the response: the head alone, and deaf.
 *
 * On a real response got puts a 'readable' listener (which stops every other way of reading), copies the body through
 * a second stream, and after an error reads what is left into memory. So the body never meets got.
 */
export class AnswerHead {
	readonly statusCode: number;
	readonly headers: IncomingHttpHeaders;
	readonly body: Buffer | Readable;

	constructor(statusCode: number, headers: IncomingHttpHeaders, body: Buffer | Readable) {
		this.statusCode = statusCode;
		this.headers = headers;
		this.body = body;
	}

	on(): this {
		return this;
	}

	once(): this {
		return this;
	}
}

/** One call from `send` to the last byte. */
export class Call implements PendingCall, CallReport {
	readonly response: Promise<UpstreamResponse>;
	readonly host: string;
	readonly clock: CallClock;
	#resolve!: (response: UpstreamResponse) => void;
	#reject!: (error: UpstreamError) => void;
	#answer: ((head: AnswerHead) => void) | undefined;
	#wire: Wire | undefined;
	#client: {destroy(): unknown} | undefined;
	#body: Buffer | Readable | undefined;
	#over = false;

	constructor(host: string, timeouts: Timeouts, uploading: boolean) {
		this.host = host;
		this.response = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
		this.clock = new CallClock(timeouts, uploading, (phase, limitMs) => {
			this.#stop(timeoutError(host, phase, limitMs));
		});
	}

	/** The got stream of this call: what got refuses to send fails the call. */
	attach(client: {destroy(): unknown}): void {
		this.#client = client;
	}

	/** Puts the call on a wire; the promise is what got waits for. */
	start(wire: Wire, send: () => void): Promise<AnswerHead> {
		this.#wire = wire;
		return new Promise(resolve => {
			this.#answer = resolve;
			send();
		});
	}

	/** got has seen the head. */
	deliver(head: AnswerHead): void {
		const {statusCode: status, headers, body} = head;
		if (!this.#over) this.#resolve({status, headers, body});
		else if (!Buffer.isBuffer(body)) body.destroy();
	}

	/** got could not even send the call. Its error holds the options, headers and all: only the cause is looked at. */
	refused(error: unknown): void {
		const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
		this.failed(describeFailure(cause, {host: this.host, connected: false, answered: false, reusedSocket: false}));
	}

	answered(status: number, headers: IncomingHttpHeaders, body: Buffer | Readable): void {
		this.#body = body;
		this.#answer?.(new AnswerHead(status, headers, body));
	}

	failed(error: UpstreamError): void {
		if (this.#over) return;
		this.#over = true;
		this.clock.stop();
		this.#client?.destroy();
		this.#refuse(error);
	}

	abort(): void {
		this.#stop(undefined);
	}

	#stop(error: UpstreamError | undefined): void {
		if (this.#over) return;
		if (this.#body === undefined) {
			this.#wire?.destroy();
			this.failed(error ?? abortError(this.host, 'first-byte'));
		} else {
			this.#over = true;
			this.#wire?.destroy(error);
			this.#refuse(error ?? abortError(this.host, 'body'));
		}
	}

	#refuse(error: UpstreamError): void {
		// Whoever aborts a call need not wait for its answer as well.
		this.response.catch(() => {});
		this.#reject(error);
	}
}
