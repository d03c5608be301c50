/** Conversations of several turns, and what becomes of what the other side has no word for. */

import test, {type ExecutionContext} from 'ava';
import type {JsonObject} from 'tapgate';
import {type Answer, reply} from 'tapgate/testing';
import {listOf, objectOf} from '../../helpers/grammar/reading.js';
import {chat, complete, messages, responses, type Speaking, schemaOf} from '../../plugins/translate/support.js';
import type {Received} from '../support.js';
import {readBy, type TranslatingRig, translatingRig} from './rig.js';

function json({body}: Received): JsonObject {
	return objectOf(JSON.parse(body.toString('utf8')));
}

/** What was sent upstream last, valid in its format. */
function asked(t: ExecutionContext, {upstream}: TranslatingRig, target: Speaking): JsonObject {
	const body = objectOf(upstream.requests.at(-1)?.json());
	t.deepEqual(schemaOf(target).request(body), null);
	return body;
}

const said = {role: 'user', content: 'hello'};
const usage = {input_tokens: 5, output_tokens: 2};

function message(...content: readonly JsonObject[]): JsonObject {
	const called = content.some(({type}) => type === 'tool_use');
	return {
		id: 'msg_1',
		type: 'message',
		role: 'assistant',
		model: 'm',
		content,
		stop_reason: called ? 'tool_use' : 'end_turn',
		stop_sequence: null,
		usage,
	};
}

function completion(message: JsonObject): JsonObject {
	const finish = 'tool_calls' in message ? 'tool_calls' : 'stop';
	return {
		id: 'chatcmpl-1',
		object: 'chat.completion',
		created: 1,
		model: 'm',
		choices: [{index: 0, message: {role: 'assistant', content: null, ...message}, finish_reason: finish}],
		usage: {prompt_tokens: 5, completion_tokens: 2, total_tokens: 7},
	};
}

function response(...output: readonly JsonObject[]): JsonObject {
	return {
		id: 'resp_1',
		object: 'response',
		created_at: 1,
		status: 'completed',
		model: 'm',
		output,
		usage: {
			input_tokens: 5,
			input_tokens_details: {cached_tokens: 0},
			output_tokens: 2,
			output_tokens_details: {reasoning_tokens: 0},
			total_tokens: 7,
		},
	};
}

const plain = {stream: false};
const long = `mcp__${'server_'.repeat(12)}tool`;
const parameters = {type: 'object', properties: {city: {type: 'string'}}};

test('rows 29, 31 and 33: names and ids that the provider does not allow come back as the client knows them, turn after turn', async t => {
	const rig = await translatingRig(t);
	const tools = [{name: long, input_schema: parameters}];
	const first = {messages: [said], tools, ...plain};
	rig.upstream.answer((request, answer, incoming) => {
		const [tool = {}] = listOf(objectOf(request.json())['tools']);
		const {name} = objectOf(tool['function']);
		const call = {id: 'functions.tool:0', type: 'function', function: {name, arguments: '{"city":"Rome"}'}};
		return reply.json(completion({tool_calls: [call]}))(request, answer, incoming);
	});
	const one = json(await rig.call(messages, chat, first));
	const [block = {}] = listOf(one['content']);
	t.like(block, {type: 'tool_use', name: long, input: {city: 'Rome'}});
	t.regex(String(block['id']), /^[a-zA-Z0-9_-]+$/);
	t.deepEqual(schemaOf(messages).reply(one), null);

	rig.upstream.answer(reply.json(completion({content: 'Sunny.'})));
	const result = {type: 'tool_result', tool_use_id: block['id'], content: 'sunny'};
	const history = [said, {role: 'assistant', content: one['content']}, {role: 'user', content: [result]}];
	const two = json(await rig.call(messages, chat, {...first, messages: history}));
	t.like(listOf(two['content'])[0] ?? {}, {type: 'text', text: 'Sunny.'});
	const sent = asked(t, rig, chat);
	const [, assistant = {}, tool = {}] = listOf(sent['messages']);
	const [call = {}] = listOf(assistant['tool_calls']);
	// The provider reads its own id, and one name for call and tool.
	t.is(call['id'], 'functions.tool:0');
	t.is(tool['tool_call_id'], 'functions.tool:0');
	const {name} = objectOf(call['function']);
	t.is(name, objectOf(listOf(sent['tools'])[0]?.['function'])['name']);
	t.true(String(name).length <= 64);
});

const thinking = {type: 'thinking', thinking: 'Let me see.', signature: 'c2lnbmF0dXJl'};
const redacted = {type: 'redacted_thinking', data: 'cmVkYWN0ZWQ='};
const use = {type: 'tool_use', id: 'toolu_1', name: 'f', input: {city: 'Rome'}};

