/** Another target is asked when one fails, until the first byte of an answer has reached the client. */

import type {Socket} from 'node:net';
import test, {type ExecutionContext} from 'ava';
import {definePlugin, GatewayError} from 'tapgate';
import {anthropic, openai} from 'tapgate/plugins';
import {type Answer, reply} from 'tapgate/testing';
import {calls, provider, providerKey, type RigOptions, rig, send} from './support.js';

const whole = {
	id: 'chatcmpl-2',
	object: 'chat.completion',
	choices: [],
	usage: {prompt_tokens: 1, completion_tokens: 2},
};
const chunks = reply.events([{choices: [{index: 0, delta: {content: 'hi'}, finish_reason: 'stop'}]}, '[DONE]']);
const failed = (status: number): Answer =>
	reply.json({error: {message: `no: ${status}`, type: 'server_error', param: null, code: null}}, status);
const cutStream: Answer = (_request, response) => {
	response.writeHead(200, {'content-type': 'text/event-stream'});
	response.write(': wait\n\ndata: {"choices', () => response.destroy());
};

/** A rig with a second provider of each kind, which is asked when the first fails. */
async function twoTargets(t: ExecutionContext, options: RigOptions = {}) {
	const second = await provider(t, (request, response, incoming) => {
		const {stream = false} = request.json() as {stream?: boolean};
		return (stream ? chunks : reply.json(whole))(request, response, incoming);
	});
	const first = await rig(t, {
		...options,
		plugins: [
			openai({name: 'second', baseUrl: `${second.url}/v1`, apiKey: 'key-of-the-second'}),
			anthropic({name: 'other', baseUrl: second.url, apiKey: 'key-of-the-second'}),
		],
		routing: {fallbacks: {'openai.*': ['second.gpt-4o-mini'], 'anthropic.*': ['other.claude-haiku-4-5']}},
	});
	return {...first, second};
}

const path = '/v1/chat/completions';
const failures: Readonly<Record<string, {answer: Answer; code: string; modes: readonly boolean[]; status?: number}>> = {
	'a 500': {answer: failed(500), code: 'upstream_error', status: 500, modes: [false, true]},
	'a 429': {answer: failed(429), code: 'upstream_error', status: 429, modes: [false, true]},
	'a 529': {answer: failed(529), code: 'upstream_error', status: 529, modes: [false, true]},
	'a 503 of a proxy': {
		answer: reply.bytes('<html>', {'content-type': 'text/html'}, 503),
		code: 'upstream_error',
		status: 503,
		modes: [false, true],
	},
	'a wrong key of the gateway': {answer: failed(401), code: 'upstream_error', status: 401, modes: [false]},
	'a model that it does not know': {answer: failed(404), code: 'upstream_error', status: 404, modes: [false]},
	'a redirection': {
		answer: reply.bytes('', {location: '/'}, 302),
		code: 'upstream_invalid',
		modes: [false, true],
	},
	'an error that says it is a success': {
		answer: reply.json({error: {message: 'Overloaded', type: 'server_error'}}),
		code: 'upstream_error',
		status: 502,
		modes: [false, true],
	},
	'an error that says so beside its status': {
		answer: reply.bytes('{"user_id":"u",\n "error" :\n{"message":"Slow down","code":429}}', {
			'content-type': 'application/json',
		}),
		code: 'upstream_error',
		status: 429,
		modes: [false, true],
	},
	'a word of error': {
		answer: reply.json({error: 'no such model'}),
		code: 'upstream_error',
		status: 502,
		modes: [false],
	},
	'a reset': {answer: reply.reset(), code: 'upstream_unreachable', modes: [false, true]},
	silence: {answer: reply.silence(), code: 'upstream_timeout', modes: [false, true]},
	'half an answer': {
		answer: (_request, response) => {
			response.writeHead(200, {'content-type': 'application/json', 'content-length': '100'});
			response.write('{"id":', () => response.destroy());
		},
		code: 'upstream_invalid',
		modes: [false],
	},
	'an error for a first event': {
		answer: reply.events([{error: {message: 'Overloaded', type: 'server_error', param: null, code: null}}]),
		code: 'upstream_error',
		status: 200,
		modes: [true],
	},
	'a stream that breaks in its first event': {answer: cutStream, code: 'upstream_invalid', modes: [true]},
	'a stream without events': {answer: reply.events(': wait\n\n'), code: 'upstream_invalid', modes: [true]},
};

