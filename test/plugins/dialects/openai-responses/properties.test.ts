/** Random conversations and answers through the codec. */

import test from 'ava';
import fc from 'fast-check';
import type {CompletionEvent, Conversation, JsonObject, Part, Turn} from '../../../../core/index.js';
import {assemble, completions, conversations, eventStreams} from '../../../helpers/conversations.js';
import {
	assembleBySdk,
	codec,
	contextOf,
	decodeAll,
	encodeAll,
	faults,
	jsons,
	responseAt,
	validators,
} from './support.js';

/** What the format can say. */
const expressible = {audio: false, thinking: false, systemTurns: true, cache: false} as const;

/** What a conversation means, however its turns and texts are divided. */
function meaning(conversation: Conversation): unknown {
	const {turns, system, tools, stop, maxTokens, output, ...rest} = structuredClone(conversation);
	return {
		...rest,
		output: output?.type === 'schema' ? output : output?.type,
		maxTokens,
		system: system.map(part => part.text),
		tools: tools.map(tool => (tool.type === 'function' ? {...tool, strict: tool.strict === true} : tool)),
		turns: joined(turns),
	};
}

/** Results stand before the words of their turn, and an error is told in words. */
function joined(turns: readonly Turn[]): readonly unknown[] {
	const said: {role: string; parts: unknown[]}[] = [];
	for (const {role, parts} of turns) {
		const results = parts.filter(part => part.type === 'tool-result');
		const others = parts.filter(part => part.type !== 'tool-result');
		for (const part of [...results, ...others].map(plain)) {
			const last = said.at(-1);
			if (last?.role === role) last.parts.push(part);
			else said.push({role, parts: [part]});
		}
	}
	return said;
}

function plain(part: Part): unknown {
	if (part.type === 'tool-call') return {...part, arguments: part.arguments.trim() === '' ? '{}' : part.arguments};
	if (part.type === 'image') return {type: part.type, source: part.source};
	if (part.type !== 'tool-result') return part;
	const text = part.content.map(each => (each.type === 'text' ? each.text : `[${each.type}]`));
	const error = part.isError === true ? 'Error: ' : '';
	// With several parts, or none, the word stands alone before them.
	const whole = text.length === 1 && part.content[0]?.type === 'text' ? [error + text[0]] : [error.trim(), ...text];
	return {callId: part.callId, said: whole.filter(line => line !== '')};
}

test('a request written for this format says what the conversation means', t => {
	fc.assert(
		fc.property(conversations({...expressible, disorder: false}), conversation => {
			const {body, losses} = codec.encodeRequest(conversation, {});
			t.is(validators?.reqResponses(body) ?? null, null, JSON.stringify(body));
			const again = codec.decodeRequest(body);
			const {extras, ...said} = again;
			t.deepEqual(meaning({...said, extras: []}), meaning(conversation));
			t.deepEqual(
				losses.map(loss => loss.path),
				conversation.stop === undefined ? [] : ['stop'],
			);
		}),
		{numRuns: 300},
	);
});

test('whatever a plugin has built, every call has its one result and every result its call', t => {
	fc.assert(
		fc.property(conversations({audio: false}), conversation => {
			const {body} = codec.encodeRequest(conversation, {});
			t.is(validators?.reqResponses(body) ?? null, null, JSON.stringify(body));
			const open = new Set<unknown>();
			for (const item of body['input'] as readonly JsonObject[]) {
				if (item['type'] === 'function_call') open.add(item['call_id']);
				if (item['type'] === 'function_call_output') t.true(open.delete(item['call_id']), JSON.stringify(body));
			}
			t.is(open.size, 0, JSON.stringify(body));
		}),
		{numRuns: 300},
	);
});

test('writing twice is writing once', t => {
	fc.assert(
		fc.property(conversations({audio: false}), conversation => {
			const once = codec.encodeRequest(conversation, {signatures: 'openai'}).body;
			const read = codec.decodeRequest(once);
			t.is(codec.encodeRequest(read, {}).body, once);
			const twice = codec.encodeRequest(structuredClone(read), {signatures: 'openai'}).body;
			t.deepEqual(structuredClone(codec.decodeRequest(twice)), structuredClone(read));
		}),
		{numRuns: 200},
	);
});

/** What an answer says to a client, who hands its items back. */
function handedBack(output: unknown): readonly Part[] {
	const {turns} = codec.decodeRequest({model: 'm', input: output});
	return structuredClone(turns.flatMap(turn => turn.parts));
}

/** The names of items are theirs; a call without arguments is one with empty ones. */
function parts(all: readonly Part[]): unknown {
	return structuredClone(all).map(part => {
		if (part.type === 'tool-call') return {...part, arguments: part.arguments.trim() === '' ? '{}' : part.arguments};
		if (part.type !== 'thinking' && part.type !== 'redacted-thinking') return part;
		const {id, ...rest} = part;
		return part.type === 'thinking' && part.signature === undefined ? {...rest, summary: true} : rest;
	});
}

test('rows 132, 133: an answer is valid, and a client that hands it back loses nothing', t => {
	fc.assert(
		fc.property(completions(), completion => {
			const body = codec.encodeReply(completion, contextOf());
			t.is(validators?.responses(body) ?? null, null, JSON.stringify(body));
			t.deepEqual(parts(handedBack(body['output'])), parts(completion.candidates[0]?.parts ?? []));
			const again = codec.decodeReply(body);
			const usage = completion.usage;
			t.deepEqual([again.usage?.input, again.usage?.output], [usage?.input, usage?.output]);
			t.is(again.candidates[0]?.finish.reason, completion.candidates[0]?.finish.reason);
			t.is(again.created, completion.created);
		}),
		{numRuns: 300},
	);
});

test('a stream is well formed and adds up to the answer', t => {
	fc.assert(
		fc.property(eventStreams(), ({completion, events}) => {
			const native = encodeAll(events);
			t.deepEqual(faults(native), [], JSON.stringify(events));
			const last = responseAt(native);
			t.deepEqual(parts(handedBack(last['output'])), parts(completion.candidates[0]?.parts ?? []));
			const again = assemble(decodeAll(native));
			t.is(again.candidates[0]?.finish.reason, completion.candidates[0]?.finish.reason);
			t.deepEqual(again.usage?.input, completion.usage?.input);
		}),
		{numRuns: 300},
	);
});

test('the official client assembles every stream', async t => {
	await fc.assert(
		fc.asyncProperty(eventStreams(), async ({completion, events}) => {
			const assembled = (await assembleBySdk(encodeAll(events))) as unknown as JsonObject;
			t.deepEqual(parts(handedBack(assembled['output'])), parts(completion.candidates[0]?.parts ?? []));
		}),
		{numRuns: 60},
	);
});

test('a stream that is cut off anywhere has no terminal event until it fails', t => {
	fc.assert(
		fc.property(eventStreams(), fc.nat(), ({events}, cut) => {
			const whole: readonly CompletionEvent[] = events.slice(0, cut % events.length);
			const encoder = codec.encodeStream(contextOf());
			const native = [...whole.flatMap(event => encoder.push(event)), ...encoder.end()];
			t.false(jsons(native).some(json => /completed|incomplete|failed/.test(String(json['type']))));
		}),
	);
});
