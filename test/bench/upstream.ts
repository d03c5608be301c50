// The provider behind every proxy, in its own process: fixed answers, as cheap as a raw socket allows.
import {createServer, type Socket} from 'node:net';
import {HttpReader} from './http-reader.js';
import {chunkEvent, completion, pausePrefix, streamChunks} from './messages.js';

const jsonHead = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const plainAnswer = Buffer.from(`${jsonHead}content-length: ${Buffer.byteLength(completion)}\r\n\r\n${completion}`);
const notFound = Buffer.from('HTTP/1.1 404 Not Found\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
const streamHead = Buffer.from(
	'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n',
);
const chunks = Array.from({length: streamChunks}, (_, index) => framed(chunkEvent(index)));
const done = framed('data: [DONE]\n\n');
const streamEnd = Buffer.from('0\r\n\r\n');

function framed(event: string): Buffer {
	return Buffer.from(`${Buffer.byteLength(event).toString(16)}\r\n${event}\r\n`);
}

function answer(socket: Socket, head: string, body: Buffer): void {
	if (!/^POST \S*\/chat\/completions /.test(head)) {
		socket.write(notFound);
		return;
	}
	const call = JSON.parse(body.toString()) as {stream?: boolean; user?: string};
	if (call.stream !== true) socket.write(plainAnswer);
	else if (call.user?.startsWith(pausePrefix)) streamPaced(socket, Number(call.user.slice(pausePrefix.length)));
	else streamFast(socket);
}

/**
 * One event per turn of the event loop, so that streams take turns and an event is a packet of its own as long as the
 * reader keeps up; no faster than the socket takes them.
 */
function streamFast(socket: Socket): void {
	let index = 0;
	const next = () => {
		if (socket.destroyed) return;
		const event = chunks[index++];
		if (event === undefined) {
			socket.write(Buffer.concat([done, streamEnd]));
			return;
		}
		if (socket.write(event)) setImmediate(next);
		else socket.once('drain', next);
	};
	socket.write(streamHead);
	next();
}

function streamPaced(socket: Socket, pauseMilliseconds: number): void {
	let index = 0;
	const next = () => socket.write(chunks[index++ % (streamChunks - 1)] ?? done);
	socket.write(streamHead);
	next();
	const timer = setInterval(next, pauseMilliseconds);
	socket.once('close', () => clearInterval(timer));
}

const server = createServer({noDelay: true}, socket => {
	let head = '';
	let parts: Buffer[] = [];
	const reader = new HttpReader({
		head(text) {
			head = text;
			parts = [];
		},
		body(part) {
			parts.push(part);
		},
		end() {
			answer(socket, head, parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts));
		},
	});
	socket.on('data', data => reader.read(data as Buffer));
	// A proxy that is stopped resets its connections; that is no news here.
	socket.on('error', () => socket.destroy());
});

server.listen({port: Number(process.env['PORT']), host: '127.0.0.1', backlog: 4096});
process.on('disconnect', () => process.exit());
