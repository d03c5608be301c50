/** Traps of Chat Completions that no other file of this folder is about. */

import test from 'ava';
import {anthropicMessages} from '../../../../plugins/dialects/anthropic-messages/index.js';
import {chunk, codec, contextOf, decode, done} from './support.js';

function replyOf(choice: object) {
	return codec.decodeReply({
		id: 'chatcmpl-1',
		object: 'chat.completion',
		created: 1_700_000_000,
		model: 'm',
		choices: [{index: 0, message: {role: 'assistant', content: 'one, two'}, finish_reason: 'stop', ...choice}],
	});
}

test('row 103: the stop sequence is told where the provider names it, and never guessed', t => {
	t.like(replyOf({stop_reason: 'three'}).candidates[0]?.finish, {reason: 'stop-sequence', sequence: 'three'});
	t.is(replyOf({}).candidates[0]?.finish.reason, 'stop');
	t.is(replyOf({stop_reason: 128009}).candidates[0]?.finish.reason, 'stop');

	const encoded = (choice: object) => anthropicMessages.codec?.encodeReply(replyOf(choice), contextOf());
	t.like(encoded({stop_reason: 'three'}), {stop_reason: 'stop_sequence', stop_sequence: 'three'});
	t.like(encoded({}), {stop_reason: 'end_turn', stop_sequence: null});
});

test('row 141: thinking that a model writes into its text stays text', t => {
	const content = '<think>Is it?</think>It is.';

	t.deepEqual(
		replyOf({message: {role: 'assistant', content}}).candidates[0]?.parts.map(({type}) => type),
		['text'],
	);
	const events = decode(chunk({role: 'assistant', content}), chunk({}, {finish_reason: 'stop'}), done);
	t.deepEqual(
		events.flatMap(event => (event.type === 'part-delta' && event.delta.type === 'text' ? [event.delta.text] : [])),
		[content],
	);
});

test('row 144: times are whole seconds', t => {
	const {created: _unknown, ...untimed} = replyOf({});
	const before = Math.floor(Date.now() / 1000);

	const {created} = codec.encodeReply(structuredClone(untimed), contextOf());

	t.true(Number.isInteger(created));
	t.true(Number(created) >= before && Number(created) <= before + 60);
	t.is(codec.encodeReply(structuredClone(replyOf({})), contextOf())['created'], 1_700_000_000);
});
