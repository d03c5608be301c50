/** Keeps the files that were rotated away: compresses them in the background and removes the oldest. */

import {createReadStream, createWriteStream} from 'node:fs';
import {readdir, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {pipeline} from 'node:stream/promises';
import {createGzip} from 'node:zlib';

/** What is kept, and where. */
export interface ArchiveOptions {
	readonly folder: string;
	/** Tells files of this log that were rotated away, without `.gz`; their names sort by age. */
	readonly isOurs: (name: string) => boolean;
	readonly gzip: boolean;
	/** How many are kept. */
	readonly maxFiles: number;
	/** Something could not be compressed or removed; it is tried again at the next rotation. */
	failed(error: unknown): void;
}

/**
 * The folder itself is the truth: what a run before this one left behind is taken care of too. Writing goes on meanwhile, which
 * the rotating stream's own compression would not allow: it compresses before it takes the next line.
 */
export class Archive {
	readonly #options: ArchiveOptions;
	readonly #closing = new AbortController();
	#running: Promise<void> = Promise.resolve();

	constructor(options: ArchiveOptions) {
		this.#options = options;
	}

	/** A file may have been added. */
	tidy(): void {
		this.#running = this.#running.then(async () => {
			if (this.#closing.signal.aborted) return;
			try {
				await this.#tidy();
			} catch (error) {
				if (!this.#closing.signal.aborted) this.#options.failed(error);
			}
		});
	}

	/** Stops; what is half compressed is begun anew at the next start. */
	async close(): Promise<void> {
		this.#closing.abort();
		await this.#running;
	}

	async #tidy(): Promise<void> {
		const {folder, isOurs, gzip, maxFiles} = this.#options;
		const names = await readdir(folder);
		const rotated = [...new Set(names.map(name => name.replace(/\.gz(\.part)?$/, '')).filter(isOurs))].sort();
		for (const name of rotated.slice(0, Math.max(0, rotated.length - maxFiles)))
			for (const ending of ['', '.gz', '.gz.part']) await rm(path.join(folder, name + ending), {force: true});
		if (!gzip) return;
		for (const name of rotated.slice(-maxFiles)) {
			if (!names.includes(name)) continue;
			const file = path.join(folder, name);
			if (!names.includes(`${name}.gz`)) await this.#compress(file);
			await rm(file, {force: true});
		}
	}

	/** Under another name until it is whole: a `.gz` is never half a file. */
	async #compress(file: string): Promise<void> {
		const part = `${file}.gz.part`;
		const {signal} = this.#closing;
		try {
			await pipeline(createReadStream(file), createGzip(), createWriteStream(part, {mode: 0o640}), {signal});
			await rename(part, `${file}.gz`);
		} catch (error) {
			await rm(part, {force: true});
			throw error;
		}
	}
}
