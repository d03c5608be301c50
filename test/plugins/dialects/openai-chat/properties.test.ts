/** Random conversations, answers and streams through Chat Completions. */

import test from 'ava';
import fc from 'fast-check';
import type {CompletionEvent, Conversation, JsonObject, Part, Turn} from '../../../../core/index.js';
import {assemble, completions, conversations, eventStreams} from '../../../helpers/conversations.js';
import {assembleBySdk, codec, contextOf, encodeAll, faults, validators} from './support.js';

/** What Chat Completions can say of a turn: words of the assistant as one text, no thinking, no cache marks. */
function sayable(turn: Turn): Turn {
	const parts = turn.parts
		.filter(part => part.type !== 'thinking' && part.type !== 'redacted-thinking')
		.map(part => {
			if (part.type === 'tool-call') return {...part, arguments: part.arguments.trim() || '{}'};
			if (part.type !== 'tool-result') return part;
			const said = part.content.map(content => (content.type === 'text' ? content.text : '')).join('\n\n');
			const text = part.isError === true && !said.startsWith('Error') ? `Error: ${said}` : said;
			return {type: part.type, callId: part.callId, content: text === '' ? [] : [{type: 'text' as const, text}]};
		});
	return {role: turn.role, parts};
}

/** Results are turns of their own in this format, in front of what the user says. */
function separated(turns: readonly Turn[]): readonly Turn[] {
	return turns.map(sayable).flatMap(turn => {
		const results = turn.parts.filter(part => part.type === 'tool-result');
		const rest = turn.parts.filter(part => part.type !== 'tool-result');
		return [results, rest].flatMap(parts => (parts.length === 0 ? [] : [{role: turn.role, parts}]));
	});
}

test('a conversation that Chat Completions can say means the same afterwards', t => {
	const sayables = conversations({thinking: false, cache: false, disorder: false, systemTurns: true});
	fc.assert(
		fc.property(sayables, hub => {
			// Images in results travel in another message.
			const plain = {...hub, turns: hub.turns.map(withoutImages)};
			const {body, losses} = codec.encodeRequest(plain, {});
			t.deepEqual(losses, []);
			t.is(validators?.reqOpenaiChat(body) ?? null, null);
			const again = structuredClone(codec.decodeRequest(body));
			const expected: Conversation = {...plain, turns: separated(plain.turns), system: joined(plain)};
			const {toolChoice: _, parallelTools: __, ...bare} = expected;
			t.deepEqual(again, structuredClone(plain.tools.length === 0 ? bare : expected));
		}),
	);
});

function withoutImages(turn: Turn): Turn {
	const parts = turn.parts.map(
		(part): Part =>
			part.type === 'tool-result' ? {...part, content: part.content.filter(content => content.type === 'text')} : part,
	);
	return {...turn, parts};
}

function joined({system}: Conversation): Conversation['system'] {
	return system.length === 0 ? [] : [{type: 'text', text: system.map(part => part.text).join('\n\n')}];
}

test('any conversation makes a valid request in which every call is answered at once', t => {
	fc.assert(
		fc.property(conversations(), fc.constantFrom(undefined, 'in-place', 'user-text', 'hoist'), (hub, systemTurns) => {
			const {body} = codec.encodeRequest(hub, systemTurns === undefined ? {} : {systemTurns});
			t.is(validators?.reqOpenaiChat(body) ?? null, null);
			let open: unknown[] = [];
			for (const message of body['messages'] as readonly JsonObject[]) {
				if (message['role'] === 'tool') {
					t.true(open.includes(message['tool_call_id']));
					open = open.filter(id => id !== message['tool_call_id']);
					continue;
				}
				t.deepEqual(open, []);
				const calls = (message['tool_calls'] ?? []) as readonly JsonObject[];
				open = calls.map(call => call['id']);
			}
			t.deepEqual(open, []);
		}),
	);
});

test('what was read is written to the letter, also when something else was changed', t => {
	fc.assert(
		fc.property(conversations(), hub => {
			const {body} = codec.encodeRequest(hub, {});
			const read = codec.decodeRequest(body);
			t.is(codec.encodeRequest(read, {}).body, body);
			const changed = codec.encodeRequest({...read, temperature: 0.125}, {}).body;
			t.deepEqual(changed['messages'], body['messages']);
			t.deepEqual(changed['tools'], body['tools']);
		}),
	);
});

interface Said {
	readonly content: unknown;
	readonly refusal: unknown;
	readonly calls: unknown;
}

function said(parts: readonly Part[]): Said {
	return {
		content: parts.map(part => (part.type === 'text' ? part.text : '')).join(''),
		refusal: parts.map(part => (part.type === 'refusal' ? part.text : '')).join(''),
		calls: parts.flatMap(part =>
			part.type === 'tool-call' ? [[part.id, part.name, part.arguments.trim() || '{}']] : [],
		),
	};
}

test('an answer means the same afterwards', t => {
	fc.assert(
		fc.property(completions(), completion => {
			const body = codec.encodeReply(completion, contextOf());
			t.is(validators?.openaiChat(body) ?? null, null);
			const again = codec.decodeReply(body);
			t.deepEqual(said(again.candidates[0]?.parts ?? []), said(completion.candidates[0]?.parts ?? []));
			t.is(again.candidates[0]?.finish.reason, completion.candidates[0]?.finish.reason);
			t.deepEqual(again.usage?.input, completion.usage?.input);
		}),
	);
});

test('a stream means the same afterwards, for us and for the official client', async t => {
	await fc.assert(
		fc.asyncProperty(eventStreams(), async ({completion, events}) => {
			const written = encodeAll(events);
			t.deepEqual(faults(written), []);
			const [candidate] = completion.candidates;
			const expected = said(candidate?.parts ?? []);
			const decoder = codec.decodeStream();
			const again: readonly CompletionEvent[] = [...written.flatMap(event => decoder.push(event)), ...decoder.end()];
			const assembled = assemble(again);
			t.deepEqual(said(assembled.candidates[0]?.parts ?? []), expected);
			t.is(assembled.candidates[0]?.finish.reason, candidate?.finish.reason);
			t.deepEqual(assembled.usage?.output.total, completion.usage?.output.total);
			const sdk = await assembleBySdk(written);
			const message = sdk.choices[0]?.message;
			const calls = message?.tool_calls?.map(
				call => call.type === 'function' && [call.id, call.function.name, call.function.arguments],
			);
			t.deepEqual({content: message?.content ?? '', refusal: message?.refusal ?? '', calls: calls ?? []}, expected);
		}),
		{numRuns: 50},
	);
});

test('a stream that is cut anywhere has no clean end', t => {
	fc.assert(
		fc.property(eventStreams(), fc.nat(), ({events}, at) => {
			const cut = encodeAll(events.slice(0, at % events.length));
			t.false(cut.some(event => event.data === '[DONE]' || event.data.includes('"finish_reason":"')));
		}),
	);
});
