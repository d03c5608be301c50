import Anthropic from '@anthropic-ai/sdk';
import test, {type ExecutionContext} from 'ava';
import OpenAI from 'openai';
import {mock} from '../../../../plugins/index.js';
import {openGateway} from '../gateway.js';

const models = {
	fixed: {text: 'It is sunny in Paris.', usage: {input: 7, output: 5}},
	both: {text: 'Let me look.', toolCall: {name: 'get_weather', arguments: {city: 'Paris'}}},
	tool: {toolCall: {name: 'get_weather', arguments: {}}},
	limited: {error: {status: 429, message: 'slow down', code: 'rate_limit_exceeded', headers: {'retry-after': '3'}}},
	'breaks-off': {text: 'a b c', errorAfter: 2, error: {status: 529, message: 'too busy'}},
	rude: {text: 'a b c', failAfter: 2},
};

async function clients(t: ExecutionContext): Promise<{openai: OpenAI; anthropic: Anthropic}> {
	const {url} = await openGateway(t, mock({models}));
	return {
		openai: new OpenAI({baseURL: `${url}/v1`, apiKey: 'any', maxRetries: 0}),
		anthropic: new Anthropic({baseURL: url, apiKey: 'any', maxRetries: 0}),
	};
}

const hello = [{role: 'user' as const, content: 'hello there'}];

test('openai: chat completions', async t => {
	const {openai} = await clients(t);
	const whole = await openai.chat.completions.create({model: 'mock.echo', messages: hello});
	t.is(whole.choices[0]?.message.content, 'hello there');
	t.is(whole.usage?.total_tokens, (whole.usage?.prompt_tokens ?? 0) + (whole.usage?.completion_tokens ?? 0));
	t.true((whole.usage?.prompt_tokens ?? 0) > 0);
	const stream = openai.chat.completions.stream({
		model: 'mock.both',
		messages: hello,
		stream_options: {include_usage: true},
	});
	const final = await stream.finalChatCompletion();
	t.is(final.choices[0]?.message.content, 'Let me look.');
	t.is(final.choices[0]?.finish_reason, 'tool_calls');
	const call = final.choices[0]?.message.tool_calls?.[0];
	t.like(call, {type: 'function', function: {name: 'get_weather', arguments: '{"city":"Paris"}'}});
	t.true((final.usage?.completion_tokens ?? 0) > 0);
	const called = await openai.chat.completions.stream({model: 'mock.tool', messages: hello}).finalChatCompletion();
	t.is(called.choices[0]?.message.content, null);
	t.like(called.choices[0]?.message.tool_calls?.[0], {function: {arguments: '{}'}});
});

test('openai: responses and their token count', async t => {
	const {openai} = await clients(t);
	const whole = await openai.responses.create({model: 'mock.fixed', input: 'hello there'});
	t.is(whole.output_text, 'It is sunny in Paris.');
	t.is(whole.usage?.total_tokens, 12);
	const final = await openai.responses.stream({model: 'mock.both', input: hello}).finalResponse();
	t.is(final.output_text, 'Let me look.');
	t.is(final.status, 'completed');
	t.like(final.output[1], {type: 'function_call', name: 'get_weather', arguments: '{"city":"Paris"}'});
	const counted = await openai.responses.inputTokens.count({model: 'mock.echo', input: 'hello there'});
	t.is(counted.input_tokens, 3);
});

test('openai: legacy completions', async t => {
	const {openai} = await clients(t);
	const whole = await openai.completions.create({model: 'mock.echo', prompt: 'hello there'});
	t.is(whole.choices[0]?.text, 'hello there');
	let text = '';
	const stream = await openai.completions.create({model: 'mock.echo', prompt: 'hello there', stream: true});
	for await (const chunk of stream) text += chunk.choices[0]?.text ?? '';
	t.is(text, 'hello there');
});

