/** Carries records from the backlog to the database: one batch at a time, oldest first, however long it takes. */

import {describe, type Log} from '../../core/index.js';
import type {Connection} from './connection.js';
import {faultOf, Inserter} from './insert.js';
import type {Backlog, Waiting} from './journal/backlog.js';
import type {Journal} from './journal/journal.js';
import {each, type Lines, packed} from './journal/lines.js';
import {daysOf} from './line-days.js';

const mostRecords = 500;
const mostBytes = 1024 * 1024;
/** A batch that is not full waits for more. */
const lingerMs = 100;
const firstDelayMs = 100;
const longestDelayMs = 5000;

/** Counts since the start. */
export interface WriterCounts {
	written: number;
	replayed: number;
	refused: number;
	batches: number;
	insertSeconds: number;
}

export interface WriterParts {
	readonly backlog: Backlog;
	readonly journal: Journal;
	readonly log: Log;
	/** Gives a database whose tables are up to date. @throws when there is none now. */
	readonly connect: () => Promise<Connection>;
	/** Sees to it that the days of the records have their place. */
	readonly makeDays: (days: readonly string[]) => Promise<void>;
}

export class Writer {
	readonly counts: WriterCounts = {written: 0, replayed: 0, refused: 0, batches: 0, insertSeconds: 0};
	/** Why nothing can be written now; `undefined` while all is well. */
	trouble: string | undefined = 'not connected yet';
	readonly #parts: WriterParts;
	readonly #inserter = new Inserter();
	#batch: readonly Waiting[] = [];
	#delayMs = firstDelayMs;
	#stopping = false;
	#ended: Promise<void> | undefined;
	#endIdling: (() => void) | undefined;
	#endPause: (() => void) | undefined;

	constructor(parts: WriterParts) {
		this.#parts = parts;
	}

	/** Records that wait, those of the present batch included. */
	get waiting(): number {
		return this.#parts.backlog.records + countOf(this.#batch.map(({lines}) => lines));
	}

	start(): void {
		this.#ended ??= this.#run();
	}

	/** There may be something to do. */
	wake(): void {
		this.#endIdling?.();
	}

	/**
	 * Writes what is left as far as the time goes and the database is there, then lets go of the connection.
	 * @param milliseconds how long it may take.
	 */
	async stop(milliseconds: number): Promise<void> {
		this.#stopping = true;
		this.#endIdling?.();
		this.#endPause?.();
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<void>(resolve => {
			timer = setTimeout(resolve, milliseconds);
		});
		await Promise.race([this.#ended ?? Promise.resolve(), late]);
		clearTimeout(timer);
		this.#inserter.close();
		await this.#ended;
	}

	async #run(): Promise<void> {
		while (!this.#isOver()) {
			try {
				const connection = await this.#parts.connect();
				if (this.#batch.length === 0) await this.#next(connection);
				if (this.#batch.length > 0) await this.#write(connection);
			} catch (error) {
				this.#inserter.close();
				this.#unwell(error);
				if (!this.#stopping) await this.#pause();
				this.#delayMs = Math.min(this.#delayMs * 2, longestDelayMs);
			}
		}
	}

	/** At a stop what can be written now is written; nobody waits for a database that is away. */
	#isOver(): boolean {
		if (!this.#stopping) return false;
		return this.trouble !== undefined || (this.#batch.length === 0 && this.#parts.backlog.empty);
	}

	async #next(connection: Connection): Promise<void> {
		const {backlog} = this.#parts;
		if (backlog.empty) {
			await this.#inserter.open(connection);
			this.#well();
			await this.#idle();
		}
		if (backlog.records < mostRecords && !backlog.onDisk && !this.#stopping) await this.#linger();
		this.#batch = await backlog.take(mostRecords, mostBytes);
	}

	/** Calls come one by one; a statement for each would be dear. */
	async #linger(): Promise<void> {
		await new Promise(resolve => setTimeout(resolve, lingerMs));
	}

	async #write(connection: Connection): Promise<void> {
		const pieces = this.#batch.map(({lines}) => lines).filter(({count}) => count > 0);
		const began = performance.now();
		if (pieces.length > 0) {
			await this.#parts.makeDays(daysOf(pieces));
			const written = await this.#insert(connection, pieces);
			this.counts.written += written;
			if (this.#batch.some(({replayed}) => replayed)) this.counts.replayed += written;
			this.counts.batches++;
			this.counts.insertSeconds += (performance.now() - began) / 1000;
		}
		this.#parts.journal.acknowledge(this.#batch.flatMap(({place}) => place ?? []));
		for (const {lines} of this.#batch) lines.release?.();
		this.#batch = [];
		this.#well();
		this.#delayMs = firstDelayMs;
	}

	/** Halves what is refused until the lines that cannot be stored stand alone. */
	async #insert(connection: Connection, pieces: readonly Lines[]): Promise<number> {
		try {
			return await this.#inserter.insert(connection, pieces);
		} catch (error) {
			if (faultOf(error) === 'database') throw error;
			const lines = pieces.flatMap(piece => [...each(piece)]);
			if (lines.length > 1) {
				const half = Math.ceil(lines.length / 2);
				const first = await this.#insert(connection, [packed(lines.slice(0, half))]);
				return first + (await this.#insert(connection, [packed(lines.slice(half))]));
			}
			this.counts.refused++;
			const kept = await this.#parts.journal.refuse(lines[0] ?? '');
			this.#parts.log.error('the database refuses a record', {kept, ...describe(error)});
			return 0;
		}
	}

	/** Until there is something to do, or nothing is to be done any more. */
	#idle(): Promise<void> {
		return new Promise(resolve => {
			this.#endIdling = () => {
				this.#endIdling = undefined;
				resolve();
			};
			if (this.#stopping || !this.#parts.backlog.empty) this.#endIdling();
		});
	}

	/** Gateways that lost the same database do not come back to it in the same moment. */
	#pause(): Promise<void> {
		return new Promise(resolve => {
			const end = (): void => {
				clearTimeout(timer);
				this.#endPause = undefined;
				resolve();
			};
			const timer = setTimeout(end, this.#delayMs * (0.5 + Math.random()));
			this.#endPause = end;
		});
	}

	#well(): void {
		if (this.trouble === undefined) return;
		this.trouble = undefined;
		this.#parts.log.info('the database of the records is there', {waiting: this.waiting});
	}

	#unwell(error: unknown): void {
		const reason = error instanceof Error ? error.message || String((error as {code?: unknown}).code) : String(error);
		const told = this.trouble === reason;
		this.trouble = reason;
		if (told || this.#stopping) return;
		this.#parts.log.warn('the database of the records is away; records wait in the journal', describe(error));
	}
}

function countOf(pieces: readonly Lines[]): number {
	return pieces.reduce((sum, {count}) => sum + count, 0);
}
