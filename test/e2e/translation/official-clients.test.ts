/** The helpers of the official clients, on models of the other side: loops over tools, structured output, thinking, counts. */

import {setImmediate as turn} from 'node:timers/promises';
import Anthropic, {type APIError} from '@anthropic-ai/sdk';
import {betaTool} from '@anthropic-ai/sdk/helpers/beta/json-schema';
import {jsonSchemaOutputFormat} from '@anthropic-ai/sdk/helpers/json-schema';
import test, {type ExecutionContext} from 'ava';
import OpenAI from 'openai';
import {
	type Asked,
	encryptedReasoning,
	type Format,
	formats,
	objects,
	type Saying,
	signature,
} from '../../helpers/scripted/index.js';
import {type ClientRig, clientRig, gatewayKey} from '../clients/support.js';

interface Running extends ClientRig {
	readonly openai: OpenAI;
	readonly anthropic: Anthropic;
}

/** A translating gateway before a scripted model; whatever the test does, the model must have been asked rightly. */
async function running(t: ExecutionContext, format: Format, script: (asked: Asked) => Saying): Promise<Running> {
	const rig = await clientRig(format, script);
	t.teardown(async () => {
		await rig.stop();
		const wrong = [...rig.model.problems, ...rig.gateway.log.lines.filter(({level}) => level === 'error')];
		if (wrong.length > 0) throw new Error(JSON.stringify(wrong));
	});
	const {url} = rig.gateway;
	return Object.assign(rig, {
		openai: new OpenAI({baseURL: `${url}/v1`, apiKey: gatewayKey, maxRetries: 0}),
		anthropic: new Anthropic({baseURL: url, apiKey: gatewayKey, maxRetries: 0}),
	});
}

const ids = {
	'openai-chat': ['call_Rome', 'call_Oslo'],
	'openai-responses': ['call_Rome', 'call_Oslo'],
	'anthropic-messages': ['toolu_Rome', 'toolu_Oslo'],
} as const;
const parameters = {
	type: 'object',
	properties: {city: {type: 'string', description: 'Where'}},
	required: ['city'],
	additionalProperties: false,
} as const;
const asking = 'What is the weather in Rome and in Oslo?';
const looking = 'Let me look.';
const thought = 'Two calls at once.';
const weather = (city: string) => (city === 'Rome' ? 'sunny' : 'snow');
const conclusion = 'Rome is sunny, Oslo has snow.';

/** Calls the tool for both cities at once, then says what it was told. */
function forecast(format: Format, thinking?: string) {
	const calls = ['Rome', 'Oslo'].map((city, index) => ({
		id: String(ids[format.name][index]),
		name: 'weather',
		arguments: JSON.stringify({city}),
	}));
	return ({results}: Asked): Saying => {
		if (results.length === 0) return {text: looking, calls, ...(thinking !== undefined && {thinking})};
		const told = (id: string | undefined) => results.find(result => result.id === id)?.text;
		return {text: `Rome is ${told(calls[0]?.id)}, Oslo has ${told(calls[1]?.id)}.`};
	};
}

/** The second request of a loop over the tool, as a model of each format wants to have it. */
const expected = {
	'openai-chat': {
		messages: [
			{role: 'user', content: asking},
			{
				role: 'assistant',
				content: looking,
				tool_calls: ids['openai-chat'].map(id => ({
					id,
					type: 'function',
					function: {name: 'weather', arguments: JSON.stringify({city: id.slice(-4)})},
				})),
			},
			...ids['openai-chat'].map(id => ({role: 'tool', tool_call_id: id, content: weather(id.slice(-4))})),
		],
	},
	'openai-responses': {
		input: [
			{type: 'message', role: 'user', content: asking},
			{type: 'message', role: 'assistant', content: looking},
			...ids['openai-responses'].map(id => ({
				type: 'function_call',
				call_id: id,
				name: 'weather',
				arguments: JSON.stringify({city: id.slice(-4)}),
			})),
			...ids['openai-responses'].map(id => ({
				type: 'function_call_output',
				call_id: id,
				output: weather(id.slice(-4)),
			})),
		],
	},
	'anthropic-messages': {
		messages: [
			{role: 'user', content: asking},
			{
				role: 'assistant',
				content: [
					{type: 'text', text: looking},
					...ids['anthropic-messages'].map(id => ({
						type: 'tool_use',
						id,
						name: 'weather',
						input: {city: id.slice(-4)},
					})),
				],
			},
			{
				role: 'user',
				content: ids['anthropic-messages'].map(id => ({
					type: 'tool_result',
					tool_use_id: id,
					content: weather(id.slice(-4)),
				})),
			},
		],
	},
} as const;

