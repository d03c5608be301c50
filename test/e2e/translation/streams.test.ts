/** Recorded streams on their way through a translating gateway, however they are framed, and wherever they break. */

import {gzipSync} from 'node:zlib';
import test from 'ava';
import type {Plugin} from 'tapgate';
import {type Answer, reply} from 'tapgate/testing';
import {readAnswer, streamedAnswer} from '../../helpers/official-clients.js';
import {eventsOf} from '../../plugins/dialects/recordings.js';
import {
	chat,
	complete,
	completions,
	legacy,
	messages,
	modern,
	responses,
	type Speaking,
} from '../../plugins/translate/support.js';
import {endsInError, type RecordedStream, streams} from '../recorded.js';
import {handsOn} from '../support.js';
import {readBy, translatingRig} from './rig.js';

const eventStream = {'content-type': 'text/event-stream'};

/** Of each format the shortest stream that ends well, and the shortest that calls a tool. */
const sources: readonly RecordedStream[] = [chat, responses, messages, completions, complete].flatMap(({name}) => {
	const good = streams
		.filter(stream => stream.dialect.name === name && !endsInError(stream) && stream.bytes.length < 30_000)
		.sort((a, b) => a.bytes.length - b.bytes.length);
	const calls = good.find(({bytes}) => /"tool_use"|"tool_calls"|"function_call"/.test(bytes.toString('latin1')));
	return [...new Set([...good.slice(0, 1), ...(calls === undefined ? [] : [calls])])];
});

const crossings = sources.flatMap(source =>
	[...modern, ...legacy]
		.filter(client => client !== source.dialect)
		.map(client => [source, source.dialect as Speaking, client] as const),
);

function text(bytes: Buffer): string {
	return bytes.toString('utf8').replace(/\r\n/g, '\n');
}

/** The same stream in other bytes. */
const framings: Readonly<Record<string, (bytes: Buffer) => Answer>> = {
	'byte by byte': bytes => reply.events(bytes, {chunkBytes: 1}),
	'line breaks of two': bytes => reply.events(text(bytes).replaceAll('\n', '\r\n')),
	'line breaks of the old Macintosh': bytes => reply.events(text(bytes).replaceAll('\n', '\r')),
	'no space behind the colon': bytes => reply.events(text(bytes).replace(/^(data|event): /gm, '$1:')),
	'comments and fields that nobody needs': bytes =>
		reply.events(`: begin\n\n${text(bytes).replaceAll('\n\n', '\nid: 7\nretry: 10\n\n: OPENROUTER PROCESSING\n\n')}`, {
			chunkBytes: 37,
		}),
	'no blank line at the end': bytes => reply.events(text(bytes).trimEnd()),
	gzip: bytes => reply.bytes(gzipSync(bytes), {...eventStream, 'content-encoding': 'gzip'}),
};

for (const [source, target, client] of crossings) {
	test(`${source.name} → ${client.name}: however it is framed`, async t => {
		const {upstream, call, closed} = await translatingRig(t);
		const seen = async (answer: Answer) => {
			upstream.answer(answer);
			const [got, exchange] = await Promise.all([call(client, target), closed()]);
			const {faults, ending} = readBy(client, got);
			t.deepEqual({status: got.status, faults, ending, outcome: exchange.outcome}, wanted);
			const {
				body: _,
				calls,
				...said
			} = await streamedAnswer(client.name, got.body).catch(() => readAnswer(client.name, {}));
			return {...said, calls: calls.map(({name, arguments: given}) => ({name, given})), usage: exchange.usage};
		};
		const wanted = {status: 200, faults: [], ending: 'complete', outcome: 'ok'};
		const expected = await seen(reply.events(source.bytes));
		for (const [framing, answer] of Object.entries(framings))
			t.deepEqual(await seen(answer(source.bytes)), expected, framing);
	});
}

/** How a stream breaks off: closed in the middle of the answer, reset, or ended as if that were all. */
const ways = {
	cut: (_request, response) => void response.destroy(),
	reset: (_request, _response, incoming) => void incoming.socket.resetAndDestroy(),
	ended: (_request, response) => void response.end(),
} as const satisfies Record<string, Answer>;