test('rows 132 and 133: thinking and its signatures come back to Anthropic as they were, first in the turn, through a chat client', async t => {
	const rig = await translatingRig(t);
	rig.upstream.answer(reply.json(message(thinking, redacted, use)));
	const tools = [{type: 'function', function: {name: 'f', parameters}}];
	const first = {model: 'anthropic-messages.claude-opus-4-8', reasoning_effort: 'high', tools, stream: false};
	const one = json(await rig.call(chat, messages, {...first, stream_options: undefined}));
	t.deepEqual(schemaOf(chat).reply(one), null);
	const assistant = objectOf(listOf(one['choices'])[0]?.['message']);
	t.is(assistant['reasoning_content'], 'Let me see.');
	const result = {role: 'tool', tool_call_id: listOf(assistant['tool_calls'])[0]?.['id'], content: 'sunny'};
	await rig.call(chat, messages, {...first, stream_options: undefined, messages: [said, assistant, result]});
	const sent = asked(t, rig, messages);
	t.deepEqual(listOf(sent['messages'])[1]?.['content'], [thinking, redacted, use]);
	t.is(objectOf(sent['thinking'])['type'], 'adaptive');
});

test('rows 132 and 138: through a Responses client as well, streamed', async t => {
	const rig = await translatingRig(t);
	rig.upstream.answer(reply.json(message(thinking, redacted, use)));
	const tools = [{type: 'function', name: 'f', parameters, strict: false}];
	const first = {model: 'anthropic-messages.claude-opus-4-8', reasoning: {effort: 'high'}, tools};
	const {events, faults} = readBy(responses, await rig.call(responses, messages, first));
	t.deepEqual(faults, []);
	const output = listOf(objectOf(objectOf(events.at(-1)?.json)['response'])['output']);
	const result = {type: 'function_call_output', call_id: 'toolu_1', output: 'sunny'};
	await rig.call(responses, messages, {...first, input: [said, ...output, result], ...plain});
	t.deepEqual(listOf(asked(t, rig, messages)['messages'])[1]?.['content'], [thinking, redacted, use]);
});

test('row 138: what OpenAI has encrypted comes back to it through an Anthropic client', async t => {
	const rig = await translatingRig(t);
	const reasoning = {
		id: 'rs_1',
		type: 'reasoning',
		summary: [{type: 'summary_text', text: 'A summary.'}],
		encrypted_content: 'Z0FBQUFB',
	};
	const call = {
		id: 'fc_1',
		type: 'function_call',
		status: 'completed',
		call_id: 'call_1',
		name: 'f',
		arguments: '{"city":"Rome"}',
	};
	rig.upstream.answer(reply.json(response(reasoning, call)));
	const first = {model: 'openai-responses.gpt-5', tools: [{name: 'f', input_schema: parameters}], ...plain};
	const one = json(await rig.call(messages, responses, first));
	t.deepEqual(schemaOf(messages).reply(one), null);
	const result = {type: 'tool_result', tool_use_id: 'call_1', content: 'sunny'};
	const history = [said, {role: 'assistant', content: one['content']}, {role: 'user', content: [result]}];
	await rig.call(messages, responses, {...first, messages: history});
	const input = listOf(asked(t, rig, responses)['input']);
	t.like(input.find(({type}) => type === 'reasoning') ?? {}, reasoning);
	t.like(input.find(({type}) => type === 'function_call') ?? {}, {call_id: 'call_1', name: 'f'});
	t.true(input.findIndex(({type}) => type === 'reasoning') < input.findIndex(({type}) => type === 'function_call'));
});

test('rows 134 and 135: what nobody, or somebody else, has signed is not sent to Anthropic', async t => {
	const rig = await translatingRig(t);
	rig.upstream.answer(reply.json(message({type: 'text', text: 'Hi'})));
	const details = [{type: 'reasoning.text', text: 'Hm.', signature: 'Z2VtaW5p', format: 'google-gemini-v1', index: 0}];
	for (const thought of [{reasoning_content: 'Hm.'}, {reasoning_details: details}]) {
		const history = [said, {role: 'assistant', content: 'Yes?', ...thought}, said];
		const got = await rig.call(chat, messages, {messages: history, stream: false, stream_options: undefined});
		t.is(got.status, 200);
		const sent = JSON.stringify(asked(t, rig, messages));
		t.false(/Hm\.|Z2VtaW5p/.test(sent), sent);
	}
});

