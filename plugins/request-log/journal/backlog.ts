/** What the database does not have yet, oldest first: in memory as far as there is room, the rest on the disk. */

import type {Journal} from './journal.js';
import {each, type Lines, packed} from './lines.js';
import type {Place, Segment} from './segment.js';

/** Bytes of lines that are held in memory. */
const mostInMemory = 16 * 1024 * 1024;
const readBytes = 1024 * 1024;
/** Why a file could not be read just now, which says nothing of the file. */
const passing = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN']);

/** Records that wait. */
export interface Waiting {
	/** None when all that stood there was torn. */
	readonly lines: Lines;
	/** Where they end; absent when the journal could not take them. */
	readonly place: Place | undefined;
	/** Came back from the disk. */
	readonly replayed: boolean;
}

/** Lines of a segment that are on the disk only. */
interface Stretch {
	readonly segment: Segment;
	next: number;
}

export class Backlog {
	readonly #journal: Journal;
	readonly #mostBytes: number;
	/** Left by processes that are gone: older than anything of this one. */
	readonly #inherited: Stretch[] = [];
	/** Not to be shifted one by one: see {@link #taken}. */
	#memory: Waiting[] = [];
	#taken = 0;
	#records = 0;
	#bytes = 0;
	/** Newer than what is in memory. While there is some, nothing goes into memory, or the order would be lost. */
	readonly #spilled: Stretch[] = [];
	/** Lines that were torn by a crash or are no records. */
	torn = 0;

	constructor(journal: Journal, bytes: number = mostInMemory) {
		this.#journal = journal;
		this.#mostBytes = bytes;
	}

	/** Records in memory. */
	get records(): number {
		return this.#records;
	}

	/** Bytes in memory. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Some of it has to be read from the disk. */
	get onDisk(): boolean {
		return this.#inherited.length > 0 || this.#spilled.length > 0;
	}

	/** There is nothing to take. */
	get empty(): boolean {
		return this.#records === 0 && !this.onDisk;
	}

	/** Puts segments of processes that are gone in front of everything. */
	inherit(segments: readonly Segment[]): void {
		this.#inherited.push(...segments.map(segment => ({segment, next: 0})));
	}

	/**
	 * Takes lines up; whoever takes them out releases them.
	 * @param place where they end in the journal; absent when they are not in it.
	 * @returns false when there was room for them nowhere.
	 */
	add(lines: Lines, place: Place | undefined): boolean {
		const size = lines.bytes.length;
		if (this.#spilled.length === 0 && this.#bytes + size <= this.#mostBytes) {
			this.#memory.push({lines, place, replayed: false});
			this.#records += lines.count;
			this.#bytes += size;
			return true;
		}
		lines.release?.();
		if (place === undefined) return false;
		if (this.#spilled.at(-1)?.segment !== place.segment) {
			this.#spilled.push({segment: place.segment, next: place.end - size});
		}
		return true;
	}

	/**
	 * The oldest records, about so many and of about so many bytes; none when there are none.
	 * @throws what the file system says when it is worth another try; nothing was taken then.
	 */
	async take(records: number, bytes: number): Promise<readonly Waiting[]> {
		while (this.#inherited.length > 0) {
			const found = await this.#replay(this.#inherited, records, bytes, soundOnly);
			if (found !== undefined) {
				this.torn += found.torn;
				return [found.waiting];
			}
		}
		if (this.#records > 0) return this.#fromMemory(records, bytes);
		while (this.#spilled.length > 0) {
			const found = await this.#replay(this.#spilled, records, bytes, asTheyAre);
			if (found !== undefined) return [found.waiting];
		}
		return [];
	}

	#fromMemory(records: number, bytes: number): readonly Waiting[] {
		const from = this.#taken;
		let [count, size] = [0, 0];
		for (let next = this.#memory[from]; next !== undefined; next = this.#memory[this.#taken]) {
			const {lines} = next;
			if (count > 0 && (count + lines.count > records || size + lines.bytes.length > bytes)) break;
			count += lines.count;
			size += lines.bytes.length;
			this.#taken++;
		}
		const found = this.#memory.slice(from, this.#taken);
		this.#records -= count;
		this.#bytes -= size;
		if (this.#taken === this.#memory.length || this.#taken >= 4096) {
			this.#memory = this.#memory.slice(this.#taken);
			this.#taken = 0;
		}
		return found;
	}

	/** Reads on in the first stretch; one that is at its end is let go. */
	async #replay(stretches: Stretch[], records: number, bytes: number, sound: Soundness): Promise<Replayed | undefined> {
		const stretch = stretches[0];
		if (stretch === undefined) return undefined;
		const {segment} = stretch;
		if (stretch.next < segment.size) {
			const found = await segment.read(stretch.next, Math.min(bytes, readBytes), records).catch(unlessPassing);
			if (found !== undefined && found.count > 0) {
				stretch.next += found.bytes.length;
				const lines = sound(found);
				// A place is told also where nothing was sound, so that the segment is acknowledged as a whole.
				const waiting = {lines, place: {segment, end: stretch.next}, replayed: true};
				return {waiting, torn: found.count - lines.count};
			}
			this.torn++;
		}
		stretches.shift();
		this.#journal.readToEnd(segment, stretch.next);
		return undefined;
	}
}

interface Replayed {
	readonly waiting: Waiting;
	readonly torn: number;
}

function unlessPassing(error: NodeJS.ErrnoException): undefined {
	if (passing.has(error.code ?? '')) throw error;
}

/** Which of the lines that were read are records. */
type Soundness = (lines: Lines) => Lines;

/** What this process has written is as it was written. */
const asTheyAre: Soundness = lines => lines;

/** Power that failed may leave anything in a file: what is no JSON object is no record. */
const soundOnly: Soundness = lines => {
	const records = [...each(lines)].filter(isRecord);
	return records.length === lines.count ? lines : packed(records);
};

function isRecord(line: string): boolean {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	} catch {
		return false;
	}
}
