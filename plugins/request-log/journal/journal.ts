/** The write-ahead journal: every record is on the disk before the database is asked to take it. */

import {appendFile, mkdir, readdir, rename, rm, rmdir, stat} from 'node:fs/promises';
import path from 'node:path';
import type {Lines} from './lines.js';
import {beat, heartbeatMs, isOrphan, ownName, releasedName} from './owner.js';
import {type Place, Segment} from './segment.js';

/** A segment that is this large is followed by another one; so much is replayed at most although the database has it. */
const fullBytes = 4 * 1024 * 1024;
/** What the database has not taken within so long, or twice as long, goes to the disk itself: power that fails takes no more. */
const syncMs = 250;
/** After a failure the disk is left alone for this long. */
const pauseMs = 5000;

/** What a journal has to tell. */
export interface JournalReport {
	/** It cannot be written; told once until it can be again. */
	broken(error: unknown): void;
	mended(): void;
}

export interface JournalOptions {
	/** Made when it is not there; shared by all processes of one machine or volume. */
	readonly folder: string;
	/** Most bytes on the disk, of this process. */
	readonly mostBytes: number;
	readonly report: JournalReport;
	readonly now?: () => number;
}

export class Journal {
	readonly #options: JournalOptions;
	readonly #now: () => number;
	readonly #own: string;
	/** All that are on the disk, oldest first; the last one is the one that is written, if it is open. */
	readonly #segments = new Set<Segment>();
	#active: Segment | undefined;
	#heartbeat: NodeJS.Timeout | undefined;
	#syncTimer: NodeJS.Timeout | undefined;
	#syncing: Promise<void> | undefined;
	readonly #removing = new Set<Promise<void>>();
	#brokenUntil = 0;
	#broken = false;

	constructor(options: JournalOptions) {
		this.#options = options;
		this.#now = options.now ?? Date.now;
		this.#own = path.join(options.folder, ownName());
	}

	/** Bytes on the disk. */
	get bytes(): number {
		let bytes = 0;
		for (const {size} of this.#segments) bytes += size;
		return bytes;
	}

	/** It could not be written when last tried. */
	get broken(): boolean {
		return this.#broken;
	}

	/** Makes the folder and its first file. A journal that cannot be written is told of and no reason not to go on. */
	async open(): Promise<void> {
		try {
			// The first records do not wait for their file.
			await this.#writable();
			this.#heartbeat = setInterval(() => void beat(this.#own).catch(() => {}), heartbeatMs).unref();
		} catch (error) {
			this.#fail(error);
		}
	}

	/**
	 * Takes over what processes have left that are gone. Of two that try, one gets a file.
	 * @returns segments to be replayed, oldest first.
	 */
	async adopt(): Promise<readonly Segment[]> {
		const adopted: Segment[] = [];
		const {folder} = this.#options;
		for (const name of await readdir(folder).catch(() => [])) {
			const other = path.join(folder, name);
			if (other === this.#own || !(await isOrphan(other, this.#now()).catch(() => false))) continue;
			for (const file of (await readdir(other).catch(() => [])).sort()) {
				const mine = path.join(this.#own, file);
				try {
					await rename(path.join(other, file), mine);
					adopted.push(await Segment.found(mine));
				} catch {
					// Somebody else was faster, or nothing can be renamed here: the next look tells.
				}
			}
			await rmdir(other).catch(() => {});
		}
		adopted.sort((a, b) => (path.basename(a.file) < path.basename(b.file) ? -1 : 1));
		for (const segment of adopted) this.#segments.add(segment);
		return adopted;
	}

	/**
	 * Appends lines. Not to be called again before it has answered.
	 * @returns where each piece ends that the disk has taken, of the first ones when it failed then; `full` when the bound is
	 * reached, `broken` when the disk took none.
	 */
	async append(pieces: readonly Lines[]): Promise<readonly Place[] | 'full' | 'broken'> {
		const size = pieces.reduce((sum, {bytes}) => sum + bytes.length, 0);
		if (this.bytes + size > this.#options.mostBytes) return 'full';
		if (this.#now() < this.#brokenUntil) return 'broken';
		const places: Place[] = [];
		try {
			const segment = await this.#writable();
			for (const {bytes} of pieces) {
				await segment.append(bytes);
				places.push({segment, end: segment.size});
			}
			this.#sync();
			this.#mend();
			return places;
		} catch (error) {
			this.#fail(error);
			this.#retire();
			return places.length > 0 ? places : 'broken';
		}
	}

	/** Everything up to these places is in the database. */
	acknowledge(places: readonly Place[]): void {
		for (const {segment, end} of places) {
			segment.acknowledged = Math.max(segment.acknowledged, end);
			this.#dropIfDone(segment);
		}
	}

	/** A segment has been read to its end: what is behind the last whole line is torn. */
	readToEnd(segment: Segment, end: number): void {
		if (!segment.closed) return;
		segment.size = end;
		this.#dropIfDone(segment);
	}

	/** Keeps a line that the database refuses, for a person to look at. @returns whether it could be kept. */
	async refuse(line: string): Promise<boolean> {
		const file = path.join(this.#options.folder, 'refused.jsonl');
		try {
			const {size} = await stat(file).catch(() => ({size: 0}));
			if (size + line.length > this.#options.mostBytes) return false;
			await appendFile(file, `${line}\n`, {mode: 0o600});
			return true;
		} catch {
			return false;
		}
	}

	/** Leaves what is not acknowledged for the next process. */
	async close(): Promise<void> {
		clearInterval(this.#heartbeat);
		await this.#syncing;
		clearTimeout(this.#syncTimer);
		this.#retire();
		await Promise.all([...this.#segments].map(segment => segment.close()));
		await Promise.all(this.#removing);
		const left = await readdir(this.#own).catch(() => undefined);
		if (left === undefined) return;
		if (left.length === 0) await rm(this.#own, {recursive: true, force: true});
		else await rename(this.#own, path.join(this.#options.folder, releasedName())).catch(() => {});
	}

	async #writable(): Promise<Segment> {
		if (this.#active !== undefined && this.#active.size >= fullBytes) this.#retire();
		if (this.#active === undefined) {
			await mkdir(this.#own, {recursive: true, mode: 0o700});
			this.#active = await Segment.create(this.#own);
			this.#segments.add(this.#active);
		}
		return this.#active;
	}

	/** The next lines go into another segment. */
	#retire(): void {
		const segment = this.#active;
		this.#active = undefined;
		if (segment === undefined) return;
		segment.end();
		this.#dropIfDone(segment);
	}

	#dropIfDone(segment: Segment): void {
		if (!segment.done || !this.#segments.delete(segment)) return;
		const removed = segment.remove();
		this.#removing.add(removed);
		void removed.finally(() => this.#removing.delete(removed));
	}

	/** In the background, one at a time. */
	#sync(): void {
		this.#syncTimer ??= setTimeout(() => {
			this.#syncing = this.#syncNow();
		}, syncMs).unref();
	}

	async #syncNow(): Promise<void> {
		let unsynced = false;
		for (const segment of this.#segments) {
			await segment.sync().catch(error => this.#fail(error));
			unsynced ||= segment.unsynced;
		}
		this.#syncTimer = undefined;
		if (unsynced) this.#sync();
	}

	#fail(error: unknown): void {
		this.#brokenUntil = this.#now() + pauseMs;
		if (this.#broken) return;
		this.#broken = true;
		this.#options.report.broken(error);
	}

	#mend(): void {
		if (!this.#broken) return;
		this.#broken = false;
		this.#options.report.mended();
	}
}
