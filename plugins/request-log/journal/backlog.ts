/** What the database does not have yet, oldest first: in memory as far as there is room, the rest on the disk. */

import type {Journal} from './journal.js';
import type {Place, ReadLine, Segment} from './segment.js';

/** Characters of lines that are held in memory. */
const mostChars = 16 * 1024 * 1024;
const readBytes = 1024 * 1024;

/** A record that waits. */
export interface Waiting {
	readonly line: string;
	/** Absent when the journal could not take it. */
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
	readonly #mostChars: number;
	/** Left by processes that are gone: older than anything of this one. */
	readonly #inherited: Stretch[] = [];
	/** Not to be shifted one by one: see {@link #taken}. */
	#memory: Waiting[] = [];
	#taken = 0;
	#chars = 0;
	/** Newer than what is in memory. While there is some, nothing goes into memory, or the order would be lost. */
	readonly #spilled: Stretch[] = [];
	/** Lines that were torn by a crash or are no records. */
	torn = 0;

	constructor(journal: Journal, chars: number = mostChars) {
		this.#journal = journal;
		this.#mostChars = chars;
	}

	/** Records in memory. */
	get records(): number {
		return this.#memory.length - this.#taken;
	}

	/** Characters in memory. */
	get chars(): number {
		return this.#chars;
	}

	/** There is nothing to take. */
	get empty(): boolean {
		return this.records === 0 && this.#inherited.length === 0 && this.#spilled.length === 0;
	}

	/** Puts segments of processes that are gone in front of everything. */
	inherit(segments: readonly Segment[]): void {
		this.#inherited.push(...segments.map(segment => ({segment, next: 0})));
	}

	/**
	 * Takes a line up.
	 * @param place where it stands in the journal; absent when it does not.
	 * @returns false when there was room for it nowhere.
	 */
	add(line: string, place: Place | undefined): boolean {
		if (this.#spilled.length === 0 && this.#chars + line.length <= this.#mostChars) {
			this.#memory.push({line, place, replayed: false});
			this.#chars += line.length;
			return true;
		}
		if (place === undefined) return false;
		if (this.#spilled.at(-1)?.segment !== place.segment) {
			this.#spilled.push({segment: place.segment, next: place.end - Buffer.byteLength(line) - 1});
		}
		return true;
	}

	/** The oldest records, at most so many and of about so many characters; none when there are none. */
	async take(records: number, chars: number): Promise<readonly Waiting[]> {
		while (this.#inherited.length > 0) {
			const found = await this.#replay(this.#inherited, records, chars);
			if (found.length > 0) return found;
		}
		if (this.records > 0) return this.#fromMemory(records, chars);
		while (this.#spilled.length > 0) {
			const found = await this.#replay(this.#spilled, records, chars);
			if (found.length > 0) return found;
		}
		return [];
	}

	#fromMemory(records: number, chars: number): readonly Waiting[] {
		const from = this.#taken;
		let size = 0;
		while (this.#taken < this.#memory.length && this.#taken - from < records) {
			const next = this.#memory[this.#taken]?.line.length ?? 0;
			if (size > 0 && size + next > chars) break;
			size += next;
			this.#taken++;
		}
		const found = this.#memory.slice(from, this.#taken);
		this.#chars -= size;
		if (this.#taken === this.#memory.length || this.#taken >= 4096) {
			this.#memory = this.#memory.slice(this.#taken);
			this.#taken = 0;
		}
		return found;
	}

	/** Reads on in the first stretch; one that is at its end is let go. */
	async #replay(stretches: Stretch[], records: number, chars: number): Promise<readonly Waiting[]> {
		const stretch = stretches[0];
		if (stretch === undefined) return [];
		const {segment} = stretch;
		if (stretch.next < segment.size) {
			const all = await segment.read(stretch.next, Math.min(chars, readBytes)).catch(() => []);
			const lines = all.slice(0, records);
			if (lines.length > 0) {
				stretch.next = lines.at(-1)?.place.end ?? stretch.next;
				return this.#records(lines);
			}
			this.torn++;
		}
		stretches.shift();
		this.#journal.readToEnd(segment, stretch.next);
		return [];
	}

	/** Power that failed may leave anything in a file: what is no JSON object is no record. */
	#records(lines: readonly ReadLine[]): readonly Waiting[] {
		const found = lines.map(({line, place}) => ({line, place, replayed: true}));
		const records = found.filter(({line}) => isRecord(line));
		this.torn += found.length - records.length;
		const last = found.at(-1);
		// A place at the end is kept, so that the segment is acknowledged as a whole.
		if (last !== undefined && records.at(-1) !== last) records.push({line: '', place: last.place, replayed: true});
		return records;
	}
}

function isRecord(line: string): boolean {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null && !Array.isArray(value);
	} catch {
		return false;
	}
}
