/** Routes that no dialect knows: any method, streamed both ways as the bytes come, to the provider that the path or the model names. */

import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Readable} from 'node:stream';
import {buffer} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import {definePlugin} from 'tapgate';
import {openai, openaiCompatible} from 'tapgate/plugins';
import {reply} from 'tapgate/testing';
import {begin, gate, gatewayKey, provider, providerKey, type RigOptions, received, rig, send} from './support.js';

const noBytes = Buffer.alloc(0);

/** A provider that looks at a request before it is whole, which a scripted one does not. */
async function liveProvider(
	t: ExecutionContext,
	handle: (incoming: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
	const server: Server = createServer(handle);
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.teardown(() => {
		server.closeAllConnections();
		server.close();
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A rig whose OpenAI calls go to a live provider. */
async function liveRig(
	t: ExecutionContext,
	handle: (incoming: IncomingMessage, response: ServerResponse) => void,
	options: RigOptions = {},
) {
	const url = await liveProvider(t, handle);
	return rig(t, {
		...options,
		plugins: [openai({name: 'live', baseUrl: `${url}/v1`, apiKey: providerKey})],
		routing: {defaults: {openai: 'live'}},
	});
}

test('an upload is on its way before it is whole, and so is its answer', async t => {
	const boundary = 'multipart/form-data; boundary=xyz';
	const parts = ['--xyz\r\nfirst\r\n', '--xyz\r\nlast\r\n--xyz--\r\n'] as const;
	const [uploadSeen, answerSeen, ended] = [gate(), gate(), gate()];
	const seen: {url?: string | undefined; type?: string | undefined; body: string} = {body: ''};
	const running = await liveRig(t, (incoming, response) => {
		Object.assign(seen, {url: incoming.url, type: incoming.headers['content-type']});
		response.writeHead(200, {'content-type': 'application/json', 'x-file': 'one'}).write('{"id":');
		incoming.on('data', (chunk: Buffer) => {
			seen.body += String(chunk);
			uploadSeen.open();
		});
		incoming.on('end', () => {
			ended.open();
			void answerSeen.opened.then(() => response.end('"file-1"}'));
		});
	});
	const request = begin(running, '/v1/files?purpose=batch', {headers: {'content-type': boundary}});
	const answered = received(request);
	request.on('response', response => response.once('data', () => answerSeen.open()));
	request.write(parts[0]);
	await uploadSeen.opened;
	await answerSeen.opened;
	request.end(parts[1]);
	await ended.opened;
	const {status, headers, body} = await answered;
	t.is(status, 200);
	t.is(headers['x-file'], 'one');
	t.is(body.toString(), '{"id":"file-1"}');
	t.deepEqual(seen, {url: '/v1/files?purpose=batch', type: boundary, body: parts.join('')});
});

test('more than the limit of a body that is read goes both ways', async t => {
	const size = 64 * 1024 * 1024;
	const counted = gate();
	let count = 0;
	const running = await liveRig(t, (incoming, response) => {
		incoming.on('data', (chunk: Buffer) => {
			count += chunk.length;
		});
		incoming.on('end', () => {
			counted.open();
			response.writeHead(200, {'content-type': 'application/octet-stream', 'content-length': size});
			response.end(Buffer.alloc(size, 7));
		});
	});
	const request = begin(running, '/v1/uploads/u/parts', {
		headers: {'content-type': 'application/octet-stream', 'content-length': size},
	});
	const answered = received(request);
	request.end(Buffer.alloc(size, 1));
	await counted.opened;
	t.is(count, size);
	const {body, headers} = await answered;
	t.is(headers['content-length'], String(size));
	t.true(body.equals(Buffer.alloc(size, 7)));
});

for (const method of ['GET', 'DELETE', 'PUT', 'PATCH', 'POST', 'HEAD']) {
	test(`${method} keeps method, path, query, status and headers`, async t => {
		const {gateway, upstream, closed} = await rig(t, {
			answer: reply.bytes(method === 'HEAD' ? '' : 'ok', {'content-type': 'text/plain', etag: '"e1"'}, 203),
		});
		const path = '/v1/assistants/a%20b?limit=2&after=x%2Fy&flag';
		const [got, exchange] = await Promise.all([
			send({gateway}, path, {
				method,
				headers: {'if-none-match': '"e0"', range: 'bytes=2-5', 'openai-beta': 'assistants=v2'},
			}),
			closed(),
		]);
		t.is(got.status, 203);
		t.is(got.headers.etag, '"e1"');
		t.is(got.body.toString(), method === 'HEAD' ? '' : 'ok');
		t.is(got.headers['x-tapgate-target'], 'openai');
		const [seen] = upstream.requests;
		t.is(seen?.method, method);
		t.is(seen?.url, path);
		t.is(seen?.headers.authorization, `Bearer ${providerKey}`);
		t.is(seen?.headers['if-none-match'], '"e0"');
		t.is(seen?.headers.range, 'bytes=2-5');
		t.is(seen?.headers['openai-beta'], 'assistants=v2');
		t.is(seen?.headers['transfer-encoding'], undefined);
		t.false(JSON.stringify(seen?.headers).includes(gatewayKey));
		t.is(exchange.outcome, 'ok');
		t.is(exchange.endpoint.kind, 'passthrough');
	});
}

test('bytes come back as they are, packed ones packed', async t => {
	const bytes = Uint8Array.from({length: 70_000}, (_, index) => (index * 31) % 256);
	const {gateway, upstream} = await rig(t);
	for (const headers of [{'content-type': 'audio/mpeg'}, {'content-type': 'audio/mpeg', 'content-encoding': 'gzip'}]) {
		upstream.answer(reply.bytes(bytes, headers, 206));
		const got = await send({gateway}, '/v1/audio/speech', {
			body: {model: 'openai.tts-1', input: 'hi'},
			headers: {'accept-encoding': 'gzip, br'},
		});
		t.is(got.status, 206);
		t.true(got.body.equals(bytes));
		t.like(got.headers, headers);
		t.is(upstream.requests.at(-1)?.headers['accept-encoding'], 'gzip, br');
		t.deepEqual(upstream.requests.at(-1)?.json(), {model: 'tts-1', input: 'hi'});
	}
});

test('a model in a small JSON body says where the call goes, and is named as the provider names it', async t => {
	const other = await provider(t);
	const {gateway, upstream} = await rig(t, {
		plugins: [openaiCompatible({name: 'other', baseUrl: `${other.url}/api/v3`, apiKey: 'key-of-the-other'})],
	});
	const body = '{ "prompt":"caf\\u00e9",\n "model" : "other.image-1", "size": 1.0 }';
	await send({gateway}, '/v1/images/generations', {body});
	t.is(upstream.requests.length, 0);
	const [seen] = other.requests;
	t.is(seen?.url, '/api/v3/images/generations');
	t.is(seen?.body.toString(), body.replace('other.image-1', 'image-1'));
	t.is(seen?.headers['content-length'], String(seen?.body.length));
	t.is(seen?.headers.authorization, 'Bearer key-of-the-other');
});

test('a JSON body that is too large to be looked at, or packed, goes to the default provider unread', async t => {
	const {gateway, upstream} = await rig(t);
	const large = `{"model":"anthropic.m","data":"${'x'.repeat(1_100_000)}"}`;
	const got = await send({gateway}, '/v1/batches', {body: large, headers: {'content-length': large.length}});
	t.is(got.status, 200);
	t.is(got.headers['x-tapgate-target'], 'openai');
	t.is(upstream.requests[0]?.body.toString(), large);
	const packed = Uint8Array.from([31, 139, 8, 0, 1, 2, 3]);
	await send({gateway}, '/v1/batches', {body: packed, headers: {'content-encoding': 'gzip'}});
	t.true(upstream.requests[1]?.body.equals(packed));
	t.is(upstream.requests[1]?.headers['content-encoding'], 'gzip');
});

test('a path of the config leads to its provider, with all below it', async t => {
	const search = await provider(t);
	const {gateway, upstream} = await rig(t, {
		plugins: [openaiCompatible({name: 'search', baseUrl: search.url, apiKey: 'key-of-the-search'})],
		routing: {
			defaults: {openai: 'openai'},
			paths: {'/v1/search': 'search', '/embeddings': 'search', '/v1/search/deep': 'openai'},
		},
	});
	for (const path of ['/v1/search', '/v1/search/more?q=1', '/embeddings', '/embeddings/x']) {
		await send({gateway}, path, {body: {model: 'm', q: 1}});
		t.is(search.requests.at(-1)?.url, path.replace(/^\/v1/, ''));
		t.deepEqual(search.requests.at(-1)?.json(), {model: 'm', q: 1});
		t.is(search.requests.at(-1)?.headers.authorization, 'Bearer key-of-the-search');
	}
	t.is(upstream.requests.length, 0);
	await send({gateway}, '/v1/search/deep/er', {body: {}});
	t.is(upstream.requests.at(-1)?.url, '/v1/search/deep/er');
	await send({gateway}, '/v1/searching', {body: {}});
	t.is(upstream.requests.at(-1)?.url, '/v1/searching');
	t.is(search.requests.length, 4);
	const unknown = await send({gateway}, '/embedding', {body: {}});
	t.is(unknown.status, 404);
});

test('the Anthropic surface lies under its prefix and behind its own headers', async t => {
	const {gateway, upstream} = await rig(t, {
		answer: reply.json({type: 'error', error: {type: 'x', message: 'y'}}, 404),
	});
	const headers = {'x-api-key': gatewayKey, 'anthropic-version': '2023-06-01'};
	for (const path of ['/anthropic/v1/messages/batches?limit=1', '/v1/messages/batches?limit=1', '/v1/files?limit=1']) {
		const got = await send({gateway}, path, {method: 'GET', headers});
		t.is(got.headers['x-tapgate-target'], 'anthropic');
		t.is(got.body.toString(), '{"type":"error","error":{"type":"x","message":"y"}}');
		const seen = upstream.requests.at(-1);
		t.is(seen?.url, path.replace('/anthropic', ''));
		t.is(seen?.headers['x-api-key'], providerKey);
		t.is(seen?.headers['anthropic-version'], '2023-06-01');
	}
});

test('an error of the provider is passed as it is, whatever it is', async t => {
	const page = '<html>no\0</html>';
	const {gateway, closed} = await rig(t, {
		answer: reply.bytes(page, {'content-type': 'text/html', 'retry-after': '3'}, 418),
	});
	const [got, {outcome}] = await Promise.all([send({gateway}, '/v1/files', {method: 'GET'}), closed()]);
	t.is(got.status, 418);
	t.is(got.headers['content-type'], 'text/html');
	t.is(got.headers['retry-after'], '3');
	t.is(got.body.toString(), page);
	t.is(outcome, 'failed');
});

test('a redirection is passed to the client', async t => {
	const {gateway} = await rig(t, {answer: reply.bytes('', {location: 'https://files.example.com/1'}, 302)});
	const got = await send({gateway}, '/v1/files/f/content', {method: 'GET'});
	t.is(got.status, 302);
	t.is(got.headers.location, 'https://files.example.com/1');
});

test('an answer that breaks off breaks off at the client too', async t => {
	const {gateway, closed} = await rig(t, {
		answer: (_request, response) => {
			response.writeHead(200, {'content-type': 'audio/mpeg'}).write('some bytes', () => response.destroy());
		},
	});
	const [got, {outcome, error}] = await Promise.all([
		send({gateway}, '/v1/files/f/content', {method: 'GET'}),
		closed(),
	]);
	t.false(got.complete);
	t.is(outcome, 'failed');
	t.is(error?.code, 'upstream_invalid');
});

test('a client that leaves in the middle of its upload breaks it off upstream', async t => {
	const [began, broke] = [gate(), gate()];
	const running = await liveRig(t, incoming => {
		incoming.once('data', () => began.open());
		incoming.on('error', () => {}).on('close', () => broke.open());
	});
	const request = begin(running, '/v1/files', {headers: {'content-type': 'multipart/form-data; boundary=b'}});
	request.on('error', () => {});
	request.write('--b\r\n');
	await began.opened;
	request.destroy();
	await broke.opened;
	const {outcome, status} = await running.closed();
	t.is(outcome, 'aborted');
	t.is(status, 499);
});

const impatient = {server: {bodyIdleSeconds: 0.1}};

test('an upload that stops arriving is a 408, its connection is not kept, and upstream is let go of', async t => {
	const {gateway, upstream, closed} = await rig(t, impatient);
	const request = begin({gateway}, '/v1/files', {headers: {'content-type': 'text/plain', 'content-length': 1000}});
	const answered = received(request);
	request.write('some bytes');
	const {status, headers, body} = await answered;
	t.is(status, 408);
	t.is(headers.connection, 'close');
	t.like(JSON.parse(body.toString()), {error: {code: 'slow_body'}});
	await upstream.aborted();
	const {outcome, error, attempts} = await closed();
	t.is(outcome, 'refused');
	t.is(error?.code, 'slow_body');
	t.deepEqual(attempts, []);
});

test('an upload that never begins is one too, also for a plugin that answers itself', async t => {
	const reader = definePlugin({
		name: 'reader',
		apply({hooks}) {
			hooks.send.tap('reader', async request => {
				const body = request.body instanceof Readable ? await buffer(request.body) : noBytes;
				return {status: 200, headers: {}, body};
			});
		},
	});
	for (const before of [[], [reader()]]) {
		const running = await rig(t, {...impatient, before});
		const request = begin(running, '/v1/files', {headers: {'content-type': 'text/plain', 'content-length': 1000}});
		request.flushHeaders();
		const {status} = await received(request);
		t.is(status, 408);
		t.is((await running.closed()).error?.code, 'slow_body');
	}
});

test('an upload that stops arriving in the middle of its answer breaks both off', async t => {
	const broke = gate();
	const running = await liveRig(
		t,
		(incoming, response) => {
			response.on('close', () => broke.open());
			incoming.once('data', () => response.writeHead(200).write('some bytes'));
		},
		// Long enough for the answer to begin on a busy machine.
		{server: {bodyIdleSeconds: 2}},
	);
	const request = begin(running, '/v1/files', {headers: {'content-type': 'text/plain', 'content-length': 1000}});
	request.on('error', () => {});
	const answered = received(request);
	const pieces = setInterval(() => request.write('x'), 10);
	request.once('response', () => clearInterval(pieces));
	const {status, complete} = await answered;
	t.is(status, 200);
	t.false(complete);
	await broke.opened;
	const {outcome, error} = await running.closed();
	t.is(outcome, 'failed');
	t.is(error?.code, 'slow_body');
});

test("an upload that is slow because the provider takes it slowly is nobody's fault", async t => {
	const size = 8 * 1024 * 1024;
	const running = await liveRig(
		t,
		(incoming, response) => {
			// Longer than the client may pause, and it does not.
			setTimeout(() => incoming.resume(), 1200);
			incoming.on('end', () => response.end('done'));
		},
		// Client, gateway and provider are one process here, which a busy machine may hold up for a tenth of a second.
		{server: {bodyIdleSeconds: 0.5}},
	);
	const got = await send(running, '/v1/files', {body: Buffer.alloc(size), headers: {'content-type': 'text/plain'}});
	t.is(got.status, 200);
	t.is(got.body.toString(), 'done');
});

test('a client that leaves in the middle of a download ends it upstream', async t => {
	const {gateway, upstream, closed} = await rig(t, {
		answer: (_request, response) => void response.writeHead(200, {'content-type': 'audio/mpeg'}).write('some bytes'),
	});
	const request = begin({gateway}, '/v1/files/f/content', {method: 'GET'});
	request
		.on('error', () => {})
		.on('response', response => {
			response.on('error', () => {});
			response.once('data', () => request.destroy());
		});
	request.end();
	await upstream.aborted();
	const {outcome} = await closed();
	t.is(outcome, 'aborted');
});

test('a provider that is away is a 502 in the format of the client, also in the middle of an upload', async t => {
	const {gateway, upstream} = await rig(t);
	await upstream.stop();
	const got = await send({gateway}, '/v1/files', {body: 'x'.repeat(100_000), headers: {'content-type': 'text/plain'}});
	t.is(got.status, 502);
	t.like(JSON.parse(got.body.toString()), {error: {code: 'upstream_unreachable'}});
	const headers = {'content-type': 'text/plain', 'anthropic-version': '2023-06-01'};
	const other = await send({gateway}, '/v1/files', {body: 'x', headers});
	t.like(JSON.parse(other.body.toString()), {type: 'error', error: {type: 'api_error'}});
});
