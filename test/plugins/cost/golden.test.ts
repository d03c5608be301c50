/** What recorded calls cost, reckoned by hand from what the vendors publish, and by xAI itself. */

import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {isObject, type JsonObject} from 'tapgate';
import {PriceBook} from '../../../plugins/cost/price-book.js';
import {priceLists} from '../../../plugins/cost/prices/index.js';
import {countsOf, nanoUsd, usdText} from '../../../plugins/cost/reckoning.js';
import {anthropicMessages} from '../../../plugins/dialects/anthropic-messages/index.js';
import {openaiChat} from '../../../plugins/dialects/openai-chat/index.js';
import {openaiCompletions} from '../../../plugins/dialects/openai-completions/index.js';
import {openaiEmbeddings} from '../../../plugins/dialects/openai-embeddings/index.js';
import {openaiResponses} from '../../../plugins/dialects/openai-responses/index.js';
import {root} from '../../contract/repository.js';

interface Recorded {
	readonly case: string;
	readonly provider: string;
	readonly model: string;
	readonly dialect: string;
	readonly usage: JsonObject;
}

const recorded = JSON.parse(
	readFileSync(path.join(root, 'test/fixtures/cost/usages.json'), 'utf8'),
) as readonly Recorded[];
const dialects = [openaiChat, openaiCompletions, openaiEmbeddings, openaiResponses, anthropicMessages];

