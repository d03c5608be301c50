/** Limits of a target that has failed are given back when another one is asked, not when that one has finished its answer. */

import test, {type ExecutionContext} from 'ava';
import {reply, startUpstream} from '../../../config/testing/index.js';
import {openaiCompatible} from '../../../plugins/index.js';
import {heldUsage, startHeldStream} from '../../helpers/held-stream.js';
import {ask, generous, startLimited} from './limited.js';

const answer = reply.json({
	id: 'a',
	object: 'chat.completion',
	created: 1,
	model: 'model',
	choices: [{index: 0, message: {role: 'assistant', content: 'one'}, finish_reason: 'stop'}],
	usage: {prompt_tokens: 7, completion_tokens: 5, total_tokens: 12},
});

const rules = [
	{by: 'provider', ...generous, concurrency: 1},
	{by: 'key', ...generous, concurrency: 5},
] as const;

/** A first target that does what the test says, and a second one that streams until it is told to end. */
async function start(t: ExecutionContext) {
	const [first, second] = [await startUpstream(answer), await startHeldStream(t)];
	t.teardown(first.stop);
	const fallbacks = {
		'first.model': ['second.model'],
		'dead.model': ['second.model'],
		'first.other': ['second.model', 'first.model'],
	};
	const timeouts = {firstByteMs: 200};
	const gateway = await startLimited(t, {
		options: {rules},
		fallbacks,
		plugins: [
			openaiCompatible({name: 'first', baseUrl: first.url, timeouts}),
			openaiCompatible({name: 'second', baseUrl: second.url}),
		],
	});
	const call = (model: string, stream: boolean) => ask(gateway, {model, stream, body: {max_tokens: 50}});
	/** Begins a call whose first target fails. */
	const streamFromSecond = async (model: string) => {
		const streaming = await call(model, true);
		t.is(streaming.headers.get('x-tapgate-target'), 'second.model');
		return streaming;
	};
	return {...gateway, first, second, call, streamFromSecond};
}

const nothing = {requestsPerDay: 0, tokensPerDay: 0, inputTokensPerDay: 0, outputTokensPerDay: 0, concurrency: 0};
const {input, output} = heldUsage;
const all = {
	...nothing,
	requestsPerDay: 1,
	tokensPerDay: input + output,
	inputTokensPerDay: input,
	outputTokensPerDay: output,
};

test('while the fallback streams, the first target takes the next call', async t => {
	const gateway = await start(t);
	gateway.first.answer(reply.json({error: {message: 'busy'}}, 500), answer);
	const streaming = await gateway.streamFromSecond('first.model');
	t.deepEqual(gateway.used(0, 'first'), {...nothing, requestsPerDay: 1});
	t.is(gateway.used(0, 'second')['concurrency'], 1);
	t.is(gateway.used(1, 'anybody')['concurrency'], 1);
	t.is(streaming.headers.get('x-ratelimit-remaining-requests'), '799', 'of the limits that the call is held to');

	const next = await gateway.call('first.model', false);
	t.is(next.headers.get('x-tapgate-target'), 'first.model');
	await next.text();
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'first'), {...all, requestsPerDay: 2});

	gateway.second.end();
	await streaming.text();
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'first'), {...all, requestsPerDay: 2});
	t.deepEqual(gateway.used(0, 'second'), all);
	t.deepEqual(gateway.used(1, 'anybody'), {
		...nothing,
		requestsPerDay: 2,
		tokensPerDay: 2 * (input + output),
		inputTokensPerDay: 2 * input,
		outputTokensPerDay: 2 * output,
	});
});

test('a target that was not reached has had nothing', async t => {
	const gateway = await start(t);
	const streaming = await gateway.streamFromSecond('dead.model');
	t.deepEqual(gateway.used(0, 'dead'), nothing);
	gateway.second.end();
	await streaming.text();
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'dead'), nothing);
	t.deepEqual(gateway.used(0, 'second'), all);
});

test('tokens of a target that ran into a timeout are held until it is known who has answered, its place is not', async t => {
	const gateway = await start(t);
	gateway.first.answer(reply.silence());
	const streaming = await gateway.streamFromSecond('first.model');
	t.like(gateway.used(0, 'first'), {requestsPerDay: 1, outputTokensPerDay: 50, concurrency: 0});
	gateway.second.end();
	await streaming.text();
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'first'), {...nothing, requestsPerDay: 1});
});

test('a provider that is asked again after another one takes the call anew', async t => {
	const gateway = await start(t);
	const blocked = await gateway.streamFromSecond('dead.model');
	// The second provider has room for one call: the third target is of the first one.
	gateway.first.answer(reply.json({error: {message: 'busy'}}, 500), answer);
	const next = await gateway.call('first.other', false);
	t.is(next.headers.get('x-tapgate-target'), 'first.model');
	await next.text();
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'first'), {...all, requestsPerDay: 2});
	t.deepEqual(gateway.used(1, 'anybody')['requestsPerDay'], 2);
	gateway.second.end();
	await blocked.text();
});
