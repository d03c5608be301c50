/** Streams that do not end well: the client is told in its own format, and nothing of it looks like the end of an answer. */

import test from 'ava';
import {openaiCompatible, translate} from 'tapgate/plugins';
import {type Answer, reply} from 'tapgate/testing';
import {counts, eventsOf} from '../plugins/dialects/recordings.js';
import {type RecordedStream, shortest, streamCall} from './recorded.js';
import {calls, handsOn, provider, type Received, rig, send} from './support.js';

const eventStream = {'content-type': 'text/event-stream'};

/** How a stream breaks off: closed in the middle of the answer, reset, or ended as if that were all. */
const ways = {
	cut: (_request, response) => void response.destroy(),
	reset: (_request, _response, incoming) => void incoming.socket.resetAndDestroy(),
	ended: (_request, response) => void response.end(),
	silence: () => {},
} as const satisfies Record<string, Answer>;

function broken(bytes: Uint8Array, way: keyof typeof ways): Answer {
	return async (request, response, incoming) => {
		response.writeHead(200, eventStream).flushHeaders();
		if (bytes.length > 0) await new Promise<void>(resolve => response.write(bytes, () => resolve()));
		await ways[way](request, response, incoming);
	};
}

/** The lengths of a stream up to each of its events, with some in the middle of one. */
function places(stream: RecordedStream): readonly {readonly at: number; readonly whole: readonly string[]}[] {
	const events = eventsOf(stream.bytes);
	const watcher = stream.dialect.watchStream();
	const found = [];
	let begin = 0;
	for (const [index, event] of events.entries()) {
		const whole = events.slice(0, index);
		for (const inside of new Set([0, 1, event.length >> 1, event.trimEnd().length - 1]))
			found.push({at: begin + inside, whole});
		begin += event.length;
		watcher.see(event);
		if (watcher.complete) break;
	}
	return found;
}

/** Whether events hold something that a client takes for a part of the answer. */
function saysSomething(stream: RecordedStream, events: readonly string[]): boolean {
	const watcher = stream.dialect.watchStream();
	return events.some(event => watcher.see(event) !== 'idle');
}

/** The events that came whole, and what the gateway has added. */
function parts(stream: RecordedStream, {body}: Received): {readonly whole: readonly string[]; readonly added: string} {
	const text = body.toString('latin1');
	let at = 0;
	const whole = eventsOf(stream.bytes).filter(event => {
		const came = text.startsWith(event, at);
		if (came) at += event.length;
		return came;
	});
	return {whole, added: text.slice(at)};
}

const tapped = [
	['', []],
	[' through a plugin', [handsOn()]],
] as const;

for (const [stream, way, [through, plugins]] of shortest.flatMap(stream =>
	(Object.keys(ways) as (keyof typeof ways)[]).flatMap(way => tapped.map(tap => [stream, way, tap] as const)),
)) {
	test(`${stream.dialect.name}${through}: ${way} at every event and in the middle of it`, async t => {
		const {upstream, gateway, closed} = await rig(t, {plugins, timeouts: {idleMs: way === 'silence' ? 20 : 0}});
		const {path, body} = streamCall(stream);
		for (const {at, whole} of places(stream)) {
			upstream.answer(broken(stream.bytes.subarray(0, at), way));
			const [got, exchange] = await Promise.all([send({gateway}, path, {body}), closed()]);
			const place = `${way} after ${at} bytes`;
			t.true(got.complete, place);
			t.is(exchange.outcome, 'failed', place);
			t.is(exchange.error?.code, way === 'silence' ? 'upstream_timeout' : exchange.error?.code, place);
			if (got.status !== 200) {
				// A reset may overtake what was sent before it.
				if (way !== 'reset') t.false(saysSomething(stream, whole), place);
				t.is(got.status, way === 'silence' ? 504 : 502, place);
				t.true(stream.dialect.isError(JSON.parse(got.body.toString('utf8'))), place);
				continue;
			}
			const came = parts(stream, got);
			if (way === 'reset') t.true(came.whole.length <= whole.length, place);
			else t.deepEqual(came.whole, whole, place);
			const added = eventsOf(Buffer.from(came.added, 'latin1'));
			t.deepEqual(new Set(added.map(event => stream.dialect.watchStream().see(event))), new Set(['error']), place);
			t.notRegex(came.added, /\[DONE\]|message_stop|response\.completed|finish_reason|stop_reason/, place);
			const watcher = stream.dialect.watchStream();
			for (const event of came.whole) watcher.see(event);
			t.deepEqual(counts(exchange.usage), counts(watcher.usage), place);
			t.true(exchange.streamed, place);
		}
	});
}

const choice = (index: number, finish: string | null): object => ({
	id: 'c',
	object: 'chat.completion.chunk',
	created: 1,
	model: 'm',
	choices: [
		{index, delta: finish === null ? {role: 'assistant', content: 'hi'} : {}, text: 'hi', finish_reason: finish},
	],
});
const several = [choice(0, null), choice(0, 'stop'), choice(1, null), choice(1, 'length')];

