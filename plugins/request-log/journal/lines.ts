/** Lines as the journal and the database take them: bytes, of which nothing is made a string again on its way. */

import {exactLength, type Line, mostLength, writeLine} from './line.js';

const blockBytes = 256 * 1024;
/** A piece for the database is no larger than this many lines. */
const mostLines = 250;
const lineFeed = 0x0a;

/** Whole lines, each with its line feed. */
export interface Lines {
	readonly bytes: Buffer;
	readonly count: number;
	/** Gives their memory back: they are not read any more. To be called once. */
	release?(): void;
}

/** So many blocks are kept for use again; all that wait in memory when the database lags behind. */
const mostSpare = 64;

/** Memory that lines are written into. */
class Block {
	readonly bytes: Buffer;
	/** Pieces of it that were not given back yet. */
	pieces = 0;
	/** Nothing more is written into it. */
	full = false;

	constructor(bytes: number) {
		this.bytes = Buffer.allocUnsafeSlow(bytes);
	}
}

/**
 * Writes lines into blocks of memory that are there already, and are used again. A large string or buffer made for each batch costs
 * thirty times as much, and has the garbage collector walk the whole heap for memory that is outside of it.
 */
export class LinePacker {
	readonly #spare: Block[] = [];
	#block = new Block(blockBytes);
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

	add(line: Line): void {
		const most = mostLength(line) + 1;
		if (this.#count === mostLines) this.#cut();
		if (this.#end + most > this.#block.bytes.length) this.#renew(line, most);
		const {bytes} = this.#block;
		this.#end = writeLine(line, bytes, this.#end);
		bytes[this.#end++] = lineFeed;
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
		const block = this.#block;
		const bytes = block.bytes.subarray(this.#start, this.#end);
		block.pieces++;
		const release = (): void => {
			block.pieces--;
			this.#reuse(block);
		};
		this.#full.push({bytes, count: this.#count, release});
		this.#fullBytes += bytes.length;
		this.#fullCount += this.#count;
		this.#start = this.#end;
		this.#count = 0;
	}

	/** A line that is rarely so long has a block of its own, without what it does not need. */
	#renew(line: Line, most: number): void {
		this.#cut();
		this.#block.full = true;
		this.#reuse(this.#block);
		const large = most > blockBytes ? exactLength(line) + 1 : blockBytes;
		this.#block = (most > blockBytes ? undefined : this.#spare.pop()) ?? new Block(large);
		this.#start = 0;
		this.#end = 0;
	}

	#reuse(block: Block): void {
		if (!block.full || block.pieces > 0 || block.bytes.length !== blockBytes) return;
		block.full = false;
		if (this.#spare.length < mostSpare) this.#spare.push(block);
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

/** Where each line begins and ends. */
function* bounds(bytes: Buffer): Generator<readonly [start: number, end: number]> {
	let start = 0;
	for (let end = bytes.indexOf(lineFeed); end !== -1; end = bytes.indexOf(lineFeed, start)) {
		yield [start, end];
		start = end + 1;
	}
}
