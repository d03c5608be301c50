import type {ServerResponse} from 'node:http';
import {PassThrough} from 'node:stream';
import test from 'ava';
import {
	eventStream,
	failure,
	flowing,
	httpServer,
	post,
	signal,
	socketServer,
	text,
	transport,
	wires,
} from './servers.js';

for (const {wire, stream} of wires) {
	test(`${wire}: a handshake that never ends is a connect timeout`, async t => {
		// A TCP connection stands at once on this machine; a TLS connection stands after its handshake.
		const url = await socketServer(t, socket => socket.resume());
		url.protocol = 'https:';
		const error = await failure(transport(t, {connectMs: 30, totalMs: 20_000}).send(post(url, {stream})).response);
		t.like(error, {kind: 'timeout', phase: 'connect', message: `${url.host} could not be connected to within 30 ms`});
	});

	test(`${wire}: the connect limit is over once the connection stands`, async t => {
		const url = await socketServer(t, socket => socket.resume());
		const error = await failure(transport(t, {connectMs: 100, firstByteMs: 250}).send(post(url, {stream})).response);
		t.like(error, {kind: 'timeout', phase: 'first-byte', message: `${url.host} did not answer within 250 ms`});
	});

	test(`${wire}: a provider that does not answer has its connection closed`, async t => {
		const closed = signal();
		const url = await socketServer(t, socket => {
			socket.resume();
			socket.once('close', () => closed.resolve());
		});
		const error = await failure(transport(t, {firstByteMs: 30}).send(post(url, {stream})).response);
		t.like(error, {kind: 'timeout', phase: 'first-byte', reusedSocket: false});
		await closed.promise;
	});

	test(`${wire}: a body that stands still is an idle timeout`, async t => {
		const closed = signal();
		const url = await httpServer(t, (_request, response) => {
			response.once('close', () => closed.resolve());
			response.write('hello');
		});
		const {response} = transport(t, {idleMs: 30}).send(post(url, {stream}));
		t.like(await failure(response.then(({body}) => text(body))), {
			kind: 'timeout',
			phase: 'idle',
			message: `${url.host} sent nothing more of its answer within 30 ms`,
		});
		await closed.promise;
	});

	test(`${wire}: an answer that goes on and on is a total timeout`, async t => {
		const url = await httpServer(t, (_request, response) => {
			const timer = setInterval(() => response.write('tick'), 5);
			response.once('close', () => clearInterval(timer));
		});
		const {response} = transport(t, {idleMs: 10_000, totalMs: 100}).send(post(url, {stream}));
		t.like(await failure(response.then(({body}) => text(body))), {kind: 'timeout', phase: 'total'});
	});

	test(`${wire}: a head that does not come is a total timeout as well`, async t => {
		const url = await socketServer(t, socket => socket.resume());
		const error = await failure(transport(t, {firstByteMs: 10_000, totalMs: 30}).send(post(url, {stream})).response);
		t.like(error, {kind: 'timeout', phase: 'total'});
	});

	test(`${wire}: chunks that keep coming are never idle`, async t => {
		const url = await httpServer(t, (_request, response) => {
			let sent = 0;
			const timer = setInterval(() => {
				response.write('tick');
				sent += 1;
				if (sent < 12) return;
				clearInterval(timer);
				response.end();
			}, 25);
		});
		// Twelve chunks take longer than the limit, no two of them do.
		const {body} = await transport(t, {idleMs: 250}).send(post(url, {stream})).response;
		t.is(await text(body), 'tick'.repeat(12));
	});

	test(`${wire}: a slow reader holds the provider up, and is not mistaken for an idle provider`, async t => {
		const total = 48 * 1024 * 1024;
		const piece = Buffer.alloc(64 * 1024, 'x');
		let sent = 0;
		const full = signal<ServerResponse>();
		const url = await httpServer(t, (_request, response) => {
			const write = () => {
				while (sent < total) {
					sent += piece.length;
					if (!response.write(piece)) {
						full.resolve(response);
						response.once('drain', write);
						return;
					}
				}
				response.end();
			};
			write();
		});
		const body = flowing(await transport(t, {idleMs: 200}).send(post(url, {stream})).response);
		body.once('readable', () => {});
		await full.promise;
		// Longer than the limit several times over: time is what this test is about.
		await new Promise(resolve => setTimeout(resolve, 700));
		t.true(body.readableLength <= 1024 * 1024, `${body.readableLength} bytes buffered`);
		t.true(sent < total, 'the provider was held up');
		body.removeAllListeners('readable');
		let received = 0;
		for await (const chunk of body) received += (chunk as Buffer).length;
		t.is(received, total);
	});

	test(`${wire}: a provider that falls silent after a slow reader has caught up is idle`, async t => {
		const piece = Buffer.alloc(1024 * 1024, 'x');
		const url = await httpServer(t, (_request, response) => {
			response.write(piece);
		});
		const body = flowing(await transport(t, {idleMs: 200}).send(post(url, {stream})).response);
		await new Promise(resolve => body.once('readable', resolve));
		// Longer than the limit: nobody has read, so this must not count as silence.
		await new Promise(resolve => setTimeout(resolve, 500));
		let received = 0;
		const error = await failure(
			(async () => {
				for await (const chunk of body) received += (chunk as Buffer).length;
			})(),
		);
		t.is(received, piece.length);
		t.like(error, {kind: 'timeout', phase: 'idle'});
	});

	// Serial: it blocks the whole process, and with it every test beside it.
	test.serial(`${wire}: a process that was busy does not blame the provider`, async t => {
		const answering = signal<ServerResponse>();
		const url = await httpServer(t, (_request, response) => {
			response.writeHead(200, eventStream).write('hello ');
			answering.resolve(response);
		});
		const {body} = await transport(t, {idleMs: 100}).send(post(url, {stream})).response;
		// The answer is complete, but only in the kernel: nobody reads it before the limit is over.
		(await answering.promise).end('there');
		const until = Date.now() + 200;
		while (Date.now() < until);
		t.is(await text(body), 'hello there');
	});
}

test('the first-byte limit of a streamed upload starts at its end', async t => {
	const url = await httpServer(t, (request, response) => {
		request.resume();
		request.once('end', () => response.end('ok'));
	});
	const body = new PassThrough();
	const pending = transport(t, {firstByteMs: 200, idleMs: 200}).send(post(url, {body}));
	for (let index = 0; index < 4; index += 1) {
		body.write('piece');
		await new Promise(resolve => setTimeout(resolve, 90));
	}
	body.end();
	t.is(await text((await pending.response).body), 'ok');
});

test('after the end of an upload the first-byte limit counts', async t => {
	const url = await httpServer(t, request => request.resume());
	const body = new PassThrough();
	const pending = transport(t, {firstByteMs: 30}).send(post(url, {body}));
	body.end('all');
	t.like(await failure(pending.response), {kind: 'timeout', phase: 'first-byte'});
});