/** Case → tokens × US dollars per million of each kind, and the sum of them in nano-dollars: a thousand times as many. */
const byHand: Readonly<Record<string, readonly [arithmetic: string, nanoUsd: bigint]>> = {
	'openai-chat/image-tool-result/1': ['46×2.5 + 11×10 = 115 + 110 = 225', 225_000n],
	'openai-chat/image-tool-result/2': ['503×2.5 + 8×10 = 1257.5 + 80 = 1337.5', 1_337_500n],
	'openai-chat/logprobs-stream': ['9×2.5 + 2×10 = 22.5 + 20 = 42.5', 42_500n],
	'openai-chat/parallel-tools-stream': ['149×2.5 + 60×10 = 372.5 + 600 = 972.5', 972_500n],
	'openai-chat/refusal-stream': ['79×2.5 + 11×10 = 197.5 + 110 = 307.5', 307_500n],
	'openai-chat/text-n3-stream': ['79×2.5 + 42×10 = 197.5 + 420 = 617.5', 617_500n],
	'openai-chat/text-basic/1': ['24×2.5 + 8×10 = 60 + 80 = 140', 140_000n],
	// 64 of the 87 are reasoning.
	'openai-chat/reasoning-o3mini/1': ['7×1.1 + 87×4.4 = 7.7 + 382.8 = 390.5', 390_500n],
	'openai-chat/tool-then-text-stream/1': ['53×0.15 + 15×0.6 = 7.95 + 9 = 16.95', 16_950n],
	'openai-chat/tool-then-text-stream/2': ['78×0.15 + 9×0.6 = 11.7 + 5.4 = 17.1', 17_100n],
	'openai-chat/completions-legacy': ['14×1.5 + 16×2 = 21 + 32 = 53', 53_000n],
	'openai-chat/embeddings': ['12×0.02 = 0.24', 240n],
	'openai-responses/reasoning-encrypted-stream': ['299×1.25 + 12×10 = 373.75 + 120 = 493.75', 493_750n],
	// 128 of the 163 are reasoning.
	'openai-responses/reasoning-encrypted': ['865×0.25 + 163×2 = 216.25 + 326 = 542.25', 542_250n],
	'openai-responses/tool-roundtrip/2': ['67×2.5 + 11×10 = 167.5 + 110 = 277.5', 277_500n],
	'openai-responses/tool-then-text-stream/1': ['255×2.5 + 16×10 = 637.5 + 160 = 797.5', 797_500n],
	'openai-responses/web-search-annotations-stream/1': ['12243×1.75 + 140×14 = 21425.25 + 1960 = 23385.25', 23_385_250n],
	'openai-responses/web-search-annotations-stream/2': ['8234×1.75 + 79×14 = 14409.5 + 1106 = 15515.5', 15_515_500n],
	// Azure sells OpenAI's models at OpenAI's prices.
	'azure-openai/model-router-stream': ['15×0.05 + 78×0.4 = 0.75 + 31.2 = 31.95', 31_950n],
	'azure-openai/responses-text': ['11×1.25 + 11×10 = 13.75 + 110 = 123.75', 123_750n],
	'anthropic-messages/adaptive-thinking/1': ['34×5 + 44×25 = 170 + 1100 = 1270', 1_270_000n],
	// 1111 come from the cache and are not among the 3.
	'anthropic-messages/cache-usage/1': ['3×3 + 1111×0.3 + 406×15 = 9 + 333.3 + 6090 = 6432.3', 6_432_300n],
	// 418 are written for five minutes.
	'anthropic-messages/cache-usage/2': [
		'3×3 + 1111×0.3 + 418×3.75 + 33×15 = 9 + 333.3 + 1567.5 + 495 = 2404.8',
		2_404_800n,
	],
	'anthropic-messages/count-tokens/2': ['19×3 + 77×15 = 57 + 1155 = 1212', 1_212_000n],
	'anthropic-messages/image/1': ['83×3 + 9×15 = 249 + 135 = 384', 384_000n],
	'anthropic-messages/mid-conversation-system/1': ['68×5 + 355×25 = 340 + 8875 = 9215', 9_215_000n],
	'anthropic-messages/parallel-tools/1': ['423×1 + 202×5 = 423 + 1010 = 1433', 1_433_000n],
	'anthropic-messages/parallel-tools/2': ['771×1 + 77×5 = 771 + 385 = 1156', 1_156_000n],
	'anthropic-messages/schema-output/1': ['231×5 + 118×25 = 1155 + 2950 = 4105', 4_105_000n],
	'anthropic-messages/thinking-stream/1': ['46×1 + 133×5 = 46 + 665 = 711', 711_000n],
	'anthropic-messages/tool-no-args-stream': ['565×3 + 48×15 = 1695 + 720 = 2415', 2_415_000n],
	'anthropic-messages/tools-stream-2turns/2': ['678×1 + 82×5 = 678 + 410 = 1088', 1_088_000n],
	// And one search, at ten dollars a thousand: 10000 millionths.
	'anthropic-messages/web-search-citations-stream/1': [
		'10423×15 + 341×75 + 1×10000 = 156345 + 25575 + 10000 = 191920',
		191_920_000n,
	],
	'anthropic-messages/sdk-incomplete-json-stream': ['450×3 + 124×15 = 1350 + 1860 = 3210', 3_210_000n],
	// 315 of the 345 are reasoning.
	'compat-deepseek/reasoning': ['18×0.55 + 345×2.19 = 9.9 + 755.55 = 765.45', 765_450n],
	// 320 of the 339 come from the cache.
	'compat-deepseek/tool-call-stream': ['19×0.55 + 320×0.14 + 83×2.19 = 10.45 + 44.8 + 181.77 = 237.02', 237_020n],
	'compat-deepseek/tool-call': ['19×0.55 + 320×0.14 + 92×2.19 = 10.45 + 44.8 + 201.48 = 256.73', 256_730n],
	'compat-glm/simple/1': ['13×0.276 + 437×1.103 = 3.588 + 482.011 = 485.599', 485_599n],
	'compat-glm/thinking-stream/1': ['13×0.276 + 564×1.103 = 3.588 + 622.092 = 625.68', 625_680n],
	'compat-glm/reasoning-effort/1': ['20×1.4 + 67×4.4 = 28 + 294.8 = 322.8', 322_800n],
	'compat-groq/reasoning-gpt-oss/1': ['84×0.15 + 105×0.6 = 12.6 + 63 = 75.6', 75_600n],
	'compat-groq/tool-call-stream': ['210×0.59 + 15×0.79 = 123.9 + 11.85 = 135.75', 135_750n],
	'compat-groq/tool-call': ['218×0.59 + 15×0.79 = 128.62 + 11.85 = 140.47', 140_470n],
	// 256 of the 336 come from the cache.
	'compat-groq/tool-use-failed-400/3': ['80×0.15 + 256×0.075 + 96×0.6 = 12 + 19.2 + 57.6 = 88.8', 88_800n],
	// xAI leaves reasoning out of the completion: 1 + 290, 1 + 228, 26 + 189 are written.
	'compat-xai/text-stream': ['1×0.3 + 11×0.075 + 291×0.5 = 0.3 + 0.825 + 145.5 = 146.625', 146_625n],
	'compat-xai/text': ['10×0.3 + 2×0.075 + 229×0.5 = 3 + 0.15 + 114.5 = 117.65', 117_650n],
	'compat-xai/tool-call': ['47×0.3 + 244×0.075 + 215×0.5 = 14.1 + 18.3 + 107.5 = 139.9', 139_900n],
};

