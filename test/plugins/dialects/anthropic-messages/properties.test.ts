/** Random conversations and answers: whatever comes, what is written is legal and says the same. */

import test from 'ava';
import fc from 'fast-check';
import type {Completion, JsonObject, Part} from '../../../../core/index.js';
import {codec} from '../../../../plugins/dialects/anthropic-messages/codec.js';
import {assemble, completions, conversations, eventStreams} from '../../../helpers/conversations.js';
import {able, decodeStream, encodeStream, jsonOf, replyContext, schemas} from './support.js';

const valid = await schemas();
const runs = {numRuns: 300};
type Block = JsonObject & {readonly type: string};
type Message = {readonly role: string; readonly content: readonly Block[]};

test('every request is valid and in the order that is demanded', t => {
	const traits = fc.record({
		systemTurns: fc.constantFrom('in-place' as const, 'user-text' as const, 'hoist' as const),
		signatures: fc.constantFrom('anthropic', 'nobody'),
		thinking: fc.constantFrom('budget' as const, 'adaptive' as const, 'effort' as const, 'none' as const),
		sampling: fc.constantFrom('all' as const, 'one' as const, 'none' as const),
		prefill: fc.boolean(),
		jsonSchema: fc.boolean(),
	});
	fc.assert(
		fc.property(conversations({audio: false}), traits, (conversation, traits) => {
			const {body} = codec.encodeRequest(conversation, traits);
			const problems = valid?.['reqAnthropic']?.(body) ?? null;
			if (problems !== null) throw new Error(JSON.stringify({problems, body}));
			const messages = body['messages'] as readonly Message[];
			for (const [index, message] of messages.entries())
				checkMessage(message, messages[index - 1], messages[index + 1]);
			const {thinking, max_tokens: limit} = body as {thinking?: {budget_tokens?: number}; max_tokens: number};
			if (thinking?.budget_tokens !== undefined && thinking.budget_tokens >= limit) throw new Error('budget too high');
			if (marks(body) > 4) throw new Error('too many cache breakpoints');
		}),
		runs,
	);
	t.pass();
});

function checkMessage(message: Message, before: Message | undefined, after: Message | undefined): void {
	const fail = (why: string): never => {
		throw new Error(`${why}: ${JSON.stringify([before, message, after])}`);
	};
	if (message.role === before?.role) fail('one side speaks twice');
	if (message.content.length === 0) fail('an empty message');
	if (message.role === 'system' && (before?.role !== 'user' || after?.role === 'user'))
		fail('a misplaced system message');
	const calls = message.content.filter(block => block.type === 'tool_use').map(block => block['id']);
	const tail = message.content.slice(message.content.length - calls.length);
	if (tail.some(block => block.type !== 'tool_use')) fail('calls are not last');
	const results = (after?.content ?? []).filter(block => block.type === 'tool_result');
	if (calls.length > 0 && JSON.stringify(results.map(block => block['tool_use_id'])) !== JSON.stringify(calls))
		fail('calls without results');
	if (message.role === 'user') {
		const given = message.content.filter(block => block.type === 'tool_result');
		if (message.content.slice(0, given.length).some(block => block.type !== 'tool_result'))
			fail('results are not first');
		if (given.length > 0 && before?.role !== 'assistant') fail('results without calls');
	}
}

function marks(value: unknown): number {
	if (typeof value !== 'object' || value === null) return 0;
	return Object.entries(value).reduce((sum, [name, inner]) => sum + (name === 'cache_control' ? 1 : marks(inner)), 0);
}

test('what both sides can express survives a request', t => {
	const given = {audio: false, refusals: false, systemTurns: false, disorder: false, cache: false, parameters: false};
	fc.assert(
		fc.property(conversations(given), conversation => {
			const {body} = codec.encodeRequest(conversation, able);
			const again = codec.decodeRequest(body);
			if (said(again.turns) !== said(conversation.turns))
				throw new Error(`${said(again.turns)}\n${said(conversation.turns)}`);
			const text = (parts: readonly {readonly text: string}[]) => JSON.stringify(parts.map(({text}) => text));
			if (text(again.system) !== text(conversation.system)) throw new Error('other instructions');
			if (again.tools.length !== conversation.tools.length && conversation.toolChoice?.type !== 'allowed')
				throw new Error('other tools');
		}),
		runs,
	);
	t.pass();
});

