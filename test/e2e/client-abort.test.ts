/** A client that leaves takes its upstream call with it, at once and whatever phase the call is in. */

import type {ClientRequest} from 'node:http';
import test, {type ExecutionContext} from 'ava';
import {type ClosedExchange, definePlugin} from 'tapgate';
import {openai} from 'tapgate/plugins';
import {type Answer, reply} from 'tapgate/testing';
import {begin, calls, cutOff, type Gate, gate, provider, type RigOptions, rig} from './support.js';

interface Watched {
	/** What was deferred, in the order in which it was released. */
	readonly released: string[];
	readonly records: ClosedExchange[];
	/** Opens when the exchange has closed. */
	readonly over: Gate;
}

/** Takes three things when a call is admitted, and keeps every record. */
function watching(): Watched & {readonly plugin: ReturnType<typeof tap>} {
	const watched: Watched = {released: [], records: [], over: gate()};
	const tap = definePlugin({
		name: 'watching',
		apply({hooks}) {
			hooks.admit.tap('watching', exchange => {
				for (const name of ['first', 'second', 'third'])
					exchange.defer(async () => {
						await null;
						watched.released.push(name);
					});
			});
			hooks.record.tap('watching', exchange => {
				watched.records.push(exchange);
				watched.over.open();
			});
		},
	});
	return {...watched, plugin: tap()};
}

/** A rig, what its gateway let go of, and whether upstream has been asked. */
async function watchedRig(t: ExecutionContext, options: RigOptions = {}) {
	const watched = watching();
	const asked = gate();
	const {answer = reply.silence()} = options;
	const announced: Answer = async (request, response, incoming) => {
		await answer(request, response, incoming);
		asked.open();
	};
	const running = await rig(t, {...options, answer: announced, plugins: [watched.plugin, ...(options.plugins ?? [])]});

	/** The call is over in every respect: recorded once, released last first, and nothing is open. */
	const checkOver = async (expected: Partial<ClosedExchange> = {}): Promise<void> => {
		await watched.over.opened;
		await running.gateway.stop();
		t.false(cutOff(running.gateway));
		t.is(watched.records.length, 1);
		t.like(watched.records[0], {outcome: 'aborted', error: {code: 'client_closed'}, status: 499, ...expected});
		t.deepEqual(
			running.gateway.log.lines.filter(({level}) => level === 'error' || level === 'warn'),
			[],
		);
	};
	return {...running, ...watched, asked, checkOver};
}

/** Sends a whole request and does not mind that its answer breaks. */
function sent(request: ClientRequest, body: object): ClientRequest {
	request.on('error', () => {});
	request.end(JSON.stringify(body));
	return request;
}

const path = '/v1/chat/completions';
const backwards = ['third', 'second', 'first'];

for (const stream of [false, true]) {
	const mode = stream ? 'streamed' : 'plain';

	test(`before the first byte, ${mode}`, async t => {
		const {gateway, upstream, asked, released, checkOver} = await watchedRig(t);
		const request = sent(begin({gateway}, path), {...calls.chat, stream});
		await asked.opened;
		request.destroy();
		await upstream.aborted();
		await checkOver({firstByteMs: undefined as never});
		t.deepEqual(released, backwards);
	});

	test(`before the first byte, ${mode}: no other target is asked`, async t => {
		const second = await provider(t);
		const {gateway, upstream, asked, records, checkOver} = await watchedRig(t, {
			plugins: [openai({name: 'second', baseUrl: `${second.url}/v1`})],
			routing: {fallbacks: {'openai.*': ['second.gpt-4o']}},
		});
		const request = sent(begin({gateway}, path), {...calls.chat, stream});
		await asked.opened;
		request.destroy();
		await upstream.aborted();
		await checkOver();
		t.is(second.requests.length, 0);
		t.true((records[0]?.attempts.length ?? 0) <= 1);
	});
}

test('in the middle of a stream: usage as far as it came is recorded', async t => {
	const start = {
		type: 'message_start',
		message: {usage: {input_tokens: 3, cache_read_input_tokens: 4, output_tokens: 1}},
	};
	const {gateway, upstream, released, checkOver} = await watchedRig(t, {
		answer: (_request, response) => {
			response.writeHead(200, {'content-type': 'text/event-stream'});
			response.write(`event: message_start\ndata: ${JSON.stringify(start)}\n\n`);
		},
	});
	const request = sent(begin({gateway}, '/v1/messages'), {...calls.messages, stream: true});
	request.on('response', response => {
		response.on('error', () => {});
		response.once('data', () => request.destroy());
	});
	await upstream.aborted();
	await checkOver({status: 200, streamed: true, usage: {input: {total: 7, uncached: 3, cacheRead: 4}} as never});
	t.deepEqual(released, backwards);
});

