/** Chat Completions requests as conversations. */

import test from 'ava';
import type {JsonObject} from '../../../../core/index.js';
import {pathOf} from '../../../../core/index.js';
import {codec} from './support.js';

const decode = (...messages: readonly JsonObject[]) => codec.decodeRequest({model: 'm', messages});
const asking = {role: 'user', content: 'hi'};

test('row 4: a system message behind the first turn is a turn in its place', t => {
	const {system, turns} = decode({role: 'system', content: 'a'}, asking, {role: 'developer', content: 'b'}, asking);
	t.is(system.length, 1);
	t.deepEqual(
		turns.map(({role}) => role),
		['user', 'system', 'user'],
	);
});

test('row 14: results side by side are one turn', t => {
	const calls = ['a', 'b'].map(id => ({id, type: 'function', function: {name: 'f', arguments: '{}'}}));
	const {turns} = decode(asking, {role: 'assistant', content: null, tool_calls: calls}, tool('a'), tool('b'), asking);
	t.deepEqual(
		turns.map(({role, parts}) => [role, parts.length]),
		[
			['user', 1],
			['assistant', 2],
			['user', 2],
			['user', 1],
		],
	);
});

function tool(id: string): JsonObject {
	return {role: 'tool', tool_call_id: id, content: id};
}

test('row 20: images in a result stay in it', t => {
	const content = [{type: 'image_url', image_url: {url: 'data:image/png;base64,aGk='}}];
	const {turns} = decode(
		asking,
		{role: 'assistant', tool_calls: [{id: 'a', type: 'function', function: {name: 'f', arguments: '{}'}}]},
		{role: 'tool', tool_call_id: 'a', content},
	);
	t.like(turns[2]?.parts[0], {type: 'tool-result', callId: 'a', content: [{type: 'image'}]});
});

test('row 32: calls without ids get some, the same each time, and their results find them', t => {
	const messages = [
		asking,
		{
			role: 'assistant',
			tool_calls: [
				{type: 'function', function: {name: 'f', arguments: '{}'}},
				{id: '', type: 'function', function: {name: 'f', arguments: '{}'}},
			],
		},
		{role: 'tool', content: '1'},
		{role: 'tool', content: '2'},
	];
	const {turns} = decode(...messages);
	const ids = turns[1]?.parts.map(part => part.type === 'tool-call' && part.id);
	t.is(new Set(ids).size, 2);
	t.deepEqual(
		turns[2]?.parts.map(part => part.type === 'tool-result' && part.callId),
		ids,
	);
	t.deepEqual(decode(...messages), {...decode(...messages), turns});
});

test('row 45: the legacy form has calls and results too', t => {
	const hub = codec.decodeRequest({
		model: 'm',
		messages: [
			asking,
			{role: 'assistant', content: null, function_call: {name: 'f', arguments: '{"a":1}'}},
			{role: 'function', name: 'f', content: '1'},
		],
		functions: [{name: 'f', parameters: {type: 'object'}}],
		function_call: {name: 'f'},
	});
	t.deepEqual(
		hub.turns.slice(1).map(({parts}) => parts[0]),
		[
			{type: 'tool-call', id: 'call_legacy_1', name: 'f', arguments: '{"a":1}'},
			{type: 'tool-result', callId: 'call_legacy_1', content: [{type: 'text', text: '1'}]},
		],
	);
	t.deepEqual(hub.tools, [{type: 'function', name: 'f', parameters: {type: 'object'}}]);
	t.deepEqual(hub.toolChoice, {type: 'tool', name: 'f'});
	const anew = codec.encodeRequest(structuredClone(hub), {}).body;
	t.deepEqual(
		(anew['messages'] as readonly JsonObject[]).map(message => message['role']),
		['user', 'assistant', 'tool'],
	);
	t.deepEqual(codec.encodeRequest({...hub, temperature: 0}, {}).body['messages'], [
		asking,
		{role: 'assistant', content: null, function_call: {name: 'f', arguments: '{"a":1}'}},
		{role: 'function', name: 'f', content: '1'},
	]);
});

test('row 99: either name of the limit, the newer one first', t => {
	t.is(codec.decodeRequest({model: 'm', messages: [], max_tokens: 1, max_completion_tokens: 2}).maxTokens, 2);
	t.is(codec.decodeRequest({model: 'm', messages: [], max_tokens: 1}).maxTokens, 1);
});

test('row 102: one stop sequence or several, empty ones dropped', t => {
	t.deepEqual(codec.decodeRequest({model: 'm', messages: [], stop: 'x'}).stop, ['x']);
	t.deepEqual(codec.decodeRequest({model: 'm', messages: [], stop: ['x', '']}).stop, ['x']);
	t.is(codec.decodeRequest({model: 'm', messages: [], stop: ''}).stop, undefined);
});

