/** winston's stream transport, but for one write per line: gathers lines, hands them over in few large writes, waits for nobody. */

import type {Writable} from 'node:stream';
import {transports} from 'winston';

/** A line waits at most this long. */
const longestWaitMs = 10;
/** As many characters as are worth a write of their own. */
const fullBatch = 64 * 1024;
/** What is kept, in characters, while the stream takes nothing. */
const mostPending = 4 * 1024 * 1024;
/** How long closing waits for the stream to take the rest. */
const longestCloseMs = 1000;

/** Where winston's formats leave the finished line. */
export const message: unique symbol = Symbol.for('message');

/** What a transport has to tell. */
export interface BatchReport {
	/** The stream did not keep up, and so many lines were lost. */
	dropped(lines: number): void;
	/** The stream failed; nothing more will be written. */
	broken(error: Error): void;
}

export class BatchTransport extends transports.Stream {
	readonly #sink: Writable;
	readonly #report: BatchReport;
	/** Lines that the stream did not take, told of or not. */
	lost = 0;
	#pending = '';
	#pendingLines = 0;
	#told = 0;
	#timer: NodeJS.Timeout | undefined;
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

	override log(info: {readonly [message]: string}, next: () => void): void {
		const line = info[message];
		if (this.#broken || this.#pending.length + line.length > mostPending) this.lost++;
		else {
			this.#pending += line;
			this.#pending += '\n';
			this.#pendingLines++;
			if (!this.#blocked) {
				if (this.#pending.length >= fullBatch) this.#flush();
				else this.#timer ??= setTimeout(() => this.#flush(), longestWaitMs).unref();
			}
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
		this.#clearTimer();
		const rest = this.#take();
		this.#sink.write(rest, finish);
	}

	readonly #flush = (): void => {
		this.#clearTimer();
		if (this.#pending === '') return;
		this.#blocked = !this.#sink.write(this.#take());
	};

	readonly #drained = (): void => {
		this.#blocked = false;
		this.#tellDropped();
		this.#flush();
	};

	readonly #failed = (error: Error): void => {
		if (this.#broken) return;
		this.#broken = true;
		this.#clearTimer();
		this.lost += this.#pendingLines;
		this.#take();
		this.#report.broken(error);
	};

	#take(): string {
		const text = this.#pending;
		this.#pending = '';
		this.#pendingLines = 0;
		return text;
	}

	#clearTimer(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#tellDropped(): void {
		if (this.lost === this.#told) return;
		this.#report.dropped(this.lost - this.#told);
		this.#told = this.lost;
	}
}
