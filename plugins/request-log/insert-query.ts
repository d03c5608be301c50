/**
 * An insert whose only value is bytes that lie ready, sent as they are. The driver would copy a megabyte twice into buffers that it
 * throws away; memory outside the heap that comes and goes makes the garbage collector walk the whole heap several times a second.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

import type pg from 'pg';

const firstBytes = 64 * 1024;
/** What of a Bind message stands in front of its value: unnamed portal and statement, one value, in binary form. */
const head = Buffer.from([0x42, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0]);
/** Where its length, and that of the value, stand. */
const [lengthAt, valueLengthAt] = [1, 13];
/** Behind the value: no result columns. */
const tail = Buffer.from([0, 0]);

/** A Bind message that is written again for each insert. */
export class BindMessage {
	#buffer = Buffer.allocUnsafeSlow(firstBytes);
	#end = 0;

	/** Begins anew. @param bytes how long the value will be. */
	begin(bytes: number): void {
		const needed = head.length + bytes + tail.length;
		if (needed > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(needed + (needed >> 2));
		this.#end = head.copy(this.#buffer);
		this.#buffer.writeInt32BE(needed - 1, lengthAt);
		this.#buffer.writeInt32BE(bytes, valueLengthAt);
	}

	/** Adds to the value. @returns where that stands now, to be changed in place until the message is sent. */
	add(bytes: Uint8Array): Buffer {
		this.#buffer.set(bytes, this.#end);
		const added = this.#buffer.subarray(this.#end, this.#end + bytes.length);
		this.#end += bytes.length;
		return added;
	}

	/** The whole message; it must not be begun again before the database has answered. */
	whole(): Buffer {
		this.#end += tail.copy(this.#buffer, this.#end);
		return this.#buffer.subarray(0, this.#end);
	}
}

/** For `client.query`. Settled by `done`. */
export class InsertQuery implements pg.Submittable {
	/** How many rows are new; rejects with what the database or the network says. */
	readonly done: Promise<number>;
	readonly #text: string;
	readonly #bind: Buffer;
	#rows = 0;
	#resolve: (rows: number) => void = () => {};
	#reject: (error: unknown) => void = () => {};

	/** @param text with one value, `$1`. */
	constructor(text: string, bind: Buffer) {
		this.#text = text;
		this.#bind = bind;
		this.done = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
	}

	submit(connection: pg.Connection): void {
		connection.parse({name: '', text: this.#text, types: []}, true);
		connection.stream.write(this.#bind);
		connection.execute({portal: '', rows: ''}, true);
		connection.sync();
	}

	handleCommandComplete({text}: {readonly text: string}): void {
		this.#rows = Number(/\d+$/.exec(text)?.[0] ?? 0);
	}

	handleReadyForQuery(): void {
		this.#resolve(this.#rows);
	}

	handleError(error: unknown): void {
		this.#reject(error);
	}
}
