export type HttpHandlers = {
	head(text: string): void;
	body(part: Buffer): void;
	end(): void;
};

const headEnd = Buffer.from('\r\n\r\n');
const lineEnd = Buffer.from('\r\n');

/**
 * Reads HTTP/1.1 messages that carry a content-length or are chunked, which is all the bench sends and gets. Node's own
 * client and server cost as much per call as a proxy does: with them the load side would be what is measured.
 */
export class HttpReader {
	readonly #handlers: HttpHandlers;
	#state: 'head' | 'fixed' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' = 'head';
	#left = 0;
	#kept: Buffer | undefined;

	constructor(handlers: HttpHandlers) {
		this.#handlers = handlers;
	}

	read(data: Buffer): void {
		let rest = this.#kept === undefined ? data : Buffer.concat([this.#kept, data]);
		this.#kept = undefined;
		while (rest.length > 0) {
			const used = this.#step(rest);
			if (used === 0) {
				this.#kept = rest;
				return;
			}
			rest = rest.subarray(used);
		}
	}

	/** Takes one piece off the front and answers its length; 0 when the piece is not complete yet. */
	#step(rest: Buffer): number {
		switch (this.#state) {
			case 'head':
				return this.#head(rest);
			case 'fixed':
			case 'chunk':
				return this.#body(rest);
			case 'chunk-size': {
				const end = rest.indexOf(lineEnd);
				if (end === -1) return 0;
				this.#left = Number.parseInt(rest.toString('latin1', 0, end), 16);
				this.#state = this.#left === 0 ? 'trailer' : 'chunk';
				return end + 2;
			}
			case 'chunk-end':
				if (rest.length < 2) return 0;
				this.#state = 'chunk-size';
				return 2;
			case 'trailer': {
				const end = rest.indexOf(lineEnd);
				if (end === -1) return 0;
				if (end === 0) this.#end();
				return end + 2;
			}
		}
	}

	#head(rest: Buffer): number {
		const end = rest.indexOf(headEnd);
		if (end === -1) return 0;
		const text = rest.toString('latin1', 0, end);
		const length = /\ncontent-length: *(\d+)/i.exec(text)?.[1];
		this.#left = Number(length ?? 0);
		if (/\ntransfer-encoding: *chunked/i.test(text)) this.#state = 'chunk-size';
		else if (this.#left > 0) this.#state = 'fixed';
		this.#handlers.head(text);
		if (this.#state === 'head') this.#end();
		return end + 4;
	}

	#body(rest: Buffer): number {
		const part = rest.length > this.#left ? rest.subarray(0, this.#left) : rest;
		this.#left -= part.length;
		this.#handlers.body(part);
		if (this.#left === 0) {
			if (this.#state === 'chunk') this.#state = 'chunk-end';
			else this.#end();
		}
		return part.length;
	}

	#end(): void {
		this.#state = 'head';
		this.#handlers.end();
	}
}
