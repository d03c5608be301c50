import {once} from 'node:events';
import net from 'node:net';
import type {Readable} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import {inspect} from 'node:util';
import test from 'ava';
import {describeFailure, UpstreamError} from '../../../core/upstream/errors.js';
import {Transport} from '../../../core/upstream/transport.js';
import {
	failure,
	firstData,
	flowing,
	httpServer,
	listen,
	patient,
	post,
	socketServer,
	text,
	transport,
	whole,
	wires,
} from './servers.js';

for (const {wire, stream} of wires) {
	test(`${wire}: a refused connection is unreachable and says so without secrets`, async t => {
		const server = net.createServer();
		const url = await listen(server);
		server.close();
		await once(server, 'close');
		const headers = {authorization: 'Bearer canary-secret'};
		const error = await failure(transport(t).send(post(url, {stream, headers})).response);
		t.true(error instanceof UpstreamError);
		t.like(error, {kind: 'unreachable', phase: 'connect', reusedSocket: false});
		t.true(error.message.startsWith(`${url.host} could not be reached`));
		t.true(error.message.includes('ECONNREFUSED'));
		t.false(inspect(error, {depth: 10, showHidden: true}).includes('canary'));
	});

	test(`${wire}: an unknown host is unreachable`, async t => {
		const error = await failure(transport(t).send(post(new URL('http://tapgate.invalid/'), {stream})).response);
		t.like(error, {kind: 'unreachable', phase: 'connect'});
		t.regex(error.message, /^tapgate\.invalid could not be reached: .*(ENOTFOUND|EAI_AGAIN)/);
	});

	test(`${wire}: a server that does not speak TLS is unreachable by https`, async t => {
		const url = await socketServer(t, socket => socket.once('data', () => socket.end('no TLS here')));
		url.protocol = 'https:';
		t.like(await failure(transport(t).send(post(url, {stream})).response), {kind: 'unreachable', phase: 'connect'});
	});

	test(`${wire}: a header that cannot be sent fails the call and nothing else`, async t => {
		const url = await httpServer(t, (_request, response) => response.end('ok'));
		const sender = transport(t);
		const error = await failure(sender.send(post(url, {stream, headers: {'x-bad': 'a\nsecret'}})).response);
		t.true(error instanceof UpstreamError);
		t.true(error.message.includes('x-bad'));
		t.false(inspect(error, {depth: 10}).includes('secret'));
		t.is(await text((await sender.send(post(url, {stream})).response).body), 'ok');
	});

	test(`${wire}: a connection closed without an answer is a reset, not to be repeated blindly`, async t => {
		const url = await socketServer(t, async socket => {
			await firstData(socket);
			socket.end();
		});
		const error = await failure(transport(t).send(post(url, {stream})).response);
		t.like(error, {kind: 'reset', phase: 'first-byte', reusedSocket: false});
		t.true(error.message.startsWith(`${url.host} closed the connection without an answer`));
	});

	test(`${wire}: a reused connection that dies before a byte is flagged, one that dies after a byte is not`, async t => {
		let calls = 0;
		const url = await socketServer(t, socket => {
			socket.on('data', () => {
				calls += 1;
				if (calls === 1 || calls === 3) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
				else if (calls === 2) socket.resetAndDestroy();
				else socket.end('HTTP/1.1 200');
			});
		});
		const sender = transport(t);
		await text((await sender.send(post(url, {stream})).response).body);
		// undici takes a connection back one turn after its answer.
		await turn();
		t.like(await failure(sender.send(post(url, {stream})).response), {kind: 'reset', reusedSocket: true});
		await text((await sender.send(post(url, {stream})).response).body);
		// undici takes a connection back one turn after its answer.
		await turn();
		t.like(await failure(sender.send(post(url, {stream})).response), {kind: 'reset', reusedSocket: false});
	});

	test(`${wire}: what is not HTTP is a reset that names the reason`, async t => {
		const url = await socketServer(t, async socket => {
			await firstData(socket);
			socket.write('SSH-2.0-OpenSSH_9.6\r\n');
		});
		const error = await failure(transport(t).send(post(url, {stream})).response);
		t.like(error, {kind: 'reset', phase: 'first-byte'});
		t.regex(error.message, /is not HTTP: .*Expected HTTP/);
	});

	test(`${wire}: too many headers are a reset that names the reason`, async t => {
		const url = await socketServer(t, async socket => {
			await firstData(socket);
			socket.write(`HTTP/1.1 200 OK\r\nx-a: ${'a'.repeat(80_000)}\r\ncontent-length: 0\r\n\r\n`);
		});
		const error = await failure(transport(t).send(post(url, {stream})).response);
		t.like(error, {kind: 'reset', phase: 'first-byte'});
		t.regex(error.message, /too many or too large headers/);
	});

	const truncations = {
		'a short content-length': 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello',
		'a short content-length and connection: close':
			'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhello',
		'chunks without an end': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
		'chunks without an end and connection: close':
			'HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n',
	};
	for (const [name, answer] of Object.entries(truncations)) {
		test(`${wire}: ${name} is a truncated body`, async t => {
			const url = await socketServer(t, async socket => {
				await firstData(socket);
				socket.end(answer);
			});
			const error = await failure(whole(transport(t).send(post(url, {stream}))));
			t.true(error instanceof UpstreamError);
			t.like(error, {kind: 'truncated', phase: 'body', reusedSocket: false});
		});
	}

	test(`${wire}: a reset in the middle of a body is a reset, on whatever way the body is read`, async t => {
		for (const read of ['iterate', 'events'] as const) {
			const url = await socketServer(t, async socket => {
				await firstData(socket);
				socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 10\r\n\r\nhello');
				reset = () => socket.resetAndDestroy();
			});
			let reset = () => {};
			const body = flowing(await transport(t).send(post(url, {stream})).response);
			const failed =
				read === 'iterate' ? failure(readEach(body, () => reset())) : once(body, 'error').then(([error]) => error);
			if (read === 'events') body.on('data', () => reset());
			t.like(await failed, {kind: 'reset', phase: 'body'});
		}
	});

	test(`${wire}: a head with a broken body in the same packet still fails its reader`, async t => {
		const url = await socketServer(t, async socket => {
			await firstData(socket);
			socket.write(
				'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\nnot a length\r\n',
			);
		});
		const answer = await transport(t).send(post(url, {stream})).response;
		const body = flowing(answer);
		t.is(answer.status, 200);
		const failed = new Promise<unknown>(resolve => body.once('error', resolve));
		body.resume();
		t.like(await failed, {kind: 'reset', phase: 'body'});
	});
}

async function readEach(body: Readable, onChunk: () => void): Promise<void> {
	for await (const _chunk of body) onChunk();
}

test('a certificate nobody vouches for is unreachable', t => {
	const error = Object.assign(new Error('self-signed certificate'), {code: 'DEPTH_ZERO_SELF_SIGNED_CERT'});
	const place = {host: 'api.example.com', connected: false, answered: false, reusedSocket: false};
	const described = describeFailure(error, place);
	t.is(described.kind, 'unreachable');
	t.is(
		described.message,
		'api.example.com could not be reached: self-signed certificate (DEPTH_ZERO_SELF_SIGNED_CERT)',
	);
});

test('a call after close fails or goes its way, and ends nothing else', async t => {
	const url = await httpServer(t, (_request, response) => response.end('ok'));
	const sender = new Transport({timeouts: patient});
	await sender.close();
	t.true((await failure(sender.send(post(url)).response)) instanceof UpstreamError);
	await t.notThrowsAsync(sender.close());
});
