/** Input that nobody sends by accident: every one gets a clear 4xx in an envelope, and the gateway goes on. */

import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import test from 'ava';
import {auth, mock, openai, routing} from 'tapgate/plugins';
import {basics, reply, type StartedGateway, startGateway, startUpstream} from 'tapgate/testing';

let gateway: StartedGateway;
test.before(async () => {
	gateway = await startGateway({plugins: basics(), server: {bodyLimit: '64kb', bodyIdleSeconds: 0.2}});
});
test.after.always(() => gateway.stop());

/** Writes raw bytes and reads until the gateway closes or has answered once. */
async function raw(bytes: string | Buffer): Promise<{status: number; head: string; body: string}> {
	const socket: Socket = connect(gateway.port, '127.0.0.1');
	await once(socket, 'connect');
	socket.write(bytes);
	let text = '';
	for await (const chunk of socket) {
		text += String(chunk);
		const split = text.indexOf('\r\n\r\n');
		if (split === -1) continue;
		const length = /content-length: (\d+)/i.exec(text)?.[1];
		if (length !== undefined && Buffer.byteLength(text.slice(split + 4)) >= Number(length)) break;
	}
	socket.destroy();
	const [head = '', body = ''] = text.split('\r\n\r\n');
	return {status: Number(head.split(' ')[1]), head, body};
}

function post(body: string | Buffer, headers = ''): Buffer {
	const bytes = Buffer.from(body);
	const head = `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${bytes.length}\r\n${headers}\r\n`;
	return Buffer.concat([Buffer.from(head), bytes]);
}

async function stillAnswers(t: {is(actual: unknown, expected: unknown): unknown}): Promise<void> {
	const answer = await gateway.post('/v1/chat/completions', {
		model: 'mock.echo',
		messages: [{role: 'user', content: 'hi'}],
	});
	t.is(answer.status, 200);
	await answer.body?.cancel();
}

