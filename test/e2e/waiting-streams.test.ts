/** Providers that keep a stream alive before they say anything: held back for a while, so that another can be asked, but not for ever. */

import {once} from 'node:events';
import type {IncomingMessage} from 'node:http';
import test, {type ExecutionContext} from 'ava';
import {openai, translate} from 'tapgate/plugins';
import {type Answer, reply} from 'tapgate/testing';
import {begin, calls, handsOn, provider, type RigOptions, rig, send} from './support.js';

const comment = ': OPENROUTER PROCESSING\n\n';
const chunk = 'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';
const overloaded = 'data: {"error":{"message":"Overloaded","type":"server_error"}}\n\n';
const path = '/v1/chat/completions';
const body = {...calls.chat, stream: true};

async function twoTargets(t: ExecutionContext, answer: Answer, options: RigOptions = {}) {
	const second = await provider(t, reply.events(chunk));
	const plugins = [openai({name: 'second', baseUrl: `${second.url}/v1`, apiKey: 'k'}), ...(options.plugins ?? [])];
	const routing = {fallbacks: {'openai.*': ['second.gpt-4o-mini']}};
	const timeouts = {connectMs: 0, firstByteMs: 0, idleMs: 0};
	return {...(await rig(t, {answer, timeouts, ...options, plugins, routing})), second};
}

/** Everybody's clock runs so fast that 15 seconds are soon over. */
function hurry(t: ExecutionContext): void {
	const now = performance.now.bind(performance);
	performance.now = () => now() * 200;
	t.teardown(() => {
		performance.now = now;
	});
}

/** Keeps the stream alive until the test says that it has been seen; then goes on. */
function waiting(then: string): {answer: Answer; seen(): void} {
	let seen = false;
	return {
		seen() {
			seen = true;
		},
		answer(_request, response) {
			response.writeHead(200, {'content-type': 'text/event-stream'});
			const alive = setInterval(() => {
				if (!seen) return void response.write(comment);
				clearInterval(alive);
				response.end(then);
			}, 5);
			response.on('close', () => clearInterval(alive));
		},
	};
}

test('comments that are few are held back, and an error after them sends the call to the next target', async t => {
	const {gateway} = await twoTargets(t, reply.events(comment.repeat(1000) + overloaded));
	const got = await send({gateway}, path, {body});
	t.is(got.headers['x-tapgate-target'], 'second.gpt-4o-mini');
	t.is(got.body.toString(), chunk);
});

test('comments beyond 64 KiB are no longer held: the stream has begun, and what follows is told in it', async t => {
	const sent = comment.repeat(20_000) + overloaded;
	const {gateway, second, closed} = await twoTargets(t, reply.events(sent));
	const [got, exchange] = await Promise.all([send({gateway}, path, {body}), closed()]);
	t.is(got.status, 200);
	t.true(got.body.toString() === sent);
	t.is(second.requests.length, 0);
	t.is(exchange.error?.code, 'upstream_error');
});

for (const [what, plugins] of [
	['relayed', []],
	['taken apart by a plugin', [handsOn()]],
] as const) {
	test.serial(`a client is kept alive too when its provider does nothing else for 15 seconds: ${what}`, async t => {
		hurry(t);
		const provided = waiting(chunk);
		const {gateway} = await twoTargets(t, provided.answer, {plugins});
		const request = begin({gateway}, path);
		request.end(JSON.stringify(body));
		const [response] = (await once(request, 'response')) as [IncomingMessage];
		let text = '';
		for await (const piece of response) {
			text += String(piece);
			provided.seen();
		}
		t.is(response.statusCode, 200);
		t.is(text, comment.repeat(text.split(comment).length - 1) + chunk);
	});
}

for (const plugins of [[translate()], [translate(), handsOn()]]) {
	test.serial(`so is one of another format, in its own: ${plugins.length} plugins`, async t => {
		hurry(t);
		const provided = waiting(chunk);
		const {gateway} = await twoTargets(t, provided.answer, {plugins});
		const request = begin({gateway}, '/v1/messages');
		request.end(JSON.stringify({...calls.messages, model: 'openai.gpt-4o', stream: true}));
		const [response] = (await once(request, 'response')) as [IncomingMessage];
		let text = '';
		for await (const piece of response) {
			text += String(piece);
			provided.seen();
		}
		t.regex(text, /^event: ping\n[\s\S]+event: message_stop\n/);
	});
}

test.serial('a stream that is only kept alive and then ends is told as cut off', async t => {
	hurry(t);
	const provided = waiting('');
	const {gateway, closed} = await twoTargets(t, provided.answer);
	const request = begin({gateway}, path);
	request.end(JSON.stringify(body));
	const [response] = (await once(request, 'response')) as [IncomingMessage];
	let text = '';
	for await (const piece of response) {
		text += String(piece);
		provided.seen();
	}
	t.regex(text, /\n\ndata: {"error".+\n\n$/);
	t.is((await closed()).error?.code, 'upstream_invalid');
});
