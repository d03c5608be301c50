/** What a translating gateway does beside translating: statuses, headers, answers that came in another way than they were asked for. */

import test, {type ExecutionContext} from 'ava';
import {anthropicCompatible, auth, openaiCompatible, routing, translate} from 'tapgate/plugins';
import {reply, startGateway, startUpstream} from 'tapgate/testing';

const said = [{role: 'user', content: 'hello'}];

/** A gateway before one provider of each family. */
async function running(t: ExecutionContext) {
	const upstream = await startUpstream(reply.json({}));
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			anthropicCompatible({name: 'claude', baseUrl: upstream.url}),
			openaiCompatible({name: 'gpt', baseUrl: `${upstream.url}/v1`}),
			routing(),
			translate(),
		],
	});
	t.teardown(async () => {
		await gateway.stop();
		await upstream.stop();
	});
	return {
		upstream,
		chat: (more: object = {}) => gateway.post('/v1/chat/completions', {model: 'claude.m', messages: said, ...more}),
		messages: (more: object = {}, path = '/v1/messages') =>
			gateway.post(path, {model: 'gpt.m', max_tokens: 9, messages: said, ...more}),
	};
}

const completion = {
	id: 'chatcmpl-1',
	object: 'chat.completion',
	created: 1_700_000_000,
	model: 'm',
	choices: [{index: 0, message: {role: 'assistant', content: 'Hi'}, finish_reason: 'stop'}],
	usage: {prompt_tokens: 5, completion_tokens: 1, total_tokens: 6},
};

test('row 84: an answer in one piece to a call that asked for a stream becomes a stream', async t => {
	const {upstream, messages} = await running(t);
	upstream.answer(reply.json(completion));

	const answer = await messages({stream: true});
	const text = await answer.text();

	t.regex(answer.headers.get('content-type') ?? '', /^text\/event-stream/);
	t.regex(text, /^event: message_start/);
	t.regex(text, /"text_delta","text":"Hi"/);
	t.is(text.match(/event: message_stop/g)?.length, 1);
});

test('rows 84 and 87: an error to a call that asked for a stream is an error of the client’s format, and no stream', async t => {
	const {upstream, messages} = await running(t);
	upstream.answer(reply.json({error: {message: 'no such deployment', type: 'x', param: null, code: null}}, 404));

	const answer = await messages({stream: true});

	t.is(answer.status, 404);
	t.like(await answer.json(), {type: 'error', error: {type: 'not_found_error'}});
});

test('row 86: the head of a translated stream forbids proxies to hold it back', async t => {
	const {upstream, messages} = await running(t);
	upstream.answer(reply.json(completion));

	const answer = await messages({stream: true});
	await answer.text();

	t.is(answer.headers.get('x-accel-buffering'), 'no');
	t.is(answer.headers.get('content-length'), null);
});

test('rows 87, 88 and 94: an overloaded provider, in the words of either client, with the time to wait', async t => {
	const {upstream, chat, messages} = await running(t);
	const overloaded = {type: 'error', error: {type: 'overloaded_error', message: 'Overloaded'}, request_id: 'req_1'};
	const headers = {'retry-after': '7', 'x-should-retry': 'true', 'anthropic-ratelimit-requests-remaining': '0'};
	upstream.answer(reply.json(overloaded, 529, headers));

	const toChat = await chat();

	t.is(toChat.status, 529);
	t.like(await toChat.json(), {error: {type: 'server_error', code: 'upstream_error'}});
	for (const [name, value] of Object.entries(headers)) t.is(toChat.headers.get(name), value);

	upstream.answer(reply.json({error: {message: 'busy', type: 'server_error', param: null, code: null}}, 503));
	const toMessages = await messages();

	t.is(toMessages.status, 503);
	t.like(await toMessages.json(), {type: 'error', error: {type: 'overloaded_error'}});
});

test('row 93: a page of a proxy is told with its status, and never shown', async t => {
	const {upstream, chat} = await running(t);
	upstream.answer(reply.bytes('<html>Bad gateway</html>', {'content-type': 'text/html'}, 502));

	const answer = await chat();
	const text = await answer.text();

	t.is(answer.status, 502);
	t.false(text.includes('<html>'));
	t.like(JSON.parse(text), {error: {code: 'upstream_error'}});
});

test('row 148: a query that only the client’s format knows stays behind', async t => {
	const {upstream, messages} = await running(t);
	upstream.answer(reply.json(completion));

	const answer = await messages({}, '/v1/messages?beta=true');

	t.is(answer.status, 200);
	t.is(upstream.requests.at(-1)?.url, '/v1/chat/completions');
});

test('row 150: servers that Anthropic itself would connect to cannot be asked for elsewhere', async t => {
	const {upstream, messages} = await running(t);

	const answer = await messages({mcp_servers: [{type: 'url', url: 'https://example.com', name: 'x'}]});

	t.is(answer.status, 400);
	t.regex(await answer.text(), /mcp_servers/);
	t.is(upstream.requests.length, 0);
});

test('row 142: plain or streamed, an answer names the model as the provider does', async t => {
	const {upstream, messages} = await running(t);
	const model = 'm-2026-08-01';
	const chunk = (delta: object, finish: string | null) => ({
		id: 'chatcmpl-1',
		object: 'chat.completion.chunk',
		created: 1_700_000_000,
		model,
		choices: [{index: 0, delta, finish_reason: finish}],
	});
	upstream.answer(
		reply.json(Object.assign({}, completion, {model})),
		reply.events([chunk({role: 'assistant', content: 'Hi'}, null), chunk({}, 'stop'), '[DONE]']),
	);

	t.like(await (await messages()).json(), {model});
	t.true((await (await messages({stream: true})).text()).includes(`"model":"${model}"`));
});
