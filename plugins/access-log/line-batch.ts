/** Gathers lines and hands them on together: what comes behind costs the same for one line as for a hundred. */

/** A line waits at most this long. */
const longestWaitMs = 10;
/** As many characters as are worth a write of their own. */
const fullBatch = 64 * 1024;

/** Lines that were gathered, each with its line break. */
export interface Lines {
	readonly text: string;
	readonly count: number;
}

export class LineBatch {
	readonly #handOn: (lines: Lines) => void;
	#text = '';
	#count = 0;
	#timer: NodeJS.Timeout | undefined;

	constructor(handOn: (lines: Lines) => void) {
		this.#handOn = handOn;
	}

	/** @param line without a line break. */
	add(line: string): void {
		this.#text += line;
		this.#text += '\n';
		this.#count++;
		if (this.#text.length >= fullBatch) this.flush();
		else this.#timer ??= setTimeout(this.flush, longestWaitMs).unref();
	}

	/** Hands on what is there now. */
	readonly flush = (): void => {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		if (this.#count === 0) return;
		const lines = {text: this.#text, count: this.#count};
		this.#text = '';
		this.#count = 0;
		this.#handOn(lines);
	};
}