test('openai: embeddings, the same for the same text', async t => {
	const {openai} = await clients(t);
	const embedded = await openai.embeddings.create({model: 'mock.echo', input: ['one', 'two', 'one'], dimensions: 20});
	const [one, two, again] = embedded.data.map(({embedding}) => embedding);
	t.is(one?.length, 20);
	t.deepEqual(one, again);
	t.notDeepEqual(one, two);
	const plain = await openai.embeddings.create({
		model: 'mock.echo',
		input: 'one',
		encoding_format: 'float',
		dimensions: 20,
	});
	t.deepEqual(plain.data[0]?.embedding, one);
	t.true(Math.abs(Math.hypot(...(one ?? [])) - 1) < 1e-6);
});

test('anthropic: messages and their token count', async t => {
	const {anthropic} = await clients(t);
	const call = {max_tokens: 100, messages: hello};
	const whole = await anthropic.messages.create({model: 'mock.fixed', ...call});
	t.like(whole.content[0], {type: 'text', text: 'It is sunny in Paris.'});
	t.like(whole.usage, {input_tokens: 7, output_tokens: 5});
	const final = await anthropic.messages.stream({model: 'mock.both', ...call}).finalMessage();
	t.like(final.content[0], {type: 'text', text: 'Let me look.'});
	t.like(final.content[1], {type: 'tool_use', name: 'get_weather', input: {city: 'Paris'}});
	t.is(final.stop_reason, 'tool_use');
	t.true(final.usage.output_tokens > 1);
	const called = await anthropic.messages.stream({model: 'mock.tool', ...call}).finalMessage();
	t.is(called.content.length, 1);
	t.like(called.content[0], {type: 'tool_use', input: {}});
	const counted = await anthropic.messages.countTokens({model: 'mock.echo', system: 'be kind', messages: hello});
	t.true(counted.input_tokens > 0);
});

test('anthropic: legacy text completions', async t => {
	const {anthropic} = await clients(t);
	const body = {model: 'mock.echo', prompt: '\n\nHuman: hello there\n\nAssistant:', max_tokens_to_sample: 100};
	const whole = await anthropic.post<{completion: string}>('/v1/complete', {body});
	t.is(whole.completion, 'hello there');
	const stream = await anthropic.post<AsyncIterable<{completion: string}>>('/v1/complete', {
		body: {...body, stream: true},
		stream: true,
	});
	let text = '';
	for await (const event of stream) text += event.completion;
	t.is(text, 'hello there');
});

test('both: errors on demand have the status, headers and type that the clients look at', async t => {
	const {openai, anthropic} = await clients(t);
	const chat = await t.throwsAsync(
		async () => openai.chat.completions.create({model: 'mock.limited', messages: hello}),
		{instanceOf: OpenAI.RateLimitError},
	);
	t.is(chat.code, 'rate_limit_exceeded');
	t.is(chat.headers?.get('retry-after'), '3');
	const message = await t.throwsAsync(
		async () => anthropic.messages.create({model: 'mock.limited', max_tokens: 9, messages: hello}),
		{instanceOf: Anthropic.RateLimitError},
	);
	t.regex(message.message, /rate_limit_error.*slow down/);
	await t.throwsAsync(async () => openai.chat.completions.create({model: 'mock.ecko', messages: hello}), {
		instanceOf: OpenAI.NotFoundError,
		message: /Did you mean echo\?/,
	});
});

test('both: a stream that breaks off or ends with an error is an error for the clients', async t => {
	const {openai, anthropic} = await clients(t);
	for (const [model, expected] of [
		['mock.breaks-off', /too busy/],
		['mock.rude', /broke the stream off/],
	] as const) {
		const text: string[] = [];
		await t.throwsAsync(
			async () => {
				const stream = await openai.chat.completions.create({model, messages: hello, stream: true});
				for await (const chunk of stream) text.push(chunk.choices[0]?.delta.content ?? '');
			},
			{message: expected},
		);
		t.is(text.join(''), 'a b ');
		const said: string[] = [];
		const stream = anthropic.messages
			.stream({model, max_tokens: 9, messages: hello})
			.on('text', piece => said.push(piece));
		await t.throwsAsync(async () => stream.finalMessage(), {message: expected});
		t.is(said.join(''), 'a b ');
		await t.throwsAsync(async () => openai.responses.stream({model, input: hello}).finalResponse(), {
			message: expected,
		});
	}
});
