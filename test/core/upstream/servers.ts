import {once} from 'node:events';
import http from 'node:http';
import net, {type AddressInfo, type Socket} from 'node:net';
import type {Readable} from 'node:stream';
import type {ExecutionContext} from 'ava';
import {readBody} from '../../../core/upstream/body.js';
import {type PendingCall, type Timeouts, Transport, type UpstreamCall} from '../../../core/upstream/transport.js';

/** No limits: a test that waits for the wrong thing runs into ava's own timeout. */
export const patient: Timeouts = {connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0};

/** A transport that closes with its test. */
export function transport(t: ExecutionContext, timeouts: Partial<Timeouts> = {}): Transport {
	const created = new Transport({timeouts: {...patient, ...timeouts}});
	t.teardown(() => created.close());
	return created;
}

/** An HTTP server on a free port of 127.0.0.1; the URL of its root. */
export async function httpServer(t: ExecutionContext, listener: http.RequestListener): Promise<URL> {
	// No idle limit: a connection that closes was closed by what is tested.
	const server = http.createServer({keepAliveTimeout: 0}, listener);
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return listen(server);
}

/** A server that speaks whatever `handle` writes into the socket. */
export async function socketServer(t: ExecutionContext, handle: (socket: Socket) => void): Promise<URL> {
	const sockets = new Set<Socket>();
	const server = net.createServer(socket => {
		sockets.add(socket);
		socket.on('error', () => {});
		socket.on('close', () => sockets.delete(socket));
		handle(socket);
	});
	t.teardown(() => {
		for (const socket of sockets) socket.destroy();
		server.close();
	});
	return listen(server);
}

export async function listen(server: net.Server): Promise<URL> {
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
}

/** The two wires: a buffer with a plain answer, and an answer that is streamed. */
export const wires = [
	{wire: 'pooled', stream: false},
	{wire: 'node', stream: true},
] as const;

/** An answer of this type is handed over piece by piece, however small it is. */
export const eventStream = {'content-type': 'text/event-stream'};

/** A POST with a small JSON body, unless said otherwise. */
export function post(url: URL, call: Partial<UpstreamCall> = {}): UpstreamCall {
	return {
		method: 'POST',
		url,
		headers: {'content-type': 'application/json'},
		body: Buffer.from('{}'),
		stream: false,
		...call,
	};
}

/** The first bytes that come in: all of a small request. */
export function firstData(socket: Socket): Promise<Buffer> {
	return new Promise(resolve => socket.once('data', resolve));
}

/** The error a promise rejects with. */
export async function failure(promise: unknown): Promise<Error> {
	try {
		await promise;
	} catch (error) {
		return error as Error;
	}
	throw new Error('did not fail');
}

export async function text(body: Buffer | Readable): Promise<string> {
	if (Buffer.isBuffer(body)) return body.toString();
	const chunks: Buffer[] = [];
	for await (const chunk of body) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString();
}

/** The body of an answer that comes in piece by piece. */
export function flowing({body}: {readonly body: Buffer | Readable}): Readable {
	if (Buffer.isBuffer(body)) throw new Error('the answer came whole');
	return body;
}

/** An answer to its last byte, whichever way it comes. */
export async function whole(pending: PendingCall): Promise<Buffer> {
	return await readBody((await pending.response).body, 64 * 1024 * 1024);
}

/** A promise and its resolve. */
export function signal<T = void>(): {readonly promise: Promise<T>; readonly resolve: (value: T) => void} {
	let resolve!: (value: T) => void;
	const promise = new Promise<T>(done => {
		resolve = done;
	});
	return {promise, resolve};
}
