import {once} from 'node:events';
import {PassThrough} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import test from 'ava';
import {UpstreamError} from '../../../core/upstream/errors.js';
import {
	eventStream,
	failure,
	firstData,
	flowing,
	httpServer,
	post,
	signal,
	socketServer,
	text,
	transport,
	whole,
	wires,
} from './servers.js';

for (const {wire, stream} of wires) {
	test(`${wire}: an abort right after send sends nothing`, async t => {
		let requests = 0;
		const url = await httpServer(t, (_request, response) => {
			requests += 1;
			response.end('ok');
		});
		const sender = transport(t);
		const pending = sender.send(post(url, {stream}));
		pending.abort();
		pending.abort();
		const error = await failure(pending.response);
		t.true(error instanceof UpstreamError);
		t.like(error, {kind: 'reset', message: `the call to ${url.host} was aborted`});
		t.is(await text((await sender.send(post(url, {stream})).response).body), 'ok');
		t.is(requests, 1);
	});

	test(`${wire}: an abort while connecting closes the connection`, async t => {
		const opened = signal();
		const closed = signal();
		const url = await socketServer(t, socket => {
			opened.resolve();
			socket.resume();
			socket.once('close', () => closed.resolve());
		});
		url.protocol = 'https:';
		const pending = transport(t, {connectMs: 400}).send(post(url, {stream}));
		await opened.promise;
		pending.abort();
		t.like(await failure(pending.response), {kind: 'reset'});
		await closed.promise;
	});

	test(`${wire}: an abort before the head closes the connection`, async t => {
		const arrived = signal();
		const closed = signal();
		const url = await httpServer(t, request => {
			request.socket.once('close', () => closed.resolve());
			arrived.resolve();
		});
		const pending = transport(t).send(post(url, {stream}));
		await arrived.promise;
		pending.abort();
		t.like(await failure(pending.response), {kind: 'reset', phase: 'first-byte'});
		await closed.promise;
	});

	test(`${wire}: an abort in the middle of a body closes it quietly, and the connection`, async t => {
		const closed = signal();
		const url = await httpServer(t, (request, response) => {
			request.socket.once('close', () => closed.resolve());
			response.writeHead(200, eventStream).write('hello');
		});
		const pending = transport(t).send(post(url, {stream}));
		const body = flowing(await pending.response);
		const errors: unknown[] = [];
		body.on('error', error => errors.push(error));
		await once(body, 'data');
		pending.abort();
		await Promise.all([once(body, 'close'), closed.promise]);
		t.deepEqual(errors, []);
		pending.abort();
	});

	test(`${wire}: a body that its reader destroys closes the connection`, async t => {
		const closed = signal();
		const url = await httpServer(t, (request, response) => {
			request.socket.once('close', () => closed.resolve());
			response.writeHead(200, eventStream).write('hello');
		});
		flowing(await transport(t).send(post(url, {stream})).response).destroy();
		await closed.promise;
		t.pass();
	});

	test(`${wire}: an abort after the end does no harm to the next call on that connection`, async t => {
		const connections = new Set<unknown>();
		const url = await httpServer(t, (request, response) => {
			connections.add(request.socket);
			response.end('ok');
		});
		const sender = transport(t);
		const first = sender.send(post(url, {stream}));
		await text((await first.response).body);
		await turn();
		const second = sender.send(post(url, {stream}));
		const answer = second.response;
		first.abort();
		t.is(await text((await answer).body), 'ok');
		t.is(connections.size, 1);
	});

	test(`${wire}: aborts and failures nobody listens to end nothing`, async t => {
		const url = await socketServer(t, async socket => {
			await firstData(socket);
			socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello', () => socket.resetAndDestroy());
		});
		const sender = transport(t);
		for (let index = 0; index < 20; index += 1) {
			const pending = sender.send(post(url, {stream}));
			if (index % 2 === 0) pending.abort();
			else await pending.response.catch(() => {});
		}
		// An unhandled rejection or 'error' event would fail this whole file.
		for (let index = 0; index < 20; index += 1) await turn();
		t.pass();
	});
}

test('an abort in the middle of a plain answer rejects it and closes the connection', async t => {
	const arrived = signal();
	const closed = signal();
	const url = await httpServer(t, (request, response) => {
		request.socket.once('close', () => closed.resolve());
		response.write('hello');
		arrived.resolve();
	});
	const pending = transport(t).send(post(url));
	await arrived.promise;
	pending.abort();
	t.like(await failure(whole(pending)), {kind: 'reset'});
	await closed.promise;
});

test('an abort while the request body is uploading closes the connection and leaves the body alone', async t => {
	const arrived = signal();
	const closed = signal();
	const url = await httpServer(t, request => {
		request.socket.once('close', () => closed.resolve());
		request.on('error', () => {});
		request.once('data', () => arrived.resolve());
	});
	const body = new PassThrough();
	body.write('first');
	const listeners = () => body.eventNames().map(name => [name, body.listenerCount(name)]);
	const before = listeners();
	const pending = transport(t).send(post(url, {body}));
	await arrived.promise;
	pending.abort();
	t.like(await failure(pending.response), {kind: 'reset'});
	await closed.promise;
	t.false(body.destroyed);
	t.deepEqual(listeners(), before);
	body.write('nobody reads this');
	body.destroy(new Error('later trouble of the client'));
	body.on('error', () => {});
});