for (const [what, {answer, code, status, modes}] of Object.entries(failures)) {
	for (const stream of modes) {
		test(`${what} sends a ${stream ? 'streamed' : 'plain'} call to the next target`, async t => {
			const {gateway, upstream, second, closed} = await twoTargets(t, {
				answer,
				timeouts: {firstByteMs: what === 'silence' ? 20 : 0},
			});
			const body = {...calls.chat, stream};
			const [got, exchange] = await Promise.all([send({gateway}, path, {body}), closed()]);
			t.is(got.status, 200);
			t.is(got.headers['x-tapgate-attempts'], '2');
			t.is(got.headers['x-tapgate-target'], 'second.gpt-4o-mini');
			t.true(
				stream ? got.body.toString().endsWith('data: [DONE]\n\n') : got.body.equals(Buffer.from(JSON.stringify(whole))),
			);
			t.is(upstream.requests.length, 1);
			t.is(upstream.requests[0]?.headers.authorization, `Bearer ${providerKey}`);
			t.like(second.requests[0]?.json(), {model: 'gpt-4o-mini', messages: calls.chat.messages});
			t.is(second.requests[0]?.headers.authorization, 'Bearer key-of-the-second');
			t.is(exchange.outcome, 'ok');
			t.is(exchange.error, undefined);
			t.like(exchange.target, {provider: 'second', model: 'gpt-4o-mini'});
			t.like(exchange.attempts, [
				{provider: 'openai', model: 'gpt-4o', error: code},
				{provider: 'second', model: 'gpt-4o-mini', status: 200},
			]);
			t.is(exchange.attempts[0]?.status, status);
		});
	}
}

for (const stream of [false, true]) {
	test(`a provider that is away sends a ${stream ? 'streamed' : 'plain'} call to the next target`, async t => {
		const {gateway, upstream, closed} = await twoTargets(t);
		await upstream.stop();
		const [got, {attempts}] = await Promise.all([send({gateway}, path, {body: {...calls.chat, stream}}), closed()]);
		t.is(got.status, 200);
		t.is(got.headers['x-tapgate-target'], 'second.gpt-4o-mini');
		t.like(attempts, [{provider: 'openai', error: 'upstream_unreachable'}, {provider: 'second'}]);
	});
}

test('a message stream that begins with an error goes to the next target, whatever pings come before', async t => {
	const overloaded =
		'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n';
	const answer = reply.events(`event: ping\ndata: {"type": "ping"}\n\n${overloaded}`);
	const {gateway, second} = await twoTargets(t, {answer});
	const good = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
	second.answer(reply.events(good));
	const got = await send({gateway}, '/v1/messages', {body: {...calls.messages, stream: true}});
	t.is(got.headers['x-tapgate-target'], 'other.claude-haiku-4-5');
	t.is(got.body.toString(), good);
});

for (const [what, status, headers, begin] of [
	[
		'a stream that began with an error',
		200,
		{'content-type': 'text/event-stream'},
		'data: {"error":{"message":"no"}}\n\n',
	],
	['a redirection', 307, {location: '/'}, 'moved'],
] as const) {
	test(`${what} is let go of when another target is asked, though it goes on`, async t => {
		const {gateway, upstream} = await twoTargets(t, {
			answer: (_request, response) => void response.writeHead(status, headers).write(begin),
		});
		const got = await send({gateway}, path, {body: {...calls.chat, stream: true}});
		t.is(got.headers['x-tapgate-target'], 'second.gpt-4o-mini');
		await upstream.aborted();
	});
}

test('an error that says it is a success is told as an error when nobody else is left, without the key that it quotes', async t => {
	const {gateway, second, closed} = await twoTargets(t, {answer: failed(500)});
	second.answer(reply.json({error: {message: 'Slow down, key-of-the-second', code: 429}}, 200, {'retry-after': '7'}));
	const [got, {status, outcome}] = await Promise.all([send({gateway}, path, {body: calls.chat}), closed()]);
	t.is(got.status, 429);
	t.is(got.headers['retry-after'], '7');
	t.like(JSON.parse(got.body.toString()), {error: {type: 'rate_limit_error', code: 'upstream_error'}});
	t.regex(got.body.toString(), /answered 200: Slow down, \[redacted\]/);
	t.deepEqual({status, outcome}, {status: 429, outcome: 'failed'});
});

