/** What calls cost, however they end: answered, streamed, left by their client, broken off, refused. */

import test from 'ava';
import {anthropicCompatible, openai, openaiCompatible, translate} from 'tapgate/plugins';
import {reply, startUpstream} from 'tapgate/testing';
import {startCounting} from './support.js';

const usage = {
	prompt_tokens: 100,
	completion_tokens: 50,
	total_tokens: 150,
	prompt_tokens_details: {cached_tokens: 40},
};
const answer = {choices: [{index: 0, message: {role: 'assistant', content: 'hi'}, finish_reason: 'stop'}], usage};
/** 60×2.5 + 40×1.25 + 50×10 = 700 millionths. */
const nano = 700_000n;
const piece = (content: string) => ({id: 'x'.repeat(150), choices: [{index: 0, delta: {content}}]});

async function withOpenai(t: Parameters<typeof startCounting>[0], ...answers: Parameters<typeof reply.json>[]) {
	const upstream = await startUpstream(reply.json(...(answers[0] ?? [answer])));
	t.teardown(upstream.stop);
	const gateway = await startCounting(
		t,
		{},
		{
			plugins: [
				openai({baseUrl: `${upstream.url}/v1`, apiKey: 'k'}),
				openaiCompatible({name: 'other', baseUrl: `${upstream.url}/v1`, apiKey: 'k'}),
				anthropicCompatible({name: 'anthropic', baseUrl: upstream.url, apiKey: 'k'}),
				translate(),
			],
		},
	);
	return {upstream, gateway};
}

test('a plain answer says what it cost, in the format of its client', async t => {
	const {gateway} = await withOpenai(t);
	const native = await gateway.call({model: 'openai.gpt-4o-2024-08-06'});
	t.is(native.headers.get('x-tapgate-cost'), '0.0007');
	t.is(native.headers.get('x-tapgate-budget-remaining'), null);
	const translated = await gateway.call({model: 'openai.gpt-4o'}, {}, '/v1/messages');
	t.is(translated.status, 200);
	t.is(translated.headers.get('x-tapgate-cost'), '0.0007');
	for (const {cost} of await gateway.book.until(2)) {
		t.is(cost?.nanoUsd, nano);
		t.regex(cost?.basis ?? '', /^openai prices of 20\d\d-\d\d-\d\d, reported usage$/);
	}
});

test('a stream costs what it reports at its end, which its head cannot say', async t => {
	const {gateway, upstream} = await withOpenai(t);
	const end = {choices: [{index: 0, delta: {}, finish_reason: 'stop'}]};
	upstream.answer(reply.events([piece('hi'), end, {choices: [], usage}, '[DONE]']));
	const response = await gateway.call({model: 'openai.gpt-4o', stream: true});
	t.is(response.headers.get('x-tapgate-cost'), null);
	await response.text();
	const [closed] = await gateway.book.until(1);
	t.is(closed?.cost?.nanoUsd, nano);
});

test('a plain answer to a call that asked for a stream says what it cost, as a stream or as it came', async t => {
	const {gateway} = await withOpenai(t);
	const translated = await gateway.call({model: 'openai.gpt-4o', stream: true}, {}, '/v1/messages');
	t.regex(String(translated.headers.get('content-type')), /^text\/event-stream/);
	t.is(translated.headers.get('x-tapgate-cost'), '0.0007');
	t.regex(await translated.text(), /message_stop/);
	const native = await gateway.call({model: 'openai.gpt-4o', stream: true});
	t.regex(String(native.headers.get('content-type')), /^application\/json/);
	t.is(native.headers.get('x-tapgate-cost'), '0.0007');
	t.deepEqual(await native.json(), answer);
	for (const {cost} of await gateway.book.until(2)) t.is(cost?.nanoUsd, nano);
});

test('a stream that nobody asked for does not say what it has cost by then', async t => {
	const {gateway, upstream} = await withOpenai(t);
	const start = {
		type: 'message_start',
		message: {id: 'm', type: 'message', role: 'assistant', content: [], usage: {input_tokens: 1000, output_tokens: 1}},
	};
	const stop = {type: 'message_delta', delta: {stop_reason: 'end_turn'}, usage: {output_tokens: 50}};
	const text = [start, stop, {type: 'message_stop'}]
		.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
		.join('');
	upstream.answer(reply.events(text));
	const answered = await gateway.call({model: 'anthropic.claude-sonnet-4-5-20250929'}, {}, '/v1/messages');
	t.is(answered.headers.get('x-tapgate-cost'), null);
	await answered.text();
	const [closed] = await gateway.book.until(1);
	t.is(closed?.cost?.nanoUsd, BigInt(1000 * 3000 + 50 * 15_000));
});

