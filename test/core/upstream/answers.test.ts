import http from 'node:http';
import {setImmediate as turn} from 'node:timers/promises';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {readBody} from '../../../core/upstream/body.js';
import {UpstreamError} from '../../../core/upstream/errors.js';
import {
	eventStream,
	failure,
	firstData,
	flowing,
	httpServer,
	post,
	socketServer,
	text,
	transport,
	wires,
} from './servers.js';

for (const {wire, stream} of wires) {
	test(`${wire}: what the provider receives is what was given, and host, connection and content-length`, async t => {
		const heads: string[] = [];
		const url = await socketServer(t, async socket => {
			heads.push((await firstData(socket)).toString('latin1'));
			socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
		});
		const headers = {
			authorization: 'Bearer secret',
			'x-list': ['one', 'two'],
			'x-last': 'yes',
			host: 'elsewhere',
			expect: '100-continue',
			'content-length': '99',
			'transfer-encoding': 'chunked',
		};
		const target = new URL('/v1/chat?x=%20y#fragment', url);
		target.username = 'user';
		target.password = 'password';
		const {status} = await transport(t).send(post(target, {headers, stream, body: Buffer.from('{"a":1}')})).response;
		t.is(status, 200);
		const [head = '', body] = (heads[0] ?? '').split('\r\n\r\n');
		const [requestLine, ...lines] = head.split('\r\n');
		t.is(requestLine, 'POST /v1/chat?x=%20y HTTP/1.1');
		t.deepEqual(lines.map(line => line.toLowerCase()).sort(), [
			'authorization: bearer secret',
			'connection: keep-alive',
			'content-length: 7',
			`host: ${url.host}`,
			'x-last: yes',
			'x-list: one',
			'x-list: two',
		]);
		t.is(body, '{"a":1}');
	});

	test(`${wire}: methods without a body, and the length of no body`, async t => {
		const seen: (string | undefined)[] = [];
		const url = await httpServer(t, (request, response) => {
			seen.push(request.method, request.headers['content-length'], request.headers['transfer-encoding']);
			response.setHeader('content-length', 5);
			response.end(request.method === 'HEAD' ? undefined : 'hello');
		});
		const sender = transport(t);
		const bodies: string[] = [];
		for (const method of ['GET', 'HEAD', 'DELETE', 'POST']) {
			const {body} = await sender.send({method, url, headers: {}, stream}).response;
			bodies.push(await text(body));
		}
		t.deepEqual(bodies, ['hello', '', 'hello', 'hello']);
		const none = undefined;
		t.deepEqual(seen, ['GET', none, none, 'HEAD', none, none, 'DELETE', none, none, 'POST', '0', none]);
	});

	test(`${wire}: 204 and 304 have no body, and their connection is used again`, async t => {
		const connections = new Set<unknown>();
		const url = await httpServer(t, (request, response) => {
			connections.add(request.socket);
			response.statusCode = Number(request.url?.slice(1));
			response.end();
		});
		const sender = transport(t);
		for (const status of [204, 304, 204]) {
			const response = await sender.send(post(new URL(`/${status}`, url), {stream})).response;
			t.is(response.status, status);
			t.is(await text(response.body), '');
			// undici takes a connection back one turn after its answer.
			await turn();
		}
		t.is(connections.size, 1);
	});

	test(`${wire}: an answer is passed on byte for byte, compressed or not`, async t => {
		const zipped = gzipSync(Buffer.from('hello '.repeat(1000)));
		const url = await httpServer(t, (_request, response) => {
			response.setHeader('content-encoding', 'gzip');
			response.write(zipped.subarray(0, 10));
			response.end(zipped.subarray(10));
		});
		const {headers, body} = await transport(t).send(post(url, {stream})).response;
		t.is(headers['content-encoding'], 'gzip');
		t.deepEqual(await readBody(body, 1_000_000), zipped);
	});

	test(`${wire}: headers of an answer look as node shows them`, async t => {
		const lines = [
			'HTTP/1.1 429 Slow Down',
			'Content-Type: application/json',
			'X-Twice: one',
			'x-twice: two',
			'Set-Cookie: a=b',
			'set-cookie: c=d',
			'Retry-After: 3',
			'Retry-After: 4',
			'constructor: odd',
			'X-Latin: caf\xe9',
			`X-Huge: ${'h'.repeat(20_000)}`,
			'Content-Length: 2',
			'',
			'{}',
		];
		const url = await socketServer(t, socket => {
			socket.once('data', () => socket.write(lines.join('\r\n'), 'latin1'));
		});
		const {status, headers, body} = await transport(t).send(post(url, {stream})).response;
		t.is(status, 429);
		t.deepEqual({...headers}, {
			'content-type': 'application/json',
			'x-twice': 'one, two',
			'set-cookie': ['a=b', 'c=d'],
			'retry-after': '3',
			constructor: 'odd',
			'x-latin': 'caf\xe9',
			'x-huge': 'h'.repeat(20_000),
			'content-length': '2',
		} as unknown as http.IncomingHttpHeaders);
		t.is(await text(body), '{}');
	});

	test(`${wire}: interim answers are skipped`, async t => {
		const url = await socketServer(t, socket => {
			socket.once('data', () => {
				socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n');
				socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
			});
		});
		const {status, headers, body} = await transport(t).send(post(url, {stream})).response;
		t.is(status, 200);
		t.deepEqual({...headers}, {'content-length': '2'});
		t.is(await text(body), 'ok');
	});

	test(`${wire}: an answer without a length ends with its connection`, async t => {
		const url = await socketServer(t, socket => {
			socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nall there is'));
		});
		const {body} = await transport(t).send(post(url, {stream})).response;
		t.is(await text(body), 'all there is');
	});

	test(`${wire}: calls after each other use one connection, and let it go on close`, async t => {
		const connections = new Set<unknown>();
		let open = 0;
		const url = await httpServer(t, (request, response) => {
			if (!connections.has(request.socket)) {
				connections.add(request.socket);
				open += 1;
				request.socket.once('close', () => {
					open -= 1;
					if (open === 0) closed();
				});
			}
			response.end('ok');
		});
		let closed = () => {};
		const allClosed = new Promise<void>(resolve => {
			closed = resolve;
		});
		const sender = transport(t);
		for (let index = 0; index < 20; index += 1) {
			const {body} = await sender.send(post(url, {stream})).response;
			await text(body);
			await turn();
		}
		t.is(connections.size, 1);
		await sender.close();
		await allClosed;
		t.is(open, 0);
	});

	test(`${wire}: hosts may be IPv6 addresses`, async t => {
		const server = http.createServer((request, response) => response.end(request.headers.host));
		t.teardown(() => server.close());
		await new Promise<void>(resolve => server.listen(0, '::1', resolve));
		const address = server.address();
		const url = new URL(`http://[::1]:${typeof address === 'object' ? address?.port : ''}/`);
		const sender = transport(t);
		t.is(await text((await sender.send(post(url, {stream})).response).body), url.host);
		await sender.close();
	});

	test(`${wire}: a body beyond the limit is too large and closes its connection`, async t => {
		let gone: () => void;
		const closed = new Promise<void>(resolve => {
			gone = resolve;
		});
		const url = await httpServer(t, (_request, response) => {
			response.on('close', () => gone());
			response.writeHead(200, eventStream).write('x'.repeat(2000));
		});
		const {body} = await transport(t).send(post(url, {stream})).response;
		const error = await failure(readBody(body, 1000));
		t.true(error instanceof UpstreamError);
		t.like(error, {kind: 'too-large', phase: 'body'});
		await closed;
	});
}