for (const [what, answer] of Object.entries({
	'an answer with an error beside it': {id: 'c', object: 'chat.completion', choices: [], error: {message: 'cut short'}},
	'an answer that speaks of errors': {id: 'c', choices: [{message: {content: '{"error":{"message":"x"}}'}}]},
	'a null for an error': {error: null, answer: 'x'},
	'a response that has failed': {object: 'response', status: 'failed', error: {code: 'x', message: 'y'}, output: []},
})) {
	test(`${what} is the client's to read, to the byte`, async t => {
		const {gateway, second} = await twoTargets(t, {answer: reply.json(answer)});
		const got = await send({gateway}, path, {body: calls.chat});
		t.is(got.status, 200);
		t.is(got.body.toString(), JSON.stringify(answer));
		t.is(second.requests.length, 0);
	});
}

for (const status of [400, 413, 422]) {
	test(`a ${status} is the fault of the request: nobody else is asked`, async t => {
		const {gateway, second, closed} = await twoTargets(t, {answer: failed(status)});
		const [got, {attempts}] = await Promise.all([send({gateway}, path, {body: calls.chat}), closed()]);
		t.is(got.status, status);
		t.regex(got.body.toString(), new RegExp(`no: ${status}`));
		t.is(got.headers['x-tapgate-attempts'], '1');
		t.is(second.requests.length, 0);
		t.is(attempts.length, 1);
	});
}

