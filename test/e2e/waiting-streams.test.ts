/** Providers that keep a stream alive before they say anything: held back for a while, so that another can be asked, but not for ever. */

import test, {type ExecutionContext} from 'ava';
import {openai} from 'tapgate/plugins';
import {type Answer, reply} from 'tapgate/testing';
import {calls, provider, type RigOptions, rig, send} from './support.js';

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

test('a stream that is only kept alive and then ends is told as cut off', async t => {
	const {gateway, closed} = await twoTargets(t, reply.events(comment.repeat(20_000)));
	const [got, exchange] = await Promise.all([send({gateway}, path, {body}), closed()]);
	t.regex(got.body.toString(), /\n\ndata: {"error".+\n\n$/);
	t.is(exchange.error?.code, 'upstream_invalid');
});
