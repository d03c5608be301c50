/** The legacy prompt form to and from the hub. */

import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {
	type CompletionEvent,
	type Conversation,
	GatewayError,
	type JsonObject,
	type ModelTraits,
	type Part,
	pathOf,
	type ReplyContext,
	wireEvent,
} from '../../../../core/index.js';
import {openaiChat} from '../../../../plugins/dialects/openai-chat/index.js';
import {openaiCompletions} from '../../../../plugins/dialects/openai-completions/index.js';
import {assemble, completions, eventStreams, eventsOf} from '../../../helpers/conversations.js';
import {loadValidators} from '../../providers/mock/validators.js';
import {sharedPath} from '../recordings.js';

const {codec} = openaiCompletions;
const chat = openaiChat.codec;
if (codec === undefined || chat === undefined) throw new Error('the dialects have no codec');
const validators = await loadValidators();

function contextOf(streamUsage = true): ReplyContext {
	const conversation = {model: 'm', system: [], turns: [], tools: [], stream: true, streamUsage, extras: []};
	return {conversation, request: {}, model: 'm', newId: prefix => `${prefix}1`};
}

function encode(members: Partial<Conversation>, traits: ModelTraits = {}) {
	const hub = {model: 'm', system: [], turns: [], tools: [], stream: false, streamUsage: false, extras: [], ...members};
	const {body, losses} = codec?.encodeRequest(hub, traits) ?? {body: {}, losses: []};
	return {body, losses: losses.map(loss => loss.path)};
}

const says = (role: 'user' | 'assistant' | 'system', ...parts: readonly (string | Part)[]) => ({
	role,
	parts: parts.map((part): Part => (typeof part === 'string' ? {type: 'text', text: part} : part)),
});

test('a request comes back to the letter, and means the same when it is written anew', t => {
	const body = {
		model: 'm',
		prompt: 'Once',
		max_tokens: 5,
		temperature: 0,
		top_p: 1,
		stop: ['x'],
		user: 'u',
		stream: true,
		stream_options: {include_usage: true},
		best_of: 3,
		n: 2,
		echo: true,
		logprobs: 2,
		seed: 1,
		suffix: ' end',
	};
	const hub = codec.decodeRequest(body);
	t.is(codec.encodeRequest(hub, {}).body, body);
	const {body: anew, losses} = codec.encodeRequest(structuredClone(hub), {});
	t.deepEqual(anew, body);
	t.deepEqual(losses, []);
});

test('the prompt is what the user says, alone or in a list of one', t => {
	for (const prompt of ['Once', ['Once']]) {
		const {turns} = codec.decodeRequest({model: 'm', prompt});
		t.deepEqual(turns, [{role: 'user', parts: [{type: 'text', text: 'Once'}]}]);
		t.is(pathOf(turns[0]?.parts[0] ?? {}), 'prompt');
	}
});

for (const [what, prompt] of Object.entries({
	none: undefined,
	several: ['a', 'b'],
	tokens: [1, 2],
	lists: [[1], [2]],
	'one list': [[1]],
})) {
	test(`a prompt that is no one text is refused: ${what}`, t => {
		t.like(
			t.throws(() => codec.decodeRequest({model: 'm', prompt})),
			{status: 400, param: 'prompt'},
		);
	});
}

test('values that say nothing are no losses elsewhere; the others are, or are refused', t => {
	const elsewhere = (members: JsonObject) =>
		chat.encodeRequest(codec.decodeRequest({model: 'm', prompt: 'a', ...members}), {});
	t.deepEqual(
		elsewhere({n: 1, best_of: 1, echo: false, suffix: '', stream_options: {x: 1}, logprobs: null}).losses,
		[],
	);
	t.deepEqual(
		elsewhere({best_of: 2, echo: true, logprobs: 1}).losses.map(loss => loss.path),
		['best_of', 'echo', 'logprobs'],
	);
	t.like(
		t.throws(() => elsewhere({suffix: 'x'})),
		{status: 400, param: 'suffix'},
	);
	t.like(elsewhere({n: 2, seed: 1, presence_penalty: 1}).body, {n: 2, seed: 1, presence_penalty: 1});
});

test('one turn of the user is the prompt as it is, behind the instructions', t => {
	t.is(encode({turns: [says('user', 'Once')]}).body['prompt'], 'Once');
	t.is(
		encode({system: [{type: 'text', text: 'Tell.'}], turns: [says('user', 'Once', 'more')]}).body['prompt'],
		'Tell.\n\nOnce\n\nmore',
	);
});

test('several turns are told as a dialogue, in which the model speaks for nobody else', t => {
	const {body, losses} = encode({
		system: [{type: 'text', text: 'Be brief.'}],
		turns: [says('user', 'hi'), says('assistant', 'ho'), says('system', 'Rhyme.'), says('user', 'more')],
		stop: ['x'],
	});
	t.is(body['prompt'], 'Be brief.\n\nUser: hi\n\nAssistant: ho\n\nRhyme.\n\nUser: more\n\nAssistant:');
	t.deepEqual(body['stop'], ['x', '\n\nUser:']);
	t.deepEqual(losses, ['turns']);
	t.is(encode({turns: [says('user', 'hi'), says('assistant', 'ho')]}).body['prompt'], 'User: hi\n\nAssistant: ho');
});

