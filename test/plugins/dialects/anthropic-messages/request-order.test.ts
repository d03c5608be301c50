/** Rows of the list of translation traps: instructions, turns, calls and results of a request that is written. */

import test from 'ava';
import type {Conversation, JsonObject, Part, ToolCallPart, ToolResultPart, Turn} from '../../../../core/index.js';
import {codec} from '../../../../plugins/dialects/anthropic-messages/codec.js';
import {able, assistantTurn, bodyOf, encode, systemTurn, userTurn} from './support.js';

const text = (value: string): JsonObject => ({type: 'text', text: value});
const call = (id: string, args = '{}'): ToolCallPart => ({type: 'tool-call', id, name: 'f', arguments: args});
const result = (callId: string, said: string): ToolResultPart => ({
	type: 'tool-result',
	callId,
	content: said === '' ? [] : [{type: 'text', text: said}],
});
const use = (id: string): JsonObject => ({type: 'tool_use', id, name: 'f', input: {}});
const answer = (id: string, said: string): JsonObject => ({
	type: 'tool_result',
	tool_use_id: id,
	content: [text(said)],
});
const messages = (turns: readonly Turn[], traits = able) => bodyOf({turns}, traits)['messages'];
const turn = (role: Turn['role'], ...parts: readonly Part[]): Turn => ({role, parts});

test('row 2: system blocks and their cache marks are kept as they came', t => {
	const system = [text('a'), {type: 'text', text: 'b', cache_control: {type: 'ephemeral', ttl: '1h'}}];
	const decoded = codec.decodeRequest({model: 'm', max_tokens: 1, system, messages: [{role: 'user', content: 'x'}]});
	const {body} = codec.encodeRequest(Object.assign({}, decoded, {model: 'other'}), able);
	t.deepEqual(body['system'], system);
	t.deepEqual(codec.encodeRequest(structuredClone(decoded), able).body['system'], system);
});

test('row 3: all leading instructions, in order', t => {
	const system = ['one', 'two', 'three'].map(said => ({type: 'text' as const, text: said}));
	t.deepEqual(bodyOf({system})['system'], [text('one'), text('two'), text('three')]);
});

test('row 4: later instructions stay a system message, behind what the user says', t => {
	const turns = [userTurn('a'), assistantTurn('b'), systemTurn('s'), userTurn('c')];
	t.deepEqual(messages(turns), [
		{role: 'user', content: [text('a')]},
		{role: 'assistant', content: [text('b')]},
		{role: 'user', content: [text('c')]},
		{role: 'system', content: [text('s')]},
	]);
	const directly = [userTurn('a'), systemTurn('s'), systemTurn('s2'), assistantTurn('b'), userTurn('c')];
	t.deepEqual(messages(directly), [
		{role: 'user', content: [text('a')]},
		{role: 'system', content: [text('s'), text('s2')]},
		{role: 'assistant', content: [text('b')]},
		{role: 'user', content: [text('c')]},
	]);
});

test('row 4: where a model knows no system messages, they head the next turn of the user', t => {
	const told = {...able, systemTurns: 'user-text' as const};
	const turns = [userTurn('a'), assistantTurn('b'), systemTurn('s'), userTurn('c')];
	t.deepEqual(messages(turns, told), [
		{role: 'user', content: [text('a')]},
		{role: 'assistant', content: [text('b')]},
		{role: 'user', content: [text('<system>s</system>'), text('c')]},
	]);
	t.deepEqual(messages([userTurn('a'), systemTurn('s')], told), [
		{role: 'user', content: [text('a'), text('<system>s</system>')]},
	]);
	const tool = [userTurn('a'), turn('assistant', call('1')), systemTurn('s'), turn('user', result('1', 'r'))];
	t.deepEqual(messages(tool, told), [
		{role: 'user', content: [text('a')]},
		{role: 'assistant', content: [use('1')]},
		{role: 'user', content: [answer('1', 'r'), text('<system>s</system>')]},
	]);
	const hoisted = bodyOf({turns}, {...able, systemTurns: 'hoist'});
	t.deepEqual(hoisted['system'], [text('s')]);
});

test('row 8: the billing header stays', t => {
	const header = 'x-anthropic-billing-header: cc_version=2; cch=1;';
	t.deepEqual(bodyOf({system: [{type: 'text', text: header}]})['system'], [text(header)]);
});