test('a stream that breaks off is paid for as far as it came, and marked', async t => {
	const {gateway, upstream} = await withOpenai(t);
	const events = Array.from({length: 40}, () => piece('word '));
	upstream.answer(reply.events(events, {cutAfter: 8000}));
	await (await gateway.call({model: 'openai.gpt-4o', stream: true, max_tokens: 2000})).text();
	const [closed] = await gateway.book.until(1);
	t.is(closed?.outcome, 'failed');
	t.regex(closed?.cost?.basis ?? '', /estimated usage$/);
	const output = 8000 / 200;
	// The input of a small body, and about the events that came, at ten dollars per million.
	t.true(Number(closed?.cost?.nanoUsd) > output * 10_000 * 0.7, String(closed?.cost?.nanoUsd));
	t.true(Number(closed?.cost?.nanoUsd) < output * 10_000 * 1.5 + 200 * 2500, String(closed?.cost?.nanoUsd));
});

test('a stream whose client leaves is paid for; not for more than was allowed', async t => {
	const gateway = await startCounting(
		t,
		{},
		{
			models: {call: {chunks: Array.from({length: 500}, () => 'word '), intervalMs: 1}},
		},
	);
	for (const max of [2000, 1]) {
		const leaving = new AbortController();
		const response = await fetch(`${gateway.url}/v1/chat/completions`, {
			method: 'POST',
			headers: {'content-type': 'application/json'},
			body: JSON.stringify({model: 'mock.call', stream: true, max_tokens: max, messages: []}),
			signal: leaving.signal,
		});
		const reader = response.body?.getReader();
		for (let read = 0; read < 2000; ) read += (await reader?.read())?.value?.length ?? 2000;
		leaving.abort();
	}
	const [long, short] = await gateway.book.until(2);
	t.is(long?.outcome, 'aborted');
	t.regex(long?.cost?.basis ?? '', /estimated/);
	t.true(long?.cost?.estimated);
	const input = BigInt(Math.ceil((long?.request.body.length ?? 0) / 3)) * 10_000n;
	t.true((long?.cost?.nanoUsd ?? 0n) >= input + 8n * 10_000n, String(long?.cost?.nanoUsd));
	t.true((short?.cost?.nanoUsd ?? 0n) <= input + 10_000n, String(short?.cost?.nanoUsd));
});

test('an Anthropic stream that breaks off has reported its input, and next to nothing of its output', async t => {
	const {gateway, upstream} = await withOpenai(t);
	const start = {
		type: 'message_start',
		message: {id: 'm', type: 'message', role: 'assistant', content: [], usage: {input_tokens: 1000, output_tokens: 1}},
	};
	const delta = {type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text: 'many words '.repeat(8)}};
	const text = [start, ...Array.from({length: 50}, () => delta)]
		.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
		.join('');
	upstream.answer(reply.events(text, {cutAfter: 6000}));
	const body = {model: 'anthropic.claude-sonnet-4-5-20250929', stream: true};
	await (await gateway.call(body, {}, '/v1/messages')).text();
	const [closed] = await gateway.book.until(1);
	const paid = Number(closed?.cost?.nanoUsd) - 1000 * 3000;
	t.true(paid > 50 * 15_000 && paid < 500 * 15_000, String(closed?.cost?.nanoUsd));
	t.regex(closed?.cost?.basis ?? '', /estimated/);
});

test('what no provider served costs nothing; what nobody was asked has no cost', async t => {
	const {gateway, upstream} = await withOpenai(t);
	upstream.answer(reply.json({error: {message: 'no', type: 'x'}}, 500));
	t.is((await gateway.call({model: 'openai.gpt-4o'})).status, 500);
	upstream.answer(reply.reset());
	t.is((await gateway.call({model: 'openai.gpt-4o'})).status, 502);
	t.is((await gateway.call({model: 'nobody.knows'})).status, 404);
	const [failed, unreachable, unknown] = await gateway.book.until(3);
	t.is(failed?.cost?.nanoUsd, 0n);
	t.is(unreachable?.cost?.nanoUsd, 0n);
	t.is(unknown?.cost, undefined);
	t.deepEqual(gateway.metric('cost_unpriced_calls_total'), []);
});

test('an unknown price is unknown and counted, never nothing', async t => {
	const {gateway} = await withOpenai(t);
	const response = await gateway.call({model: 'other.some-model'});
	t.is(response.status, 200);
	t.is(response.headers.get('x-tapgate-cost'), null);
	const [closed] = await gateway.book.until(1);
	t.is(closed?.cost, undefined);
	t.deepEqual(gateway.metric('cost_unpriced_calls_total'), [{labels: {provider: 'other'}, value: 1}]);
});

test('an answer without counts is estimated; counting tokens is free', async t => {
	const {gateway, upstream} = await withOpenai(t);
	upstream.answer(reply.json({choices: answer.choices}));
	await (await gateway.call({model: 'openai.gpt-4o'})).text();
	await (await gateway.call({model: 'openai.gpt-4o'}, {}, '/v1/messages/count_tokens')).text();
	const [plain, count] = await gateway.book.until(2);
	t.regex(plain?.cost?.basis ?? '', /estimated/);
	t.true((plain?.cost?.nanoUsd ?? 0n) > 0n);
	t.is(count?.cost?.nanoUsd, 0n);
});