test('in the middle of a stream that comes faster than the client reads', async t => {
	const chunk = `data: ${JSON.stringify({choices: [{index: 0, delta: {content: 'x'.repeat(60_000)}}]})}\n\n`;
	const full = gate();
	const {gateway, upstream, checkOver} = await watchedRig(t, {
		answer: (_request, response) => {
			response.writeHead(200, {'content-type': 'text/event-stream'});
			for (let count = 0; count < 500; count++) response.write(chunk);
			full.open();
		},
	});
	const request = sent(begin({gateway}, path), {...calls.chat, stream: true});
	const paused = gate();
	request.on('response', response => {
		response.on('error', () => {});
		response.pause();
		paused.open();
	});
	await Promise.all([full.opened, paused.opened]);
	request.destroy();
	await upstream.aborted();
	await checkOver({status: 200, streamed: true});
});

test('in the middle of the body of a plain answer', async t => {
	const {gateway, upstream, asked, released, checkOver} = await watchedRig(t, {
		answer: (_request, response) =>
			new Promise<void>(resolve => {
				response.writeHead(200, {'content-type': 'application/json'});
				response.write('{"id":', () => resolve());
			}),
	});
	const request = sent(begin({gateway}, path), calls.chat);
	await asked.opened;
	request.destroy();
	await upstream.aborted();
	await checkOver();
	t.deepEqual(released, backwards);
});

test('while the body is uploaded: nobody upstream hears of it', async t => {
	const known = gate();
	const knock = definePlugin({
		name: 'knock',
		apply({hooks}) {
			hooks.authenticate.tap('knock', () => void known.open());
		},
	});
	const {gateway, upstream, released, checkOver} = await watchedRig(t, {before: [knock()]});
	const request = begin({gateway}, path, {headers: {'content-length': '1000'}});
	request.on('error', () => {});
	request.write('{"model":');
	await known.opened;
	request.destroy();
	await checkOver();
	t.deepEqual(released, []);
	t.is(upstream.requests.length, 0);
});

test('while a plugin thinks about admitting the call: what it takes afterwards is given back, nothing is sent', async t => {
	const thinking = gate();
	const decided = gate();
	const late: string[] = [];
	const slow = definePlugin({
		name: 'slow',
		apply({hooks}) {
			hooks.admit.tap('slow', async exchange => {
				exchange.signal.addEventListener('abort', () => {
					late.push('told');
					decided.open();
				});
				thinking.open();
				await decided.opened;
				await watched.over.opened;
				exchange.defer(() => void late.push('given back'));
			});
		},
	});
	const watched = await watchedRig(t, {plugins: [slow()]});
	const request = sent(begin(watched, path), calls.chat);
	await thinking.opened;
	request.destroy();
	await watched.checkOver();
	t.deepEqual(watched.released, backwards);
	t.deepEqual(late, ['told', 'given back']);
	t.is(watched.upstream.requests.length, 0);
});

test('while a plugin answers in the place of a provider', async t => {
	const finished = gate();
	const answering = definePlugin({
		name: 'answering',
		apply({hooks}) {
			hooks.send.tap('answering', () => ({
				status: 200,
				headers: {'content-type': 'text/event-stream'},
				body: (async function* () {
					try {
						for (;;) yield Buffer.from('data: {"choices":[{"index":0,"delta":{"content":"on and on"}}]}\n\n');
					} finally {
						finished.open();
					}
				})(),
			}));
		},
	});
	const {gateway, checkOver} = await watchedRig(t, {plugins: [answering()]});
	const request = sent(begin({gateway}, path), {...calls.chat, stream: true});
	request.on('response', response => {
		response.on('error', () => {});
		response.once('data', () => request.destroy());
	});
	await finished.opened;
	await checkOver({status: 200, streamed: true});
});

test('the official clients cancel a call by its signal', async t => {
	const {openai, upstream, asked, checkOver} = await watchedRig(t);
	const controller = new AbortController();
	const call = openai.chat.completions.create(calls.chat, {signal: controller.signal});
	await asked.opened;
	controller.abort();
	await t.throwsAsync(call, {message: /aborted/});
	await upstream.aborted();
	await checkOver();
});

test('a message stream that its reader leaves early is cancelled', async t => {
	const {anthropic, upstream, checkOver} = await watchedRig(t, {
		answer: (_request, response) => {
			response.writeHead(200, {'content-type': 'text/event-stream'});
			response.write('event: message_start\ndata: {"type":"message_start","message":{}}\n\n');
		},
	});
	for await (const _ of await anthropic.messages.create({...calls.messages, stream: true})) break;
	await upstream.aborted();
	await checkOver({status: 200, streamed: true});
});