/** In the hours in which DeepSeek takes its full price. */
const at = Date.parse('2026-07-01T12:00:00Z');
const book = new PriceBook({}, priceLists, () => undefined);

function costOf({provider, model, dialect: name, usage: raw}: Recorded): bigint | undefined {
	const dialect = dialects.find(candidate => candidate.name === name);
	const usage = dialect?.readUsage({usage: raw});
	const found = book.find({provider, model}, at);
	if (usage === undefined || found === undefined) return undefined;
	const output = name === 'openai-embeddings' ? 0 : usage.output.total;
	return nanoUsd(found.price, countsOf(usage, usage.input.total ?? Number.NaN, output ?? Number.NaN));
}

for (const one of recorded) {
	test(`${one.case} on ${one.provider}.${one.model}`, t => {
		const [arithmetic = '', expected] = byHand[one.case] ?? [];
		t.is(costOf(one), expected, arithmetic);
	});
}

test('there are forty cases and more, each reckoned once, and the arithmetic adds up', t => {
	t.true(recorded.length >= 40);
	t.deepEqual(recorded.map(one => one.case).sort(), Object.keys(byHand).sort());
	for (const [name, [arithmetic, nano]] of Object.entries(byHand)) {
		const [products = ''] = arithmetic.split(' = ');
		const sum = products
			.split(' + ')
			.map(product => product.split('×').map(Number))
			.reduce((total, [count = 0, price = 0]) => total + count * price, 0);
		t.is(BigInt(Math.round(sum * 1000)), nano, name);
		t.true(arithmetic.endsWith(` ${Number(nano) / 1000}`), name);
	}
});

test('what xAI says of its own bill is what is reckoned', t => {
	const billed = recorded.filter(({usage}) => typeof usage['cost_in_usd_ticks'] === 'number');
	t.is(billed.length, 3);
	// A tick is a tenth of a nano-dollar.
	for (const one of billed) t.is(costOf(one), BigInt(Number(one.usage['cost_in_usd_ticks']) / 10), one.case);
});

test('cached, written and reasoning tokens are among the cases', t => {
	const details = (usage: JsonObject, ...names: readonly string[]) =>
		names.map(name => usage[name]).find(isObject) ?? {};
	const has = (holds: (usage: JsonObject) => boolean) => recorded.filter(({usage}) => holds(usage)).length;
	t.true(has(usage => Number(details(usage, 'completion_tokens_details')['reasoning_tokens']) > 0) >= 8);
	t.true(has(usage => Number(details(usage, 'prompt_tokens_details')['cached_tokens']) > 0) >= 5);
	t.true(has(usage => Number(usage['cache_read_input_tokens']) > 0) >= 2);
	t.true(has(usage => Number(usage['cache_creation_input_tokens']) > 0) >= 1);
});

test('nano-dollars are written as dollars', t => {
	for (const [nano, text] of [
		[0n, '0'],
		[146_625n, '0.000146625'],
		[1_000_000_000n, '1'],
		[12_340_000_000n, '12.34'],
		[-5n, '-0.000000005'],
	] as const)
		t.is(usdText(nano), text);
});

test('any sum is written to the last nano-dollar, whatever kind of number it is', t => {
	const written = (nano: bigint) => {
		const text = usdText(nano);
		t.regex(text, /^-?(?:0|[1-9]\d*)(?:\.\d{0,8}[1-9])?$/);
		const [, sign, dollars = '', fraction = ''] = /^(-?)(\d+)\.?(\d*)$/.exec(text) ?? [];
		const read = BigInt(dollars + fraction.padEnd(9, '0'));
		t.is(sign === '-' ? -read : read, nano, text);
		return text;
	};
	const numbers = fc.oneof(
		fc.maxSafeInteger(),
		fc.integer(),
		fc.double({min: -1e20, max: 1e20, noNaN: true}).map(Math.trunc),
	);
	fc.assert(fc.property(numbers, nano => t.is(usdText(nano), written(BigInt(nano)))));
	fc.assert(fc.property(fc.bigInt({min: -(10n ** 30n), max: 10n ** 30n}), nano => void written(nano)));
	t.is(usdText(2 ** 60), '1152921504.606846976');
});