/** What each side says, however it is spread over turns; results before the rest, calls as values, no unsigned thinking. */
function said(turns: readonly {readonly role: string; readonly parts: readonly Part[]}[]): string {
	const sides: {role: string; parts: Part[]}[] = [];
	for (const {role, parts} of turns) {
		const last = sides.at(-1);
		if (last?.role === role) last.parts.push(...parts);
		else sides.push({role, parts: [...parts]});
	}
	const weight = (part: Part) => (part.type === 'tool-result' ? -1 : part.type === 'tool-call' ? 1 : 0);
	return JSON.stringify(
		sides.map(({role, parts}) => ({
			role,
			parts: parts
				.filter(part => part.type !== 'thinking' || part.signature !== undefined)
				.map(comparable)
				.map((part, index) => ({part, index}))
				.sort(
					(a, b) =>
						weight(a.part) - weight(b.part) ||
						(a.part.type === 'tool-result' && b.part.type === 'tool-result'
							? a.part.callId.localeCompare(b.part.callId)
							: a.index - b.index),
				)
				.map(({part}) => sorted(part)),
		})),
	);
}

function comparable(part: Part): Part {
	// In a stream it is known who will sign before it is known whether they do.
	if (part.type === 'thinking' && part.signature === undefined) return {type: 'thinking', text: part.text};
	return part.type === 'tool-call'
		? {...part, arguments: JSON.stringify(sorted(JSON.parse(part.arguments || '{}')))}
		: part;
}

function sorted(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sorted);
	if (typeof value !== 'object' || value === null) return value;
	const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}

/** Thinking without words says nothing; a refusal is told in the finish. */
function spoken(completion: Completion): string {
	const [candidate] = completion.candidates;
	const parts = (candidate?.parts ?? []).filter(part => part.type !== 'refusal').map(comparable);
	return JSON.stringify(sorted(parts.map(part => part)));
}

test('every answer is valid and reads the same again', t => {
	fc.assert(
		fc.property(completions(), completion => {
			const body = codec.encodeReply(completion, replyContext());
			const problems = valid?.['anthropicMessage']?.(body) ?? null;
			if (problems !== null) throw new Error(JSON.stringify({problems, body}));
			const again = codec.decodeReply(body);
			if (spoken(again) !== spoken(completion)) throw new Error(`${spoken(again)}\n${spoken(completion)}`);
			if (again.candidates[0]?.finish.reason !== completion.candidates[0]?.finish.reason) throw new Error('other end');
			if (again.usage?.input.total !== completion.usage?.input.total) throw new Error('other usage');
		}),
		runs,
	);
	t.pass();
});

test('every stream is legal and reads the same again', t => {
	fc.assert(
		fc.property(eventStreams(), ({completion, events}) => {
			const encoded = encodeStream(events);
			checkGrammar(jsonOf(encoded));
			const again = assemble(decodeStream(encoded));
			if (spoken(again) !== spoken(completion)) throw new Error(`${spoken(again)}\n${spoken(completion)}`);
			if (again.candidates[0]?.finish.reason !== completion.candidates[0]?.finish.reason) throw new Error('other end');
			if (again.usage?.output.total !== completion.usage?.output.total) throw new Error('other usage');
		}),
		runs,
	);
	t.pass();
});

/** One message, blocks numbered from 0, one open at a time, one end. */
function checkGrammar(events: readonly JsonObject[]): void {
	let open = false;
	let blocks = 0;
	const types = events.map(event => String(event['type']));
	if (types[0] !== 'message_start' || types.at(-1) !== 'message_stop' || types.at(-2) !== 'message_delta')
		throw new Error(types.join(' '));
	for (const event of events) {
		const problems = valid?.['anthropicEvent']?.(event) ?? null;
		if (problems !== null) throw new Error(JSON.stringify({problems, event}));
		const type = event['type'];
		if (typeof type === 'string' && type.startsWith('content_block')) {
			if (event['index'] !== (type === 'content_block_start' ? blocks : blocks - 1)) throw new Error(`number ${types}`);
			if (open === (type === 'content_block_start')) throw new Error(`block ${types}`);
			open = type !== 'content_block_stop';
			if (type === 'content_block_start') blocks++;
		} else if (open && type !== 'ping') throw new Error(`open ${types}`);
	}
	if (types.filter(type => type === 'message_start' || type === 'message_stop').length !== 2) throw new Error('ends');
}
