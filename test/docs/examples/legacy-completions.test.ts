import test, {type ExecutionContext} from 'ava';
import {definePlugin, type Loss, type Usage} from 'tapgate';
import {auth, openaiCompatible, routing} from 'tapgate/plugins';
import {reply, startGateway, startUpstream} from 'tapgate/testing';
import {legacyCompletions} from '../../../docs/examples/legacy-completions.js';
import {clients, eventsOf} from './calls.js';

const usage = {prompt_tokens: 5, completion_tokens: 2, total_tokens: 7};
const chat = {
	id: 'chatcmpl-1',
	object: 'chat.completion',
	created: 1_700_000_000,
	model: 'small',
	choices: [{index: 0, message: {role: 'assistant', content: 'hi there'}, finish_reason: 'stop'}],
	usage,
};
const chunk = (choices: readonly object[], more: object = {}) => ({
	id: 'chatcmpl-1',
	object: 'chat.completion.chunk',
	created: 1_700_000_000,
	model: 'small',
	choices,
	...more,
});
const stream = [
	chunk([{index: 0, delta: {role: 'assistant', content: ''}, finish_reason: null}]),
	chunk([{index: 0, delta: {content: 'hi'}, finish_reason: null}]),
	chunk([{index: 0, delta: {content: ' there'}, finish_reason: null}]),
	chunk([{index: 0, delta: {}, finish_reason: 'length'}]),
	chunk([], {usage}),
	'[DONE]',
];

/** A provider that speaks chats only, behind the plugin. */
async function behindTranslation(t: ExecutionContext) {
	const records: {usage: Usage | undefined; losses: readonly Loss[]}[] = [];
	const book = definePlugin({
		name: 'book',
		apply: ({hooks}) =>
			hooks.record.tap('book', exchange => void records.push({usage: exchange.usage, losses: exchange.losses})),
	});
	const upstream = await startUpstream(reply.json(chat));
	t.teardown(upstream.stop);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'p', baseUrl: `${upstream.url}/v1`}),
			routing(),
			legacyCompletions(),
			book(),
		],
	});
	t.teardown(gateway.stop);
	return {gateway, upstream, records};
}

test('a plain completion becomes a chat and its answer a completion', async t => {
	const {gateway, upstream, records} = await behindTranslation(t);
	const {openai} = clients(gateway);

	const completion = await openai.completions.create({model: 'p.small', prompt: 'Say hi', max_tokens: 7, stop: '.'});

	t.like(completion, {object: 'text_completion', model: 'small', usage});
	t.deepEqual(completion.choices as unknown, [{text: 'hi there', index: 0, logprobs: null, finish_reason: 'stop'}]);
	t.is(upstream.requests[0]?.url, '/v1/chat/completions');
	t.deepEqual(upstream.requests[0]?.json(), {
		model: 'small',
		messages: [{role: 'user', content: 'Say hi'}],
		max_tokens: 7,
		stop: '.',
	});
	await gateway.stop();
	t.is(records[0]?.usage?.output.total, 2);
});

test('a streamed completion becomes a streamed chat; usage is counted, and told to those who asked', async t => {
	const {gateway, upstream, records} = await behindTranslation(t);
	upstream.answer(reply.events(stream, {chunkBytes: 11}));
	const {openai} = clients(gateway);
	let text = '';
	let reason: string | null = null;

	for await (const part of await openai.completions.create({model: 'p.small', prompt: ['Say hi'], stream: true})) {
		text += part.choices[0]?.text ?? '';
		reason = part.choices[0]?.finish_reason ?? reason;
		t.is(part.object, 'text_completion');
		t.is(part.usage, undefined);
	}

	t.is(text, 'hi there');
	t.is(reason, 'length');
	t.like(upstream.requests[0]?.json(), {max_tokens: 16, stream: true, stream_options: {include_usage: true}});
	const asked = await gateway.post('/v1/completions', {
		model: 'p.small',
		prompt: 'Say hi',
		stream: true,
		stream_options: {include_usage: true},
	});
	const events = await eventsOf(asked);
	t.is(events.at(-1), 'data: [DONE]\n\n');
	t.true(events.at(-2)?.includes('"usage":{"prompt_tokens":5'));
	await gateway.stop();
	t.deepEqual(
		records.map(record => record.usage?.input.total),
		[5, 5],
	);
});

test('what a chat cannot carry is told', async t => {
	const {gateway, records} = await behindTranslation(t);

	const response = await gateway.post('/v1/completions', {
		model: 'p.small',
		prompt: 'Say hi',
		suffix: '!',
		echo: false,
		logprobs: 3,
	});
	await response.text();

	t.is(response.status, 200);
	t.is(
		response.headers.get('x-tapgate-losses'),
		'suffix: chat completions have no such field; logprobs: chat completions have no such field',
	);
	await gateway.stop();
	t.deepEqual(
		records[0]?.losses.map(({path}) => path),
		['suffix', 'logprobs'],
	);
});

test('a prompt that is no text is refused and not guessed at', async t => {
	const {gateway, upstream} = await behindTranslation(t);

	for (const prompt of [[1, 2, 3], ['one', 'two'], undefined]) {
		const response = await gateway.post('/v1/completions', {model: 'p.small', prompt});
		t.is(response.status, 400);
		t.like(await response.json(), {error: {code: 'prompt_not_text', param: 'prompt'}});
	}
	t.is(upstream.requests.length, 0);
});

test('an error of the provider arrives as an error, before and within a stream', async t => {
	const {gateway, upstream} = await behindTranslation(t);
	upstream.answer(reply.json({error: {message: 'too many', type: 'x', param: null, code: 'y'}}, 429));
	const refused = await gateway.post('/v1/completions', {model: 'p.small', prompt: 'hi'});
	t.is(refused.status, 429);
	t.like(await refused.json(), {error: {code: 'upstream_error'}});

	upstream.answer(reply.events([...stream.slice(0, 2), {error: {message: 'out of memory'}}]));
	const broken = await eventsOf(await gateway.post('/v1/completions', {model: 'p.small', prompt: 'hi', stream: true}));
	t.true(broken.at(-1)?.includes('out of memory'));
});

test('chats, and completions of providers that speak them, are left alone', async t => {
	const upstream = await startUpstream(reply.json({}));
	t.teardown(upstream.stop);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'p', baseUrl: `${upstream.url}/v1`, dialects: ['openai-chat', 'openai-completions']}),
			routing(),
			legacyCompletions(),
		],
	});
	t.teardown(gateway.stop);
	const body = '{"model":"p.small", "prompt":["a","b"],"suffix":"!"}';

	await (await gateway.post('/v1/completions', body)).text();

	t.is(upstream.requests[0]?.url, '/v1/completions');
	t.is(upstream.requests[0]?.body.toString(), body.replace('p.small', 'small'));
});
