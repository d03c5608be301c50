/** Lines as the journal and the database take them: bytes, of which nothing is made a string again on its way. */

const blockBytes = 256 * 1024;
/** No character of a string takes more bytes in UTF-8. */
const bytesPerUnit = 3;
/** A piece for the database is no larger than this many lines. */
const mostLines = 250;
const lineFeed = 0x0a;

/** Whole lines, each with its line feed. */
export interface Lines {
	readonly bytes: Buffer;
	readonly count: number;
}

/** Writes lines into blocks of memory that are there already: a large string or buffer made for each batch costs thirty times as much. */
export class LinePacker {
	#block = Buffer.alloc(0);
	/** What was packed and not taken stands between these two. */
	#start = 0;
	#end = 0;
	#count = 0;
	#full: Lines[] = [];
	#fullBytes = 0;
	#fullCount = 0;

	/** Bytes that were not taken yet. */
	get size(): number {
		return this.#fullBytes + this.#end - this.#start;
	}

	/** Lines that were not taken yet. */
	get count(): number {
		return this.#fullCount + this.#count;
	}

	/** @param line without a line feed in it. */
	add(line: string): void {
		const most = line.length * bytesPerUnit + 1;
		if (this.#count === mostLines || this.#end + most > this.#block.length) this.#cut();
		if (this.#end + most > this.#block.length) {
			// A line that is rarely so long has a block of its own, without what it does not need.
			const needed = most > blockBytes ? Buffer.byteLength(line) + 1 : blockBytes;
			this.#block = Buffer.allocUnsafeSlow(needed);
			this.#start = 0;
			this.#end = 0;
		}
		this.#end += this.#block.write(line, this.#end);
		this.#block[this.#end++] = lineFeed;
		this.#count++;
	}

	/** Hands over everything that was packed, in order. */
	take(): readonly Lines[] {
		this.#cut();
		const taken = this.#full;
		this.#full = [];
		this.#fullBytes = 0;
		this.#fullCount = 0;
		return taken;
	}

	#cut(): void {
		if (this.#count === 0) return;
		const bytes = this.#block.subarray(this.#start, this.#end);
		this.#full.push({bytes, count: this.#count});
		this.#fullBytes += bytes.length;
		this.#fullCount += this.#count;
		this.#start = this.#end;
		this.#count = 0;
	}
}

/** Lines of a few strings. */
export function packed(lines: readonly string[]): Lines {
	return {bytes: Buffer.from(lines.map(line => `${line}\n`).join('')), count: lines.length};
}

/** The lines one by one, without their line feeds. */
export function* each({bytes}: Pick<Lines, 'bytes'>): Generator<string> {
	for (const [start, end] of bounds(bytes)) yield bytes.toString('utf8', start, end);
}

/** The first whole lines of what was read from a file, so many at most. */
export function wholeLines(bytes: Buffer, most: number): Lines {
	let [count, size] = [0, 0];
	for (const [, end] of bounds(bytes)) {
		if (count === most) break;
		count++;
		size = end + 1;
	}
	return {bytes: bytes.subarray(0, size), count};
}

/** The lines as one JSON array. */
export function jsonArray(pieces: readonly Lines[]): Buffer {
	const array = Buffer.concat([Buffer.from('['), ...pieces.map(({bytes}) => bytes)]);
	// JSON has no line feed within a string: those that are there stand between lines, and one behind the last.
	for (let at = array.indexOf(lineFeed); at !== -1; at = array.indexOf(lineFeed, at + 1)) array[at] = 0x2c;
	array[array.length - 1] = 0x5d;
	return array;
}

/** Where each line begins and ends. */
export function* bounds(bytes: Buffer): Generator<readonly [start: number, end: number]> {
	let start = 0;
	for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
		yield [start, end];
		start = end + 1;
	}
}