test('node: an unasked 100 Continue is skipped', async t => {
	const url = await socketServer(t, socket => {
		socket.once('data', () => {
			socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
		});
	});
	const {body} = await transport(t).send(post(url, {stream: true})).response;
	t.is(await text(body), 'ok');
});

test('pooled: an origin that sends 100 Continue unasked fails once and is served by node from then on', async t => {
	const url = await socketServer(t, socket => {
		socket.on('data', () => {
			socket.write('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
		});
	});
	const sender = transport(t);
	t.like(await failure(sender.send(post(url)).response), {kind: 'reset', phase: 'first-byte', reusedSocket: false});
	t.is(await text((await sender.send(post(url)).response).body), 'ok');
});

test('pooled: a plain answer is handed over whole while it is small, and piece by piece beyond that', async t => {
	const url = await httpServer(t, (request, response) => {
		const size = Number(request.url?.slice(1));
		for (let sent = 0; sent < size; sent += 1024) response.write(Buffer.alloc(1024, 'x'));
		response.end();
	});
	const sender = transport(t);
	const small = await sender.send(post(new URL('/65536', url))).response;
	t.true(Buffer.isBuffer(small.body));
	t.is((await text(small.body)).length, 65_536);
	const large = await sender.send(post(new URL('/4194304', url))).response;
	t.is((await text(flowing(large))).length, 4_194_304);
});

test('a body that is already broken or gone rejects at once', async t => {
	const url = await httpServer(t, (_request, response) => {
		response.writeHead(200, eventStream).write('x');
	});
	const pending = transport(t).send(post(url));
	const body = flowing(await pending.response);
	pending.abort();
	t.like(await failure(readBody(body, 10)), {kind: 'reset', phase: 'body'});
	t.true(body.closed);
	t.like(await failure(readBody(body, 10)), {kind: 'reset', phase: 'body'});
});