/** The same for content that is one text, however it is written. */
function plain(value: unknown): unknown {
	if (Array.isArray(value)) {
		const [only] = objects(value);
		const text = value.length === 1 && typeof only?.['text'] === 'string' ? only['text'] : undefined;
		return text ?? value.map(plain);
	}
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

/** Two requests were made, and the second one holds the calls and their results in the right places. */
function looped(t: ExecutionContext, {model, losses}: Running, format: Format, withThinking = false): void {
	const name = format.name === 'openai-responses' ? 'input' : 'messages';
	t.is(model.asked.length, 2);
	const given = objects(model.asked[1]?.body[name]);
	const items = withThinking ? given.filter(({type}) => type !== 'reasoning') : given;
	const {[name]: wanted} = expected[format.name] as Readonly<Record<string, unknown>>;
	t.deepEqual(plain(items), plain(wanted));
	t.deepEqual([...losses], []);
}

const {chat, responses, messages} = {
	chat: formats['openai-chat'],
	responses: formats['openai-responses'],
	messages: formats['anthropic-messages'],
};
const claude = 'model.claude-sonnet-4-5';
const gpt = 'model.gpt-5';

const runnable = {
	type: 'function' as const,
	function: {
		name: 'weather',
		description: 'Tells the weather.',
		parameters: {...parameters, required: ['city']},
		parse: (json: string) => JSON.parse(json) as {city: string},
		function: ({city}: {city: string}) => weather(city),
	},
};

for (const stream of [true, false]) {
	test(`chat runTools on a messages model, ${stream ? 'streamed' : 'plain'}`, async t => {
		const rig = await running(t, messages, forecast(messages));
		const call = {model: claude, messages: [{role: 'user' as const, content: asking}]};
		const {completions} = rig.openai.chat;
		const runner = stream
			? completions.runTools({...call, tools: [runnable], stream, stream_options: {include_usage: true}})
			: completions.runTools({...call, tools: [runnable], stream});
		t.is(await runner.finalContent(), conclusion);
		t.is((await runner.finalChatCompletion()).choices[0]?.finish_reason, 'stop');
		t.like(await runner.totalUsage(), {prompt_tokens: 200, completion_tokens: 40, total_tokens: 240});
		looped(t, rig, messages);
	});
}

test('chat stream on a messages model: content and arguments grow, and are told as done once each', async t => {
	const rig = await running(t, messages, forecast(messages));
	const done: unknown[] = [];
	const stream = rig.openai.chat.completions.stream({
		model: claude,
		messages: [{role: 'user', content: asking}],
		tools: [{type: 'function', function: {name: 'weather', parameters}}],
		stream_options: {include_usage: true},
	});
	let text = '';
	stream.on('content.delta', ({delta}) => {
		text += delta;
	});
	stream.on('content.done', ({content}) => done.push(content));
	stream.on('tool_calls.function.arguments.done', ({index, name, arguments: json}) => done.push([index, name, json]));
	const {choices, usage} = await stream.finalChatCompletion();
	t.is(text, looking);
	t.deepEqual(done, [looking, [0, 'weather', '{"city":"Rome"}'], [1, 'weather', '{"city":"Oslo"}']]);
	t.is(choices[0]?.finish_reason, 'tool_calls');
	t.deepEqual(
		choices[0]?.message.tool_calls?.map(({id}) => id),
		[...ids['anthropic-messages']],
	);
	t.like(usage, {prompt_tokens: 100, completion_tokens: 20, total_tokens: 120});
});

const schema = {
	type: 'object',
	properties: {city: {type: 'string'}, degrees: {type: 'integer'}},
	required: ['city', 'degrees'],
	additionalProperties: false,
} as const;
const structured = {city: 'Rome', degrees: 31};
const answersJson = () => ({text: JSON.stringify(structured)});

test('chat parse on a messages model: the schema is asked for, the answer parsed', async t => {
	const rig = await running(t, messages, answersJson);
	const completion = await rig.openai.chat.completions.parse({
		model: claude,
		messages: [{role: 'user', content: asking}],
		response_format: {type: 'json_schema', json_schema: {name: 'report', strict: true, schema}},
	});
	t.deepEqual(completion.choices[0]?.message.parsed, structured);
	t.like(rig.model.asked[0]?.body, {output_config: {format: {type: 'json_schema', schema}}});
});

test('responses parse on a messages model: the schema is asked for, the answer parsed', async t => {
	const rig = await running(t, messages, answersJson);
	const format = {type: 'json_schema', name: 'report', strict: true, schema} as const;
	const response = await rig.openai.responses.parse({model: claude, input: asking, text: {format}});
	t.deepEqual(response.output_parsed, structured);
	t.like(rig.model.asked[0]?.body, {output_config: {format: {type: 'json_schema', schema}}});
});

for (const streamed of [true, false]) {
	test(`responses with function tools on a messages model that thinks, ${streamed ? 'streamed' : 'plain'}`, async t => {
		const rig = await running(t, messages, forecast(messages, thought));
		const ask = async (input: OpenAI.Responses.ResponseInput) => {
			const call: OpenAI.Responses.ResponseCreateParamsNonStreaming = {
				model: claude,
				input,
				tools: [{type: 'function', name: 'weather', parameters, strict: true}],
				reasoning: {effort: 'high', summary: 'auto'},
				include: ['reasoning.encrypted_content'],
				store: false,
			};
			return streamed
				? await rig.openai.responses.stream({...call, stream: true}).finalResponse()
				: await rig.openai.responses.create(call);
		};
		const input: OpenAI.Responses.ResponseInput = [{role: 'user', content: asking}];
		const first = await ask(input);
		t.deepEqual(
			first.output.map(({type}) => type),
			['reasoning', 'message', 'function_call', 'function_call'],
		);
		t.like(first.output[0], {summary: [{type: 'summary_text', text: thought}]});
		t.like(first.usage, {input_tokens: 100, output_tokens: 20, total_tokens: 120});
		for (const item of first.output) input.push(item as OpenAI.Responses.ResponseInputItem);
		for (const item of first.output) {
			if (item.type !== 'function_call') continue;
			const {city} = JSON.parse(item.arguments) as {city: string};
			input.push({type: 'function_call_output', call_id: item.call_id, output: weather(city)});
		}
		const second = await ask(input);
		t.is(second.output_text, conclusion);
		t.is(second.status, 'completed');
		const [, assistant, results] = objects(rig.model.asked[1]?.body['messages']);
		const [thinking, ...rest] = objects(assistant?.['content']);
		t.deepEqual(thinking, {type: 'thinking', thinking: thought, signature});
		const [, wanted, wantedResults] = expected['anthropic-messages'].messages;
		t.deepEqual(plain({role: 'assistant', content: rest}), plain(wanted));
		t.deepEqual(plain(results), plain(wantedResults));
	});
}

const betaWeather = (asked: string[]) =>
	betaTool({
		name: 'weather',
		description: 'Tells the weather.',
		inputSchema: parameters,
		run: ({city}) => {
			asked.push(city);
			return weather(city);
		},
	});

for (const format of [chat, responses]) {
	for (const stream of [true, false]) {
		test(`messages toolRunner on an ${format.name} model, ${stream ? 'streamed' : 'plain'}`, async t => {
			const rig = await running(t, format, forecast(format));
			const cities: string[] = [];
			const runner = rig.anthropic.beta.messages.toolRunner({
				model: gpt,
				max_tokens: 1000,
				messages: [{role: 'user', content: asking}],
				tools: [betaWeather(cities)],
				stream,
			});
			const final = await runner.runUntilDone();
			t.deepEqual(cities, ['Rome', 'Oslo']);
			t.is(final.stop_reason, 'end_turn');
			t.like(final.content[0], {type: 'text', text: conclusion});
			t.like(final.usage, {input_tokens: 100, output_tokens: 20});
			looped(t, rig, format);
			// The runner asks for a thread first, which no model of another format can keep.
			// A call is noted a turn after its client has gone.
			while (rig.calls.length < 3) await turn();
			const [refused, ...others] = rig.calls;
			t.regex(refused ?? '', /→ 400 refused "thread" means something to anthropic-messages only/);
			t.is(others.filter(line => line.includes('→ 200 ok')).length, 2);
		});
	}

	test(`a thread on an ${format.name} model is refused and never taken for the whole conversation`, async t => {
		const rig = await running(t, format, () => ({}));
		const call = {model: gpt, max_tokens: 10, messages: [{role: 'user' as const, content: asking}]};
		for (const thread of [{type: 'create'}, {type: 'continue', previous_message_id: 'msg_1'}] as const) {
			const error = await t.throwsAsync<APIError>(async () => {
				await rig.anthropic.beta.messages.create({...call, thread, betas: ['message-threads-2026-08-12']});
			});
			t.is(error.status, 400);
			t.like(error.error, {
				error: {type: 'invalid_request_error', details: {error_code: 'thread_unsupported_request'}},
			});
		}
		t.deepEqual(rig.model.asked, []);
	});

	test(`messages stream with thinking on an ${format.name} model`, async t => {
		const rig = await running(t, format, forecast(format, thought));
		const ask = (turns: Anthropic.MessageParam[]) => {
			const stream = rig.anthropic.messages.stream({
				model: gpt,
				max_tokens: 4000,
				thinking: {type: 'enabled', budget_tokens: 2000},
				messages: turns,
				tools: [{name: 'weather', input_schema: parameters as unknown as Anthropic.Tool.InputSchema}],
			});
			const heard = {thinking: '', text: '', json: ''};
			stream.on('thinking', delta => {
				heard.thinking += delta;
			});
			stream.on('text', delta => {
				heard.text += delta;
			});
			stream.on('inputJson', delta => {
				heard.json += delta;
			});
			return {heard, final: stream.finalMessage()};
		};
		const turns: Anthropic.MessageParam[] = [{role: 'user', content: asking}];
		const {heard, final} = ask(turns);
		const first = await final;
		t.deepEqual(heard, {thinking: thought, text: looking, json: '{"city":"Rome"}{"city":"Oslo"}'});
		t.is(first.stop_reason, 'tool_use');
		t.deepEqual(
			first.content.map(({type}) => type),
			['thinking', 'text', 'tool_use', 'tool_use'],
		);
		const results = first.content.flatMap(block =>
			block.type === 'tool_use'
				? {
						type: 'tool_result' as const,
						tool_use_id: block.id,
						content: weather((block.input as {city: string}).city),
					}
				: [],
		);
		turns.push({role: 'assistant', content: first.content}, {role: 'user', content: results});
		const last = await ask(turns).final;
		t.like(last.content[0], {type: 'text', text: conclusion});
		if (format === responses) {
			const reasoning = objects(rig.model.asked[1]?.body['input']).filter(({type}) => type === 'reasoning');
			t.is(reasoning.length, 1);
			t.like(reasoning[0], {encrypted_content: encryptedReasoning, summary: [{text: thought}]});
			looped(t, rig, format, true);
		} else {
			const {messages: wanted} = expected['openai-chat'];
			t.deepEqual(plain(rig.model.asked[1]?.body['messages']), plain(wanted));
			t.regex([...rig.losses].join(), /thinking/);
		}
	});

	test(`messages parse on an ${format.name} model: the schema is asked for, the answer parsed`, async t => {
		const rig = await running(t, format, answersJson);
		const message = await rig.anthropic.messages.parse({
			model: gpt,
			max_tokens: 1000,
			messages: [{role: 'user', content: asking}],
			output_config: {format: jsonSchemaOutputFormat(schema)},
		});
		t.deepEqual(message.parsed_output, structured);
		const {body} = rig.model.asked[0] ?? {};
		const native =
			format === chat
				? {response_format: {type: 'json_schema', json_schema: {schema}}}
				: {text: {format: {type: 'json_schema', schema}}};
		t.like(body, native);
	});

	test(`tokens are counted for an ${format.name} model without asking it`, async t => {
		const rig = await running(t, format, () => ({}));
		const small = {model: gpt, messages: [{role: 'user' as const, content: asking}]};
		const {data, response} = await rig.anthropic.messages.countTokens(small).withResponse();
		t.true(data.input_tokens > 5 && data.input_tokens < 50, `${data.input_tokens}`);
		t.truthy(response.headers.get('x-tapgate-estimated'));
		const tools = [{name: 'weather', input_schema: parameters as unknown as Anthropic.Tool.InputSchema}];
		const more = await rig.anthropic.messages.countTokens({...small, system: 'Be brief.', tools});
		t.true(more.input_tokens > data.input_tokens);
		t.deepEqual(rig.model.asked, []);
	});
}

test('tokens are counted for a messages model that an OpenAI client asks about', async t => {
	const rig = await running(t, messages, () => ({}));
	const {input_tokens} = await rig.openai.responses.inputTokens.count({model: claude, input: asking});
	t.true(input_tokens > 5 && input_tokens < 50, `${input_tokens}`);
	t.deepEqual(rig.model.asked, []);
});
