/** Names of tools and ids of calls that one side does not allow, there and back. */

import test from 'ava';
import fc from 'fast-check';
import type {Conversation, Part} from '../../../core/index.js';
import {CallNames, fitId, originalId} from '../../../plugins/translate/names.js';
import {chat, messages, modern, responses} from './support.js';

function asked(names: readonly string[], turns: Conversation['turns'] = []): Conversation {
	const tools = names.map(name => ({type: 'function', name}) as const);
	return {model: 'm', system: [], turns, tools, stream: false, streamUsage: false, extras: []};
}

function called(name: string, id = 'call_1'): Part {
	return {type: 'tool-call', id, name, arguments: '{}'};
}

/** What the client reads when the model calls a tool by the name that it was told. */
function restored(names: CallNames, part: Part): Part | undefined {
	const completion = {
		id: 'x',
		model: 'm',
		extras: [],
		candidates: [{parts: [part], finish: {reason: 'stop' as const}}],
	};
	return names.completion(completion).candidates[0]?.parts[0];
}

test('row 29: ids that Anthropic does not allow travel in disguise, the same for call and result, and come back', t => {
	for (const id of ['functions.Bash:0', 'call|fc_1', 'call_ü', '']) {
		const result: Part = {type: 'tool-result', callId: id, content: []};
		const turns = [
			{role: 'assistant', parts: [called('f', id)]},
			{role: 'user', parts: [result]},
		] as const;
		const written = new CallNames(asked(['f'], turns), chat.codec, messages.codec).request(asked(['f'], turns));
		const [call, answer] = written.turns.flatMap(({parts}) => parts);
		if (call?.type !== 'tool-call' || answer?.type !== 'tool-result') return t.fail();
		t.regex(call.id, /^[a-zA-Z0-9_-]+$/, id);
		t.is(answer.callId, call.id);
		t.is(originalId(call.id), id);
	}
	return undefined;
});

test('rows 29 and 30: whatever an id is, it fits, stays itself the second time, and no two become one', t => {
	fc.assert(
		fc.property(
			fc.array(fc.string({unit: 'grapheme', maxLength: 300}), {minLength: 2, maxLength: 2}),
			([a = '', b = '']) => {
				for (const {codec} of modern) {
					const {pattern, maxLength} = codec.callIds;
					const fitting = fitId(a, codec.callIds);
					t.regex(fitting, pattern);
					t.true(fitting.length <= maxLength);
					t.is(fitId(originalId(fitting), codec.callIds), fitting);
					t.is(a === b, fitting === fitId(b, codec.callIds));
				}
			},
		),
	);
});

test('row 30: an id that is too long for Responses has a stand-in that is always the same', t => {
	const id = `toolu_${'x'.repeat(100)}`;

	t.is(fitId(id, responses.codec.callIds), fitId(id, responses.codec.callIds));
	t.not(fitId(id, responses.codec.callIds), fitId(`${id}y`, responses.codec.callIds));
	t.true(fitId(id, responses.codec.callIds).length <= 64);
});

test('row 33: names that OpenAI does not allow are told as others, and the client reads its own', t => {
	const long = `mcp__${'n'.repeat(110)}`;
	const own = [long, `${long}2`, 'files.read', 'files_read', 'plain'];
	const names = new CallNames(asked(own), messages.codec, chat.codec);

	const told = names.request(asked(own)).tools.map(({name}) => name);

	t.is(new Set(told).size, own.length);
	for (const name of told) t.regex(name, /^[a-zA-Z0-9_-]{1,64}$/);
	t.is(told[4], 'plain');
	for (const [index, name] of told.entries()) t.like(restored(names, called(name)), {name: own[index]});
});

test('row 33: the choice of a tool and the calls of the history name it alike', t => {
	const conversation: Conversation = Object.assign(asked(['a.b'], [{role: 'assistant', parts: [called('a.b')]}]), {
		toolChoice: {type: 'tool', name: 'a.b'} as const,
	});

	const {tools, toolChoice, turns} = new CallNames(conversation, chat.codec, messages.codec).request(conversation);

	const name = tools[0]?.name ?? '';
	t.regex(name, /^[a-zA-Z0-9_-]+$/);
	t.like(toolChoice, {name});
	t.like(turns[0]?.parts[0], {name});
});
