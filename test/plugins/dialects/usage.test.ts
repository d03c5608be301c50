import test from 'ava';
import fc from 'fast-check';
import {anthropicUsage} from '../../../plugins/dialects/anthropic-usage.js';
import {chatUsage, openaiUsage} from '../../../plugins/dialects/openai-usage.js';
import {counts} from './recordings.js';

test('OpenAI: what was cached and what was written lie within the input, reasoning within the output', t => {
	const raw = {
		prompt_tokens: 4020,
		completion_tokens: 94,
		total_tokens: 4114,
		prompt_tokens_details: {cached_tokens: 8, cache_write_tokens: 4000},
		completion_tokens_details: {reasoning_tokens: 64},
	};
	t.deepEqual(counts(openaiUsage(raw)), {
		input: {total: 4020, uncached: 12, cacheRead: 8, cacheWrite5m: 4000},
		output: {total: 94, text: 30, reasoning: 64},
	});
});

test('Responses: the same under other names', t => {
	const raw = {
		input_tokens: 182,
		output_tokens: 61,
		total_tokens: 243,
		input_tokens_details: {cached_tokens: 2},
		output_tokens_details: {reasoning_tokens: 48},
	};
	t.deepEqual(counts(openaiUsage(raw)), {
		input: {total: 182, uncached: 180, cacheRead: 2},
		output: {total: 61, text: 13, reasoning: 48},
	});
});

test('xAI: reasoning that the completion leaves out is added, and only there', t => {
	const raw = {prompt_tokens: 12, completion_tokens: 1, completion_tokens_details: {reasoning_tokens: 290}};
	const output = (total_tokens: unknown) => openaiUsage({...raw, total_tokens})?.output;
	t.deepEqual(output(303), {total: 291, text: 1, reasoning: 290});
	t.like(output(13), {total: 1, text: undefined});
	t.like(output(400), {total: 1});
	t.like(output('303'), {total: 1});
});

test('DeepSeek: hits of the cache by their own name', t => {
	const raw = {prompt_tokens: 339, completion_tokens: 83, prompt_cache_hit_tokens: 320, prompt_cache_miss_tokens: 19};
	t.deepEqual(counts(openaiUsage(raw)), {input: {total: 339, uncached: 19, cacheRead: 320}, output: {total: 83}});
});

test('Groq: usage beside or within its own member', t => {
	const usage = {prompt_tokens: 210, completion_tokens: 15, total_tokens: 225, queue_time: 0.04};
	const expected = {input: {total: 210}, output: {total: 15}};
	t.deepEqual(counts(chatUsage({x_groq: {id: 'req_1', usage}})), expected);
	t.deepEqual(counts(chatUsage({usage, x_groq: {id: 'req_1'}})), expected);
	t.is(chatUsage({x_groq: {id: 'req_1'}}), undefined);
});

test('embeddings: no output is not an output of none', t => {
	t.deepEqual(counts(openaiUsage({prompt_tokens: 12, total_tokens: 12})), {input: {total: 12}, output: {}});
});

test('Anthropic: the input is what it says, what it read and what it wrote', t => {
	const raw = {
		input_tokens: 3,
		cache_creation_input_tokens: 418,
		cache_read_input_tokens: 1111,
		cache_creation: {ephemeral_5m_input_tokens: 18, ephemeral_1h_input_tokens: 400},
		output_tokens: 33,
		output_tokens_details: {thinking_tokens: 20},
	};
	t.deepEqual(counts(anthropicUsage(raw)), {
		input: {total: 1532, uncached: 3, cacheRead: 1111, cacheWrite5m: 18, cacheWrite1h: 400},
		output: {total: 33, text: 13, reasoning: 20},
	});
});

test('Anthropic: what was written counts for five minutes unless said otherwise', t => {
	const write = (raw: object) => anthropicUsage({input_tokens: 3, ...raw})?.input;
	t.like(write({cache_creation_input_tokens: 418}), {total: 421, cacheWrite5m: 418, cacheWrite1h: undefined});
	t.like(write({cache_creation_input_tokens: 418, cache_creation: null}), {cacheWrite5m: 418});
	t.like(write({cache_creation: {ephemeral_1h_input_tokens: 7}}), {total: 10, cacheWrite5m: 0, cacheWrite1h: 7});
	t.like(write({cache_creation: {ephemeral_5m_input_tokens: 7}}), {total: 10, cacheWrite5m: 7});
	t.like(write({}), {total: 3, cacheRead: undefined, cacheWrite5m: undefined, cacheWrite1h: undefined});
});

test('what is not a count is not counted', t => {
	for (const wrong of [undefined, null, 'ten', '10', -1, 1.5, Number.NaN, 2 ** 60, {}, [10], true]) {
		t.is(openaiUsage({prompt_tokens: wrong, completion_tokens: wrong}), undefined);
		t.is(anthropicUsage({input_tokens: wrong, output_tokens: wrong}), undefined);
	}
	for (const wrong of [undefined, null, 'usage', 7, [], {}, [{prompt_tokens: 1}]]) {
		t.is(openaiUsage(wrong), undefined);
		t.is(anthropicUsage(wrong), undefined);
		t.is(chatUsage({usage: wrong, x_groq: wrong}), undefined);
	}
});

const count = fc.oneof(fc.nat(50), fc.integer(), fc.double(), fc.string(), fc.constant(null), fc.constant(undefined));
const anyUsage = fc.record(
	{
		prompt_tokens: count,
		completion_tokens: count,
		total_tokens: count,
		prompt_cache_hit_tokens: count,
		prompt_tokens_details: fc.record({cached_tokens: count, cache_write_tokens: count}),
		completion_tokens_details: fc.record({reasoning_tokens: count}),
		input_tokens: count,
		output_tokens: count,
		cache_read_input_tokens: count,
		cache_creation_input_tokens: count,
		cache_creation: fc.record({ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count}),
		output_tokens_details: fc.record({thinking_tokens: count}),
	},
	{requiredKeys: []},
);

test('whatever a provider says, counts are whole, not negative, and parts are not more than their total', t => {
	fc.assert(
		fc.property(anyUsage, raw => {
			for (const usage of [openaiUsage(raw), anthropicUsage(raw)]) {
				if (usage === undefined) continue;
				const {input, output} = usage;
				for (const value of [...Object.values(input), ...Object.values(output)])
					t.true(value === undefined || (Number.isInteger(value) && value >= 0));
				const {uncached, cacheRead = 0, cacheWrite5m = 0} = input;
				if (uncached !== undefined && input.cacheWrite1h === undefined && input.total !== undefined)
					t.is(uncached + cacheRead + cacheWrite5m, input.total);
				if (output.text !== undefined) t.true(output.text + Number(output.reasoning) === output.total);
				t.is(usage.raw, raw);
				t.is(usage.source, 'reported');
			}
		}),
		{numRuns: 1000},
	);
});
