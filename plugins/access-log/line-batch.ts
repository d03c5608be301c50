/** Gathers lines and hands them on together: what comes behind costs the same for one line as for a hundred. */

/** A line waits at most this long. */
const longestWaitMs = 50;
/** As many bytes as are worth a write of their own. */
const fullBatch = 128 * 1024;
const lineFeed = 0x0a;
/** No character of a string takes more bytes in UTF-8. */
const bytesPerUnit = 3;

/** Lines that were gathered, each with its line break. */
export interface Lines {
	readonly bytes: Buffer;
	readonly count: number;
	/** Gives their memory back: they are not read any more. To be called once. */
	release(): void;
}

const blockBytes = fullBatch + 16 * 1024;
/** So many blocks of memory are kept for use again: what piles up while a busy machine writes. */
const mostSpare = 32;

/**
 * Lines become bytes at once: strings that are joined consist of all their pieces until somebody reads them, and the garbage collector
 * carries each of them along. And into memory that is there already: what is made anew for each batch, and written to a disk
 * meanwhile, outlives the collections that are cheap.
 */
export class LineBatch {
	readonly #handOn: (lines: Lines) => void;
	readonly #spare: Buffer[] = [];
	#bytes: Buffer = Buffer.allocUnsafeSlow(blockBytes);
	#end = 0;
	#count = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(handOn: (lines: Lines) => void) {
		this.#handOn = handOn;
	}

	/** @param line without a line break. */
	add(line: string): void {
		const most = line.length * bytesPerUnit + 1;
		if (this.#end + most > this.#bytes.length) {
			this.flush();
			if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(most);
		}
		this.#end += this.#bytes.write(line, this.#end);
		this.#bytes[this.#end++] = lineFeed;
		this.#count++;
		if (this.#end >= fullBatch) this.flush();
		else this.#timer ??= setTimeout(this.flush, longestWaitMs).unref();
	}

	/** Hands on what is there now. */
	readonly flush = (): void => {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#count === 0) return;
		const block = this.#bytes;
		const release = (): void => {
			if (block.length === blockBytes && this.#spare.length < mostSpare) this.#spare.push(block);
		};
		const lines = {bytes: block.subarray(0, this.#end), count: this.#count, release};
		this.#bytes = this.#spare.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
		this.#end = 0;
		this.#count = 0;
		this.#handOn(lines);
	};
}
