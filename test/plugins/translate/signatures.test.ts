/** What a provider has signed, through a client of another format and back. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import type {Conversation, JsonObject, Part, StreamEvent} from '../../../core/index.js';
import {eventStreams, eventsOf} from '../../helpers/conversations.js';
import {listOf, objectOf} from '../../helpers/grammar/reading.js';
import {
	bytesOf,
	chat,
	contextFor,
	decoded,
	encoded,
	messages,
	modern,
	responses,
	type Speaking,
	translated,
	wayBack,
} from './support.js';

/** How a client of a format hands an answer back as the assistant's turn of its next request. */
function handedBack({name}: Speaking, reply: JsonObject): JsonObject {
	const said = {role: 'user', content: 'hello'};
	switch (name) {
		case 'openai-chat':
			return {model: 'm', messages: [said, objectOf(listOf(reply['choices'])[0]?.['message']), said]};
		case 'openai-responses':
			return {model: 'm', input: [said, ...listOf(reply['output']), said]};
		default:
			return {model: 'm', max_tokens: 10, messages: [said, {role: 'assistant', content: reply['content']}, said]};
	}
}

/** All that was thought and signed. */
function signed(parts: readonly Part[]): readonly Part[] {
	return parts.flatMap((part): readonly Part[] => {
		if (part.type === 'redacted-thinking') return [{type: part.type, data: part.data, ...signerOf(part)}];
		if (part.type !== 'thinking' || part.signature === undefined) return [];
		return [{type: part.type, text: part.text, signature: part.signature, ...signerOf(part)}];
	});
}

function signerOf({signedBy}: {readonly signedBy?: string}): {readonly signedBy?: string} {
	return signedBy === undefined ? {} : {signedBy};
}

for (const client of modern) {
	test(`rows 132, 133, 138: what was signed comes back from a client of ${client.name}, streamed or not`, t => {
		fc.assert(
			fc.property(
				eventStreams({refusals: false}),
				fc.constantFrom('anthropic', 'openai'),
				({completion, events}, signer) => {
					const parts = completion.candidates.flatMap(candidate => candidate.parts);
					const resigned = (part: Part): Part =>
						part.type === 'thinking' && part.signedBy !== undefined
							? Object.assign({}, part, {signedBy: signer})
							: part;
					const candidates = completion.candidates.map(({finish}) => ({finish, parts: parts.map(resigned)}));
					const reply = client.codec.encodeReply(Object.assign({}, completion, {candidates}), contextFor(client));
					const expected = signed(parts.map(resigned));
					assert.deepEqual(signed(assistantParts(client.codec.decodeRequest(handedBack(client, reply)))), expected);
					const streamed = encoded(
						client,
						events.map(event =>
							event.type === 'part-start' ? Object.assign({}, event, {part: resigned(event.part)}) : event,
						),
					);
					const gathered = gather(client, streamed);
					assert.deepEqual(signed(assistantParts(client.codec.decodeRequest(handedBack(client, gathered)))), expected);
				},
			),
			{numRuns: 100, includeErrorInReport: true},
		);
		t.pass();
	});
}

function assistantParts({turns}: Conversation): readonly Part[] {
	return turns.filter(({role}) => role === 'assistant').flatMap(({parts}) => parts);
}

/** The plain answer that a client builds of a stream; what it does not know of a chunk it keeps as it came last. */
function gather({name}: Speaking, events: readonly StreamEvent[]): JsonObject {
	if (name === 'openai-responses') return objectOf(objectOf(events.at(-1)?.json)['response']);
	if (name === 'anthropic-messages') return {content: gatherBlocks(events)};
	const message: {[name: string]: unknown} = {role: 'assistant', content: ''};
	for (const {json} of events) {
		const delta = objectOf(listOf(objectOf(json)['choices'])[0]?.['delta']);
		for (const member of ['content', 'reasoning_content'])
			if (typeof delta[member] === 'string') message[member] = `${message[member] ?? ''}${delta[member]}`;
		if (delta['reasoning_details'] !== undefined) message['reasoning_details'] = delta['reasoning_details'];
	}
	return {choices: [{message}]};
}

function gatherBlocks(events: readonly StreamEvent[]): readonly JsonObject[] {
	const content: {[name: string]: unknown}[] = [];
	for (const {json} of events) {
		const {type, index, content_block: block, delta} = objectOf(json);
		if (type === 'content_block_start') content.push(Object.assign({}, block));
		const open = content[Number(index)];
		if (type !== 'content_block_delta' || open === undefined) continue;
		const {thinking, signature, text} = objectOf(delta);
		if (thinking !== undefined) open['thinking'] = `${open['thinking']}${thinking}`;
		if (text !== undefined) open['text'] = `${open['text']}${text}`;
		if (signature !== undefined) open['signature'] = signature;
	}
	return content;
}

for (const client of [messages, responses]) {
	test(`row 132: what a chat server says of a signature’s maker is not lost on a client of ${client.name}`, t => {
		const parts: readonly Part[] = [
			{type: 'thinking', text: 'Let me see.', signature: 'c2lnbmF0dXJl', signedBy: 'anthropic'},
			{type: 'text', text: 'Hi.'},
		];
		const finish = {reason: 'stop'} as const;
		const native = encoded(chat, eventsOf({id: 'x', model: 'm', candidates: [{parts, finish}], extras: []}));
		const read = gather(client, translated(wayBack(client, chat), bytesOf(native)));
		t.deepEqual(signed(assistantParts(client.codec.decodeRequest(handedBack(client, read)))), signed(parts));
	});
}

/** What OpenAI has signed: with words, without any, and each under a name that goes with its signature. */
const reasoned: readonly Part[] = [
	{type: 'thinking', text: 'Let me see.', signature: 'RU5DMQ==', signedBy: 'openai', id: 'rs_one', summary: true},
	{type: 'thinking', text: '', signature: 'RU5DMg==', signedBy: 'openai', id: 'rs_two', summary: true},
	{type: 'text', text: 'Hi.'},
];

for (const client of [chat, messages]) {
	test(`row 138: OpenAI’s reasoning keeps name and signature on a client of ${client.name} when a plugin rewrites the stream`, t => {
		const finish = {reason: 'stop'} as const;
		const native = encoded(
			responses,
			eventsOf({id: 'x', model: 'm', candidates: [{parts: reasoned, finish}], extras: []}),
		);
		const spoken = translated(wayBack(client, responses), bytesOf(native));
		const rewritten = encoded(client, decoded(client, spoken));
		for (const events of [spoken, rewritten]) {
			const asked = client.codec.decodeRequest(handedBack(client, gather(client, events)));
			const {body} = responses.codec.encodeRequest(asked, {signatures: 'openai'});
			const items = listOf(body['input']).filter(item => objectOf(item)['type'] === 'reasoning');
			t.deepEqual(items, [
				{
					type: 'reasoning',
					id: 'rs_one',
					summary: [{type: 'summary_text', text: 'Let me see.'}],
					encrypted_content: 'RU5DMQ==',
				},
				{type: 'reasoning', id: 'rs_two', summary: [], encrypted_content: 'RU5DMg=='},
			]);
		}
	});
}
