/** A provider that is too slow: 504 in the client's envelope, an error event in a stream that has begun, and the call is let go. */

import {type AddressInfo, createServer, type Server} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {anthropic, openai} from 'tapgate/plugins';
import {type Answer, reply} from 'tapgate/testing';
import {calls, provider, type Rig, rig, send} from './support.js';

/** Long enough for a call to reach its provider on a busy machine. */
const limitMs = 200;
const forms = {
	chat: {
		path: '/v1/chat/completions',
		body: calls.chat,
		timeout: {error: {type: 'server_error', code: 'upstream_timeout', param: null}},
	},
	messages: {path: '/v1/messages', body: calls.messages, timeout: {type: 'error', error: {type: 'timeout_error'}}},
	responses: {
		path: '/v1/responses',
		body: calls.responses,
		timeout: {error: {type: 'server_error', code: 'upstream_timeout'}},
	},
};

/** Sends the head of an answer and a beginning of its body, and leaves it at that. */
function stalling(contentType: string, beginning: string): Answer {
	return (_request, response) => {
		response.writeHead(200, {'content-type': contentType}).flushHeaders();
		if (beginning !== '') response.write(beginning);
	};
}

async function refused(
	t: ExecutionContext,
	{gateway, upstream, closed}: Rig,
	form: keyof typeof forms,
	stream: boolean,
) {
	const {path, body, timeout} = forms[form];
	const [got, {outcome, error, status, attempts}] = await Promise.all([
		send({gateway}, path, {body: {...body, stream}}),
		closed(),
	]);
	t.is(got.status, 504);
	t.like(JSON.parse(got.body.toString()), timeout);
	t.like({outcome, status, code: error?.code}, {outcome: 'failed', status: 504, code: 'upstream_timeout'});
	t.like(attempts, [{error: 'upstream_timeout'}]);
	t.true(error?.message.includes(`within ${limitMs} ms`));
	await upstream.aborted();
}

for (const form of Object.keys(forms) as (keyof typeof forms)[]) {
	for (const stream of [false, true]) {
		const mode = `${form}, ${stream ? 'streamed' : 'plain'}`;

		test(`${mode}: no answer within firstByteMs`, async t => {
			await refused(t, await rig(t, {answer: reply.silence(), timeouts: {firstByteMs: limitMs}}), form, stream);
		});

		test(`${mode}: no answer within totalMs`, async t => {
			await refused(t, await rig(t, {answer: reply.silence(), timeouts: {totalMs: limitMs}}), form, stream);
		});

		for (const limit of ['idleMs', 'totalMs'] as const) {
			test(`${mode}: an answer that stalls before its first event, by ${limit}`, async t => {
				const answer = stream ? stalling('text/event-stream', ': wait\n\n') : stalling('application/json', '{"id":');
				await refused(t, await rig(t, {answer, timeouts: {[limit]: limitMs}}), form, stream);
			});
		}
	}
}

const begun = {
	chat: 'data: {"choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n',
	messages: 'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":3}}}\n\n',
	responses: 'event: response.created\ndata: {"type":"response.created","response":{"id":"r"}}\n\n',
};

for (const form of Object.keys(forms) as (keyof typeof forms)[]) {
	for (const limit of ['idleMs', 'totalMs'] as const) {
		test(`${form}: a stream that stalls ends in an error event, by ${limit}`, async t => {
			const {gateway, upstream, closed} = await rig(t, {
				answer: stalling('text/event-stream', `${begun[form]}data: {"half`),
				timeouts: {[limit]: limit === 'totalMs' ? 2 * limitMs : limitMs},
			});
			const {path, body, timeout} = forms[form];
			const [got, {outcome, error, status}] = await Promise.all([
				send({gateway}, path, {body: {...body, stream: true}}),
				closed(),
			]);
			t.is(got.status, 200);
			t.true(got.complete);
			const text = got.body.toString();
			t.true(text.startsWith(begun[form]));
			const [, data = ''] = /^data: (.+)$/m.exec(text.slice(begun[form].length)) ?? [];
			t.like(JSON.parse(data), form === 'responses' ? {type: 'error', ...timeout} : timeout);
			t.notRegex(text, /\[DONE\]|message_stop|response\.completed|"half/);
			t.like({outcome, status, code: error?.code}, {outcome: 'failed', status: 200, code: 'upstream_timeout'});
			await upstream.aborted();
		});
	}
}

test('a connection that does not stand in time is a 504', async t => {
	// A TCP connection stands at once on one machine; a TLS connection stands after its handshake.
	const server: Server = createServer(socket => void socket.resume().on('error', () => {}));
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	t.teardown(() => void server.close());
	const baseUrl = `https://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
	const {gateway, closed} = await rig(t, {plugins: [openai({name: 'deaf', baseUrl, timeouts: {connectMs: limitMs}})]});
	for (const stream of [false, true]) {
		const body = {...calls.chat, model: 'deaf.m', stream};
		const [got, {error}] = await Promise.all([send({gateway}, '/v1/chat/completions', {body}), closed()]);
		t.is(got.status, 504);
		t.like(JSON.parse(got.body.toString()), forms.chat.timeout);
		t.regex(String(error?.message), /could not be connected to within 200 ms/);
	}
});

test('each provider has its own limits', async t => {
	const other = await provider(t, reply.silence());
	const {gateway, closed} = await rig(t, {
		answer: reply.json({ok: true}),
		timeouts: {firstByteMs: 60_000},
		plugins: [
			openai({name: 'hasty', baseUrl: `${other.url}/v1`, timeouts: {firstByteMs: limitMs}}),
			anthropic({name: 'patient', baseUrl: other.url}),
		],
		routing: {fallbacks: {'hasty.*': ['openai.gpt-4o']}},
	});
	const body = {...calls.chat, model: 'hasty.gpt-4o'};
	const [got, {attempts}] = await Promise.all([send({gateway}, '/v1/chat/completions', {body}), closed()]);
	t.is(got.body.toString(), '{"ok":true}');
	t.like(attempts, [
		{provider: 'hasty', error: 'upstream_timeout'},
		{provider: 'openai', status: 200},
	]);
});
