/** GLM's tokens and GLM's errors. */

import {createHmac} from 'node:crypto';
import test from 'ava';
import {reply, startGateway} from '../../../config/testing/index.js';
import {auth, glm, mock, routing, translate} from '../../../plugins/index.js';
import {tokenMaker} from '../../../plugins/providers/glm/token.js';
import {chatCall, messagesCall, openGateway, upstream} from './gateway.js';

const key = 'the-id.the-secret';

/** The parts of a token whose signature is right. */
function opened(token: string): {header: unknown; payload: {api_key: string; exp: number; timestamp: number}} {
	const [header = '', payload = '', signature] = token.split('.');
	const right = createHmac('sha256', 'the-secret').update(`${header}.${payload}`).digest('base64url');
	if (signature !== right) throw new Error('the signature is wrong');
	const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
	return {header: read(header), payload: read(payload) as ReturnType<typeof opened>['payload']};
}

test('a call shows a token that is signed with the second half of the key, all times in milliseconds', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(t, glm({baseUrl: server.url, apiKey: key, auth: 'jwt'}));
	const before = Date.now();
	for (let call = 0; call < 2; call++) await gateway.post('/v1/chat/completions', chatCall('glm.m'));
	const after = Date.now();
	const [first = '', second] = server.requests.map(({headers}) => String(headers.authorization));
	t.is(first, second ?? '');
	t.regex(first, /^Bearer /);
	const {header, payload} = opened(first.slice('Bearer '.length));
	t.deepEqual(header, {alg: 'HS256', sign_type: 'SIGN'});
	t.is(payload.api_key, 'the-id');
	t.true(payload.timestamp >= before && payload.timestamp <= after);
	t.is(payload.exp - payload.timestamp, 30 * 60_000);
	t.false(JSON.stringify(server.requests[0]?.headers).includes('the-secret'));
});

test('a token is used until shortly before it expires', t => {
	let now = 1_700_000_000_000;
	const token = tokenMaker(key, () => now);
	const first = token();
	const {exp} = opened(first).payload;
	now = exp - 3 * 60_000 - 1;
	t.is(token(), first);
	now += 1;
	const second = token();
	t.not(second, first);
	t.is(opened(second).payload.timestamp, now);
	t.is(token(), second);
});

test('a token that the provider quotes does not reach the client', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(t, glm({baseUrl: server.url, apiKey: key, auth: 'jwt'}));
	const error = (token: unknown) => ({error: {code: '1002', message: `no: ${token}`}});
	for (const answer of [
		(token: unknown) => reply.json(error(token), 401),
		(token: unknown) => reply.json(error(token)),
		(token: unknown) => reply.events([error(token)]),
	]) {
		server.answer((seen, response, incoming) => answer(seen.headers.authorization)(seen, response, incoming));
		const text = await (await gateway.post('/v1/chat/completions', chatCall('glm.m'))).text();
		t.regex(text, /no: Bearer \[redacted\]/);
	}
});

/** HTTP status and business code, as GLM sends them, and the status that the client is told. */
const meanings: readonly [number, string, number][] = [
	[401, '1000', 401],
	[400, '1001', 401],
	[401, '1002', 401],
	[401, '1003', 401],
	[401, '1004', 401],
	[429, '1112', 403],
	[429, '1113', 402],
	[429, '1121', 403],
	[400, '1210', 400],
	[400, '1211', 404],
	[400, '1213', 400],
	[400, '1214', 400],
	[434, '1220', 403],
	[400, '1261', 400],
	[400, '1301', 400],
	[429, '1302', 429],
	[429, '1303', 429],
	[400, '1305', 429],
	[429, '1308', 429],
	[429, '1309', 402],
	[429, '1310', 429],
	[400, '1311', 403],
	[429, '1312', 503],
	[500, '1234', 503],
	[500, '500', 500],
];

