/** One file of the journal: lines are appended, read back in order, and deleted with the file when the database has them. */

import {randomBytes} from 'node:crypto';
import {type FileHandle, open, stat, unlink} from 'node:fs/promises';
import path from 'node:path';
import {type Lines, wholeLines} from './lines.js';

/** Where a line ends in a segment: what is acknowledged up to there need not be replayed. */
export interface Place {
	readonly segment: Segment;
	readonly end: number;
}

export class Segment {
	readonly file: string;
	/** Bytes of whole lines. */
	size: number;
	/** Lines up to here are in the database, or nobody's concern any more. */
	acknowledged = 0;
	/** Nothing more is appended. */
	closed: boolean;
	#handle: FileHandle | undefined;
	#named = false;
	/** How large it was when it was last looked at. */
	#before = 0;
	/** Bytes that are on the disk itself, or on their way. */
	#synced = 0;

	private constructor(file: string, size: number, handle: FileHandle | undefined) {
		this.file = file;
		this.size = size;
		this.#handle = handle;
		this.closed = handle === undefined;
	}

	/** Makes a segment whose name sorts by age. @throws what the file system says. */
	static async create(folder: string): Promise<Segment> {
		const name = `${String(Date.now()).padStart(15, '0')}-${randomBytes(4).toString('hex')}.jsonl`;
		const file = path.join(folder, name);
		return new Segment(file, 0, await open(file, 'wx', 0o600));
	}

	/** A segment of a process that is gone. */
	static async found(file: string): Promise<Segment> {
		return new Segment(file, (await stat(file)).size, undefined);
	}

	/** Nothing in it is wanted any more. */
	get done(): boolean {
		return this.closed && this.acknowledged >= this.size;
	}

	/**
	 * Appends whole lines. @throws what the file system says; then the segment takes no more, and what was written of the lines
	 * may be read back or not.
	 */
	async append(bytes: Buffer): Promise<void> {
		const handle = this.#handle;
		if (handle === undefined || this.closed) throw new Error('the segment is closed');
		for (let at = 0; at < bytes.length; ) {
			at += (await handle.write(bytes, at, bytes.length - at, this.size + at)).bytesWritten;
		}
		this.size += bytes.length;
	}

	/** Some of it is neither in the database nor on the disk itself. */
	get unsynced(): boolean {
		return this.#handle !== undefined && Math.max(this.#synced, this.acknowledged) < this.size;
	}

	/**
	 * Has what was there already when it was called before written to the disk itself, unless the database has it by now: as long as that is
	 * fast, hardly anything is ever written but to memory. @throws what the file system says.
	 */
	async sync(): Promise<void> {
		const due = this.#before;
		this.#before = this.size;
		if (due > this.#synced && due > this.acknowledged) await this.#syncNow();
		// In a long outage there are many of these, and a process may open only so many files.
		if (this.closed && !this.unsynced) await this.#letGo();
	}

	async #syncNow(): Promise<void> {
		const {size} = this;
		// What a disk has failed to take once it does not take at a second try: the system has forgotten it.
		this.#synced = size;
		await this.#handle?.datasync();
		if (this.#named) return;
		// A file whose name is not on the disk is gone after a loss of power, whatever is in it. No record waits for that.
		this.#named = true;
		const folder = await open(path.dirname(this.file), 'r');
		await folder.sync().finally(() => folder.close());
	}

	/** Takes no more from now on. */
	end(): void {
		this.closed = true;
	}

	/** Leaves it to the next process: settles when everything that the database does not have is on the disk. Never rejects. */
	async close(): Promise<void> {
		this.end();
		if (this.unsynced) await this.#syncNow().catch(() => {});
		await this.#letGo();
	}

	async remove(): Promise<void> {
		await this.#letGo();
		await unlink(this.file).catch(() => {});
	}

	async #letGo(): Promise<void> {
		const handle = this.#handle;
		this.#handle = undefined;
		await handle?.close().catch(() => {});
	}

	/**
	 * Reads whole lines from an offset on.
	 * @param bytes about how much; a line that is longer is read nevertheless.
	 * @param most so many lines at most.
	 * @returns none when there is no whole line.
	 */
	async read(from: number, bytes: number, most: number): Promise<Lines> {
		const handle = await open(this.file, 'r');
		try {
			for (let wanted = bytes; ; wanted *= 4) {
				const buffer = Buffer.alloc(Math.min(wanted, Math.max(this.size - from, 0)));
				const {bytesRead} = await handle.read(buffer, 0, buffer.length, from);
				const lines = wholeLines(buffer.subarray(0, bytesRead), most);
				if (lines.count > 0 || bytesRead < wanted) return lines;
			}
		} finally {
			await handle.close();
		}
	}
}
