/** Reads a request body whole, within bounds of size and patience; and watches one that goes through unread. */

import type {IncomingMessage, ServerResponse} from 'node:http';
import {promisify} from 'node:util';
import {brotliDecompress, gunzip, inflate} from 'node:zlib';
import {type GatewayError, refusal} from '../errors.js';

/** Bounds of a body. */
export interface BodyLimits {
	readonly bytes: number;
	/** Milliseconds that may pass without a byte, and that a body may take beyond what {@link slowestRate} gives it. */
	readonly idleMs: number;
}

/** Bytes per millisecond, 1 KiB a second: far below any connection of use, far above a byte now and then that only keeps a call open. */
const slowestRate = 1.024;

const noBytes = Buffer.alloc(0);

const decoders = {
	gzip: promisify(gunzip),
	'x-gzip': promisify(gunzip),
	deflate: promisify(inflate),
	br: promisify(brotliDecompress),
} as const;

/**
 * Reads a body; a compressed one is unpacked within the same bound.
 * @throws {GatewayError} `body_too_large`, `slow_body`, `unsupported_encoding`, `invalid_body`, `client_closed`.
 */
export async function readRequestBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
	if (Number(request.headers['content-length'] ?? 0) > limits.bytes) throw tooLarge(limits);
	const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
	if (encoding === 'identity') return arrived(request, limits) ?? collect(request, limits);
	if (!(encoding in decoders))
		throw refusal(
			'unsupported_encoding',
			`Bodies in the encoding "${encoding.slice(0, 40)}" are not read; send gzip, deflate, br or plain.`,
		);
	const packed = await collect(request, limits);
	try {
		return await decoders[encoding as keyof typeof decoders](packed, {maxOutputLength: limits.bytes});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limits);
		throw refusal('invalid_body', `The body is not valid ${encoding}.`);
	}
}

function tooLarge(limits: BodyLimits): GatewayError {
	return refusal('body_too_large', `The body is larger than the limit of ${limits.bytes} bytes.`);
}

/** Nearly every body comes with its head and is there already: then nothing is listened for, and nothing timed. */
function arrived(request: IncomingMessage, limits: BodyLimits): Buffer | undefined {
	const whole = request.complete || request.readableLength === Number(request.headers['content-length']);
	if (!whole || request.destroyed) return undefined;
	const body: Buffer = request.read() ?? noBytes;
	if (body.length > limits.bytes) throw tooLarge(limits);
	return body;
}

/**
 * Watches a body that somebody else reads, until it or the call is over. A client is to blame only while everything that came has been
 * taken: one that waits for a slow provider has bytes lying here.
 * @returns a promise that rejects with `slow_body` when the client owes the rest for longer than it may.
 */
export function stalled(
	request: IncomingMessage,
	response: ServerResponse,
	{idleMs}: Pick<BodyLimits, 'idleMs'>,
): Promise<never> {
	return new Promise((_resolve, reject) => {
		const before = request.socket.bytesRead;
		let arrived = -1;
		let looked = performance.now();
		let pausedMs = 0;
		let owedMs = 0;
		const look = (): void => {
			const {bytesRead} = request.socket;
			const owed = request.readableFlowing !== null && request.readableLength === 0;
			const passed = performance.now() - looked;
			pausedMs = owed && bytesRead === arrived ? pausedMs + passed : 0;
			if (owed) owedMs += passed;
			looked += passed;
			arrived = bytesRead;
			if (pausedMs >= idleMs) reject(stopped(idleMs));
			else if (trickles(owedMs, bytesRead - before, idleMs)) reject(tooSlow());
		};
		// A busy event loop runs late timers before it reads what has long been lying in the sockets: read first.
		const looking = setInterval(() => setImmediate(look), idleMs / 4);
		const over = (): void => clearInterval(looking);
		request.once('end', over).once('close', over);
		response.once('close', over);
	});
}

function stopped(idleMs: number): GatewayError {
	return refusal('slow_body', `The body stopped arriving for ${idleMs} ms.`);
}

function tooSlow(): GatewayError {
	return refusal('slow_body', `The body arrives at less than ${slowestRate * 1000} bytes a second.`);
}

/** A byte within every pause would keep a call open for ever. */
function trickles(milliseconds: number, bytes: number, idleMs: number): boolean {
	return milliseconds > idleMs + bytes / slowestRate;
}

function collect(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let length = 0;
		const began = performance.now();
		const patience = setTimeout(() => {
			settle(() => reject(stopped(limits.idleMs)));
		}, limits.idleMs);
		const settle = (act: () => void): void => {
			clearTimeout(patience);
			request.off('data', data).off('end', end).off('error', broken).off('close', broken);
			act();
		};
		const data = (chunk: Buffer): void => {
			length += chunk.length;
			if (length > limits.bytes) {
				settle(() => reject(tooLarge(limits)));
				return;
			}
			if (trickles(performance.now() - began, length, limits.idleMs)) {
				settle(() => reject(tooSlow()));
				return;
			}
			patience.refresh();
			chunks.push(chunk);
		};
		const end = (): void =>
			settle(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)));
		const broken = (): void =>
			settle(() => reject(refusal('client_closed', 'The client left while it sent the body.')));
		request.on('data', data).on('end', end).on('error', broken).on('close', broken);
	});
}
