/** A success that no API would answer with: the client must not take it for one. */

import test from 'ava';
import {auth, openai, openaiCompatible, routing} from 'tapgate/plugins';
import {reply, startGateway, startUpstream} from 'tapgate/testing';
import {rig, send} from './support.js';

const page = '<!doctype html><html><body><form action="/login">Please log in</form></body></html>';
const json = {'content-type': 'application/json'};

const asked = {messages: [{role: 'user', content: 'hello'}]};
const calls: readonly [string, object][] = [
	['/v1/chat/completions', {model: 'openai.m', ...asked}],
	['/v1/chat/completions', {model: 'openai.m', stream: true, ...asked}],
	['/v1/responses', {model: 'openai.m', input: 'hello'}],
	['/v1/embeddings', {model: 'openai.m', input: 'hello'}],
	['/v1/messages', {model: 'anthropic.m', max_tokens: 9, ...asked}],
	['/v1/messages', {model: 'anthropic.m', max_tokens: 9, stream: true, ...asked}],
	['/v1/messages/count_tokens', {model: 'anthropic.m', ...asked}],
];

test('pages, nothing at all, lists and bare words are a 502', async t => {
	const {upstream, gateway, closed} = await rig(t);
	const bodies: readonly [string, Record<string, string>][] = [
		[page, {'content-type': 'text/html; charset=utf-8'}],
		[page, json],
		['', json],
		[' \r\n\t\n', json],
		['[{"choices":[]}]', json],
		['null', json],
		['OK', {}],
	];
	for (const [body, headers] of bodies) {
		upstream.answer(reply.bytes(body, headers));
		for (const [path, call] of calls) {
			const got = await send({gateway}, path, {body: call as Record<string, unknown>});
			t.is(got.status, 502, `${path} ${body.slice(0, 10)}`);
			t.false(got.body.toString().includes('log in'));
			t.regex(got.body.toString(), /answered 200 with (text\/html|application\/json|no content type) where JSON/);
			t.like(await closed(), {outcome: 'failed', error: {code: 'upstream_invalid'}});
		}
	}
});

test('JSON behind white space is an answer, and keeps its bytes', async t => {
	const {upstream, gateway, closed} = await rig(t);
	const body = '\n\n\n {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7}}';
	upstream.answer(reply.bytes(body, json));
	const got = await send({gateway}, '/v1/chat/completions', {body: {model: 'openai.m', ...asked}});
	t.is(got.status, 200);
	t.is(got.body.toString(), body);
	t.like((await closed()).usage, {input: {total: 3}, output: {total: 4}});
});

test('the next target is asked', async t => {
	const [wrong, right] = [
		await startUpstream(reply.bytes(page, {'content-type': 'text/html'})),
		await startUpstream(reply.json({choices: []})),
	];
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openai({baseUrl: `${wrong.url}/v1`, apiKey: 'k'}),
			openaiCompatible({name: 'spare', baseUrl: `${right.url}/v1`, apiKey: 'k'}),
			routing({fallbacks: {'openai.*': ['spare.m']}}),
		],
	});
	t.teardown(async () => {
		await gateway.stop();
		await Promise.all([wrong.stop(), right.stop()]);
	});
	const response = await gateway.post('/v1/chat/completions', {model: 'openai.m', ...asked});
	t.is(response.status, 200);
	t.is(response.headers.get('x-tapgate-target'), 'spare.m');
});

test('what is passed through unread may be anything', async t => {
	const upstream = await startUpstream(reply.bytes(page, {'content-type': 'text/html'}));
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openai({baseUrl: `${upstream.url}/v1`, apiKey: 'k'}),
			routing({defaults: {openai: 'openai'}}),
		],
	});
	t.teardown(async () => {
		await gateway.stop();
		await upstream.stop();
	});
	const response = await gateway.get('/v1/files/f-1/content');
	t.is(await response.text(), page);
});