/** Streams run another way when a plugin takes them apart. */
const breaks: readonly (readonly [name: string, way: Answer, ...plugins: readonly Plugin[]])[] = [
	...Object.entries(ways),
	['ended, through a plugin,', ways.ended, handsOn()],
];

function broken(bytes: Uint8Array, way: Answer): Answer {
	return async (request, response, incoming) => {
		response.writeHead(200, eventStream).flushHeaders();
		if (bytes.length > 0) await new Promise<void>(resolve => response.write(bytes, () => resolve()));
		await way(request, response, incoming);
	};
}

for (const [source, target, client] of crossings) {
	for (const [name, way, ...plugins] of breaks) {
		test(`${source.name} → ${client.name}: ${name} behind every event`, async t => {
			const {upstream, call, closed} = await translatingRig(t, {}, plugins);
			const events = eventsOf(source.bytes);
			const watcher = source.dialect.watchStream();
			let at = 0;
			for (const [index, event] of ['', ...events].entries()) {
				if (event !== '') watcher.see(event);
				if (watcher.complete) break;
				at += event.length;
				// In the middle of the next event as well.
				for (const length of [at, at + ((events[index]?.length ?? 0) >> 1)]) {
					upstream.answer(broken(source.bytes.subarray(0, length), way));
					const [got, exchange] = await Promise.all([call(client, target), closed()]);
					const place = `after ${length} bytes`;
					t.true(got.complete, place);
					t.is(exchange.outcome, 'failed', place);
					if (got.status !== 200) {
						t.is(got.status, 502, place);
						t.true(client.isError(JSON.parse(got.body.toString('utf8'))), place);
						continue;
					}
					const {faults, ending} = readBy(client, got);
					t.deepEqual({faults, ending}, {faults: [], ending: 'error'}, place);
					await t.throwsAsync(streamedAnswer(client.name, got.body), undefined, place);
				}
			}
		});
	}
}

/** What a provider of each family says when it has to give up. */
function errorEvent({name, family}: Speaking): string {
	const error = {type: 'overloaded_error', message: 'The provider is overloaded.'};
	if (name === 'openai-responses') {
		return `event: error\ndata: ${JSON.stringify({type: 'error', sequence_number: 9, error: {...error, code: 'server_is_overloaded', param: null}})}\n\n`;
	}
	if (family === 'openai') return `data: ${JSON.stringify({error: {...error, param: null, code: null}})}\n\n`;
	return `event: error\ndata: ${JSON.stringify({type: 'error', error})}\n\n`;
}

for (const [source, target, client] of crossings) {
	test(`${source.name} → ${client.name}: an error behind every event`, async t => {
		const {upstream, call, closed} = await translatingRig(t);
		const events = eventsOf(source.bytes);
		const watcher = source.dialect.watchStream();
		for (let index = 0; index <= events.length; index++) {
			if (index > 0) watcher.see(events[index - 1] ?? '');
			if (watcher.complete) break;
			// What comes behind the error must not be read any more.
			const all = [...events.slice(0, index), errorEvent(target), ...events.slice(index)].join('');
			for (const end of [ways.ended, ways.cut]) {
				upstream.answer(broken(Buffer.from(all, 'latin1'), end));
				const [got, exchange] = await Promise.all([call(client, target), closed()]);
				const place = `behind event ${index}`;
				t.is(exchange.outcome, 'failed', place);
				if (got.status !== 200) {
					t.true(got.status >= 500, place);
					t.true(client.isError(JSON.parse(got.body.toString('utf8'))), place);
					continue;
				}
				const {faults, ending, events: told} = readBy(client, got);
				t.deepEqual({faults, ending}, {faults: [], ending: 'error'}, place);
				t.regex(told.at(-1)?.data ?? '', /overloaded/, place);
				await t.throwsAsync(streamedAnswer(client.name, got.body), undefined, place);
			}
		}
	});
}