test('row 9: instructions alone get something to answer; nothing at all is refused', t => {
	const body = bodyOf({system: [{type: 'text', text: 's'}], turns: []});
	t.is((body['messages'] as unknown[]).length, 1);
	t.deepEqual(bodyOf({turns: [systemTurn('s')]})['system'], [text('s')]);
	t.throws(() => encode({turns: []}), {message: /no message/});
});

test('row 10: an assistant may begin', t => {
	t.deepEqual(messages([assistantTurn('a'), userTurn('b')]), [
		{role: 'assistant', content: [text('a')]},
		{role: 'user', content: [text('b')]},
	]);
});

test('rows 13 and 14: results of one turn make one message, results first, in the order of the calls', t => {
	const expected = [
		{role: 'user', content: [text('go')]},
		{role: 'assistant', content: [use('a'), use('b')]},
		{role: 'user', content: [answer('a', 'A'), answer('b', 'B'), text('well?')]},
	];
	const called = [userTurn('go'), turn('assistant', call('a'), call('b'))];
	t.deepEqual(messages([...called, turn('user', result('a', 'A'), result('b', 'B')), userTurn('well?')]), expected);
	const shuffled = [...called, turn('user', result('b', 'B')), userTurn('well?'), turn('user', result('a', 'A'))];
	t.deepEqual(messages(shuffled), expected);
	const [, , last] = messages([
		...called,
		systemTurn('s'),
		turn('user', result('b', 'B'), result('a', 'A')),
	]) as unknown[];
	t.deepEqual(last, {role: 'user', content: [answer('a', 'A'), answer('b', 'B')]});
});

test('row 14: a result that comes late still stands behind its call', t => {
	const turns = [turn('assistant', call('a')), userTurn('wait'), assistantTurn('hm'), turn('user', result('a', 'A'))];
	t.deepEqual(messages(turns), [
		{role: 'assistant', content: [use('a')]},
		{role: 'user', content: [answer('a', 'A'), text('wait')]},
		{role: 'assistant', content: [text('hm')]},
		{role: 'user', content: [text('(no content)')]},
	]);
});

test('row 14: ids that are used again belong to the nearest call', t => {
	const round = (said: string) => [turn('assistant', call('0')), turn('user', result('0', said))];
	t.deepEqual(messages([...round('first'), ...round('second')]), [
		{role: 'assistant', content: [use('0')]},
		{role: 'user', content: [answer('0', 'first')]},
		{role: 'assistant', content: [use('0')]},
		{role: 'user', content: [answer('0', 'second')]},
	]);
});

test('row 15: a call without a result gets one that says so', t => {
	const [, asked, told] = messages([userTurn('x'), turn('assistant', call('a')), userTurn('y')]) as {
		content: unknown;
	}[];
	t.deepEqual(asked?.content, [use('a')]);
	t.like(told, {content: {0: {type: 'tool_result', tool_use_id: 'a', is_error: true}, 1: text('y')}});
	t.is((messages([userTurn('x'), turn('assistant', call('a'))]) as unknown[]).length, 3);
});

test('row 16: a result without a call is told as text; an empty one is not', t => {
	t.deepEqual(messages([userTurn('x'), turn('user', result('ghost', 'boo'))]), [
		{role: 'user', content: [text('x'), text('Tool result: boo')]},
	]);
	t.deepEqual(messages([userTurn('x'), turn('user', result('ghost', ''))]), [{role: 'user', content: [text('x')]}]);
});

test('row 17: calls stand last', t => {
	const parts: readonly Part[] = [{type: 'text', text: 'a'}, call('1'), {type: 'text', text: 'b'}, call('2')];
	const turns = [userTurn('x'), turn('assistant', ...parts), turn('user', result('1', 'A'), result('2', 'B'))];
	const [, said] = messages(turns) as {content: unknown}[];
	t.deepEqual(said?.content, [text('a'), text('b'), use('1'), use('2')]);
});

test('row 20: images in results', t => {
	const image: Part = {type: 'image', source: {kind: 'base64', mediaType: 'image/png', data: 'AAAA'}};
	const shown: ToolResultPart = {type: 'tool-result', callId: 'a', content: [{type: 'text', text: 'see'}, image]};
	const [, , last] = messages([userTurn('x'), turn('assistant', call('a')), turn('user', shown)]) as {
		content: unknown[];
	}[];
	t.like(last?.content[0], {
		content: {0: text('see'), 1: {type: 'image', source: {type: 'base64', media_type: 'image/png', data: 'AAAA'}}},
	});
});

