import test from 'ava';
import {anthropicCompatible, auth, mock, openaiCompatible, routing} from 'tapgate/plugins';
import {basics, reply, startGateway, startUpstream} from 'tapgate/testing';
import {disclosure} from '../../../docs/examples/disclosure.js';
import {asking, clients, eventsOf, textOf} from './calls.js';

const notice = '— written by an AI';
const ended = `hello there\n\n${notice}`;

test('the official clients read the notice at the end, streamed and plain', async t => {
	const gateway = await startGateway({plugins: [...basics(), disclosure({notice})]});
	t.teardown(gateway.stop);
	const {openai, anthropic} = clients(gateway);

	const chat = await openai.chat.completions.create(asking('hello there'));
	t.is(chat.choices[0]?.message.content, ended);
	t.is(await openai.chat.completions.stream(asking('hello there')).finalContent(), ended);

	t.is(textOf(await anthropic.messages.create(asking('hello there'))), ended);
	const message = await anthropic.messages.stream(asking('hello there')).finalMessage();
	t.is(textOf(message), ended);
	t.is(message.stop_reason, 'end_turn');
});

test('what is not changed keeps its bytes: spelling of numbers, padding, comments, line ends', async t => {
	const chat = [
		': a comment\n\n',
		'data: {"id":"c1", "choices":[{"index":0,"delta":{"role":"assistant","content":"hi"},"finish_reason":null}],"x":1.0}\n\n',
		'data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]   }\n\n',
		'data: [DONE]\n\n',
	];
	const messages = [
		'event: message_start\ndata: {"type":"message_start","message":{"id":"m1","content":[],"usage":{"input_tokens":1}}  }\n\n',
		'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
		'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"h\\u0069"}}\n\n',
		'event: content_block_stop\ndata: {"type":"content_block_stop","index":0    }\n\n',
		'event: ping\ndata: {"type": "ping"}\n\n',
		'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":1}}\n\n',
		'event: message_stop\ndata: {"type":"message_stop"}\n\n',
	];
	const upstream = await startUpstream();
	t.teardown(upstream.stop);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'chat', baseUrl: `${upstream.url}/v1`, streamUsage: false}),
			anthropicCompatible({name: 'claude', baseUrl: upstream.url}),
			routing(),
			disclosure({notice}),
		],
	});
	t.teardown(gateway.stop);
	const stream = {stream: true};

	upstream.answer(reply.events(chat.join(''), {chunkBytes: 7}));
	const chatEvents = await eventsOf(await gateway.post('/v1/chat/completions', {...asking('hi', 'chat.a'), ...stream}));
	t.deepEqual(
		chatEvents.filter(event => !event.includes(notice)),
		chat,
	);
	t.is(
		chatEvents.findIndex(event => event.includes(notice)),
		2,
		'behind the text, before the chunk that ends it',
	);

	upstream.answer(reply.events(messages.join(''), {chunkBytes: 7}));
	const messageEvents = await eventsOf(await gateway.post('/v1/messages', {...asking('hi', 'claude.a'), ...stream}));
	t.deepEqual(
		messageEvents.filter(event => !event.includes('"index":1')),
		messages,
	);
	t.deepEqual(
		messageEvents.slice(5, 8).map(event => event.split('\n')[0]),
		['event: content_block_start', 'event: content_block_delta', 'event: content_block_stop'],
	);
});

test('every choice of a chat gets the notice before its own end', async t => {
	const choice = (index: number, content: string | undefined, reason: string | null) => ({
		index,
		delta: content === undefined ? {} : {role: 'assistant', content},
		finish_reason: reason,
	});
	const upstream = await startUpstream(
		reply.events([
			{id: 'c', choices: [choice(0, 'a', null)]},
			{id: 'c', choices: [choice(1, 'b', null)]},
			{id: 'c', choices: [choice(1, undefined, 'stop')]},
			{id: 'c', choices: [choice(0, undefined, 'length')]},
			'[DONE]',
		]),
	);
	t.teardown(upstream.stop);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'chat', baseUrl: `${upstream.url}/v1`}),
			routing(),
			disclosure({notice}),
		],
	});
	t.teardown(gateway.stop);
	const {openai} = clients(gateway);

	const {choices} = await openai.chat.completions.stream({...asking('hi', 'chat.a'), n: 2}).finalChatCompletion();

	t.deepEqual(choices.map(({message}) => message.content).sort(), [`a\n\n${notice}`, `b\n\n${notice}`]);
});

test('calls of tools, answers for programs, errors and other formats are left alone', async t => {
	const models = {
		caller: {toolCall: {name: 'look', arguments: {at: 'sky'}}},
		broken: {error: {status: 503, message: 'busy'}},
	};
	const plugins = [auth({anonymous: true}), mock({models}), routing()];
	const plain = await startGateway({plugins});
	const noted = await startGateway({plugins: [...plugins, disclosure({notice})]});
	t.teardown(plain.stop);
	t.teardown(noted.stop);
	const json = {response_format: {type: 'json_object'}};
	const calls: [path: string, body: object][] = [
		['/v1/chat/completions', asking('hi', 'mock.caller')],
		['/v1/messages', asking('hi', 'mock.caller')],
		['/v1/chat/completions', {...asking('{"a":1}'), ...json}],
		['/v1/messages', {...asking('{"a":1}'), output_config: {format: {type: 'json_schema', schema: {}}}}],
		['/v1/chat/completions', asking('hi', 'mock.broken')],
		['/v1/responses', {model: 'mock.echo', input: 'hi'}],
		['/v1/embeddings', {model: 'mock.echo', input: 'hi'}],
		['/v1/messages/count_tokens', {model: 'mock.echo', messages: []}],
	];

	for (const [path, body] of calls) {
		for (const stream of [false, true]) {
			const text = await (await noted.post(path, {...body, stream})).text();
			t.false(text.includes(notice), `${path} ${JSON.stringify(body)}`);
			const shape = (answer: string) => answer.replace(/"(id|request_id)":"[^"]*"|"created(_at)?":\d+|[\w-]{20,}/g, '');
			t.is(shape(text), shape(await (await plain.post(path, {...body, stream})).text()));
		}
	}
});
