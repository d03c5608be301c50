/** Standard output, as a stream that no call waits for. */

import {createWriteStream, fstatSync} from 'node:fs';
import type {Writable} from 'node:stream';
import {isMainThread} from 'node:worker_threads';

const descriptor = 1;

/**
 * Node writes to a file that standard output was sent to while everything else waits, and so every call would wait for a disk that is busy.
 * @see https://nodejs.org/docs/latest-v20.x/api/process.html#a-note-on-process-io
 */
export function standardOutput(): Writable & {readonly isTTY?: boolean} {
	return isMainThread && isFile() ? createWriteStream('', {fd: descriptor, autoClose: false}) : process.stdout;
}

function isFile(): boolean {
	try {
		return fstatSync(descriptor).isFile();
	} catch {
		return false;
	}
}
