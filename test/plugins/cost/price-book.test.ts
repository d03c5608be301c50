/** Prices: found by name as their collection finds them, and reckoned as it reckons them. */

import {calcPrice, findProvider} from '@pydantic/genai-prices';
import test from 'ava';
import fc from 'fast-check';
import type {Provider, Usage} from 'tapgate';
import type {Price} from '../../../plugins/cost/price.js';
import {PriceBook} from '../../../plugins/cost/price-book.js';
import {priceLists} from '../../../plugins/cost/prices/index.js';
import {countsOf, nanoUsd, reckonedPrice} from '../../../plugins/cost/reckoning.js';
import {openaiUsage} from '../../../plugins/dialects/openai-usage.js';

/** Vendors by a base URL of theirs. */
const urls: Readonly<Record<string, string>> = {
	openai: 'https://api.openai.com/v1',
	anthropic: 'https://api.anthropic.com',
	azure: 'https://acme.openai.azure.com',
	deepseek: 'https://api.deepseek.com',
	google: 'https://generativelanguage.googleapis.com/v1beta/openai',
	groq: 'https://api.groq.com/openai/v1',
	'x-ai': 'https://api.x.ai/v1',
	zai: 'https://api.z.ai/api/paas/v4',
	zhipuai: 'https://open.bigmodel.cn/api/paas/v4',
};

const at = (vendor: string) => ({name: vendor, baseUrl: urls[vendor]}) as unknown as Provider;
const book = new PriceBook({}, priceLists, name => (urls[name] === undefined ? undefined : at(name)));

function usageOf(input: Usage['input'], output: Usage['output'], raw: unknown = undefined): Usage {
	return {input, output, source: 'reported', raw};
}

function cost(price: Price, usage: Usage): bigint | undefined {
	return nanoUsd(reckonedPrice(price), countsOf(usage, usage.input.total ?? 0, usage.output.total ?? 0));
}

/** Names that a rule of the collection takes for the model. */
function namesOf(rule: unknown): readonly string[] {
	const {or, and, equals, starts_with: start, ends_with: end, contains} = rule as Readonly<Record<string, unknown>>;
	if (Array.isArray(or)) return or.flatMap(namesOf);
	if (Array.isArray(and)) return and.flatMap(namesOf);
	const word = equals ?? start ?? end ?? contains;
	return typeof word === 'string' ? [word, `${word}-20250929`, `x-${word}`, word.toUpperCase()] : [];
}

const times = ['2026-01-15T03:00:00Z', '2026-09-01T08:00:00Z', '2027-02-01T20:00:00Z'].map(time => new Date(time));

/** How far the two are apart, in nano-dollars; `undefined` when neither knows a price per token. */
function difference(vendor: string, model: string, timestamp: Date, input: number, output: number): number | undefined {
	const counts = {input_tokens: input, cache_read_tokens: 111, cache_write_tokens: 55, output_tokens: output};
	const said = calcPrice(counts, model, {providerId: vendor, timestamp});
	const found = book.find({provider: vendor, model}, timestamp.getTime());
	const priced = (unit: string) => said !== null && Object.keys(said.model_price).includes(unit);
	if (said === null || !(priced('input_mtok') || priced('output_mtok')))
		return found === undefined ? undefined : Infinity;
	const written = priced('output_mtok') ? output : 0;
	const usage = usageOf({total: input, cacheRead: 111, cacheWrite5m: 55}, {total: written});
	const own = found && nanoUsd(found.price, countsOf(usage, input, written));
	return own === undefined ? Infinity : Math.abs(Number(own) - said.total_price * 1e9);
}

test('every name means the model that the collection says, and costs what it says, at any time', t => {
	let compared = 0;
	for (const vendor of Object.keys(urls)) {
		const provider = findProvider({providerId: vendor});
		for (const model of new Set(provider?.models.flatMap(({id, match}) => [id, ...namesOf(match)]))) {
			for (const time of times) {
				for (const input of [1000, 300_001]) {
					const apart = difference(vendor, model, time, input, 77);
					if (apart !== undefined) compared++;
					t.true((apart ?? 0) <= 0.51, `${vendor}.${model} at ${time.toISOString()}: ${apart}`);
				}
			}
		}
	}
	t.true(compared > 2000, String(compared));
});

test('every list says where it is from and when it was taken', t => {
	for (const {vendor, sources, collection, date} of priceLists) {
		t.true(sources.length > 0 && sources.every(source => URL.canParse(source)), vendor);
		t.regex(collection, /^@pydantic\/genai-prices \d/);
		t.regex(date, /^20\d\d-\d\d-\d\d$/);
	}
});

test('of any counts and prices a cost is the sum in whole femto-dollars, rounded half up', t => {
	const count = fc.oneof(fc.constant(0), fc.nat({max: 2_000_000}), fc.nat({max: 2 ** 40}));
	const rate = fc.oneof(
		fc.nat({max: 600}),
		fc.integer({min: 0, max: 1e9}).map(nano => nano / 1e9),
		fc.constant(1000),
	);
	const tokens = ['input', 'cacheRead', 'cacheWrite5m', 'output', 'reasoning'] as const;
	const each = <Value>(value: fc.Arbitrary<Value>) => fc.tuple(value, value, value, value, value);
	fc.assert(
		fc.property(each(count), each(rate), rate, (counts, rates, request) => {
			const price = Object.fromEntries(tokens.map((name, index) => [name, rates[index]]));
			const [input, cacheRead, cacheWrite5m, output, reasoning] = counts;
			const usage = usageOf({cacheRead, cacheWrite5m}, {reasoning});
			const found = nanoUsd(
				reckonedPrice({...price, request}),
				countsOf(usage, input + cacheRead + cacheWrite5m, output + reasoning),
			);
			let femto = BigInt(Math.round(request * 1e9)) * 1_000_000n;
			for (const [index, many] of counts.entries())
				femto += BigInt(many) * BigInt(Math.round((rates[index] ?? 0) * 1e9));
			t.is(found, (femto + 500_000n) / 1_000_000n);
		}),
		{numRuns: 2000},
	);
});

