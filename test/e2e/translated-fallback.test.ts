/** Fallbacks between targets of which one needs a translation, and translated answers that are none. */

import test from 'ava';
import {translate} from 'tapgate/plugins';
import {reply} from 'tapgate/testing';
import {rig, send} from './support.js';

const overloaded = reply.json({type: 'error', error: {type: 'overloaded_error', message: 'busy'}}, 529);
const answered = reply.json({
	id: 'chatcmpl-1',
	object: 'chat.completion',
	created: 1,
	model: 'gpt-4o',
	choices: [{index: 0, message: {role: 'assistant', content: 'hi'}, finish_reason: 'stop'}],
});
const messages = [{role: 'user', content: 'hello'}];

test('what a failed target could not express is no loss of the one that answered', async t => {
	const to = await rig(t, {
		plugins: [translate()],
		routing: {aliases: {fast: 'anthropic.claude-sonnet-4-5'}, fallbacks: {fast: ['openai.gpt-4o']}},
	});
	to.upstream.answer(overloaded, answered);
	const {status, headers} = await send(to, '/v1/chat/completions', {
		body: {model: 'fast', logit_bias: {'1': 2}, messages},
	});
	t.is(status, 200);
	t.is(headers['x-tapgate-target'], 'openai.gpt-4o');
	t.is(headers['x-tapgate-losses'], undefined);
	t.deepEqual((await to.closed()).losses, []);
});

test('a fallback that cannot be told the call does not hide why the first target failed', async t => {
	const to = await rig(t, {
		plugins: [translate({losses: 'refuse'})],
		routing: {aliases: {fast: 'openai.gpt-4o'}, fallbacks: {fast: ['anthropic.claude-sonnet-4-5']}},
	});
	to.upstream.answer(reply.json({error: {message: 'overloaded', type: 'server_error'}}, 503));
	const {status, body} = await send(to, '/v1/chat/completions', {
		body: {model: 'fast', logit_bias: {'1': 2}, messages},
	});
	t.is(status, 503);
	t.regex(body.toString(), /overloaded/);
	t.is((await to.closed()).target?.provider, 'openai');
});

for (const stream of [false, true]) {
	test(`half a JSON answer is not translated into an empty one, ${stream ? 'streamed' : 'plain'}`, async t => {
		const to = await rig(t, {
			plugins: [translate()],
			answer: reply.bytes('{"type": "message", "content": [{"type": "te', {'content-type': 'application/json'}),
		});
		const body = {model: 'anthropic.claude-sonnet-4-5', stream, messages};
		const received = await send(to, '/v1/chat/completions', {body});
		t.is(received.status, 502);
		t.regex(received.body.toString(), /upstream_invalid/);
	});
}

for (const stream of [false, true]) {
	for (const [what, none] of Object.entries({
		'an error': {type: 'error', error: {type: 'overloaded_error', message: 'busy'}},
		'an error of a proxy': {error: {message: 'busy'}},
	})) {
		test(`${what} in a reply of status 200 sends a translated call to the next target, ${stream ? 'streamed' : 'plain'}`, async t => {
			const to = await rig(t, {
				plugins: [translate()],
				routing: {aliases: {fast: 'anthropic.claude-sonnet-4-5'}, fallbacks: {fast: ['openai.gpt-4o']}},
			});
			to.upstream.answer(reply.json(none), answered);
			const body = {model: 'fast', stream, messages};
			const [got, {attempts}] = await Promise.all([send(to, '/v1/chat/completions', {body}), to.closed()]);
			t.is(got.headers['x-tapgate-target'], 'openai.gpt-4o');
			t.is(got.status, 200);
			t.like(attempts, [{status: 502, error: 'upstream_error'}, {status: 200}]);
		});
	}

	test(`a reply without an answer sends a translated call to the next target, ${stream ? 'streamed' : 'plain'}`, async t => {
		const to = await rig(t, {
			plugins: [translate()],
			routing: {aliases: {fast: 'openai.gpt-4o'}, fallbacks: {fast: ['anthropic.claude-sonnet-4-5']}},
		});
		const message = {type: 'message', id: 'm', role: 'assistant', content: [{type: 'text', text: 'hi'}]};
		to.upstream.answer(reply.json({id: 'c', object: 'chat.completion', choices: []}), reply.json(message));
		const body = {model: 'fast', stream, max_tokens: 5, messages};
		const [got, {attempts}] = await Promise.all([send(to, '/v1/messages', {body}), to.closed()]);
		t.is(got.headers['x-tapgate-target'], 'anthropic.claude-sonnet-4-5');
		t.like(attempts, [{status: 502, error: 'upstream_invalid'}, {status: 200}]);
	});
}