test('row 107: what has no word in the hub is kept as it is', t => {
	const body = {model: 'm', messages: [], seed: 1, logit_bias: {a: 1}, top_k: 3, unheard_of: [1], service_tier: null};
	const {extras} = codec.decodeRequest(body);
	t.deepEqual(
		extras.map(({path}) => path),
		['seed', 'logit_bias', 'top_k', 'unheard_of'],
	);
	const {body: anew} = codec.encodeRequest(structuredClone(codec.decodeRequest(body)), {});
	t.like(anew, {seed: 1, logit_bias: {a: 1}, top_k: 3, unheard_of: [1]});
});

test('row 119: data URLs in any case, with image/jpg put right', t => {
	const {turns} = decode({
		role: 'user',
		content: [{type: 'image_url', image_url: {url: 'DATA:image/JPG;Base64,aGk='}}],
	});
	t.like(turns[0]?.parts[0], {source: {kind: 'base64', mediaType: 'image/jpeg', data: 'aGk='}});
});

test('row 122: files and PDFs that come as images are documents', t => {
	const {turns} = decode({
		role: 'user',
		content: [
			{type: 'file', file: {filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGk='}},
			{type: 'image_url', image_url: 'data:application/pdf;base64,aGk='},
			{type: 'file', file: {file_data: 'aGk='}},
			{type: 'file', file: {file_id: 'file-1'}},
		],
	});
	const source = {kind: 'base64', mediaType: 'application/pdf', data: 'aGk='} as const;
	t.deepEqual(turns[0]?.parts, [
		{type: 'document', source, name: 'a.pdf'},
		{type: 'document', source},
		{type: 'document', source},
		{type: 'document', source: {kind: 'file', id: 'file-1'}},
	]);
});

test('rows 132 and 133: signed and redacted thinking comes back first in its turn, each block once', t => {
	const {turns} = decode(asking, {
		role: 'assistant',
		content: 'ok',
		reasoning_content: 'hm',
		reasoning_details: [
			{type: 'reasoning.text', text: 'hm', signature: 'c2ln', format: 'anthropic', index: 0},
			{type: 'reasoning.encrypted', data: 'ZGF0YQ==', format: 'anthropic', index: 1},
			{type: 'reasoning.text', text: 'hm', signature: 'c2ln', format: 'anthropic', index: 0},
		],
	});
	t.deepEqual(turns[1]?.parts, [
		{type: 'thinking', text: 'hm', signature: 'c2ln', signedBy: 'anthropic'},
		{type: 'redacted-thinking', data: 'ZGF0YQ==', signedBy: 'anthropic'},
		{type: 'text', text: 'ok'},
	]);
});

test('plain reasoning has two names', t => {
	for (const name of ['reasoning_content', 'reasoning']) {
		t.deepEqual(decode(asking, {role: 'assistant', content: 'ok', [name]: 'hm'}).turns[1]?.parts[0], {
			type: 'thinking',
			text: 'hm',
		});
	}
});

test('a call of a free-text tool, and its result', t => {
	const {turns} = decode(
		asking,
		{role: 'assistant', tool_calls: [{id: 'a', type: 'custom', custom: {name: 'sh', input: 'ls'}}]},
		tool('a'),
	);
	t.like(turns[1]?.parts[0], {name: 'sh', arguments: 'ls', custom: true});
	t.like(turns[2]?.parts[0], {callId: 'a', custom: true});
});

test('parts know their field', t => {
	const {turns} = decode({
		role: 'user',
		content: [
			{type: 'text', text: 'a'},
			{type: 'text', text: 'b'},
		],
	});
	t.deepEqual(turns[0]?.parts.map(pathOf), ['messages[0].content[0]', 'messages[0].content[1]']);
});

for (const [param, body] of Object.entries({
	messages: {messages: 'hi'},
	'messages[0]': {messages: ['hi']},
	'messages[0].role': {messages: [{role: 'robot', content: 'x'}]},
	'messages[0].content': {messages: [{role: 'user', content: 7}]},
	'messages[0].content[0].text': {messages: [{role: 'user', content: [{type: 'text'}]}]},
	'messages[0].content[0].image_url.url': {messages: [{role: 'user', content: [{type: 'image_url', image_url: {}}]}]},
	'messages[0].tool_calls[0]': {messages: [{role: 'assistant', tool_calls: [{id: 'a'}]}]},
	tools: {messages: [], tools: {}},
	'tools[0].function': {messages: [], tools: [{type: 'function'}]},
	'tools[0].function.name': {messages: [], tools: [{type: 'function', function: {}}]},
	response_format: {messages: [], response_format: {type: 'yaml'}},
	stop: {messages: [], stop: [1]},
	temperature: {messages: [], temperature: 'hot'},
})) {
	test(`what cannot be read is refused, naming ${param}`, t => {
		t.like(
			t.throws(() => codec.decodeRequest(body)),
			{status: 400, code: 'invalid_body', param},
		);
	});
}