for (const [name, path, body] of [
	['chat', '/v1/chat/completions', {...calls.chat, n: 2}],
	['completions', '/v1/completions', {...calls.completions, n: 2}],
	['two prompts', '/v1/completions', {...calls.completions, prompt: ['a', 'b']}],
	['completions on a model that speaks chat', '/v1/completions', {...calls.completions, model: 'chat-only.m', n: 2}],
] as const) {
	for (const [through, plugins] of tapped) {
		test(`several answers, ${name}${through}: complete when all have finished, and not before`, async t => {
			const {url, answer} = await provider(t);
			const only = openaiCompatible({name: 'chat-only', baseUrl: `${url}/v1`, dialects: ['openai-chat']});
			const {upstream, gateway, closed} = await rig(t, {plugins: [...plugins, only, translate()]});
			for (let events = 1; events <= several.length; events++) {
				for (const target of [upstream.answer, answer]) target(reply.events(several.slice(0, events)));
				const [got, {outcome}] = await Promise.all([send({gateway}, path, {body: {...body, stream: true}}), closed()]);
				const whole = events === several.length;
				t.is(outcome, whole ? 'ok' : 'failed', `${events}`);
				const text = got.body.toString();
				t.is(text.includes('"error":{'), !whole, text);
				if (!whole) t.false(text.includes('[DONE]'), text);
			}
		});
	}
}

/** A stream without its last two events: nothing in it says that it is over. */
function begun(dialect: string): Buffer {
	const stream = shortest.find(candidate => candidate.dialect.name === dialect) as RecordedStream;
	return Buffer.from(eventsOf(stream.bytes).slice(0, -2).join(''), 'latin1');
}

test('the official clients throw when a stream is cut', async t => {
	const {upstream, openai, anthropic} = await rig(t);
	const read = async (events: PromiseLike<AsyncIterable<unknown>>): Promise<void> => {
		for await (const _ of await events);
	};
	const message = /closed the connection/;
	const {chat, responses, completions, messages} = calls;
	const chunk = `data: ${JSON.stringify({choices: [{index: 0, delta: {role: 'assistant', content: 'hi'}}]})}\n\n`;
	upstream.answer(broken(Buffer.from(chunk), 'cut'));
	await t.throwsAsync(read(openai.chat.completions.create({...chat, stream: true})), {message});
	await t.throwsAsync(openai.chat.completions.stream(chat).finalChatCompletion(), {message});
	upstream.answer(broken(begun('openai-completions'), 'cut'));
	await t.throwsAsync(read(openai.completions.create({...completions, stream: true})), {message});
	upstream.answer(broken(begun('openai-responses'), 'cut'));
	await t.throwsAsync(read(openai.responses.create({...responses, stream: true})), {message});
	await t.throwsAsync(openai.responses.stream(responses).finalResponse(), {message});
	upstream.answer(broken(begun('anthropic-messages'), 'cut'));
	await t.throwsAsync(read(anthropic.messages.create({...messages, stream: true})), {message});
	await t.throwsAsync(anthropic.messages.stream(messages).finalMessage(), {message});
});

const overloaded = {
	messages: {
		call: calls.messages,
		path: '/v1/messages',
		begun: begun('anthropic-messages'),
		event:
			'event: error\ndata: {"type": "error", "error": {"details": null, "type": "overloaded_error", "message": "Overloaded"}  }\n\n',
	},
	chat: {
		call: calls.chat,
		path: '/v1/chat/completions',
		begun: Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'),
		event: 'data: {"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}\n\n',
	},
	responses: {
		call: calls.responses,
		path: '/v1/responses',
		begun: begun('openai-responses'),
		event:
			'event: error\ndata: {"type":"error","sequence_number":9,"error":{"type":"server_error","code":"x","message":"Oops","param":null}}\n\n' +
			'event: response.failed\ndata: {"type":"response.failed","sequence_number":10,"response":{"id":"r","status":"failed"}}\n\n',
	},
};

