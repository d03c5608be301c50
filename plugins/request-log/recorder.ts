/** Takes calls that are over, makes their lines off their path, and has the journal keep them. */

import {type ClosedExchange, describe, type Log} from '../../core/index.js';
import type {Backlog} from './journal/backlog.js';
import type {Journal} from './journal/journal.js';
import type {Line} from './journal/line.js';
import {LinePacker} from './journal/lines.js';
import {lineOf, type RowContext} from './row.js';

/** The longest that a record exists in memory only, but for the time of the write itself. */
const flushMs = 20;
/** Bytes of lines that wait for a disk that hangs. */
const mostUnwritten = 16 * 1024 * 1024;
const quietMs = 10_000;

export interface RecorderParts {
	readonly journal: Journal;
	readonly backlog: Backlog;
	readonly log: Log;
	/** The redactor may come late: it is asked for when the first line is made. */
	readonly context: () => RowContext;
	/** Called when there is something for the database. */
	readonly recorded: () => void;
}

export class Recorder {
	/** Records that were lost: neither disk nor memory had room. */
	dropped = 0;
	/** Records that were in memory only. */
	unjournaled = 0;
	readonly #parts: RecorderParts;
	readonly #lines = new LinePacker();
	#timer: NodeJS.Timeout | undefined;
	#flushing: Promise<void> | undefined;
	#toldAt = Number.NEGATIVE_INFINITY;
	#untold = 0;

	constructor(parts: RecorderParts) {
		this.#parts = parts;
	}

	/** Lines that are not on the disk yet. */
	get unwritten(): number {
		return this.#lines.count;
	}

	/** Makes the line at once: a call that is kept for later outlives what collects short-lived memory, which is dear. */
	add(exchange: ClosedExchange): void {
		if (this.#lines.size >= mostUnwritten) {
			this.#drop(1);
			return;
		}
		const line = this.#line(exchange);
		if (line === undefined) return;
		this.#lines.add(line);
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			void this.flush();
		}, flushMs);
	}

	/** Has everything that has arrived until now on its way to the database. */
	async flush(): Promise<void> {
		while (this.#flushing !== undefined) await this.#flushing;
		if (this.unwritten === 0) return;
		this.#flushing = this.#flush().finally(() => {
			this.#flushing = undefined;
		});
		await this.#flushing;
	}

	async close(): Promise<void> {
		clearTimeout(this.#timer);
		await this.flush();
	}

	async #flush(): Promise<void> {
		const pieces = this.#lines.take();
		const {journal, backlog, recorded} = this.#parts;
		const places = await journal.append(pieces);
		let dropped = 0;
		for (const [index, lines] of pieces.entries()) {
			const place = typeof places === 'string' ? undefined : places[index];
			if (place === undefined) this.unjournaled += lines.count;
			if (!backlog.add(lines, place)) dropped += lines.count;
		}
		if (dropped > 0) this.#drop(dropped);
		recorded();
	}

	/** A call that cannot be told is one record lost, and no others. */
	#line(exchange: ClosedExchange): Line | undefined {
		try {
			return lineOf(exchange, this.#parts.context());
		} catch (error) {
			this.#parts.log.error('a call could not be recorded', {requestId: exchange.id, ...describe(error)});
			this.#drop(1);
			return undefined;
		}
	}

	#drop(records: number): void {
		this.dropped += records;
		this.#untold += records;
		const now = performance.now();
		if (now - this.#toldAt < quietMs) return;
		this.#toldAt = now;
		this.#parts.log.error('records were dropped: the database is away and the journal has no room', {
			records: this.#untold,
			since: 'the last such line',
			total: this.dropped,
		});
		this.#untold = 0;
	}
}