test('row 137: DeepSeek gets its reasoning back from an Anthropic client', async t => {
	const rig = await translatingRig(t);
	const call = {id: 'call_1', type: 'function', function: {name: 'f', arguments: '{}'}};
	rig.upstream.answer(reply.json(completion({reasoning_content: 'Let me see.', tool_calls: [call]})));
	const first = {model: 'openai-chat.deepseek-reasoner', tools: [{name: 'f', input_schema: parameters}], ...plain};
	const one = json(await rig.call(messages, chat, first));
	t.like(listOf(one['content'])[0] ?? {}, {type: 'thinking', thinking: 'Let me see.'});
	const result = {type: 'tool_result', tool_use_id: 'call_1', content: 'sunny'};
	const history = [said, {role: 'assistant', content: one['content']}, {role: 'user', content: [result]}];
	await rig.call(messages, chat, {...first, messages: history});
	t.is(listOf(asked(t, rig, chat)['messages'])[1]?.['reasoning_content'], 'Let me see.');
});

const lossy = {seed: 7, logit_bias: {'50256': -100}, stream: false, stream_options: undefined};

test('losses are told, refused or ignored', async t => {
	const answer = reply.json(message({type: 'text', text: 'Hi'}));
	const [told, refusing, ignoring] = await Promise.all([
		translatingRig(t),
		translatingRig(t, {losses: 'refuse'}),
		translatingRig(t, {losses: 'ignore'}),
	]);
	for (const {upstream} of [told, refusing, ignoring]) upstream.answer(answer);

	const one = await told.call(chat, messages, lossy);
	t.is(one.status, 200);
	const losses = String(one.headers['x-tapgate-losses']);
	t.regex(losses, /seed/);
	t.regex(losses, /logit_bias/);
	t.deepEqual((await told.closed()).losses?.map(({path}) => path).sort(), ['logit_bias', 'seed']);

	const two = await refusing.call(chat, messages, lossy);
	t.is(two.status, 400);
	t.like(objectOf(json(two)['error']), {code: 'lossy_translation'});
	t.regex(String(objectOf(json(two)['error'])['message']), /seed.*logit_bias|logit_bias.*seed/);
	t.is(refusing.upstream.requests.length, 0);

	const three = await ignoring.call(chat, messages, lossy);
	t.is(three.status, 200);
	t.is(three.headers['x-tapgate-losses'], undefined);
	for (const rig of [told, ignoring]) {
		const sent = asked(t, rig, messages);
		t.false('seed' in sent || 'logit_bias' in sent);
	}
});

test('row 69: several answers are refused where there can be only one', async t => {
	const rig = await translatingRig(t);
	const got = await rig.call(chat, messages, {n: 2, stream: false, stream_options: undefined});
	t.is(got.status, 400);
	t.is(rig.upstream.requests.length, 0);
});

test('row 124: audio is refused where it cannot be heard', async t => {
	const rig = await translatingRig(t);
	const audio = {type: 'input_audio', input_audio: {data: 'UklGRg==', format: 'wav'}};
	const got = await rig.call(chat, messages, {messages: [{role: 'user', content: [audio]}]});
	t.is(got.status, 400);
	t.regex(got.body.toString(), /messages\[0\]\.content\[0\]/);
});

test('embeddings are not translated', async t => {
	const rig = await translatingRig(t);
	const answer = await rig.gateway.post('/v1/embeddings', {model: 'anthropic-messages.m', input: 'x'});
	t.is(answer.status, 400);
	t.like(await answer.json(), {error: {code: 'format_not_spoken'}});
});

