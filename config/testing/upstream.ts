/** A provider that says what a test tells it to say, and remembers what it was asked. */

import {createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {buffer} from 'node:stream/consumers';

/** A request that the upstream has read. */
export interface SeenRequest {
	readonly method: string;
	/** With the query. */
	readonly url: string;
	readonly headers: IncomingHttpHeaders;
	/** The exact bytes. */
	readonly body: Buffer;
	/** The body as JSON. @throws when it is none. */
	json(): unknown;
}

/** What can be answered. Each returns a handler for {@link startUpstream} or {@link Upstream.answer}. */
export interface Replies {
	/** Answers with JSON. */
	json(body: unknown, status?: number, headers?: Readonly<Record<string, string>>): Answer;
	/**
	 * Replays a stream of events.
	 * @param events a recorded stream as text or bytes, or the data of each event.
	 * @param how `chunkBytes`: cut the bytes into pieces of this size; `cutAfter`: break the connection after so many bytes.
	 */
	events(
		events: string | Uint8Array | readonly unknown[],
		how?: {chunkBytes?: number; cutAfter?: number; headers?: Readonly<Record<string, string>>},
	): Answer;
	/** Answers with any bytes. */
	bytes(body: string | Uint8Array, headers: Readonly<Record<string, string>>, status?: number): Answer;
	/** Reads the request and never answers. */
	silence(): Answer;
	/** Breaks the connection without an answer. */
	reset(): Answer;
}

/** Answers one request. */
export type Answer = (
	request: SeenRequest,
	response: ServerResponse,
	incoming: IncomingMessage,
) => void | Promise<void>;

/** A fake provider on loopback. */
export interface Upstream {
	/** Without a path: `http://127.0.0.1:12345`. */
	readonly url: string;
	/** Requests read so far, in order. */
	readonly requests: readonly SeenRequest[];
	/** Has the next requests answered in this way, in order; the last one stays for all that follow. */
	answer(...answers: readonly Answer[]): void;
	/** Resolves when a request's connection has closed before its answer was complete. */
	aborted(): Promise<void>;
	stop(): Promise<void>;
}

/** Starts a fake provider; `first` answers everything until {@link Upstream.answer} says otherwise. */
export async function startUpstream(first: Answer = reply.json({})): Promise<Upstream> {
	const requests: SeenRequest[] = [];
	let queue: Answer[] = [first];
	let abortedCount = 0;
	let taken = 0;
	const waiting: (() => void)[] = [];
	const server = createServer((incoming, response) => {
		response.on('close', () => {
			if (response.writableFinished) return;
			abortedCount++;
			for (const wake of waiting.splice(0)) wake();
		});
		void buffer(incoming).then(
			async body => {
				const seen: SeenRequest = {
					method: incoming.method ?? '',
					url: incoming.url ?? '',
					headers: incoming.headers,
					body,
					json: () => JSON.parse(body.toString('utf8')) as unknown,
				};
				requests.push(seen);
				const answer = queue.length > 1 ? queue.shift() : queue[0];
				await answer?.(seen, response, incoming);
			},
			() => response.destroy(),
		);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		answer(...answers) {
			queue = [...answers];
		},
		async aborted() {
			taken++;
			while (abortedCount < taken) await new Promise<void>(resolve => waiting.push(resolve));
		},
		stop() {
			server.closeAllConnections();
			return new Promise(resolve => server.close(() => resolve()));
		},
	};
}

/** Ready-made answers. */
export const reply: Replies = {
	json: (body, status = 200, headers = {}) =>
		reply.bytes(JSON.stringify(body), {'content-type': 'application/json', ...headers}, status),
	bytes:
		(body, headers, status = 200) =>
		(_request, response) => {
			response.writeHead(status, headers).end(body);
		},
	events:
		(events, how = {}) =>
		async (_request, response) => {
			response.writeHead(200, {'content-type': 'text/event-stream', ...how.headers});
			const bytes = eventBytes(events);
			const end = Math.min(bytes.length, how.cutAfter ?? bytes.length);
			const step = how.chunkBytes ?? end;
			for (let at = 0; at < end && !response.destroyed; at += Math.max(step, 1)) {
				await written(response, bytes.subarray(at, Math.min(at + step, end)));
			}
			if (how.cutAfter === undefined) response.end();
			else response.destroy();
		},
	silence: () => () => {},
	reset: () => (_request, response) => void response.destroy(),
};

function eventBytes(events: string | Uint8Array | readonly unknown[]): Buffer {
	if (typeof events === 'string') return Buffer.from(events);
	if (events instanceof Uint8Array) return Buffer.from(events);
	return Buffer.from(
		events.map(event => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join(''),
	);
}

/** Waits until the bytes have left, so that each piece is one of its own on the wire as far as the system allows. */
function written(response: ServerResponse, bytes: Uint8Array): Promise<void> {
	return new Promise(resolve => {
		response.write(bytes, () => resolve());
	});
}