test('errors are told with the status that their code means, in the envelope of the client', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(t, glm({baseUrl: server.url, apiKey: key}));
	for (const [status, code, told] of meanings) {
		server.answer(reply.json({error: {code, message: `reason of ${code}`}}, status, {'retry-after': '7'}));
		for (const stream of [false, true]) {
			const response = await gateway.post('/v1/chat/completions', chatCall('glm.m', {stream}));
			t.is(response.status, told, code);
			t.is(response.headers.get('retry-after'), '7');
			const {error} = (await response.json()) as {error: {message: string; code: string}};
			t.is(error.message, `glm answered ${status} (code ${code}): reason of ${code}`);
			t.is(error.code, 'upstream_error');
		}
	}
});

test('a success that holds an error, or a stream that begins with one, is the failure that the code means', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(t, glm({baseUrl: server.url, apiKey: key}), translate());
	for (const [, code, told] of meanings) {
		const body = {error: {code, message: `reason of ${code}`}};
		for (const answer of [reply.json(body), reply.events([body])]) {
			server.answer(answer);
			for (const stream of [false, true]) {
				const chat = await gateway.post('/v1/chat/completions', chatCall('glm.m', {stream}));
				t.is(chat.status, told, code);
				t.like(await chat.json(), {error: {message: `glm answered 200 (code ${code}): reason of ${code}`}});
				const messages = await gateway.post('/v1/messages', messagesCall('glm.m', {stream}));
				t.is(messages.status, told, code);
				t.like(await messages.json(), {type: 'error'});
			}
		}
	}
});

test('an error in the middle of a stream is told to a client of another format as what it means', async t => {
	const chunk = {id: 'c', model: 'm', choices: [{index: 0, delta: {role: 'assistant', content: 'Hi'}}]};
	const server = await upstream(t);
	const gateway = await openGateway(t, glm({baseUrl: server.url, apiKey: key}), translate());
	const types = {'1113': 'billing_error', '1302': 'rate_limit_error', '1301': 'invalid_request_error'};
	for (const [code, type] of Object.entries(types)) {
		server.answer(reply.events([chunk, {error: {code, message: 'no more'}}]));
		const text = await (await gateway.post('/v1/messages', messagesCall('glm.m', {stream: true}))).text();
		t.true(text.includes(`"type":"${type}"`), text);
		t.true(text.includes('no more'));
		t.false(text.includes('message_stop'));
	}
});

test('the code, and not the HTTP status, decides whether another target is asked', async t => {
	const server = await upstream(t);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			glm({baseUrl: server.url, apiKey: key}),
			mock(),
			routing({fallbacks: {'glm.*': ['mock.echo']}}),
		],
	});
	t.teardown(gateway.stop);
	const cases = [
		[400, '1305', 200],
		[429, '1113', 200],
		[429, '1214', 400],
	] as const;
	for (const [status, code, told] of cases) {
		server.answer(reply.json({error: {code, message: 'no'}}, status));
		t.is((await gateway.post('/v1/chat/completions', chatCall('glm.m'))).status, told, code);
	}
});

test('a window that is used up says until when', async t => {
	const message = 'Usage limit reached for 5 hour. Your limit will reset at 2026-08-01 12:00:00';
	const server = await upstream(t, reply.json({error: {code: '1308', message}}, 429));
	const gateway = await openGateway(t, glm({baseUrl: server.url, apiKey: key}));
	const response = await gateway.post('/v1/chat/completions', chatCall('glm.glm-4.7'));
	t.is(response.status, 429);
	t.true((await response.text()).includes(message));
});

test('an error whose code is not known passes as it came', async t => {
	const body = '{"error":{"code":"1999","message":"something new"}}';
	const server = await upstream(t, reply.bytes(body, {'content-type': 'application/json'}, 418));
	const gateway = await openGateway(t, glm({baseUrl: server.url, apiKey: key}));
	const response = await gateway.post('/v1/chat/completions', chatCall('glm.m'));
	t.is(response.status, 418);
	t.is(await response.text(), body);
});

test('a format that GLM does not speak is refused when nobody translates', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(t, glm({baseUrl: server.url, apiKey: key}));
	const response = await gateway.post('/v1/messages', messagesCall('glm.m'));
	t.is(response.status, 400);
	t.regex(await response.text(), /glm speaks openai-chat and not anthropic-messages/);
});