test('row 22: an empty result is one', t => {
	const [, , last] = messages([userTurn('x'), turn('assistant', call('a')), turn('user', result('a', ''))]) as {
		content: unknown[];
	}[];
	t.deepEqual(last?.content, [{type: 'tool_result', tool_use_id: 'a'}]);
	const read = codec.decodeRequest({
		messages: [
			{role: 'user', content: [{type: 'tool_result', tool_use_id: 'a'}]},
			{role: 'user', content: [{type: 'tool_result', tool_use_id: 'a', content: ''}]},
			{role: 'user', content: [{type: 'tool_result', tool_use_id: 'a', content: []}]},
		],
	});
	for (const {parts} of read.turns)
		t.deepEqual(structuredClone(parts), [{type: 'tool-result', callId: 'a', content: []}]);
});

function inputOf(args: string): unknown {
	const turns = [userTurn('x'), turn('assistant', call('a', args)), turn('user', result('a', 'r'))];
	const [, said] = messages(turns) as {content: {input: unknown}[]}[];
	return said?.content[0]?.input;
}

test('row 24: no arguments are an empty object', t => {
	t.deepEqual(inputOf(''), {});
	t.deepEqual(inputOf(' \n'), {});
	t.deepEqual(inputOf('{"a":1}'), {a: 1});
});

test('row 25: arguments that are no JSON are refused, and named', t => {
	const error = t.throws(() => inputOf('{"a":'));
	t.like(error, {code: 'invalid_body', status: 400, param: 'turns'});
});

test('row 26: null is no arguments; other values are refused', t => {
	t.deepEqual(inputOf('null'), {});
	t.throws(() => inputOf('[1]'), {message: /no JSON object/});
	t.throws(() => inputOf('"x"'), {message: /no JSON object/});
});

test('row 29: what names and ids may be is stated for the translation', t => {
	for (const id of ['functions.Bash:0', 'call|fc_1', '']) t.notRegex(id, codec.callIds.pattern);
	t.regex('toolu_01LtHJmixrs9NcWQkK8hu8hj', codec.callIds.pattern);
	t.is(codec.toolNames.maxLength, 128);
});

test('row 125: blank text is left out, and never marked for the cache', t => {
	const marked: Part = {type: 'text', text: ' \n', cache: {}};
	t.deepEqual(messages([turn('user', marked, {type: 'text', text: 'x'})]), [{role: 'user', content: [text('x')]}]);
	t.deepEqual(messages([userTurn('x'), assistantTurn(''), userTurn('y')]), [
		{role: 'user', content: [text('x'), text('y')]},
	]);
	t.deepEqual(messages([userTurn(''), assistantTurn('a'), userTurn('y')]), [
		{role: 'user', content: [text('(no content)')]},
		{role: 'assistant', content: [text('a')]},
		{role: 'user', content: [text('y')]},
	]);
});

test('row 126: calls without text are calls only', t => {
	const [, said] = messages([userTurn('x'), turn('assistant', call('a')), turn('user', result('a', 'r'))]) as unknown[];
	t.deepEqual(said, {role: 'assistant', content: [use('a')]});
});

test('row 128: what the assistant has begun is trimmed, or left out where a model cannot go on', t => {
	const turns = [userTurn('x'), assistantTurn('once upon \n')];
	t.deepEqual(messages(turns), [
		{role: 'user', content: [text('x')]},
		{role: 'assistant', content: [text('once upon')]},
	]);
	const {body, losses} = encode({turns}, {...able, prefill: false});
	t.deepEqual(body['messages'], [{role: 'user', content: [text('x')]}]);
	t.is(losses.length, 1);
});

test('messages that came in this format are kept as they are, one by one', t => {
	const native = [
		{role: 'user', content: 'a'},
		{role: 'user', content: [text('b')]},
		{role: 'assistant', content: [{type: 'tool_use', id: 'x', name: 'f', input: {}, caller: {type: 'direct'}}]},
		{role: 'user', content: [{type: 'tool_result', tool_use_id: 'x', content: 'r'}, text('more')]},
		{role: 'system', content: 's'},
	];
	const decoded = codec.decodeRequest({model: 'm', max_tokens: 5, messages: native});
	const elsewhere: Conversation = Object.assign({}, decoded, {model: 'n'});
	t.deepEqual(codec.encodeRequest(elsewhere, able).body['messages'], native);
	const changed = Object.assign({}, elsewhere, {turns: decoded.turns.with(1, userTurn('B'))});
	t.deepEqual(codec.encodeRequest(changed, able).body['messages'], [
		{role: 'user', content: [text('a'), text('B')]},
		...native.slice(2),
	]);
});
