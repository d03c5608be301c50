/**
 * An insert whose only value is bytes that lie ready, in several pieces, sent as they are. The driver would copy a megabyte twice into buffers
 * that it throws away; memory outside the heap that comes and goes makes the garbage collector walk the whole heap several times a second.
 * With TLS it is copied once: Node joins what it encrypts.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */

import type pg from 'pg';

/** What of a Bind message stands in front of its value: unnamed portal and statement, one value, in binary form. */
const head = Buffer.from([0x42, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0]);
/** Where its length, and that of the value, stand. */
const [lengthAt, valueLengthAt] = [1, 13];
/** Behind the value: no result columns. */
const tail = Buffer.from([0, 0]);

function headOf(bytes: number): Buffer {
	const own = Buffer.from(head);
	own.writeInt32BE(head.length + bytes + tail.length - 1, lengthAt);
	own.writeInt32BE(bytes, valueLengthAt);
	return own;
}

/** For `client.query`. Settled by `done`. */
export class InsertQuery implements pg.Submittable {
	/** How many rows are new; rejects with what the database or the network says. */
	readonly done: Promise<number>;
	readonly #text: string;
	readonly #value: readonly Buffer[];
	#rows = 0;
	#resolve: (rows: number) => void = () => {};
	#reject: (error: unknown) => void = () => {};

	/**
	 * @param text with one value, `$1`.
	 * @param value its bytes; to stay as they are until `done` has settled.
	 */
	constructor(text: string, value: readonly Buffer[]) {
		this.#text = text;
		this.#value = value;
		this.done = new Promise((resolve, reject) => {
			this.#resolve = resolve;
			this.#reject = reject;
		});
	}

	submit(connection: pg.Connection): void {
		const {stream} = connection;
		stream.cork();
		connection.parse({name: '', text: this.#text, types: []}, true);
		stream.write(headOf(this.#value.reduce((sum, {length}) => sum + length, 0)));
		for (const piece of this.#value) stream.write(piece);
		stream.write(tail);
		connection.execute({portal: '', rows: ''}, true);
		connection.sync();
		stream.uncork();
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
