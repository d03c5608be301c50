/** Unpacks what came compressed. */

import {pipeline, type Readable} from 'node:stream';
import {createBrotliDecompress, createGunzip, createInflate} from 'node:zlib';
import {refusal} from '../errors.js';
import type {Attempt} from '../exchange.js';
import type {Headers} from '../request.js';
import {asStream} from '../upstream/body.js';
import type {Response} from './send.js';

/** A body that came compressed although it was asked for plain is unpacked, and the headers no longer say otherwise. */
export function decoded(attempt: Attempt, response: Response): {headers: Headers; body: Buffer | Readable} {
	const encoding = String(response.headers['content-encoding'] ?? 'identity')
		.trim()
		.toLowerCase();
	if (encoding === 'identity' || encoding === '') return response;
	const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
		gzip: createGunzip,
		'x-gzip': createGunzip,
		deflate: createInflate,
		br: createBrotliDecompress,
	};
	const decoder = decoders[encoding]?.();
	const packed = asStream(response.body);
	if (decoder === undefined) {
		packed.destroy();
		throw refusal(
			'upstream_invalid',
			`${attempt.provider.name} answered in the encoding "${encoding}", which was not asked for.`,
		);
	}
	const headers = Object.assign({}, response.headers, {'content-encoding': undefined, 'content-length': undefined});
	// The pipeline destroys both ends with the first error; whoever reads the decoder sees it there.
	pipeline(packed, decoder, () => {});
	return {headers, body: decoder as unknown as Readable};
}
