/** The file that lines are written to: rotated by size, and tried again when its disk has failed. */

import {closeSync, mkdirSync, openSync} from 'node:fs';
import path from 'node:path';
import {Writable} from 'node:stream';
import {createStream, type RotatingFileStream} from 'rotating-file-stream';
import {ConfigError} from '../../core/index.js';
import {Archive} from './archive.js';

/** How long closing waits for the disk. */
const longestCloseMs = 5000;
/** Addresses of clients are in it: for its owner and a group that reads logs. */
const mode = 0o640;

/** Where the lines go, and what is to be told. */
export interface RotatingFileOptions {
	/** Absolute. */
	readonly file: string;
	readonly maxBytes: number;
	readonly maxFiles: number;
	readonly gzip: boolean;
	/** A file that could not be written is left alone for so long; 5000 unless said. */
	readonly pauseMs?: number;
	/** Writing failed, for the first time since it last went well. */
	failed(error: unknown): void;
	/** Writing goes well again. @param lost lines since it failed. */
	recovered(lost: number): void;
	/** Called for every piece that could not be written. */
	lost(lines: number): void;
	/** A file that was rotated away could not be compressed or removed. */
	notKept(error: unknown): void;
}

/**
 * Takes whole lines. It never fails: what cannot be written is lost and counted, and the file is opened anew after a pause.
 */
export class RotatingFile extends Writable {
	readonly #options: RotatingFileOptions;
	readonly #archive: Archive;
	readonly #name: RegExp;
	#stream: RotatingFileStream | undefined;
	#lastStamp = 0;
	#failedAt: number | undefined;
	#lostSince = 0;

	/** @throws {ConfigError} when the file cannot be opened. */
	constructor(options: RotatingFileOptions) {
		super({decodeStrings: true});
		const {file, gzip, maxFiles, notKept} = options;
		const {dir: folder, name, ext} = path.parse(file);
		const [stem, ending] = [name, ext].map(text => text.replace(/[\\^$.|?+*()[\]{}]/g, '\\$&'));
		this.#options = options;
		this.#name = new RegExp(`^${stem}-\\d{8}T\\d{9}Z${ending}$`);
		try {
			mkdirSync(folder, {recursive: true});
			closeSync(openSync(file, 'a', mode));
		} catch (error) {
			throw new ConfigError(`file.path: cannot write to ${file}: ${(error as Error).message}`, {cause: error});
		}
		this.#archive = new Archive({folder, gzip, maxFiles, isOurs: found => this.#name.test(found), failed: notKept});
		this.#archive.tidy();
		this.#stream = this.#open();
	}

	override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
		const stream = this.#usable();
		if (stream === undefined) {
			this.#lose(chunk);
			done();
			return;
		}
		stream.write(chunk, error => {
			if (error) {
				this.#broken(stream, error);
				this.#lose(chunk);
			} else if (this.#failedAt !== undefined) {
				this.#failedAt = undefined;
				this.#options.recovered(this.#lostSince);
				this.#lostSince = 0;
			}
			done();
		});
	}

	override _final(done: () => void): void {
		if (this.#stream === undefined) done();
		else this.#stream.end(() => done());
	}

	/** Writes what is left and closes the file. */
	async close(): Promise<void> {
		await new Promise<void>(resolve => {
			const patience = setTimeout(resolve, longestCloseMs);
			this.end(() => {
				clearTimeout(patience);
				resolve();
			});
		});
		await this.#archive.close();
	}

	#usable(): RotatingFileStream | undefined {
		const {pauseMs = 5000} = this.#options;
		if (this.#stream === undefined && performance.now() - (this.#failedAt ?? 0) >= pauseMs) this.#stream = this.#open();
		return this.#stream;
	}

	#open(): RotatingFileStream {
		const {dir, base, name, ext} = path.parse(this.#options.file);
		const stream = createStream(time => (time ? `${name}-${this.#stamp()}${ext}` : base), {
			path: dir,
			size: `${this.#options.maxBytes}B`,
			mode,
		});
		stream.on('error', error => this.#broken(stream, error));
		stream.on('rotated', () => this.#archive.tidy());
		return stream;
	}

	/** Milliseconds, and never the same twice: a file that has been compressed meanwhile has left its name free. */
	#stamp(): string {
		this.#lastStamp = Math.max(Date.now(), this.#lastStamp + 1);
		return new Date(this.#lastStamp).toISOString().replace(/[-:.]/g, '');
	}

	#broken(stream: RotatingFileStream, error: unknown): void {
		if (this.#stream !== stream) return;
		this.#stream = undefined;
		if (this.#failedAt === undefined) this.#options.failed(error);
		this.#failedAt = performance.now();
	}

	#lose(chunk: Buffer): void {
		let lines = 0;
		for (const byte of chunk) if (byte === 10) lines++;
		this.#lostSince += lines;
		this.#options.lost(lines);
	}
}
