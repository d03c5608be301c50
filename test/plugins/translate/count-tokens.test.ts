/** Estimates of input tokens, held against what providers have counted. */

import test from 'ava';
import fc from 'fast-check';
import type {Conversation, Family, Part, Tool, Turn} from '../../../core/index.js';
import {countTokens} from '../../../plugins/translate/count-tokens.js';
import {conversations} from '../../helpers/conversations.js';
import {recordedCounts} from './recorded-counts.js';

/** Never less than the truth by more than this. */
const lowest = 0.9;
/** Where nothing unknown is in it, not more than that, or than that many tokens. */
const highest = 1.6;
const slack = 240;

function conversation(changes: Partial<Conversation>): Conversation {
	const base = {model: 'gpt-4o', system: [], turns: [], tools: [], stream: false, streamUsage: false, extras: []};
	return Object.assign(base, changes);
}

function asked(...parts: readonly Part[]): readonly Turn[] {
	return [{role: 'user', parts}];
}

const question = asked({type: 'text', text: "What's the weather in Paris?"});

const weather: Tool = {
	type: 'function',
	name: 'get_weather',
	description: 'Get the current weather for a city.',
	parameters: {type: 'object', properties: {city: {type: 'string'}}, required: ['city'], additionalProperties: false},
};

test('recorded requests are never counted more than a tenth too low', async t => {
	const cases = recordedCounts();
	if (cases.length === 0) t.log('no recordings beside the repository: left out');
	for (const {name, conversation, family, tokens, unseen} of cases) {
		const estimate = await countTokens(conversation, family);
		const ratio = estimate / tokens;
		t.log(
			`${ratio.toFixed(2)}  ${estimate} of ${tokens}  ${name}  ${conversation.model}${unseen ? '  partly unseen' : ''}`,
		);
		t.true(ratio >= lowest, name);
		if (!unseen) t.true(ratio <= highest || estimate - tokens <= slack, name);
	}
	t.pass();
});

for (const [what, family, changes, tokens] of [
	[
		'a question to GPT-4.1',
		'openai',
		{model: 'gpt-4.1', turns: asked({type: 'text', text: 'What is the capital of France?'})},
		14,
	],
	[
		'a question to Claude Sonnet 4.5',
		'anthropic',
		{model: 'claude-sonnet-4-5', turns: asked({type: 'text', text: 'What is the capital of France?'})},
		14,
	],
	['a tool of GPT-5 mini', 'openai', {model: 'gpt-5-mini', turns: question, tools: [weather]}, 132],
	['a tool of Claude Sonnet 4.5', 'anthropic', {model: 'claude-sonnet-4-5', turns: question, tools: [weather]}, 572],
] as const satisfies readonly (readonly [string, Family, Partial<Conversation>, number])[])
	test(`${what} is counted about right`, async t => {
		const ratio = (await countTokens(conversation(changes), family)) / tokens;
		t.true(ratio >= lowest && ratio <= 1.2, `${ratio}`);
	});

test('the model that answers decides, not the name that the client used', async t => {
	const said = conversation({model: 'fast', turns: question, tools: [weather]});
	const named = await countTokens(said, 'openai', 'anthropic/claude-sonnet-4.5');
	t.is(named, await countTokens(conversation({...said, model: 'claude-sonnet-4-5'}), 'anthropic'));
	t.true(named > (await countTokens(said, 'openai', 'gpt-4.1')) + 400);
	t.true((await countTokens(said, 'anthropic', 'claude-opus-5')) !== named);
});

test('a search of the provider’s own counts with what it may find, other tools with what they say of themselves', async t => {
	const native = (type: string): Tool => ({
		type: 'native',
		dialect: 'anthropic-messages',
		name: type,
		value: {type, name: 'it'},
	});
	const count = (type: string) =>
		countTokens(conversation({model: 'claude-sonnet-4-5', turns: question, tools: [native(type)]}), 'anthropic');
	const plain = await count('memory_20250818');
	t.true((await count('web_search_20250305')) - plain > 11_000);
	t.true((await count('bash_20250124')) - plain > 200);
	t.true((await count('text_editor_20250728')) - plain > 600);
	t.true((await count('computer_20250124')) - plain > 700);
});

test('a name that nobody knows counts as its family does', async t => {
	const said = conversation({model: 'in-house', turns: question, tools: [weather]});
	t.is(await countTokens(said, 'anthropic'), await countTokens(said, 'anthropic', 'claude-sonnet-4-5'));
	t.true((await countTokens(said, 'openai')) < (await countTokens(said, 'anthropic')));
});

