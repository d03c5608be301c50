/** A conversation goes on with a model of another provider: what the first one has signed must not reach the second one. */

import test, {type ExecutionContext} from 'ava';
import {anthropicCompatible, auth, openaiCompatible, routing, translate} from 'tapgate/plugins';
import {reply, startGateway, startUpstream} from 'tapgate/testing';

interface Answered {
	readonly output?: readonly object[];
	readonly content?: readonly object[];
}

async function running(t: ExecutionContext) {
	const upstream = await startUpstream();
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			anthropicCompatible({name: 'claude', baseUrl: upstream.url}),
			openaiCompatible({name: 'gpt', baseUrl: `${upstream.url}/v1`, dialects: ['openai-responses']}),
			routing(),
			translate({models: {'claude.*': {signatures: 'anthropic'}, 'gpt.*': {signatures: 'openai'}}}),
		],
	});
	t.teardown(async () => {
		await gateway.stop();
		await upstream.stop();
	});
	return {
		async ask(path: string, body: object, answer: object) {
			upstream.answer(reply.json(answer));
			const got = await gateway.post(path, body);
			t.is(got.status, 200);
			return {
				body: (await got.json()) as Answered,
				losses: got.headers.get('x-tapgate-losses'),
				sent: upstream.requests.at(-1)?.body.toString() ?? '',
			};
		},
	};
}

const thought = {
	id: 'msg_1',
	type: 'message',
	role: 'assistant',
	model: 'm',
	content: [
		{type: 'thinking', thinking: 'Hm.', signature: 'RXVCQ3NhbG==by/Anthropic'},
		{type: 'redacted_thinking', data: 'EmwKredacted+by/Anthropic'},
		{type: 'tool_use', id: 'toolu_1', name: 'read', input: {}},
	],
	stop_reason: 'tool_use',
	stop_sequence: null,
	usage: {input_tokens: 1, output_tokens: 1},
};
const reasoned = {
	id: 'resp_1',
	object: 'response',
	created_at: 1,
	status: 'completed',
	model: 'm',
	output: [
		{
			id: 'rs_1',
			type: 'reasoning',
			summary: [{type: 'summary_text', text: 'Hm.'}],
			encrypted_content: 'gAAAAA-by_OpenAI',
		},
		{type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'read', arguments: '{}', status: 'completed'},
	],
	usage: {input_tokens: 1, output_tokens: 1, total_tokens: 2},
};
const said = {role: 'user', content: 'hello'};
const flat = [{type: 'function', name: 'read', parameters: {type: 'object', properties: {}}, strict: false}];
const nested = [{name: 'read', input_schema: {type: 'object', properties: {}}}];

test('a Responses client goes from Claude to OpenAI, and back again', async t => {
	const {ask} = await running(t);
	const path = '/v1/responses';
	const first = await ask(path, {model: 'claude.m', input: [said], tools: flat}, thought);
	const output = first.body.output ?? [];
	t.regex(JSON.stringify(output), /"encrypted_content":"anthropic\.eyJ/);
	const result = {type: 'function_call_output', call_id: 'toolu_1', output: 'a file'};
	const history = [said, ...output, result];

	const native = await ask(path, {model: 'gpt.m', input: history, temperature: 1.0, tools: flat}, reasoned);
	const {input, ...others} = JSON.parse(native.sent) as {input: readonly {type?: string}[]};
	t.deepEqual(
		input.map(({type}) => type),
		[undefined, 'function_call', 'function_call_output'],
	);
	t.deepEqual(others, {model: 'm', temperature: 1, tools: flat});
	t.regex(native.losses ?? '', /input\[1\].*input\[2\]/);

	// What OpenAI has signed itself goes on as it came, and Claude gets its own back.
	const both = [
		...history,
		...(native.body.output ?? []),
		{type: 'function_call_output', call_id: 'call_1', output: 'b'},
	];
	const again = await ask(path, {model: 'gpt.m', input: both}, reasoned);
	t.regex(again.sent, /"encrypted_content":"gAAAAA-by_OpenAI"/);
	t.notRegex(again.sent, /anthropic\.eyJ/);
	const back = await ask(path, {model: 'claude.m', input: both, tools: flat}, thought);
	t.regex(back.sent, /RXVCQ3NhbG==by\/Anthropic/);
	t.regex(back.sent, /EmwKredacted\+by\/Anthropic/);
});

test('a Messages client goes from OpenAI to Claude', async t => {
	const {ask} = await running(t);
	const path = '/v1/messages';
	const thinking = {type: 'enabled', budget_tokens: 1024};
	const more = {max_tokens: 2048, tools: nested};
	const first = await ask(path, {model: 'gpt.m', messages: [said], ...more}, reasoned);
	const content = first.body.content ?? [];
	t.regex(JSON.stringify(content), /"signature":"openai\.eyJ/);
	const result = {role: 'user', content: [{type: 'tool_result', tool_use_id: 'call_1', content: 'a file'}]};
	const history = [said, {role: 'assistant', content}, result];

	const native = await ask(path, {model: 'claude.m', messages: history, ...more, thinking}, thought);
	const sent = JSON.parse(native.sent) as {messages: readonly {content: readonly {type: string}[]}[]; thinking: object};
	t.deepEqual(
		sent.messages[1]?.content.map(({type}) => type),
		['tool_use'],
	);
	// A budget demands the thinking that led to the calls, and that is gone.
	t.deepEqual(sent.thinking, {type: 'disabled'});
	t.regex(native.losses ?? '', /messages\[1\]\.content\[0\].*thinking/);

	const over = [...history.slice(0, 2), result, {role: 'assistant', content: [content[0]]}, said];
	const plain = await ask(path, {model: 'claude.m', messages: over, ...more, thinking}, thought);
	const left = JSON.parse(plain.sent) as {messages: readonly object[]; thinking: object};
	t.is(left.messages.length, 4, 'a message that held nothing else is gone');
});

test('bytes without such thinking stay as they are', async t => {
	const {ask} = await running(t);
	const own = JSON.stringify({
		model: 'claude.m',
		max_tokens: 9,
		messages: [said, {role: 'assistant', content: thought.content}, said],
	});
	const {sent, losses} = await ask('/v1/messages', JSON.parse(own), thought);
	t.is(sent, own.replace('claude.m', 'm'));
	t.is(losses, null);
});
