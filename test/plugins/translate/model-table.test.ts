/** What a request says to models that differ, by their own names; where that is from; and that a config has the last word. */

import test from 'ava';
import type {JsonObject} from '../../../core/index.js';
import {ModelTable, modelTable} from '../../../plugins/translate/model-table.js';
import {chat, messages, responses, type Speaking, schemaOf} from './support.js';

test('every row says where it is from, and of when that is', t => {
	for (const {pattern, source} of modelTable) t.regex(source, /[a-z].*20\d\d/i, pattern);
});

const table = new ModelTable({});
const said = [{role: 'user', content: 'hi'}];

/** What the vendors' schemas have found. */
const faults: string[] = [];
test.after('every request was a valid one', t => t.deepEqual(faults, []));

/** A request of a chat client, or of another one, as a model gets it. */
function told(provider: string, model: string, target: Speaking, more: JsonObject, from: Speaking = chat): JsonObject {
	const least = from === messages ? {model: 'm', max_tokens: 50, messages: said} : {model: 'm', messages: said};
	const conversation = from.codec.decodeRequest(Object.assign(least, more));
	const {body} = target.codec.encodeRequest(conversation, table.traits(provider, model));
	faults.push(...(schemaOf(target).request(JSON.parse(JSON.stringify(body))) ?? []));
	return body;
}

const between = {
	messages: [...said, {role: 'assistant', content: 'yes?'}, {role: 'system', content: 'Be kind.'}, ...said],
};

for (const [model, roles] of [
	['claude-opus-4-8', ['user', 'assistant', 'user']],
	['claude-sonnet-4-6', ['user', 'assistant', 'user']],
] as const) {
	test(`system role inside messages: ${model}`, t => {
		const body = told('anthropic', model, messages, between);
		const list = body['messages'] as readonly JsonObject[];
		const wrapped = JSON.stringify(list).includes('<system>Be kind.</system>');
		const inPlace = list.some(({role}) => role === 'system');
		t.deepEqual([wrapped, inPlace], model === 'claude-opus-4-8' ? [false, true] : [true, false]);
		t.deepEqual(
			list.filter(({role}) => role !== 'system').map(({role}) => role),
			[...roles],
		);
	});
}

for (const [model, role] of [
	['gpt-4o', 'system'],
	['gpt-5.1', 'developer'],
	['o1-mini', 'user'],
	['deepseek-v4-pro', 'system'],
] as const) {
	test(`role of instructions: ${model}`, t => {
		const body = told('openai', model, chat, {max_tokens: 50, system: 'Be kind.'}, messages);
		t.like(body['messages'], {0: {role, content: 'Be kind.'}});
	});
}

for (const [model, ends] of [
	['claude-sonnet-4-5', 'assistant'],
	['claude-opus-4-6', 'user'],
	['claude-mythos-preview', 'user'],
] as const) {
	test(`prefill: ${model}`, t => {
		const body = told('anthropic', model, messages, {messages: [...said, {role: 'assistant', content: 'Once'}]});
		t.is((body['messages'] as readonly JsonObject[]).at(-1)?.['role'], ends);
	});
}

const drawn = {temperature: 0.5, top_p: 0.9};
for (const [target, provider, model, expected] of [
	[messages, 'anthropic', 'claude-3-5-haiku-latest', drawn],
	[messages, 'anthropic', 'claude-sonnet-4-5', {temperature: 0.5}],
	[messages, 'anthropic', 'claude-opus-4-7', {}],
	[messages, 'anthropic', 'claude-haiku-5-5', {}],
	[messages, 'anthropic', 'claude-mythos-preview', {}],
	[chat, 'openai', 'gpt-4o', drawn],
	[chat, 'openai', 'o3', {}],
	[responses, 'openai', 'gpt-5.1', {}],
	[responses, 'openai', 'gpt-5-chat-latest', drawn],
] as const) {
	test(`sampling parameters: ${model}`, t => {
		const from = target === chat ? messages : chat;
		const {temperature, top_p} = told(provider, model, target, drawn, from);
		t.deepEqual({...(temperature !== undefined && {temperature}), ...(top_p !== undefined && {top_p})}, expected);
	});
}

for (const [target, model, expected] of [
	[messages, 'claude-sonnet-4-5', {thinking: {type: 'enabled', budget_tokens: 16_384}}],
	[messages, 'claude-opus-4-6', {thinking: {type: 'adaptive'}, output_config: {effort: 'xhigh'}}],
	[messages, 'claude-3-5-haiku-latest', {}],
	[responses, 'gpt-5.1', {reasoning: {effort: 'xhigh'}}],
	[responses, 'gpt-5-mini', {reasoning: {effort: 'high'}}],
	[responses, 'gpt-4o', {}],
] as const) {
	test(`thinking mode and effort names: ${model}`, t => {
		const effort = model === 'claude-sonnet-4-5' ? 'high' : 'xhigh';
		const {thinking, output_config, reasoning} = told('p', model, target, {reasoning_effort: effort});
		const asked = {thinking, output_config, reasoning};
		t.deepEqual(JSON.parse(JSON.stringify(asked)), expected);
	});
}

for (const [model, member] of [
	['gpt-4o', 'max_completion_tokens'],
	['o4-mini', 'max_completion_tokens'],
	['openai/gpt-oss-120b', 'max_completion_tokens'],
	['glm-5.2', 'max_tokens'],
	['grok-4.5', 'max_tokens'],
	['meta-llama/llama-4', 'max_tokens'],
] as const) {
	test(`max tokens parameter: ${model}`, t => {
		const body = told('p', model, chat, {max_tokens: 77}, messages);
		t.is(body[member], 77);
	});
}

const picture = {
	messages: [{role: 'user', content: [{type: 'image', source: {type: 'url', url: 'https://a.example/a.png'}}]}],
};
for (const model of ['deepseek-flash', 'openai/gpt-oss-20b', 'gpt-3.5-turbo']) {
	test(`supported modalities: ${model} sees no images`, t => {
		t.like(
			t.throws(() => told('p', model, chat, picture, messages)),
			{status: 400, param: 'messages[0].content[0]'},
		);
		t.notThrows(() => told('p', 'gpt-4o', chat, picture, messages));
	});
}

test('the config has the last word, for a provider’s model and for a model anywhere', t => {
	const own = new ModelTable({
		'ark.*': {maxTokensField: 'max_tokens', returnsReasoning: true},
		'gpt-4o': {sampling: 'none'},
		'ark.gpt-4o': {sampling: 'one'},
	});
	t.like(own.traits('ark', 'gpt-5.1'), {maxTokensField: 'max_tokens', returnsReasoning: true, thinking: 'effort'});
	t.like(own.traits('openai', 'gpt-5.1'), {maxTokensField: 'max_completion_tokens'});
	t.is(own.traits('openai', 'gpt-4o').sampling, 'none');
	t.is(own.traits('openrouter', 'openai/gpt-4o').sampling, 'none');
	t.is(own.traits('ark', 'gpt-4o').sampling, 'one');
});