const bodies: Readonly<Record<string, [body: string | Buffer, status: number, code: string]>> = {
	nothing: ['', 400, 'invalid_body'],
	'half an object': ['{"model":"mock.echo"', 400, 'invalid_body'],
	'an array': ['[{"model":"mock.echo"}]', 400, 'invalid_body'],
	'a number': ['1', 400, 'invalid_body'],
	'a raw NUL': ['{"model":"mock.echo","x":"\0"}', 400, 'invalid_body'],
	'NUL after the object': ['{"model":"mock.echo"}\0', 400, 'invalid_body'],
	'invalid UTF-8': [Buffer.from([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]), 400, 'invalid_body'],
	'an overlong encoding': [Buffer.from('7b22c0af223a317d', 'hex'), 400, 'invalid_body'],
	'arrays in arrays, open': ['['.repeat(60_000), 400, 'invalid_body'],
	'arrays in arrays, closed': [
		`{"model":"mock.echo","messages":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
		400,
		'invalid_body',
	],
	'objects in objects': [
		`{"model":"mock.echo","a":${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}}`,
		400,
		'invalid_body',
	],
	'two models': ['{"model":"mock.echo","messages":[],"model":"openai.gpt-4"}', 400, 'invalid_body'],
	'two models, one in disguise': [
		'{"model":"mock.echo","\\u006dodel":"openai.gpt-4","messages":[]}',
		400,
		'invalid_body',
	],
	'no model': ['{"messages":[]}', 400, 'invalid_model'],
	'a model that is a number': ['{"model":1,"messages":[]}', 400, 'invalid_model'],
	'a model that is null': ['{"model":null,"messages":[]}', 400, 'invalid_model'],
	'a model that is an object': ['{"model":{"a":1},"messages":[]}', 400, 'invalid_model'],
	'an empty model': ['{"model":"","messages":[]}', 400, 'invalid_model'],
	'a model with a line break': ['{"model":"mock.echo\\r\\nx-evil: 1","messages":[]}', 400, 'invalid_model'],
	'a model with a NUL': ['{"model":"mock.echo\\u0000","messages":[]}', 400, 'invalid_model'],
	'a model with half a surrogate': ['{"model":"mock.\\ud800","messages":[]}', 400, 'invalid_model'],
	'a model of 10 kB': [`{"model":"${'m'.repeat(10_000)}","messages":[]}`, 400, 'invalid_model'],
	'a model that nobody has': ['{"model":"mock.ekko.nobody","messages":[]}', 404, 'model_not_found'],
	'a model named __proto__': ['{"model":"__proto__","messages":[]}', 404, 'model_not_found'],
	'a model named constructor': ['{"model":"constructor","messages":[]}', 404, 'model_not_found'],
	'more than the limit': [`{"model":"mock.echo","messages":[],"x":"${'x'.repeat(70_000)}"}`, 413, 'body_too_large'],
};

for (const [what, [body, status, code]] of Object.entries(bodies)) {
	test(`body: ${what} → ${status} ${code}`, async t => {
		const answer = await raw(post(body));
		t.is(answer.status, status);
		const {error} = JSON.parse(answer.body) as {error: {code: string; message: string; type: string; param: unknown}};
		t.is(error.code, code);
		t.true(error.message.length > 10 && error.message.length < 600);
		t.notRegex(answer.head, /x-evil/);
		await stillAnswers(t);
	});
}

const wrongTypes = [
	'{"model":"mock.echo","stream":"yes","messages":"hi"}',
	'{"model":"mock.echo","messages":[null,1,"x",{},{"role":1,"content":{"a":[]}}]}',
	'{"model":"mock.echo","max_tokens":"many","stream_options":[],"messages":{}}',
	'{"model":"mock.echo","stream":true,"stream_options":"x","messages":[[[]]]}',
	'{"model":"mock.echo","__proto__":{"stream":true},"constructor":1,"messages":[]}',
];
for (const path of [
	'/v1/chat/completions',
	'/v1/responses',
	'/v1/completions',
	'/v1/embeddings',
	'/v1/messages',
	'/v1/messages/count_tokens',
	'/v1/complete',
	'/v1/responses/input_tokens',
]) {
	test(`wrong types at ${path} are no reason to fail`, async t => {
		for (const body of wrongTypes) {
			const answer = await gateway.post(path, body);
			await answer.text();
			t.true(answer.status < 500, `${body} → ${answer.status}`);
		}
	});
}

const targets: Readonly<Record<string, number>> = {
	'/v1/../health': 400,
	'/v1/%2e%2e/health': 400,
	'/v1/..%2fhealth': 400,
	'/v1/files/..%5c..%5chealth': 400,
	'/v1/./models': 400,
	'/v1//models': 400,
	'//evil.example/v1/models': 400,
	'/v1/files/a%00b': 400,
	'/v1/files/a%0d%0ax-evil:1': 400,
	'/v1/%zz': 400,
	'/v1%2fmodels': 400,
	'http://evil.example/v1/models': 400,
	'*': 400,
	'/v1/models/..%2f..%2fhealth': 400,
	'/anthropic/../health': 400,
	'/nothing/here': 404,
	'/': 404,
	'/v1': 404,
	'/V1/models': 404,
	'/health/live/x': 404,
};
for (const [target, status] of Object.entries(targets)) {
	test(`path: ${target} → ${status}`, async t => {
		const answer = await raw(`GET ${target} HTTP/1.1\r\nhost: x\r\n\r\n`);
		t.is(answer.status, status);
		t.is(typeof (JSON.parse(answer.body) as {error: {message: string}}).error.message, 'string');
		t.notRegex(answer.head, /x-evil/i);
	});
}

test('an Anthropic client is refused in its own envelope', async t => {
	const answer = await gateway.post('/v1/messages', '{"model":', {'anthropic-version': '2023-06-01'});
	t.is(answer.status, 400);
	t.like(await answer.json(), {
		type: 'error',
		error: {type: 'invalid_request_error'},
		request_id: answer.headers.get('x-request-id'),
	});
});

test('headers that are too large → 431', async t => {
	const answer = await raw(`GET /v1/models HTTP/1.1\r\nhost: x\r\nx-big: ${'x'.repeat(20_000)}\r\n\r\n`);
	t.is(answer.status, 431);
	t.like(JSON.parse(answer.body), {error: {code: 'headers_too_large'}});
});

test('what is not HTTP → 400', async t => {
	for (const bytes of [
		'\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
		'GET / SMTP/1.0\r\n\r\n',
		'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
	]) {
		const answer = await raw(bytes);
		t.is(answer.status, 400);
		t.like(JSON.parse(answer.body), {error: {code: 'malformed_request'}});
	}
});

test('content-length and transfer-encoding together are not a way to smuggle', async t => {
	const answer = await raw(
		'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n',
	);
	t.is(answer.status, 400);
});

test('a body that stops arriving → 408, and the connection is not kept', async t => {
	const answer = await raw(
		'POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"model"',
	);
	t.is(answer.status, 408);
	t.regex(answer.head, /connection: close/i);
});

for (const [path, type] of [
	['/v1/chat/completions', 'application/json'],
	['/v1/files', 'text/plain'],
]) {
	test(`a body for ${path} that trickles for ever → 408, however short its pauses are`, async t => {
		const upstream = await startUpstream();
		t.teardown(() => upstream.stop());
		const to = await startGateway({
			plugins: [
				auth({anonymous: true}),
				openai({baseUrl: `${upstream.url}/v1`, apiKey: 'k'}),
				routing({defaults: {openai: 'openai'}}),
			],
			server: {bodyIdleSeconds: 0.2},
		});
		t.teardown(() => to.stop());
		const socket = connect(to.port, '127.0.0.1');
		socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 100000\r\n\r\n`);
		const trickle = setInterval(() => socket.write('x'), 20);
		const [head] = await once(socket, 'data');
		clearInterval(trickle);
		socket.destroy();
		t.regex(String(head), /^HTTP\/1.1 408/);
		t.regex(String(head), /"slow_body"/);
	});
}