test('the config goes before the lists: an exact name before a pattern', t => {
	const own = new PriceBook(
		{'openai.*': {input: 7}, 'openai.gpt-4o': {input: 3}, 'local.*': {input: 0, output: 0}},
		priceLists,
		() => undefined,
	);
	const input = (provider: string, model: string) => own.find({provider, model}, 0)?.price.base.exact.input;
	t.is(input('openai', 'gpt-4o'), 3_000_000_000n);
	t.is(input('openai', 'gpt-5'), 7_000_000_000n);
	t.is(input('local', 'anything'), 0n);
	t.is(input('elsewhere', 'gpt-4o'), undefined);
	t.is(input('anthropic', 'claude-haiku-4-5-20251001'), 1_000_000_000n);
});

test('a vendor is known by its address whatever the provider is called, and by its name behind a proxy', t => {
	const named = new PriceBook({}, priceLists, name =>
		name === 'eu' ? at('openai') : ({name, baseUrl: 'http://127.0.0.1:1'} as unknown as Provider),
	);
	t.truthy(named.find({provider: 'eu', model: 'gpt-4o-2024-08-06'}, 0));
	t.truthy(named.find({provider: 'grok', model: 'grok-3-mini'}, 0));
	t.is(named.find({provider: 'some', model: 'gpt-4o'}, 0), undefined);
	t.is(named.find({provider: 'openai', model: ''}, 0), undefined);
});

test('the sum is rounded once, half up', t => {
	// 0.4 + 0.1 nano-dollars are half a one; apart they would be none.
	t.is(cost({input: 0.0004, output: 0.0001}, usageOf({total: 1}, {total: 1})), 1n);
	t.is(cost({input: 0.0004, output: 0.000099}, usageOf({total: 1}, {total: 1})), 0n);
	t.is(cost({input: 0.0001}, usageOf({total: 15}, {total: 0})), 2n);
});

test('a long call is charged by its tier as a whole, from the first token above on', t => {
	const price = {input: 3, output: 15, cacheRead: 0.3, tiers: [{aboveInputTokens: 200_000, input: 6, output: 22.5}]};
	t.is(cost(price, usageOf({total: 200_000}, {total: 10})), 600_150_000n);
	t.is(cost(price, usageOf({total: 200_001, cacheRead: 100_000}, {total: 10})), 600_006_000n + 30_000_000n + 225_000n);
});

test('what has no price of its own costs as what it is a kind of; what has none at all is unknown', t => {
	const all = usageOf({total: 100, cacheRead: 10, cacheWrite5m: 20, cacheWrite1h: 30}, {total: 50, reasoning: 20});
	t.is(cost({input: 1, output: 2}, all), 200_000n);
	t.is(cost({input: 1, cacheRead: 0.1, cacheWrite5m: 1.25, cacheWrite1h: 2, output: 2, reasoning: 4}, all), 266_000n);
	t.is(cost({output: 2}, all), undefined);
	t.is(cost({input: 1}, all), undefined);
	t.is(cost({input: 1}, usageOf({total: 5}, {total: 0})), 5000n);
});

test('sound, pictures, calls and searches have prices of their own', t => {
	const raw = {server_tool_use: {web_search_requests: 2}};
	const usage = usageOf({total: 100, audio: 40, image: 10}, {total: 60, reasoning: 5, audio: 20, image: 15}, raw);
	const price = {
		input: 1,
		inputAudio: 10,
		inputImage: 5,
		output: 2,
		outputAudio: 20,
		outputImage: 30,
		request: 0.001,
		webSearch: 0.01,
	};
	// 50×1 + 40×10 + 10×5 + 25×2 + 20×20 + 15×30 = 1400 millionths, a thousandth and two hundredths.
	t.is(cost(price, usage), 1_400_000n + 1_000_000n + 20_000_000n);
});

test('sound and pictures are read from what OpenAI reports, and make text of the rest', t => {
	const usage = openaiUsage({
		prompt_tokens: 100,
		completion_tokens: 60,
		total_tokens: 160,
		prompt_tokens_details: {cached_tokens: 0, audio_tokens: 40, image_tokens: 10},
		completion_tokens_details: {reasoning_tokens: 5, audio_tokens: 20},
	});
	t.like(usage, {input: {total: 100, audio: 40, image: 10}, output: {total: 60, text: 35, reasoning: 5, audio: 20}});
	t.false('audio' in (openaiUsage({prompt_tokens: 1, prompt_tokens_details: {audio_tokens: 0}})?.input ?? {}));
});

test('no cost is negative or above that of the dearest rate, whatever a provider reports', t => {
	const count = fc.option(fc.nat(1_000_000), {nil: undefined});
	fc.assert(
		fc.property(
			fc.record({total: fc.nat(1_000_000), cacheRead: count, cacheWrite5m: count, cacheWrite1h: count}),
			fc.record({total: fc.nat(1_000_000), reasoning: count}),
			(input, output) => {
				const own = cost({input: 1, cacheRead: 0.5, output: 1}, usageOf(input, output)) ?? -1n;
				const {total, cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0} = input;
				const most = Math.max(total, cacheRead + cacheWrite5m + cacheWrite1h) + output.total;
				return own >= 0n && own <= BigInt(most) * 1000n;
			},
		),
	);
	t.pass();
});
