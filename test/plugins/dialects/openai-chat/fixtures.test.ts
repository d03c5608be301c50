/** Recorded traffic of OpenAI and of the servers that speak its format, through the hub and back. */

import fs from 'node:fs';
import path from 'node:path';
import test from 'ava';
import type {Completion, JsonObject, Part} from '../../../../core/index.js';
import {assemble} from '../../../helpers/conversations.js';
import {sharedPath, sharedReplies, sharedStreams} from '../recordings.js';
import {assembleBySdk, codec, contextOf, encodeAll, eventsOf, faults, recordedRequests, validators} from './support.js';

const requests = recordedRequests();
const replies = sharedReplies().filter(
	reply => reply.dialect.name === 'openai-chat' && Array.isArray(reply.body['choices']),
);
const streams = sharedStreams().filter(stream => stream.dialect.name === 'openai-chat');

test('recordings are at hand, or their tests are left out', t => {
	if (sharedPath('fixtures') === undefined) t.log('no recorded traffic beside the repository');
	else t.true(requests.length > 10 && replies.length > 10 && streams.length > 8);
	t.pass();
});

for (const {name, body} of requests) {
	test(`the request of ${name} comes back to the letter`, t => {
		t.is(codec.encodeRequest(codec.decodeRequest(body), {}).body, body);
	});

	test(`the request of ${name} means the same when it is written anew`, t => {
		const hub = codec.decodeRequest(body);
		const {body: anew, losses} = codec.encodeRequest(structuredClone(hub), {thinking: 'adaptive', efforts: ['high']});
		t.deepEqual(losses, []);
		t.is(validators?.reqOpenaiChat(anew) ?? null, null);
		t.deepEqual(structuredClone(codec.decodeRequest(anew)), structuredClone(hub));
	});

	test(`the request of ${name} keeps what a plugin has left alone`, t => {
		const hub = codec.decodeRequest(body);
		const {body: changed} = codec.encodeRequest({...hub, temperature: 0.25}, {});
		t.is(changed['temperature'], 0.25);
		t.deepEqual(changed['messages'], body['messages']);
		t.deepEqual(changed['tools'], body['tools']);
	});
}

for (const {name, body} of replies) {
	test(`the reply ${name} comes back to the letter`, t => {
		t.is(codec.encodeReply(codec.decodeReply(body), contextOf({}, String(body['model']))), body);
	});

	test(`the reply ${name} means the same when it is written anew`, t => {
		const hub = codec.decodeReply(body);
		const anew = codec.encodeReply(structuredClone(hub), contextOf({}, hub.model));
		t.is(validators?.openaiChat(anew) ?? null, null);
		t.deepEqual(meaning(codec.decodeReply(anew)), meaning(hub));
	});

	test(`the reply ${name} is read whole`, t => {
		const {candidates} = codec.decodeReply(body);
		const [choice] = body['choices'] as readonly JsonObject[];
		const message = choice?.['message'] as JsonObject;
		const parts = candidates[0]?.parts ?? [];
		const content = message['content'];
		if (typeof content === 'string') t.is(textOf(parts, 'text'), content);
		const thought = message['reasoning_content'] ?? message['reasoning'];
		if (typeof thought === 'string') t.is(textOf(parts, 'thinking'), thought);
		const calls = (message['tool_calls'] ?? []) as readonly {id: string; function: {name: string; arguments: string}}[];
		t.deepEqual(
			parts.flatMap(part => (part.type === 'tool-call' ? [[part.id, part.name, part.arguments]] : [])),
			calls.map(({id, function: called}) => [id, called.name, called.arguments]),
		);
	});
}

test('row Mistral: content that is an array holds thinking and text', t => {
	const found = replies.find(reply => reply.name.includes('mistral-reasoning'));
	if (found === undefined) {
		t.pass();
		return;
	}
	t.deepEqual(codec.decodeReply(found.body).candidates[0]?.parts, [
		{type: 'thinking', text: 'The user is asking for 2+2. This is basic arithmetic. 2+2=4.'},
		{type: 'text', text: '2 + 2 = 4'},
	]);
});

for (const stream of streams) {
	const folder = sharedPath('fixtures', path.dirname(stream.name));
	const file = path.join(folder ?? '', `golden.${Number.parseInt(path.basename(stream.name), 10) || 1}.json`);
	const golden = JSON.parse(fs.readFileSync(file, 'utf8')) as Golden;
	const hub = () => {
		const decoder = codec.decodeStream();
		return [...eventsOf(stream.bytes).flatMap(event => decoder.push(event)), ...decoder.end()];
	};

	test(`the stream ${stream.name} is what the official client makes of it, also when it is written anew`, async t => {
		const events = hub();
		if (golden.sdk_error !== undefined) {
			const last = events.at(-1);
			t.like(last, {type: 'error', error: {message: golden.sdk_error.message}});
			const written = encodeAll(events);
			t.is(written.filter(event => event.data.includes('"error"')).length, 1);
			t.false(written.some(event => event.data === '[DONE]' || event.data.includes('"finish_reason":"')));
			return;
		}
		const written = encodeAll(events);
		t.deepEqual(faults(written), []);
		const assembled = (await assembleBySdk(written)) as unknown as Golden;
		t.deepEqual(assembled.choices.map(said), golden.choices.map(said));
		t.is(assembled.usage?.prompt_tokens, golden.usage?.prompt_tokens);
		if (golden.choices.length === 1) {
			const {candidates, usage} = assemble(events);
			t.is(textOf(candidates[0]?.parts ?? [], 'text'), golden.choices[0]?.message.content ?? '');
			t.is(usage?.input.total, golden.usage?.prompt_tokens);
		}
	});
}

interface Golden {
	readonly sdk_error?: {readonly message: string};
	readonly choices: readonly GoldenChoice[];
	readonly usage?: {readonly prompt_tokens: number};
}

interface GoldenChoice {
	readonly index: number;
	readonly finish_reason: string;
	readonly logprobs: unknown;
	readonly message: {
		readonly content: string | null;
		readonly refusal?: string | null;
		readonly tool_calls?: readonly {
			readonly id: string;
			readonly function: {readonly name: string; readonly arguments: string};
		}[];
	};
}

function said({index, finish_reason, message}: GoldenChoice): unknown {
	const calls = message.tool_calls?.map(({id, function: called}) => [id, called.name, called.arguments]);
	return {index, finish_reason, text: message.content || '', refusal: message.refusal || '', calls: calls ?? []};
}

function textOf(parts: readonly Part[], type: 'text' | 'thinking'): string {
	return parts.map(part => (part.type === type ? part.text : '')).join('');
}

/** An answer without what is made anew: its id where it is not OpenAI's, and the provider's spelling of counts. */
function meaning({id: _, usage, ...rest}: Completion): unknown {
	return {...rest, input: usage?.input, output: usage?.output};
}