test('a body that keeps coming is waited for, however long it takes in all', async t => {
	const patient = await startGateway({plugins: basics(), server: {bodyIdleSeconds: 1}});
	t.teardown(() => patient.stop());
	const body = JSON.stringify({model: 'mock.echo', messages: [{role: 'user', content: 'x'.repeat(8000)}]});
	const socket = connect(patient.port, '127.0.0.1');
	socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n`);
	// Pauses far below the second, and more than a second in all.
	const step = Math.ceil(body.length / 30);
	let at = 0;
	const drip = setInterval(() => {
		socket.write(body.slice(at, at + step));
		at += step;
		if (at >= body.length) clearInterval(drip);
	}, 50);
	const [head] = await once(socket, 'data');
	socket.destroy();
	t.regex(String(head), /^HTTP\/1.1 200/);
});

test('a chunked body larger than the limit → 413 before it has all been sent', async t => {
	const chunk = `${(16_384).toString(16)}\r\n${'x'.repeat(16_384)}\r\n`;
	const answer = await raw(
		`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(6)}`,
	);
	t.is(answer.status, 413);
});

test('a compressed body that grows beyond the limit → 413, a broken one → 400, an unknown one → 415', async t => {
	const {gzipSync, brotliCompressSync} = await import('node:zlib');
	const bomb = JSON.stringify({model: 'mock.echo', messages: [], x: 'x'.repeat(10_000_000)});
	const small = JSON.stringify({model: 'mock.echo', messages: [{role: 'user', content: 'hi'}]});
	const send = async (body: Buffer, encoding: string): Promise<number> => {
		const answer = await gateway.post('/v1/chat/completions', body, {'content-encoding': encoding});
		await answer.text();
		return answer.status;
	};
	t.is(await send(gzipSync(bomb), 'gzip'), 413);
	t.is(await send(brotliCompressSync(bomb), 'br'), 413);
	t.is(await send(Buffer.from('not gzip'), 'gzip'), 400);
	t.is(await send(gzipSync(small), 'gzip'), 200);
	t.is(await send(Buffer.from(small), 'zstd'), 415);
});

test('nothing of a hostile call reaches a provider under another path or name', async t => {
	const upstream = await startUpstream(reply.json({id: 'x', object: 'chat.completion', choices: []}));
	t.teardown(() => upstream.stop());
	const guarded = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openai({baseUrl: `${upstream.url}/v1`, apiKey: 'upstream-key'}),
			mock(),
			routing({defaults: {openai: 'openai'}}),
		],
	});
	t.teardown(() => guarded.stop());
	const answer = await guarded.post('/v1/chat/completions', {model: 'openai.gpt-ä"\\ \u{1f600}', messages: []});
	t.is(answer.status, 200);
	t.is(answer.headers.get('x-tapgate-target'), 'openai.gpt-%C3%A4"\\ %F0%9F%98%80');
	t.like(upstream.requests[0]?.json(), {model: 'gpt-ä"\\ \u{1f600}'});
	t.is(upstream.requests[0]?.url, '/v1/chat/completions');
});

test.serial('hostile calls leave nothing behind on the heap', async t => {
	setFlagsFromString('--expose-gc');
	const collect = runInNewContext('gc') as () => void;
	const entries = Object.values(bodies);
	const heapAfter = async (calls: number): Promise<number> => {
		for (let call = 0; call < calls; call += 20) {
			await Promise.all(
				Array.from({length: 20}, (_, index) => raw(post(entries[(call + index) % entries.length]?.[0] ?? ''))),
			);
		}
		collect();
		return process.memoryUsage().heapUsed;
	};
	const before = await heapAfter(600);
	const after = await heapAfter(1200);
	t.true(after - before < 5_000_000, `the heap grew from ${before} to ${after} bytes`);
	await stillAnswers(t);
});
