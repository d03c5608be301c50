import {once} from 'node:events';
import http from 'node:http';
import {PassThrough, Readable} from 'node:stream';
import test from 'ava';
import {failure, flowing, httpServer, listen, post, signal, text, transport} from './servers.js';

test('a body is uploaded chunk by chunk while its answer comes back', async t => {
	const url = await httpServer(t, (request, response) => {
		response.flushHeaders();
		request.pipe(response);
	});
	const body = new PassThrough();
	const pending = transport(t, {idleMs: 10_000}).send(post(url, {body, stream: true}));
	body.write('one');
	const answer = flowing(await pending.response);
	const echoed: string[] = [];
	answer.on('data', chunk => {
		echoed.push(String(chunk));
		if (echoed.length === 3) body.end();
		else body.write(echoed.length === 1 ? 'two' : 'three');
	});
	await once(answer, 'end');
	t.deepEqual(echoed, ['one', 'two', 'three']);
});

test('a body without a length is chunked, with a length it keeps it', async t => {
	const url = await httpServer(t, async (request, response) => {
		const {'content-length': length, 'transfer-encoding': encoding} = request.headers;
		response.end(JSON.stringify({method: request.method, length, encoding, body: await text(request)}));
	});
	const sender = transport(t);
	const send = async (method: string, headers: Record<string, string>) => {
		const pending = sender.send({
			method,
			url,
			headers,
			body: Readable.from([Buffer.from('he'), Buffer.from('llo')]),
			stream: false,
		});
		return JSON.parse(await text((await pending.response).body)) as unknown;
	};
	t.deepEqual(await send('POST', {}), {method: 'POST', encoding: 'chunked', body: 'hello'});
	t.deepEqual(await send('POST', {'content-length': '5'}), {method: 'POST', length: '5', body: 'hello'});
	t.deepEqual(await send('DELETE', {}), {method: 'DELETE', encoding: 'chunked', body: 'hello'});
});

test('the headers of the source of an upload are not sent', async t => {
	const url = await httpServer(t, (request, response) => response.end(JSON.stringify(request.headers)));
	const body = Object.assign(Readable.from([Buffer.from('hello')]), {headers: {authorization: 'Bearer of the client'}});
	const sent = await text((await transport(t).send(post(url, {headers: {}, body})).response).body);
	t.deepEqual(Object.keys(JSON.parse(sent) as object).sort(), ['connection', 'host', 'transfer-encoding']);
});

test('an upload waits for a provider that does not read', async t => {
	const arrived = signal<http.IncomingMessage>();
	const url = await httpServer(t, (request, response) => {
		arrived.resolve(request);
		request.once('end', () => response.end('ok'));
	});
	const total = 64 * 1024 * 1024;
	let read = 0;
	const body = new Readable({
		read() {
			if (read >= total) this.push(null);
			else {
				read += 64 * 1024;
				this.push(Buffer.alloc(64 * 1024));
			}
		},
	});
	const pending = transport(t).send(post(url, {body}));
	const request = await arrived.promise;
	if (!body.isPaused()) await once(body, 'pause');
	t.true(read < total, 'held up');
	request.resume();
	t.is(await text((await pending.response).body), 'ok');
	t.is(read, total);
});

test('a refusal before the end of an upload is delivered, stops it and spares its source', async t => {
	const closed = signal();
	const finish = signal<http.ServerResponse>();
	const url = await httpServer(t, (request, response) => {
		request.socket.once('close', () => closed.resolve());
		request.once('data', () => {
			response.statusCode = 413;
			response.write('too ');
			finish.resolve(response);
		});
	});
	const body = new PassThrough();
	body.write('first');
	const {status, body: answer} = await transport(t).send(post(url, {body})).response;
	t.is(status, 413);
	t.is(body.listenerCount('data'), 0);
	(await finish.promise).end('much');
	t.is(await text(answer), 'too much');
	await closed.promise;
	t.false(body.destroyed);
});

test('an upload relayed from a client leaves the client connected when the provider refuses it', async t => {
	const provider = await httpServer(t, (request, response) => {
		request.once('data', () => {
			response.statusCode = 413;
			response.end('too much');
		});
	});
	const sender = transport(t);
	const gateway = await httpServer(t, async (request, response) => {
		const answer = await sender.send(post(provider, {body: request})).response;
		response.statusCode = answer.status;
		response.end(await text(answer.body));
	});
	const client = http.request(gateway, {method: 'POST'});
	client.on('error', () => {});
	client.write('first');
	const [response] = (await once(client, 'response')) as [http.IncomingMessage];
	t.is(response.statusCode, 413);
	t.is(await text(response), 'too much');
	client.destroy();
});

for (const reason of ['an error', 'a close'] as const) {
	test(`an upload whose source ends with ${reason} fails the call and closes the connection`, async t => {
		const arrived = signal();
		const closed = signal();
		const url = await httpServer(t, request => {
			request.on('error', () => {});
			request.socket.once('close', () => closed.resolve());
			request.once('data', () => arrived.resolve());
		});
		const body = new PassThrough();
		body.write('first');
		const pending = transport(t).send(post(url, {body}));
		await arrived.promise;
		body.destroy(reason === 'an error' ? new Error('gone') : undefined);
		const error = await failure(pending.response);
		t.like(error, {kind: 'truncated', phase: 'body'});
		t.is(error.message, `the request body for ${url.host} broke off before its end`);
		await closed.promise;
	});
}

test('thousands of calls leave no timers, sockets or listeners behind', async t => {
	const server = http.createServer((request, response) => {
		request.resume();
		if (request.url === '/hang') return;
		response.write('o');
		response.end('k');
	});
	t.teardown(() => server.close());
	const url = await listen(server);
	const hang = new URL('/hang', url);
	const sender = transport(t, {connectMs: 60_000, firstByteMs: 60_000, idleMs: 60_000, totalMs: 60_000});
	const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
	const before = timers();
	const listeners = new Set<number>();
	const worker = async (stream: boolean, failing: boolean) => {
		for (let index = 0; index < 400; index += 1) {
			const pending = sender.send(post(failing ? hang : url, {stream}));
			if (failing) {
				setImmediate(() => pending.abort());
				await failure(pending.response);
			} else await text((await pending.response).body);
		}
	};
	server.on('request', request => listeners.add(request.socket.listenerCount('close')));
	await Promise.all([worker(false, false), worker(false, false), worker(true, false), worker(true, false)]);
	await Promise.all([worker(false, true), worker(true, true)]);
	await sender.close();
	t.is(timers(), before);
	t.true(Math.max(...listeners) < 10);
	const [open] = await new Promise<[number]>(resolve => server.getConnections((_error, count) => resolve([count])));
	t.true(open <= 8, `${open} connections`);
});