for (const [name, {call, path, begun, event}] of Object.entries(overloaded)) {
	const body = Object.assign({}, call, {stream: true, stream_options: {include_usage: true}});

	for (const [place, events] of [
		['mid-stream', Buffer.concat([begun, Buffer.from(event)])],
		['first of all', Buffer.from(event)],
	] as const) {
		test(`${name}: an error event of the provider ${place} is passed as it is, and is the last`, async t => {
			const {gateway, closed} = await rig(t, {answer: reply.events(events)});
			const [got, {outcome, error, attempts}] = await Promise.all([send({gateway}, path, {body}), closed()]);
			t.is(got.status, 200);
			t.is(got.body.toString(), events.toString());
			t.is(outcome, 'failed');
			t.is(error?.code, 'upstream_error');
			t.is(attempts.length, 1);
		});

		test(`${name}: an error event of the provider ${place}, and then the connection is gone`, async t => {
			const {gateway, closed} = await rig(t, {answer: broken(events, 'cut')});
			const [got, {outcome}] = await Promise.all([send({gateway}, path, {body}), closed()]);
			t.is(got.status, 200);
			t.true(got.complete);
			t.true(got.body.toString().startsWith(events.toString()));
			t.is(outcome, 'failed');
		});
	}

	for (const [what, bytes] of [
		['nothing at all', ''],
		['blank lines alone', '\n\n\n'],
		['comments alone', ': wait\n\n: still\n\n'],
		['half an event', event.slice(0, 30)],
	] as const) {
		test(`${name}: a stream of ${what} is a 502`, async t => {
			const {gateway, closed} = await rig(t, {answer: reply.events(bytes)});
			const [got, {outcome, error}] = await Promise.all([send({gateway}, path, {body}), closed()]);
			t.is(got.status, 502);
			t.regex(got.body.toString(), /"message":"\w+ ended its stream without any event/);
			t.is(error?.code, 'upstream_invalid');
			t.is(outcome, 'failed');
		});
	}

	test(`${name}: plain JSON where a stream was asked for is passed as it came`, async t => {
		const whole = '{ "id": "x",  "usage": {"input_tokens": 3, "output_tokens": 4.0} }';
		const {gateway, closed} = await rig(t, {answer: reply.bytes(whole, {'content-type': 'application/json'})});
		const [got, {outcome, streamed, usage}] = await Promise.all([send({gateway}, path, {body}), closed()]);
		t.is(got.headers['content-type'], 'application/json');
		t.is(got.body.toString(), whole);
		t.is(outcome, 'ok');
		t.false(streamed);
		t.like(usage, {input: {total: 3}, output: {total: 4}});
	});

	for (const stream of [true, false]) {
		test(`${name}, ${stream ? 'streamed' : 'plain'}: a page of a proxy becomes an error of the client's format`, async t => {
			const page = reply.bytes(
				'<html><h1>524</h1> secret hostname</html>',
				{'content-type': 'text/html', 'retry-after': '7'},
				524,
			);
			const {gateway, closed} = await rig(t, {answer: page});
			const call = Object.assign({}, body, {stream});
			const [got, {endpoint, outcome, attempts}] = await Promise.all([send({gateway}, path, {body: call}), closed()]);
			t.is(got.status, 524);
			t.is(got.headers['retry-after'], '7');
			t.regex(String(got.headers['content-type']), /^application\/json/);
			t.true(endpoint.dialect.isError(JSON.parse(got.body.toString())));
			t.notRegex(got.body.toString(), /secret|<h1>/);
			t.is(outcome, 'failed');
			t.like(attempts, [{status: 524, error: 'upstream_error'}]);
		});

		test(`${name}, ${stream ? 'streamed' : 'plain'}: an error in the client's format is passed byte for byte`, async t => {
			const said =
				name === 'messages'
					? '{"type": "error",  "error":{"type":"overloaded_error","message":"\\u004fverloaded"}, "request_id":"req_1" , "more": 1.0}'
					: '{ "error": {"message":"\\u0052ate limit",  "type":"requests","param":null,"code":"rate_limit_exceeded", "more": 1.0}}\n';
			const {gateway, closed} = await rig(t, {answer: reply.bytes(said, {'content-type': 'application/json'}, 529)});
			const call = Object.assign({}, body, {stream});
			const [got, {outcome}] = await Promise.all([send({gateway}, path, {body: call}), closed()]);
			t.is(got.status, 529);
			t.is(got.body.toString(), said);
			t.is(outcome, 'failed');
		});
	}
}

test('a plain answer that is cut or reset is a 502, never half an answer', async t => {
	const {upstream, gateway, closed} = await rig(t);
	const whole = Buffer.from('{"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant"}}]}');
	for (const headers of [{'content-length': String(whole.length)}, {}]) {
		for (const way of ['cut', 'reset'] as const) {
			upstream.answer(async (request, response, incoming) => {
				response.writeHead(200, {'content-type': 'application/json', ...headers});
				await new Promise<void>(resolve => response.write(whole.subarray(0, 40), () => resolve()));
				await ways[way](request, response, incoming);
			});
			const [got, {outcome}] = await Promise.all([
				send({gateway}, '/v1/chat/completions', {body: calls.chat}),
				closed(),
			]);
			t.is(got.status, 502);
			t.true('error' in JSON.parse(got.body.toString()));
			t.is(outcome, 'failed');
		}
	}
});

test('a redirection is not followed and not passed on', async t => {
	const {gateway} = await rig(t, {answer: reply.bytes('', {location: 'http://127.0.0.1:1/'}, 307)});
	const got = await send({gateway}, '/v1/messages', {body: calls.messages});
	t.is(got.status, 502);
	t.is(got.headers.location, undefined);
});