test('what is no text is refused, what can be left out is a loss', t => {
	const picture: Part = {type: 'image', source: {kind: 'url', url: 'https://a.test'}};
	t.like(
		t.throws(() => encode({turns: [says('user', picture)]})),
		{status: 400},
	);
	const called: Part = {type: 'tool-call', id: 'a', name: 'f', arguments: '{}'};
	t.like(
		t.throws(() => encode({turns: [says('assistant', called)]})),
		{status: 400},
	);
	const tools = [{type: 'function', name: 'f'}] as const;
	t.like(
		t.throws(() => encode({turns: [], tools, toolChoice: {type: 'required'}})),
		{status: 400, param: 'tool_choice'},
	);
	const lost = encode({
		turns: [says('user', 'a')],
		tools,
		output: {type: 'json'},
		reasoning: {effort: 'low'},
		verbosity: 'low',
		topK: 1,
	});
	t.deepEqual(lost.losses, ['tools', 'reasoning', 'output', 'verbosity', 'topK']);
	t.deepEqual(lost.body, {model: 'm', prompt: 'a'});
});

test('the recorded reply comes back to the letter, and valid when it is written anew', t => {
	const file = sharedPath('fixtures', 'openai-chat', 'completions-legacy', 'response.json');
	if (file === undefined) {
		t.log('no recorded traffic beside the repository');
		t.pass();
		return;
	}
	const body = JSON.parse(fs.readFileSync(path.resolve(file), 'utf8')) as JsonObject;
	const hub = codec.decodeReply(body);
	t.is(codec.encodeReply(hub, {...contextOf(), model: hub.model}), body);
	t.deepEqual(codec.encodeReply(structuredClone(hub), {...contextOf(), model: hub.model}), body);
});

test('an error in a reply of status 200, or no choice, is an error', t => {
	t.like(
		t.throws(() => codec.decodeReply({error: {message: 'busy', code: 503}})),
		{status: 503},
	);
	t.like(
		t.throws(() => codec.decodeReply({choices: []})),
		{status: 502},
	);
});

const text = (parts: readonly Part[]) =>
	parts.map(part => (part.type === 'text' || part.type === 'refusal' ? part.text : '')).join('');

test('any answer is told as its text, valid and with its counts', t => {
	fc.assert(
		fc.property(completions(), completion => {
			const body = codec.encodeReply(completion, contextOf());
			t.is(validators?.openaiCompletion(body) ?? null, null);
			const again = codec.decodeReply(body);
			t.is(text(again.candidates[0]?.parts ?? []), text(completion.candidates[0]?.parts ?? []));
			t.deepEqual(again.usage?.input, completion.usage?.input);
		}),
	);
});

function encodeAll(events: readonly CompletionEvent[], context = contextOf()) {
	const encoder = codec?.encodeStream(context);
	return [...events.flatMap(event => encoder?.push(event) ?? []), ...(encoder?.end() ?? [])];
}

test('any stream is told as its text, valid and ended once', t => {
	fc.assert(
		fc.property(eventStreams(), ({completion, events}) => {
			const written = encodeAll(events);
			for (const event of written) if (event.json !== undefined) t.deepEqual(faultsOf(event.json as JsonObject), []);
			t.is(written.filter(event => event.data === '[DONE]').length, 1);
			t.is(written.at(-1)?.data, '[DONE]');
			const decoder = codec.decodeStream();
			const again = assemble([...written.flatMap(event => decoder.push(event)), ...decoder.end()]);
			t.is(text(again.candidates[0]?.parts ?? []), text(completion.candidates[0]?.parts ?? []));
			t.deepEqual(again.usage?.input, completion.usage?.input);
		}),
	);
});

/** A chunk is a reply whose choices have not finished yet; the schema describes the last one only. */
function faultsOf(chunk: JsonObject): readonly string[] {
	const choices = (chunk['choices'] as readonly JsonObject[]).map(choice => ({
		...choice,
		finish_reason: choice['finish_reason'] ?? 'stop',
	}));
	const {usage, ...rest} = chunk;
	return validators?.openaiCompletion(usage === null ? {...rest, choices} : {...chunk, choices}) ?? [];
}

test('a stream without a finish or with an error has no clean end', t => {
	const events = eventsOf({
		id: 'x',
		model: 'm',
		candidates: [{parts: [{type: 'text', text: 'ab'}], finish: {reason: 'length'}}],
		extras: [],
	});
	for (let end = 0; end < events.length; end++) {
		t.false(
			encodeAll(events.slice(0, end)).some(
				event => event.data === '[DONE]' || event.data.includes('"finish_reason":"'),
			),
		);
	}
	const failed = encodeAll([
		...events.slice(0, 3),
		{type: 'error', error: {status: 503, message: 'busy'}},
		{type: 'end'},
	]);
	t.like(failed.at(-1)?.json, {error: {message: 'busy'}});
	const encoder = codec.encodeStream(contextOf());
	t.like(encoder.fail(new GatewayError('upstream_invalid', 502, 'cut off'), 'r')[0]?.json, {
		error: {code: 'upstream_invalid'},
	});
	t.true(encodeAll(events, contextOf(false)).every(event => !event.data.includes('usage')));
});

test('chunks are read with their log probabilities, and written with them', t => {
	const logprobs = {tokens: ['a'], token_logprobs: [-1], top_logprobs: [], text_offset: [0]};
	const chunks = [
		{id: 'cmpl-x', model: 'm', created: 1, choices: [{text: 'a', index: 0, logprobs, finish_reason: null}]},
		{id: 'cmpl-x', model: 'm', created: 1, choices: [{text: '', index: 0, logprobs: null, finish_reason: 'length'}]},
	];
	const decoder = codec.decodeStream();
	const hub = [
		...chunks.flatMap(json => decoder.push(wireEvent(`data: ${JSON.stringify(json)}\n\n`))),
		...decoder.end(),
	];
	t.like(assemble(hub).candidates[0], {finish: {reason: 'length'}});
	const [first] = encodeAll(hub).map(event => event.json) as readonly JsonObject[];
	t.like(first, {id: 'cmpl-x', object: 'text_completion', choices: [{text: 'a', index: 0, logprobs}]});
});