test('nobody else is asked once the client has seen the first event', async t => {
	const {gateway, second, closed} = await twoTargets(t, {
		answer: reply.events([{choices: [{index: 0, delta: {content: 'hi'}}]}, '[DONE]'], {cutAfter: 60}),
	});
	const [got, {outcome, attempts}] = await Promise.all([
		send({gateway}, path, {body: {...calls.chat, stream: true}}),
		closed(),
	]);
	t.is(got.status, 200);
	t.regex(got.body.toString(), /^data: {"choices".+\n\ndata: {"error".+\n\n$/);
	t.is(outcome, 'failed');
	t.is(attempts.length, 1);
	t.is(second.requests.length, 0);
});

test('a fallback that the key may not use is not asked', async t => {
	const {gateway, second} = await twoTargets(t, {answer: failed(500), allow: ['openai.*']});
	const got = await send({gateway}, path, {body: calls.chat});
	t.is(got.status, 500);
	t.is(got.headers['x-tapgate-target'], 'openai.gpt-4o');
	t.is(second.requests.length, 0);
});

test('when every target fails the client is told of the last', async t => {
	const {gateway, upstream, second, closed} = await twoTargets(t, {answer: failed(500)});
	second.answer(failed(503));
	const [got, {outcome, error, attempts, status}] = await Promise.all([
		send({gateway}, path, {body: calls.chat}),
		closed(),
	]);
	t.is(got.status, 503);
	t.regex(got.body.toString(), /no: 503/);
	t.is(got.headers['x-tapgate-attempts'], '2');
	t.is(got.headers['x-tapgate-target'], 'second.gpt-4o-mini');
	t.is(outcome, 'failed');
	t.is(status, 503);
	t.is(error?.code, 'upstream_error');
	t.like(attempts, [{status: 500}, {status: 503}]);
	await Promise.all([upstream.stop(), second.stop()]);
	const [away] = await Promise.all([send({gateway}, path, {body: calls.chat}), closed()]);
	t.is(away.status, 502);
	t.like(JSON.parse(away.body.toString()), {error: {code: 'upstream_unreachable', type: 'server_error'}});
});

/** Answers the first call of every connection, and closes those that are used again. */
function stale(answer: Answer): Answer {
	const used = new WeakSet<Socket>();
	return (request, response, incoming) => {
		if (used.has(incoming.socket)) return void incoming.socket.destroy();
		used.add(incoming.socket);
		return answer(request, response, incoming);
	};
}

for (const stream of [false, true]) {
	const mode = stream ? 'streamed' : 'plain';
	const body = {...calls.chat, stream};

	test(`a kept connection that has died costs a ${mode} call nothing: the same target is asked again`, async t => {
		const {gateway, second, closed} = await twoTargets(t, {answer: stale(stream ? chunks : reply.json(whole))});
		for (const attempts of ['1', '2']) {
			const [got, exchange] = await Promise.all([send({gateway}, path, {body}), closed()]);
			t.is(got.status, 200);
			t.is(got.headers['x-tapgate-attempts'], attempts);
			t.is(got.headers['x-tapgate-target'], 'openai.gpt-4o');
			t.is(exchange.outcome, 'ok');
		}
		t.is(second.requests.length, 0);
	});
}

test('the same target is asked again once only', async t => {
	const open: (() => void)[] = [];
	const together: Answer = async (request, response, incoming) => {
		await new Promise<void>(resolve => {
			open.push(resolve);
			if (open.length >= 2) for (const answer of open) answer();
		});
		return chunks(request, response, incoming);
	};
	const {gateway, closed} = await twoTargets(t, {answer: stale(together)});
	const body = {...calls.chat, stream: true};
	await Promise.all([1, 2].flatMap(() => [send({gateway}, path, {body}), closed()]));
	const [got, {attempts}] = await Promise.all([send({gateway}, path, {body}), closed()]);
	t.is(got.status, 200);
	t.deepEqual(
		attempts.map(({provider}) => provider),
		['openai', 'openai', 'second'],
	);
});

/** Refuses some providers in one of the hooks of an attempt, and says which were about to be asked. */
function picky(hook: 'prepare' | 'sign' | 'send', refusals: Readonly<Record<string, number>>) {
	const seen: string[] = [];
	const judge = ({provider}: {readonly provider: {readonly name: string}}) => {
		seen.push(provider.name);
		const status = refusals[provider.name];
		if (status !== undefined) throw new GatewayError('picky', status, `not ${provider.name}`);
		return undefined;
	};
	const plugin = definePlugin({
		name: 'picky',
		apply({hooks}) {
			if (hook === 'prepare') hooks.prepare.tap('picky', (_, attempt) => judge(attempt));
			if (hook === 'send') hooks.send.tap('picky', (_, attempt) => judge(attempt));
			if (hook === 'sign')
				for (const name of ['openai', 'second']) hooks.sign.for(name).tap('picky', (_, attempt) => judge(attempt));
		},
	});
	return {plugin: plugin(), seen};
}

for (const hook of ['prepare', 'sign', 'send'] as const) {
	test(`a target that a plugin refuses in ${hook} is passed over for the next`, async t => {
		const {plugin, seen} = picky(hook, {openai: 429});
		const {gateway, upstream, closed} = await twoTargets(t, {before: [plugin]});
		const [got, {attempts, outcome}] = await Promise.all([send({gateway}, path, {body: calls.chat}), closed()]);
		t.is(got.status, 200);
		t.is(got.headers['x-tapgate-target'], 'second.gpt-4o-mini');
		t.is(got.headers['x-tapgate-attempts'], '1', 'who was not asked is no attempt');
		t.is(upstream.requests.length, 0);
		t.deepEqual(seen, ['openai', 'second']);
		t.like(attempts, [{provider: 'second', status: 200}]);
		t.is(attempts.length, 1);
		t.is(outcome, 'ok');
	});

	test(`a fallback that a plugin refuses in ${hook} does not hide why the first target failed`, async t => {
		const {plugin} = picky(hook, {second: 429});
		const {gateway, second, closed} = await twoTargets(t, {before: [plugin], answer: failed(503)});
		const [got, exchange] = await Promise.all([send({gateway}, path, {body: calls.chat}), closed()]);
		t.is(got.status, 503);
		t.regex(got.body.toString(), /no: 503/);
		t.is(got.headers['x-tapgate-target'], 'openai.gpt-4o');
		t.is(second.requests.length, 0);
		t.is(exchange.attempts.length, 1);
		t.is(exchange.error?.code, 'upstream_error');
		t.is(exchange.outcome, 'failed');
	});
}

test('when a plugin refuses every target the client is told what it said of the first', async t => {
	const {plugin, seen} = picky('prepare', {openai: 429, second: 402});
	const {gateway, closed} = await twoTargets(t, {before: [plugin]});
	const [got, {attempts, outcome, error}] = await Promise.all([send({gateway}, path, {body: calls.chat}), closed()]);
	t.is(got.status, 429);
	t.regex(got.body.toString(), /not openai/);
	t.deepEqual(seen, ['openai', 'second']);
	t.is(attempts.length, 0);
	t.is(outcome, 'refused');
	t.is(error?.code, 'picky');
});

test('a refusal that is the fault of the request ends the call', async t => {
	const {plugin, seen} = picky('prepare', {openai: 400});
	const {gateway, second} = await twoTargets(t, {before: [plugin]});
	t.is((await send({gateway}, path, {body: calls.chat})).status, 400);
	t.deepEqual(seen, ['openai']);
	t.is(second.requests.length, 0);
});
