/** A stream that keeps what is written to it. */

import {Writable} from 'node:stream';

export class MemorySink extends Writable {
	readonly writes: string[] = [];
	readonly isTTY: boolean;

	constructor(options: {readonly isTTY?: boolean} = {}) {
		super({decodeStrings: false});
		this.isTTY = options.isTTY ?? false;
	}

	override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
		if (chunk.length > 0) this.writes.push(String(chunk));
		done();
	}

	get text(): string {
		return this.writes.join('');
	}

	/** Without the line breaks at their ends. */
	get lines(): readonly string[] {
		return this.text.split('\n').slice(0, -1);
	}
}
