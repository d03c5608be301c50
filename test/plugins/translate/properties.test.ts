/** Random conversations and answers through two formats: what both can express comes back as it was. */

import assert from 'node:assert/strict';
import test from 'ava';
import fc from 'fast-check';
import type {Conversation, JsonObject, ModelTraits, Part} from '../../../core/index.js';
import {CallNames} from '../../../plugins/translate/names.js';
import {assemble, completions, conversations, eventStreams, type Ingredients} from '../../helpers/conversations.js';
import {meaningOf, meaningOfAnswer} from '../../helpers/meaning.js';
import {readStream} from '../../helpers/stream-grammar.js';
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
	schemaFaults,
	schemaOf,
	translated,
	wayBack,
} from './support.js';

/** A model that takes all that its format can say. */
const able: ModelTraits = {systemTurns: 'in-place'};

const pairs = modern.flatMap(a => modern.filter(b => b !== a).map(b => [a, b] as const));

/** What conversations of two formats may hold. Thinking goes another way: from an answer to the next request. */
function ingredients(both: ReadonlySet<Speaking>): Ingredients {
	return {audio: false, disorder: false, cache: false, thinking: false, refusals: !both.has(messages)};
}

/** A conversation without what one of two formats has no word for. */
function limited(conversation: Conversation, both: ReadonlySet<Speaking>): Conversation {
	const {
		verbosity: _,
		cacheKey: __,
		reasoning: ___,
		stop,
		output,
		maxTokens,
		turns,
		tools,
		toolChoice,
		parallelTools,
		...rest
	} = conversation;
	const claude = both.has(messages);
	// What goes unsaid is said nowhere: Anthropic demands a limit, has no JSON mode and no names for schemas.
	const shape = claude && output?.type === 'schema' ? {type: output.type, schema: closed(output.schema)} : output;
	return {
		...rest,
		// What is allowed of several tools is all that Anthropic is told of; and what must not be used is not used in parallel.
		...(toolChoice !== undefined && !(claude && toolChoice.type === 'allowed') && {toolChoice}),
		...(parallelTools !== undefined && !(claude && toolChoice?.type === 'none') && {parallelTools}),
		tools: tools.map(tool =>
			claude && tool.type === 'function' && tool.strict === true
				? {...tool, parameters: closed(tool.parameters ?? {})}
				: tool,
		),
		turns: turns
			// Anthropic takes instructions between turns only where the model speaks next.
			.filter(({role}, at) => role !== 'system' || !claude || (turns[at + 1]?.role ?? 'assistant') === 'assistant')
			.map(turn => ({role: turn.role, parts: turn.parts.map(part => plainer(part, both))})),
		...(claude ? {maxTokens: maxTokens ?? 100} : maxTokens !== undefined && {maxTokens}),
		...(stop !== undefined && !both.has(responses) && {stop}),
		...(shape !== undefined && !(claude && shape.type === 'json') && {output: shape}),
	};
}

/** Anthropic enforces no schema that leaves members open. */
function closed(schema: JsonObject): JsonObject {
	return {...schema, additionalProperties: false};
}

/** Only Anthropic knows results that are errors, and a result in Chat Completions is one text. */
function plainer(part: Part, both: ReadonlySet<Speaking>): Part {
	if (part.type !== 'tool-result') return part;
	const text = part.content.filter(content => content.type === 'text').slice(0, 1);
	return {type: 'tool-result', callId: part.callId, content: both.has(chat) ? text : part.content};
}

/** Through a format and back, as a request that a client sends: without what anybody remembers. */
function through(conversation: Conversation, from: Speaking, to: Speaking): Conversation {
	const names = new CallNames(conversation, from.codec, to.codec);
	const {body} = to.codec.encodeRequest(structuredClone(names.request(conversation)), able);
	return to.codec.decodeRequest(JSON.parse(JSON.stringify(body)));
}

for (const [a, b] of pairs) {
	test(`requests: ${a.name} → ${b.name} → ${a.name}`, t => {
		const both = new Set([a, b]);
		fc.assert(
			fc.property(conversations(ingredients(both)), random => {
				const asked = through(limited(random, both), a, a);
				const there = through(asked, a, b);
				const back = through(there, b, a);
				assert.deepEqual(meaningOf(limited(there, both)), meaningOf(limited(asked, both)));
				assert.deepEqual(meaningOf(limited(back, both)), meaningOf(limited(asked, both)));
			}),
			{numRuns: 100, includeErrorInReport: true},
		);
		t.pass();
	});
}

/** What a pair of formats can carry of an answer: only Anthropic has no words of refusal beside its reason. */
function answerIngredients(both: ReadonlySet<Speaking>): Ingredients {
	return {thinking: false, refusals: !both.has(messages)};
}

for (const [a, b] of pairs) {
	const both = new Set([a, b]);
	test(`answers: ${a.name} → ${b.name}`, t => {
		fc.assert(
			fc.property(completions(answerIngredients(both)), random => {
				const from = a.codec.decodeReply(a.codec.encodeReply(random, contextFor(a)));
				const reply = b.codec.encodeReply(from, contextFor(b));
				assert.deepEqual(schemaOf(b).reply(reply), null);
				// A chat message has its text beside its calls: which came first is not said.
				const apart = both.has(chat);
				assert.deepEqual(meaningOfAnswer(b.codec.decodeReply(reply), apart), meaningOfAnswer(from, apart));
			}),
			{numRuns: 100, includeErrorInReport: true},
		);
		t.pass();
	});
}

for (const [a, b] of pairs) {
	const both = new Set([a, b]);
	test(`streams: ${a.name} → ${b.name}`, t => {
		fc.assert(
			fc.property(eventStreams(answerIngredients(both)), ({events}) => {
				const native = encoded(a, events);
				const way = wayBack(b, a);
				const spoken = translated(way, bytesOf(native));
				assert.deepEqual(readStream(b.name, spoken), {faults: [], ending: 'complete'});
				assert.deepEqual(schemaFaults(b, spoken), []);
				assert.deepEqual(meaningOfAnswer(assemble(decoded(b, spoken))), meaningOfAnswer(assemble(decoded(a, native))));
			}),
			{numRuns: 100, includeErrorInReport: true},
		);
		t.pass();
	});
}
