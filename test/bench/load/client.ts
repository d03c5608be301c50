import {connect, type Socket} from 'node:net';
import {HttpReader} from '../http-reader.js';

export type Reply = {status: number; bytes: number; events: number};

export type ClientHandlers = {
	/** Called once per call. */
	replied(reply: Reply): void;
	/** The connection broke or was closed by the other side; nothing follows. */
	failed(): void;
	/** New events of the reply under way. */
	events?(count: number): void;
};

const newline = 10;
const eventEnd = Buffer.from('\n\n');

/** One keep-alive connection, one call at a time. */
export class Client {
	readonly #socket: Socket;
	#status = 0;
	#bytes = 0;
	#events = 0;
	#endedInNewline = false;

	constructor(port: number, handlers: ClientHandlers) {
		const reader = new HttpReader({
			head: text => {
				this.#status = Number(text.slice(9, 12));
				this.#bytes = 0;
				this.#events = 0;
				this.#endedInNewline = false;
			},
			body: part => {
				this.#bytes += part.length;
				const count = this.#countEvents(part);
				if (count === 0) return;
				this.#events += count;
				handlers.events?.(count);
			},
			end: () => handlers.replied({status: this.#status, bytes: this.#bytes, events: this.#events}),
		});
		this.#socket = connect({port, host: '127.0.0.1', noDelay: true});
		this.#socket.on('data', data => reader.read(data as Buffer));
		this.#socket.on('error', () => this.#socket.destroy());
		this.#socket.once('end', () => this.#socket.destroy());
		this.#socket.once('close', () => handlers.failed());
	}

	call(bytes: Buffer): void {
		this.#socket.write(bytes);
	}

	close(): void {
		this.#socket.removeAllListeners('close');
		this.#socket.destroy();
	}

	/** Events end in an empty line; a proxy may cut one anywhere, also between its two newlines. */
	#countEvents(part: Buffer): number {
		let count = 0;
		let from = 0;
		if (this.#endedInNewline && part[0] === newline) {
			count = 1;
			from = 1;
		}
		for (let at = part.indexOf(eventEnd, from); at !== -1; at = part.indexOf(eventEnd, from)) {
			count++;
			from = at + 2;
		}
		this.#endedInNewline = from < part.length && part[part.length - 1] === newline;
		return count;
	}
}
