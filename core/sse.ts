/** Cuts a byte stream into whole server-sent events without changing, copying or decoding more than needed. */

import {refusal} from './errors.js';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const blankLine = Buffer.from('\n\n');

/** An event larger than this is not an event of any model API. */
const maxEventBytes = 32 * 1024 * 1024;

/**
 * Collects chunks and gives back the bytes of whole events. What has not ended yet is held back, so that a client never
 * sees half an event and the gateway can always add one of its own.
 */
export class EventSplitter {
	#held: Buffer[] = [];
	#heldBytes = 0;
	/** The line being read has bytes already: it cannot be blank. */
	#inLine = false;
	/** The event being read has a line already: a blank line ends it. */
	#inEvent = false;
	/** The last chunk ended in a carriage return; a line feed that follows belongs to it. */
	#afterReturn = false;

	/**
	 * Takes a chunk in.
	 * @returns whole events, in order, each with the blank line that ends it.
	 * @throws {GatewayError} `upstream_invalid` when an event does not end.
	 */
	push(chunk: Buffer): Buffer[] {
		if (chunk.length === 0) return [];
		const events: Buffer[] = [];
		let start = 0;
		let at = this.#afterReturn && chunk[0] === lineFeed ? 1 : 0;
		this.#afterReturn = false;
		let feed = find(chunk, lineFeed, at);
		let carriage = find(chunk, carriageReturn, at);
		while (at < chunk.length) {
			if (feed < at) feed = find(chunk, lineFeed, at);
			if (carriage < at) carriage = find(chunk, carriageReturn, at);
			const end = Math.min(feed, carriage);
			if (end === chunk.length) {
				this.#inLine = this.#inEvent = true;
				break;
			}
			const blank = end === at && !this.#inLine;
			this.#inLine = false;
			at = end + 1;
			if (end === carriage) {
				if (chunk[at] === lineFeed) at++;
				else if (at === chunk.length) this.#afterReturn = true;
			}
			if (!blank) this.#inEvent = true;
			else if (this.#inEvent) {
				events.push(this.#complete(chunk.subarray(start, at)));
				start = at;
			}
		}
		if (start < chunk.length) this.#hold(chunk.subarray(start));
		return events;
	}

	/** An event has begun and not ended. */
	get holding(): boolean {
		return this.#heldBytes > 0 || this.#afterReturn;
	}

	/**
	 * Takes a chunk in that begins with an event, as one piece: what stands before its last blank line. Most chunks need no
	 * closer look, and finding two bytes from the end costs a tenth of cutting every event.
	 * @returns `undefined`, with nothing taken in, when the chunk has to be cut event by event.
	 */
	run(chunk: Buffer): Buffer | undefined {
		if (chunk.includes(carriageReturn)) return undefined;
		const end = chunk.lastIndexOf(blankLine) + blankLine.length;
		if (end < blankLine.length || chunk[0] === lineFeed) return undefined;
		if (end < chunk.length) this.push(chunk.subarray(end));
		return chunk.subarray(0, end);
	}

	/** Length of a chunk's beginning that completes the event which is held. */
	heldUntil(chunk: Buffer): number {
		const end = chunk.indexOf(blankLine);
		return end === -1 ? chunk.length : end + blankLine.length;
	}

	/** What is left when the stream has ended: an event without its blank line, or nothing. */
	rest(): Buffer {
		return this.#complete(Buffer.alloc(0));
	}

	#hold(bytes: Buffer): void {
		this.#held.push(bytes);
		this.#heldBytes += bytes.length;
		if (this.#heldBytes > maxEventBytes) {
			throw refusal('upstream_invalid', `The provider sent an event of more than ${maxEventBytes} bytes.`);
		}
	}

	#complete(last: Buffer): Buffer {
		this.#inEvent = false;
		if (this.#held.length === 0) return last;
		const event = Buffer.concat([...this.#held, last]);
		this.#held = [];
		this.#heldBytes = 0;
		return event;
	}
}

/** Where a byte is first found from an index on; behind the end when it is nowhere. */
function find(chunk: Buffer, byte: number, from: number): number {
	const at = chunk.indexOf(byte, from);
	return at === -1 ? chunk.length : at;
}
