import {createHmac} from 'node:crypto';
import test from 'ava';
import {auth, routing} from 'tapgate/plugins';
import {reply, startGateway, startUpstream} from 'tapgate/testing';
import {inHouse} from '../../../docs/examples/provider.js';
import {asking, clients} from './calls.js';

const answer = {
	id: 'chatcmpl-1',
	object: 'chat.completion',
	created: 1,
	model: 'house-large',
	choices: [{index: 0, message: {role: 'assistant', content: 'hello there'}, finish_reason: 'stop'}],
};

test('calls go to the gate, signed', async t => {
	const upstream = await startUpstream(reply.json(answer));
	const gateway = await startGateway({
		plugins: [auth({anonymous: true}), inHouse({baseUrl: upstream.url, secret: 'the secret'}), routing()],
	});
	t.teardown(gateway.stop);
	t.teardown(upstream.stop);

	for (const model of ['in-house.house-large', 'openai.in-house.house-large', 'house-large']) {
		const chat = await clients(gateway).openai.chat.completions.create(asking('hello', model));
		t.is(chat.choices[0]?.message.content, 'hello there');
		const seen = upstream.requests.at(-1);
		t.is(seen?.url, '/v1/chat/completions');
		t.like(seen?.json(), {model: 'house-large'});
		const time = String(seen?.headers['x-gate-time']);
		const mac = createHmac('sha256', 'the secret').update(`POST /v1/chat/completions ${time}`).digest('hex');
		t.is(seen?.headers['x-gate-signature'], mac);
		t.is(seen?.headers.authorization, undefined, 'the gate has a credential of its own');
	}
});

test('a gate that has no secret stops the start and says so', t => {
	t.throws(() => inHouse({baseUrl: 'http://127.0.0.1:9'} as never), {
		message: /plugin "in-house": secret: is missing/,
	});
});
