import {Readable} from 'node:stream';
import {UpstreamError} from './errors.js';

/**
 * Reads a whole answer into one buffer. An answer beyond `limit` bytes is destroyed, so that its connection is let go.
 *
 * @throws UpstreamError 'too-large' beyond `limit` bytes, or whatever the body itself fails with.
 */
export function readBody(body: Buffer | Readable, limit: number): Buffer | Promise<Buffer> {
	return Buffer.isBuffer(body) && body.length <= limit ? body : gather(asStream(body), limit);
}

/** A body that is there whole, for those who read it piece by piece. */
export function asStream(body: Buffer | Readable): Readable {
	return Buffer.isBuffer(body) ? Readable.from([body], {objectMode: false}) : body;
}

function gather(body: Readable, limit: number): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		// A stream that broke before we came never says so again.
		if (body.destroyed) {
			reject(body.errored ?? closedError());
			return;
		}
		const chunks: Buffer[] = [];
		let size = 0;
		body.on('data', (chunk: Buffer) => {
			size += chunk.length;
			if (size > limit) {
				const error = new UpstreamError('too-large', 'body', `the answer is larger than ${limit} bytes`);
				body.destroy();
				reject(error);
				return;
			}
			chunks.push(chunk);
		});
		body.on('error', reject);
		body.on('end', () => {
			const [only] = chunks;
			resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size));
		});
		// Destroyed by an abort: no end and no error.
		body.on('close', () => {
			if (!body.readableEnded) reject(closedError());
		});
	});
}

function closedError(): UpstreamError {
	return new UpstreamError('reset', 'body', 'the answer was closed before its end');
}
