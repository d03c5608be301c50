/** Streams pass as they came, however they were cut into pieces, and are read on the side. */

import {brotliCompressSync, deflateSync, gzipSync} from 'node:zlib';
import test, {type ExecutionContext} from 'ava';
import fc from 'fast-check';
import type {Usage} from 'tapgate';
import {type Answer, reply} from 'tapgate/testing';
import {counts} from '../plugins/dialects/recordings.js';
import {endsInError, type RecordedStream, shortest, streamCall, streams} from './recorded.js';
import {handsOn, type Received, type Rig, rig, send} from './support.js';

/** Has a stream replayed by the provider and reads it through the gateway. */
async function relayed(
	{upstream, gateway, closed}: Rig,
	stream: RecordedStream,
	answer: Answer,
): Promise<Received & {readonly usage: Usage | undefined; readonly outcome: string}> {
	upstream.answer(answer);
	const {path, body} = streamCall(stream);
	const [answered, {usage, outcome}] = await Promise.all([send({gateway}, path, {body}), closed()]);
	return Object.assign(answered, {usage, outcome});
}

/** Writes a body in pieces that end at the given places. */
function cutAt(bytes: Buffer, places: readonly number[]): Answer {
	return async (_request, response) => {
		response.writeHead(200, {'content-type': 'text/event-stream; charset=utf-8'});
		let from = 0;
		for (const place of [...places, bytes.length]) {
			await new Promise<void>(resolve => response.write(bytes.subarray(from, place), () => resolve()));
			from = place;
		}
		response.end();
	};
}

/** What the stream says of usage, read from what the official client has read. */
function expectedUsage(stream: RecordedStream): unknown {
	return counts(stream.dialect.readUsage({usage: stream.usage}));
}

function check(
	t: ExecutionContext,
	stream: RecordedStream,
	bytes: Buffer,
	got: Awaited<ReturnType<typeof relayed>>,
): void {
	t.is(got.status, 200);
	t.true(got.complete);
	t.is(got.body.toString('latin1'), bytes.toString('latin1'));
	t.is(got.outcome, endsInError(stream) ? 'failed' : 'ok');
	if (stream.usage !== undefined) t.deepEqual(counts(got.usage), expectedUsage(stream));
}

test('there are streams of each API', t => {
	const names = new Set(streams.map(({dialect}) => dialect.name));
	t.is(names.size, 5);
	if (streams.length < 20) t.log('no recorded traffic beside the repository: only streams of our own are replayed');
});

for (const stream of streams) {
	const {name, bytes} = stream;

	test(`${name}: in one piece`, async t => {
		const got = await relayed(await rig(t), stream, reply.events(bytes));
		check(t, stream, bytes, got);
		t.regex(String(got.headers['content-type']), /^text\/event-stream/);
		t.is(got.headers['content-length'], undefined);
	});
}

test('events that a plugin hands on unchanged keep their bytes', async t => {
	const running = await rig(t, {plugins: [handsOn()]});
	for (const stream of streams) {
		const got = await relayed(running, stream, reply.events(stream.bytes, {chunkBytes: 997}));
		check(t, stream, stream.bytes, got);
	}
});

/** Byte by byte takes a system call per byte: the shortest stream of each API will do, and short ones at random cuts. */
for (const stream of shortest) {
	const {name, bytes} = stream;

	test(`${name}: one byte at a time`, async t => {
		check(t, stream, bytes, await relayed(await rig(t), stream, reply.events(bytes, {chunkBytes: 1})));
	});

	test(`${name}: at random cuts, with other line ends and comments in between`, async t => {
		const running = await rig(t);
		const lineEnds = fc.constantFrom('\n', '\r\n', '\r');
		const between = fc.constantFrom('', ': keep-alive\n\n', ':\n\n', ': one\n: two\n\n', 'id: 7\n\n');
		const cuts = fc.uniqueArray(fc.nat(bytes.length), {maxLength: 12});
		await fc.assert(
			fc.asyncProperty(lineEnds, between, cuts, fc.boolean(), async (lineEnd, comment, places, bare) => {
				const text = bytes.toString('latin1').replace(/\r\n|\r/g, '\n');
				const parted = text.replaceAll('\n\n', `\n\n${comment}`);
				const cutShort = bare ? parted.replace(/\n+$/, '\n') : parted;
				const sent = Buffer.from(cutShort.replaceAll('\n', lineEnd), 'latin1');
				const inside = places.filter(place => place > 0 && place < sent.length).sort((a, b) => a - b);
				const got = await relayed(running, stream, cutAt(sent, inside));
				check(t, stream, sent, got);
			}),
			{numRuns: 15},
		);
	});

	for (const [encoding, pack] of [
		['gzip', gzipSync],
		['deflate', deflateSync],
		['br', brotliCompressSync],
	] as const) {
		test(`${name}: unpacked when it comes as ${encoding}`, async t => {
			const headers = {'content-encoding': encoding};
			const got = await relayed(await rig(t), stream, reply.events(pack(bytes), {headers, chunkBytes: 7}));
			check(t, stream, bytes, got);
			t.is(got.headers['content-encoding'], undefined);
		});
	}
}

const asksForUsage = streams.filter(({dialect}) => dialect.askForUsage !== undefined);

for (const stream of asksForUsage) {
	test(`${stream.name}: usage that the client did not ask for is read and kept from it`, async t => {
		const {upstream, gateway, closed} = await rig(t, {answer: reply.events(stream.bytes)});
		const {path, body} = streamCall(stream);
		const [got, {usage}] = await Promise.all([
			send({gateway}, path, {body: Object.assign({}, body, {stream_options: undefined})}),
			closed(),
		]);
		t.like(upstream.requests[0]?.json(), {stream_options: {include_usage: true}});
		if (stream.usage !== undefined) t.deepEqual(counts(usage), expectedUsage(stream));
		const events = stream.bytes.toString('utf8').split(/(?<=\r?\n\r?\n)/);
		const shown = events.filter(event => !/"choices": ?\[\].*"usage": ?\{|"usage": ?\{.*"choices": ?\[\]/.test(event));
		t.is(got.body.toString('utf8'), shown.join('').replaceAll(',"usage":null', ''));
	});
}

test('a stream that is asked for as the client wishes keeps its other stream options', async t => {
	const {upstream, gateway} = await rig(t, {answer: reply.events([{choices: [{finish_reason: 'stop'}]}, '[DONE]'])});
	const body = '{"model":"gpt-4o","stream":true, "stream_options":{"include_obfuscation":false},"messages":[]}';
	await send({gateway}, '/v1/chat/completions', {body});
	t.like(upstream.requests[0]?.json(), {stream_options: {include_obfuscation: false, include_usage: true}});
});