/** The chunks of a stream, and no usage in it unless said. */
function chunks(...deltas: readonly (readonly [delta: JsonObject, finish?: string])[]): Answer {
	const head = {id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm'};
	return reply.events([
		...deltas.map(([delta, finish = null]) => ({...head, choices: [{index: 0, delta, finish_reason: finish}]})),
		'[DONE]',
	]);
}

test('row 49: calls whose pieces come mixed are whole, one behind the other', async t => {
	const rig = await translatingRig(t);
	const call = (index: number, name?: string, text = '') => ({
		tool_calls: [
			{
				index,
				...(name !== undefined && {id: `call_${name}`, type: 'function'}),
				function: {...(name !== undefined && {name}), arguments: text},
			},
		],
	});
	rig.upstream.answer(
		chunks(
			[{role: 'assistant', content: null}],
			[call(0, 'a')],
			[call(1, 'b')],
			[call(0, undefined, '{"x"')],
			[call(1, undefined, '{"y"')],
			[call(0, undefined, ':1}')],
			[call(1, undefined, ':2}')],
			[{}, 'tool_calls'],
		),
	);
	const got = await rig.call(messages, chat);
	const {faults, ending, events} = readBy(messages, got);
	t.deepEqual({faults, ending}, {faults: [], ending: 'complete'});
	const pieces = events.flatMap(({json}) => {
		const {index, delta} = objectOf(json);
		const piece = objectOf(delta)['partial_json'];
		return typeof piece === 'string' ? [[index, piece] as const] : [];
	});
	const whole = (index: number) =>
		pieces
			.filter(([at]) => at === index)
			.map(([, piece]) => piece)
			.join('');
	t.deepEqual([whole(0), whole(1)], ['{"x":1}', '{"y":2}']);
});

test('row 61: counts that nobody reports are estimated, marked so in the record, and never zero', async t => {
	const rig = await translatingRig(t);
	rig.upstream.answer(chunks([{role: 'assistant', content: 'A few words of an answer.'}], [{}, 'stop']));
	const [got, exchange] = await Promise.all([rig.call(messages, chat), rig.closed()]);
	t.is(exchange.usage?.source, 'estimated');
	t.true((exchange.usage?.output.total ?? 0) > 0);
	const {events} = readBy(messages, got);
	const counted = events.map(({json}) => objectOf(objectOf(objectOf(json)['message'] ?? json)['usage']));
	t.true(Number(counted[0]?.['input_tokens']) > 0);
	t.true(Number(counted.find(({output_tokens: count}) => Number(count) > 0)?.['output_tokens']) > 0);

	rig.upstream.answer(reply.json({...completion({content: 'A few words.'}), usage: undefined}));
	const [whole, second] = await Promise.all([rig.call(messages, chat, plain), rig.closed()]);
	t.is(second.usage?.source, 'estimated');
	t.true(Number(objectOf(json(whole)['usage'])['input_tokens']) > 0);
});

test('row 60: a provider is asked for usage that the client needs, and a client that did not ask reads none', async t => {
	const rig = await translatingRig(t);
	rig.upstream.answer(chunks([{role: 'assistant', content: 'Hi'}], [{}, 'stop']));
	await rig.call(messages, chat);
	t.deepEqual(asked(t, rig, chat)['stream_options'], {include_usage: true});

	const events = [
		{type: 'message_start', message: {...message(), stop_reason: null}},
		{type: 'message_delta', delta: {stop_reason: 'end_turn', stop_sequence: null}, usage: {output_tokens: 2}},
		{type: 'message_stop'},
	];
	const text = events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
	rig.upstream.answer(reply.events(text));
	const {faults, ending, events: read} = readBy(chat, await rig.call(chat, messages, {stream_options: undefined}));
	t.deepEqual({faults, ending}, {faults: [], ending: 'complete'});
	t.true(read.every(({json}) => !('usage' in objectOf(json))));
});

for (const [client, target] of [
	[messages, chat],
	[chat, messages],
	[responses, messages],
	[chat, responses],
	[chat, complete],
] as const) {
	test(`row 96: a ${client.name} client that leaves takes its call to ${target.name} with it`, async t => {
		const rig = await translatingRig(t);
		const begun: Readonly<Record<string, string>> = {
			'openai-chat': `data: ${JSON.stringify({id: 'c', choices: [{index: 0, delta: {role: 'assistant', content: 'Hi'}}]})}\n\n`,
			'anthropic-messages': `event: message_start\ndata: ${JSON.stringify({type: 'message_start', message: message()})}\n\nevent: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\nevent: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}\n\n`,
			'openai-responses': `event: response.created\ndata: ${JSON.stringify({type: 'response.created', sequence_number: 0, response: response()})}\n\nevent: response.output_item.added\ndata: ${JSON.stringify({type: 'response.output_item.added', sequence_number: 1, output_index: 0, item: {id: 'msg_1', type: 'message', role: 'assistant', content: []}})}\n\nevent: response.output_text.delta\ndata: ${JSON.stringify({type: 'response.output_text.delta', sequence_number: 2, item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'Hi', logprobs: []})}\n\n`,
			'anthropic-complete': `event: completion\ndata: {"type":"completion","id":"compl_1","completion":"Hi","stop_reason":null,"model":"m"}\n\n`,
		};
		rig.upstream.answer((_request, answer) => {
			answer.writeHead(200, {'content-type': 'text/event-stream'});
			answer.write(begun[target.name] ?? '');
		});
		const leave = new AbortController();
		const route = client.routes.find(({operation}) => operation === 'generate')?.path ?? '';
		const said =
			client === responses ? {input: 'hello'} : {messages: [{role: 'user', content: 'hello'}], max_tokens: 9};
		const answer = await fetch(rig.gateway.url + route, {
			method: 'POST',
			headers: {'content-type': 'application/json'},
			body: JSON.stringify({model: `${target.name}.m`, stream: true, ...said}),
			signal: leave.signal,
		});
		// What the model has said is there although nothing more comes.
		let read = '';
		const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
		while (!read.includes('"Hi"')) read += (await reader?.read())?.value ?? '';
		leave.abort();
		await rig.upstream.aborted();
		const exchange = await rig.closed();
		t.is(exchange.outcome, 'aborted');
	});
}