test('whatever is added to a request makes it longer', async t => {
	const added: readonly Part[] = [
		{type: 'text', text: 'And in London?'},
		{type: 'image', source: {kind: 'url', url: 'https://example.com/a.png'}},
		{type: 'document', source: {kind: 'text', text: 'A report.'}},
		{type: 'document', source: {kind: 'file', id: 'file_1'}},
		{
			type: 'document',
			source: {kind: 'base64', mediaType: 'text/plain', data: Buffer.from('A report.').toString('base64')},
		},
		{type: 'audio', source: {kind: 'base64', mediaType: 'audio/wav', data: 'A'.repeat(100_000)}, format: 'wav'},
		{type: 'tool-call', id: 'call_1', name: 'get_weather', arguments: '{"city":"Paris"}'},
		{type: 'tool-result', callId: 'call_1', content: [{type: 'text', text: 'Sunny'}]},
		{type: 'thinking', text: 'The user wants to know the weather.'},
		{type: 'redacted-thinking', data: 'A'.repeat(2000)},
		{type: 'refusal', text: 'I cannot help with that.'},
		{type: 'native', dialect: 'x', name: 'search', value: {query: 'weather'}},
	];
	for (const model of ['gpt-4o', 'claude-sonnet-4-5', 'glm-4.7']) {
		const base = conversation({model, turns: question});
		const least = await countTokens(base, 'openai');
		for (const part of added) {
			const turns = [{role: 'user' as const, parts: [...(question[0]?.parts ?? []), part]}];
			const counted = part.type === 'thinking' || part.type === 'redacted-thinking';
			const longer = counted ? [...question, {role: 'assistant' as const, parts: [part]}] : turns;
			t.true((await countTokens(conversation({model, turns: longer}), 'openai')) > least, `${model} ${part.type}`);
		}
		const more: Partial<Conversation> = {
			system: [{type: 'text', text: 'Be brief.'}],
			tools: [weather],
			output: {type: 'schema', schema: {type: 'object'}},
		};
		for (const [member, value] of Object.entries(more))
			t.true((await countTokens(conversation({model, turns: question, [member]: value}), 'openai')) > least, member);
	}
});

test('thoughts of before the last question count only where models keep them', async t => {
	const thought: Turn = {
		role: 'assistant',
		parts: [
			{type: 'thinking', text: 'word '.repeat(500)},
			{type: 'text', text: 'Yes.'},
		],
	};
	const result: Turn = {role: 'user', parts: [{type: 'tool-result', callId: 'call_1', content: []}]};
	const count = (turns: readonly Turn[], model: string) => countTokens(conversation({model, turns}), 'openai');
	t.true((await count([...question, thought, ...question], 'gpt-5')) < 100);
	t.true((await count([...question, thought, result], 'gpt-5')) > 500);
	t.true((await count([...question, thought, ...question], 'claude-opus-4-8')) > 500);
});

/** The head of a PNG. */
function png(width: number, height: number): string {
	const bytes = Buffer.alloc(33);
	bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
	bytes.writeUInt32BE(width, 16);
	bytes.writeUInt32BE(height, 20);
	return bytes.toString('base64');
}

async function imageCost(model: string, size: readonly [number, number], detail?: 'low' | 'high'): Promise<number> {
	const source = {kind: 'base64' as const, mediaType: 'image/png', data: png(...size)};
	const image: Part = detail === undefined ? {type: 'image', source} : {type: 'image', source, detail};
	const without = await countTokens(conversation({model, turns: asked()}), 'openai');
	return (await countTokens(conversation({model, turns: asked(image)}), 'openai')) - without;
}

test('images cost what the vendors’ pages say', async t => {
	t.is(await imageCost('gpt-4o', [1024, 1024]), 765);
	t.is(await imageCost('gpt-4o', [2048, 4096]), 1105);
	t.is(await imageCost('gpt-4o', [4096, 8192], 'low'), 85);
	t.is(await imageCost('gpt-4o', [100, 100], 'high'), 255);
	t.is(await imageCost('gpt-4.1-mini', [1024, 1024]), Math.ceil(1024 * 1.62) + 4);
	t.is(await imageCost('claude-sonnet-4-5', [280, 56]), 20 + 4);
	t.is(await imageCost('claude-sonnet-4-5', [8000, 8000]), 1568 + 4);
	t.is(await imageCost('claude-opus-4-8', [8000, 8000]), 4784 + 4);
});

test('a PDF costs by its pages', async t => {
	const cost = async (text: string): Promise<number> => {
		const data = Buffer.from(text, 'latin1').toString('base64');
		const part: Part = {type: 'document', source: {kind: 'base64', mediaType: 'application/pdf', data}};
		return countTokens(conversation({turns: asked(part)}), 'openai');
	};
	const page = '<< /Type /Page /Parent 1 0 R >>\n';
	const one = await cost(`<< /Type /Pages /Count 1 >>\n${page}`);
	const three = await cost(`<< /Type /Pages /Count 3 >>\n${page.repeat(3)}`);
	const each = (three - one) / 2;
	t.true(each >= 1000);
	t.is(await cost('<< /Type /Pages /Count 3 >>'), three);
	t.is(await cost(`%PDF-1.7 ${'x'.repeat(59_000)}`), three);
	t.is(await cost('%PDF-1.7'), one);
});

test('random conversations have a count, for every family, and it is whole', async t => {
	await fc.assert(
		fc.asyncProperty(conversations(), fc.constantFrom<Family>('openai', 'anthropic'), async (random, family) => {
			const tokens = await countTokens(random, family);
			t.true(Number.isSafeInteger(tokens) && tokens > 0);
		}),
	);
});

test('a long request lets other work go on while it is counted', async t => {
	let turns = 0;
	let done = false;
	const other = (): void => {
		turns++;
		if (!done) setImmediate(other);
	};
	setImmediate(other);
	await countTokens(conversation({turns: asked({type: 'text', text: 'lorem ipsum '.repeat(20_000)})}), 'openai');
	done = true;
	t.true(turns > 10);
});
