/** winston's stream transport, but for batches of lines: a stream that takes nothing is waited for by nobody. */

import type {Writable} from 'node:stream';
import {transports} from 'winston';
import type {Lines} from './line-batch.js';

/** What is kept, in bytes, while the stream takes nothing. */
const mostPending = 4 * 1024 * 1024;
/** How long closing waits for the stream to take the rest. */
const longestCloseMs = 1000;

/** What a transport has to tell. */
export interface BatchReport {
	/** The stream did not keep up, and so many lines were lost. */
	dropped(lines: number): void;
	/** The stream failed; nothing more will be written. */
	broken(error: Error): void;
}

/** What a logger in front of a {@link BatchTransport} is given. */
export interface BatchInfo {
	readonly level: string;
	readonly lines: Lines;
}

export class BatchTransport extends transports.Stream {
	readonly #sink: Writable;
	readonly #report: BatchReport;
	/** Lines that the stream did not take, told of or not. */
	lost = 0;
	#pending: Lines[] = [];
	#pendingBytes = 0;
	#told = 0;
	/** The stream has asked to be left alone until it drains. */
	#blocked = false;
	#broken = false;

	constructor(sink: Writable, report: BatchReport) {
		super({stream: sink});
		this.#sink = sink;
		this.#report = report;
		sink.on('error', this.#failed);
		sink.on('drain', this.#drained);
	}

	override log({lines}: BatchInfo, next: () => void): void {
		if (this.#broken || this.#pendingBytes + lines.bytes.length > mostPending) this.#lose(lines);
		else {
			this.#pending.push(lines);
			this.#pendingBytes += lines.bytes.length;
			if (!this.#blocked) this.#flush();
		}
		next();
	}

	override _final(done: () => void): void {
		const finish = (): void => {
			clearTimeout(patience);
			this.#sink.off('error', finish);
			this.#sink.off('error', this.#failed);
			this.#sink.off('drain', this.#drained);
			this.#tellDropped();
			done();
		};
		const patience = setTimeout(() => {
			// The stream still holds what it was given and may fail later: its errors stay caught.
			this.#sink.off('drain', this.#drained);
			this.#tellDropped();
			done();
		}, longestCloseMs);
		if (this.#broken) {
			finish();
			return;
		}
		this.#sink.once('error', finish);
		this.#flush();
		this.#sink.write('', finish);
	}

	#flush(): void {
		if (this.#pending.length === 0) return;
		const pending = this.#pending;
		this.#pending = [];
		this.#pendingBytes = 0;
		// What has piled up is one write, where the stream can do that.
		this.#sink.cork();
		for (const {bytes, release} of pending) this.#sink.write(bytes, release);
		this.#sink.uncork();
		this.#blocked = this.#sink.writableNeedDrain;
	}

	readonly #drained = (): void => {
		this.#blocked = false;
		this.#tellDropped();
		this.#flush();
	};

	readonly #failed = (error: Error): void => {
		if (this.#broken) return;
		this.#broken = true;
		for (const lines of this.#pending) this.#lose(lines);
		this.#pending = [];
		this.#report.broken(error);
	};

	#lose({count, release}: Lines): void {
		this.lost += count;
		release();
	}

	#tellDropped(): void {
		if (this.lost === this.#told) return;
		this.#report.dropped(this.lost - this.#told);
		this.#told = this.lost;
	}
}
