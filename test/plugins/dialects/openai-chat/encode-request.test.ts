/** Conversations of any origin as Chat Completions requests: the rows of translation traps that end here. */

import test from 'ava';
import {type Part, remember} from '../../../../core/index.js';
import {call, codec, type conversation, encode, image, result, text, tool, turn} from './support.js';

const system = (...texts: readonly string[]) => texts.map(value => ({type: 'text' as const, text: value}));
const user = turn('user', 'hi');

test('row 1: several instructions are one system message, joined by a blank line', t => {
	const parts = [...system('one'), {type: 'text' as const, text: 'two', cache: {}}, ...system('three')];
	const {messages, losses} = encode({system: parts, turns: [user]});
	t.deepEqual(messages[0], {role: 'system', content: 'one\n\ntwo\n\nthree'});
	t.is(messages.length, 2);
	t.deepEqual(losses, []);
});

test('row 3: several leading system and developer messages go back as they came, others as one', t => {
	const messages = [
		{role: 'system', content: 'one'},
		{
			role: 'developer',
			content: [
				{type: 'text', text: 'two'},
				{type: 'text', text: 'three'},
			],
		},
		{role: 'user', content: 'hi'},
	];
	const hub = codec.decodeRequest({model: 'm', messages});
	t.deepEqual(
		hub.system.map(part => part.text),
		['one', 'two', 'three'],
	);
	t.deepEqual(codec.encodeRequest({...hub, temperature: 0}, {}).body['messages'], messages);
	const shorter = {...hub, system: hub.system.slice(0, 2)};
	t.deepEqual(encode(shorter).messages[0], {role: 'system', content: 'one\n\ntwo'});
});

test('row 5: a system turn stays in place, is told to the user, or goes to the head, as the model can take it', t => {
	const turns = [user, turn('system', 'be brief'), turn('assistant', 'ok'), turn('user', 'go on')];
	t.deepEqual(
		encode({turns}).messages.map(message => message['role']),
		['user', 'system', 'assistant', 'user'],
	);
	const told = encode(
		{turns: [turns[0], turns[1], turns[3]].filter(each => each !== undefined)},
		{systemTurns: 'user-text'},
	);
	t.deepEqual(told.messages[1], {
		role: 'user',
		content: [
			{type: 'text', text: '<system>be brief</system>'},
			{type: 'text', text: 'go on'},
		],
	});
	const before = encode({turns}, {systemTurns: 'user-text'});
	t.deepEqual(before.messages[1], {role: 'user', content: '<system>be brief</system>'});
	const hoisted = encode({system: system('be kind'), turns}, {systemTurns: 'hoist'});
	t.deepEqual(hoisted.messages[0], {role: 'system', content: 'be kind\n\nbe brief'});
	t.is(hoisted.messages.length, 4);
});

test('row 6: instructions travel in the role that the model knows', t => {
	for (const instructionRole of ['system', 'developer', 'user'] as const) {
		t.is(encode({system: system('x'), turns: [user]}, {instructionRole}).messages[0]?.['role'], instructionRole);
		const hub = codec.decodeRequest({
			model: 'm',
			messages: [
				{role: 'developer', content: 'x'},
				{role: 'user', content: 'hi'},
			],
		});
		t.is(encode({...hub, temperature: 1}, {instructionRole}).messages[0]?.['role'], instructionRole);
	}
});

test('row 8: the billing header of Claude Code is left out', t => {
	const {messages} = encode({
		system: system('x-anthropic-billing-header: cc_version=2; cch=1;', 'be kind'),
		turns: [user],
	});
	t.deepEqual(messages[0], {role: 'system', content: 'be kind'});
});

const called = turn('assistant', call('a'), call('b'));

test('row 11: results come before the words of the user, immediately behind the calls', t => {
	const {messages} = encode({
		turns: [user, called, turn('user', result('a', text('1')), result('b', text('2')), 'thanks')],
	});
	t.deepEqual(messages.slice(2), [
		{role: 'tool', tool_call_id: 'a', content: '1'},
		{role: 'tool', tool_call_id: 'b', content: '2'},
		{role: 'user', content: 'thanks'},
	]);
});

test('row 12: words before a result are moved behind it', t => {
	const {messages} = encode({
		turns: [user, turn('assistant', call('a')), turn('user', 'look:', result('a', text('1')))],
	});
	t.deepEqual(
		messages.slice(2).map(message => message['role']),
		['tool', 'user'],
	);
});

test('row 14: results in turns of their own, with other turns between, still follow their calls', t => {
	const {messages} = encode({
		turns: [
			user,
			called,
			turn('user', result('b', text('2'))),
			turn('system', 'brief'),
			turn('user', result('a', text('1'))),
		],
	});
	t.deepEqual(
		messages.map(message => message['tool_call_id'] ?? message['role']),
		['user', 'assistant', 'b', 'a', 'system'],
	);
});

test('row 15: a call without a result is answered, and told as a loss', t => {
	const {messages, losses} = encode({turns: [user, called, turn('user', result('a', text('1')))]});
	t.like(messages[3], {role: 'tool', tool_call_id: 'b'});
	t.regex(String(messages[3]?.['content']), /no result/);
	t.is(losses.length, 1);
});

test('row 16: a result without a call is told as text, an empty one not at all', t => {
	const {messages} = encode({turns: [turn('user', result('x', text('1')), result('y'), 'hi')]});
	t.deepEqual(messages, [
		{
			role: 'user',
			content: [
				{type: 'text', text: 'Tool result: 1'},
				{type: 'text', text: 'hi'},
			],
		},
	]);
	t.deepEqual(encode({turns: [user, turn('user', result('y'))]}).messages.length, 1);
});

test('row 18: an image in a result follows in a user message, behind all results', t => {
	const {messages} = encode({
		turns: [user, called, turn('user', result('a', text('see'), image), result('b', text('2')), 'and now?')],
	});
	t.is(messages[2]?.['content'], 'see\n\n[image 1 of this result is in the next user message]');
	t.is(messages[3]?.['tool_call_id'], 'b');
	const content = messages[4]?.['content'] as readonly {type: string}[];
	t.deepEqual(
		content.map(part => part.type),
		['text', 'image_url', 'text'],
	);
	t.is(messages.length, 5);
});

test('row 18: a model without images is told that one was left out', t => {
	const turns = [user, turn('assistant', call('a')), turn('user', result('a', image))];
	const {messages, losses} = encode({turns}, {modalities: {images: false}});
	t.regex(String(messages[2]?.['content']), /left out/);
	t.is(losses.length, 1);
});

test('row 21: a result that is an error says so', t => {
	const part: Part = {type: 'tool-result', callId: 'a', content: [{type: 'text', text: 'no such file'}], isError: true};
	t.is(
		encode({turns: [user, turn('assistant', call('a')), turn('user', part)]}).messages[2]?.['content'],
		'Error: no such file',
	);
});

test('row 22: a result without content is empty text', t => {
	t.is(encode({turns: [user, turn('assistant', call('a')), turn('user', result('a'))]}).messages[2]?.['content'], '');
});

test('row 27: arguments that are not there are the empty object', t => {
	for (const args of ['', '  ', '{}']) {
		const {messages} = encode({turns: [user, turn('assistant', call('a', args)), turn('user', result('a'))]});
		const [made] = (messages[1]?.['tool_calls'] ?? []) as readonly {function: {arguments: string}}[];
		t.is(made?.function.arguments, '{}');
	}
});

test('row 34: each choice of tools has its name', t => {
	const written = (choice: Parameters<typeof conversation>[0]) =>
		encode({turns: [user], tools: [tool], ...choice}).body;
	t.is(written({toolChoice: {type: 'required'}})['tool_choice'], 'required');
	t.is(written({toolChoice: {type: 'auto'}})['tool_choice'], 'auto');
	t.is(written({toolChoice: {type: 'none'}})['tool_choice'], 'none');
	t.deepEqual(written({toolChoice: {type: 'tool', name: 'f'}})['tool_choice'], {
		type: 'function',
		function: {name: 'f'},
	});
	t.deepEqual(written({toolChoice: {type: 'allowed', mode: 'required', names: ['f']}})['tool_choice'], {
		type: 'allowed_tools',
		allowed_tools: {mode: 'required', tools: [{type: 'function', function: {name: 'f'}}]},
	});
});

test('row 37: one call at a time', t => {
	t.is(encode({turns: [user], tools: [tool], parallelTools: false}).body['parallel_tool_calls'], false);
});

test('rows 39 and 40: without tools there is neither a list, nor a choice, nor a switch', t => {
	const {body} = encode({turns: [user], tools: [], toolChoice: {type: 'auto'}, parallelTools: true});
	t.deepEqual(Object.keys(body), ['model', 'messages']);
});

test('row 43: a schema does not name its language', t => {
	const parameters = {$schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object', properties: {}};
	const [written] = encode({turns: [user], tools: [{type: 'function', name: 'f', parameters, cache: {}}]}).body[
		'tools'
	] as readonly unknown[];
	t.deepEqual(written, {type: 'function', function: {name: 'f', parameters: {type: 'object', properties: {}}}});
});

test('row 46: tools that a provider runs itself are losses, and so is the choice of one', t => {
	const native = {
		type: 'native',
		dialect: 'anthropic-messages',
		name: 'web_search',
		value: {type: 'web_search_20250305'},
	} as const;
	const only = encode({turns: [user], tools: [native], toolChoice: {type: 'auto'}});
	t.deepEqual(only.losses, ['tools[0]']);
	t.false('tools' in only.body || 'tool_choice' in only.body);
	const chosen = encode({turns: [user], tools: [native, tool], toolChoice: {type: 'tool', name: 'web_search'}});
	t.deepEqual(chosen.losses, ['tools[0]', 'toolChoice']);
	t.false('tool_choice' in chosen.body);
});

test('row 47: what a provider did itself is left out of the history, call and result', t => {
	const native = (name: string): Part => ({type: 'native', dialect: 'anthropic-messages', name, value: {type: name}});
	const said = turn('assistant', native('server_tool_use'), native('web_search_tool_result'), 'It rains.');
	const {messages, losses} = encode({turns: [user, said, turn('user', 'thanks')]});
	t.deepEqual(messages[1], {role: 'assistant', content: 'It rains.'});
	t.is(losses.length, 2);
});

test('row 48: a model that thinks cannot be forced to call', t => {
	const {body, losses} = encode(
		{turns: [user], tools: [tool], toolChoice: {type: 'required'}, reasoning: {effort: 'high'}},
		{returnsReasoning: true},
	);
	t.is(body['tool_choice'], 'auto');
	t.deepEqual(losses, ['toolChoice']);
});

test('row 60 and 117: usage is asked for in every stream, and only there', t => {
	t.deepEqual(encode({turns: [user], stream: true}).body['stream_options'], {include_usage: true});
	const extras = [{dialect: 'openai-chat', path: 'stream_options', value: {include_obfuscation: false}}];
	t.deepEqual(encode({turns: [user], stream: true, extras}).body['stream_options'], {
		include_obfuscation: false,
		include_usage: true,
	});
	t.false('stream_options' in encode({turns: [user], extras}).body);
});

test('row 69 and 118: what only another format can mean is refused, naming it', t => {
	for (const [dialect, path, value] of [
		['openai-responses', 'previous_response_id', 'resp_1'],
		['openai-responses', 'conversation', 'conv_1'],
		['openai-responses', 'background', true],
		['anthropic-messages', 'mcp_servers', [{}]],
		['openai-completions', 'suffix', 'x'],
	] as const) {
		t.like(
			t.throws(() => encode({turns: [user], extras: [{dialect, path, value}]})),
			{status: 400, param: path},
		);
	}
});

test('row 100: the limit of tokens has the name that the model knows', t => {
	t.is(
		encode({turns: [user], maxTokens: 9}, {maxTokensField: 'max_completion_tokens'}).body['max_completion_tokens'],
		9,
	);
	t.is(encode({turns: [user], maxTokens: 9}).body['max_tokens'], 9);
});

test('row 102: more than four stop sequences, or any where the model takes none, are losses', t => {
	const {body, losses} = encode({turns: [user], stop: ['a', 'b', 'c', 'd', 'e']});
	t.deepEqual(body['stop'], ['a', 'b', 'c', 'd']);
	t.deepEqual(losses, ['stop']);
	t.false('stop' in encode({turns: [user], stop: ['a']}, {stopSequences: false}).body);
});

test('rows 104 to 106: sampling as the model takes it', t => {
	const sampled = {turns: [user], temperature: 1.5, topP: 0.5, topK: 3};
	t.deepEqual(encode(sampled).losses, ['topK']);
	t.deepEqual(encode(sampled, {sampling: 'none'}).losses, ['temperature', 'topP', 'topK']);
	const one = encode(sampled, {sampling: 'one', maxTemperature: 1});
	t.is(one.body['temperature'], 1);
	t.false('top_p' in one.body);
	t.deepEqual(one.losses, ['temperature', 'topP', 'topK']);
});

test('row 108: a schema is asked for natively, or told in words', t => {
	const output = {type: 'schema', schema: {type: 'object'}} as const;
	t.deepEqual(encode({turns: [user], output}).body['response_format'], {
		type: 'json_schema',
		json_schema: {name: 'answer', schema: {type: 'object'}},
	});
	const told = encode({turns: [user], output}, {jsonSchema: false});
	t.deepEqual(told.body['response_format'], {type: 'json_object'});
	t.regex(String(told.messages[0]?.['content']), /JSON schema:\n\{"type":"object"\}/);
	t.deepEqual(told.losses, ['output']);
});

test('row 112: thinking is asked for in the way of the model', t => {
	const asked = (reasoning: object, traits = {}) => {
		const {model, messages, ...rest} = encode({turns: [user], reasoning}, traits).body;
		return rest;
	};
	t.deepEqual(asked({mode: 'off'}), {reasoning_effort: 'none'});
	t.deepEqual(asked({budgetTokens: 2048}), {reasoning_effort: 'low'});
	t.deepEqual(asked({budgetTokens: 32_000}), {reasoning_effort: 'high'});
	t.deepEqual(asked({mode: 'adaptive'}), {});
	t.deepEqual(asked({effort: 'max'}, {efforts: ['low', 'medium', 'high']}), {reasoning_effort: 'high'});
	t.deepEqual(asked({effort: 'minimal'}, {efforts: ['none', 'low']}), {reasoning_effort: 'low'});
	t.deepEqual(asked({mode: 'off'}, {efforts: ['low', 'high']}), {reasoning_effort: 'low'});
	t.deepEqual(asked({effort: 'minimal'}, {efforts: ['none', 'medium']}), {reasoning_effort: 'medium'});
	t.deepEqual(asked({effort: 'high'}, {thinking: 'none'}), {});
	t.deepEqual(asked({mode: 'on'}, {thinking: 'adaptive'}), {thinking: {type: 'enabled'}});
	t.deepEqual(asked({mode: 'off'}, {thinking: 'adaptive'}), {thinking: {type: 'disabled'}});
	t.deepEqual(asked({mode: 'on', budgetTokens: 2048}, {thinking: 'budget'}), {
		thinking: {type: 'enabled', budget_tokens: 2048},
	});
});

test('row 113: a long name of a user is told by its hash', t => {
	t.is(encode({turns: [user], user: 'u'}).body['user'], 'u');
	t.regex(String(encode({turns: [user], user: 'u'.repeat(150)}).body['user']), /^[0-9a-f]{64}$/);
});

test('row 116: another price list is a loss', t => {
	const extras = [{dialect: 'anthropic-messages', path: 'service_tier', value: 'auto'}];
	t.deepEqual(encode({turns: [user], extras}).losses, ['service_tier']);
});

test('row 121: images go as data URLs or URLs; one kept at a provider is refused', t => {
	const url: Part = {type: 'image', source: {kind: 'url', url: 'https://a.test/b.png'}, detail: 'low'};
	t.deepEqual(encode({turns: [turn('user', image, url)]}).messages[0]?.['content'], [
		{type: 'image_url', image_url: {url: 'data:image/png;base64,aGk='}},
		{type: 'image_url', image_url: {url: 'https://a.test/b.png', detail: 'low'}},
	]);
	const kept: Part = remember(
		{type: 'image', source: {kind: 'file', id: 'file_1'}},
		'anthropic-messages',
		{},
		'messages[0].content[1]',
	);
	t.like(
		t.throws(() => encode({turns: [turn('user', kept)]})),
		{status: 400, param: 'messages[0].content[1]'},
	);
});

test('row 121: a file of Anthropic is unknown to OpenAI; one that OpenAI keeps is named', t => {
	const file = (dialect: string): Part =>
		remember({type: 'document', source: {kind: 'file', id: 'file-1'}}, dialect, {}, 'messages[0].content[0]');
	t.like(
		t.throws(() => encode({turns: [turn('user', file('anthropic-messages'))]})),
		{status: 400},
	);
	t.deepEqual(encode({turns: [turn('user', file('openai-responses'))]}).messages[0]?.['content'], [
		{type: 'file', file: {file_id: 'file-1'}},
	]);
});

test('row 123: documents go as files, their text as text, a URL is refused', t => {
	const pdf: Part = {
		type: 'document',
		source: {kind: 'base64', mediaType: 'application/pdf', data: 'aGk='},
		name: 'a.pdf',
	};
	const plain: Part = {type: 'document', source: {kind: 'text', text: 'words'}};
	t.deepEqual(encode({turns: [turn('user', pdf, plain)]}).messages[0]?.['content'], [
		{type: 'file', file: {filename: 'a.pdf', file_data: 'data:application/pdf;base64,aGk='}},
		{type: 'text', text: 'words'},
	]);
	const far: Part = {type: 'document', source: {kind: 'url', url: 'https://a.test/b.pdf'}};
	t.like(
		t.throws(() => encode({turns: [turn('user', far)]})),
		{status: 400},
	);
	t.like(
		t.throws(() => encode({turns: [turn('user', pdf)]}, {modalities: {documents: false}})),
		{status: 400},
	);
});

test('content that the model cannot take at all is refused', t => {
	const audio: Part = {type: 'audio', source: {kind: 'base64', mediaType: 'audio/mpeg', data: 'aGk='}};
	t.deepEqual(encode({turns: [turn('user', audio)]}).messages[0]?.['content'], [
		{type: 'input_audio', input_audio: {data: 'aGk=', format: 'mp3'}},
	]);
	t.like(
		t.throws(() => encode({turns: [turn('user', audio)]}, {modalities: {audio: false}})),
		{status: 400},
	);
	t.like(
		t.throws(() => encode({turns: [turn('user', image)]}, {modalities: {images: false}})),
		{status: 400},
	);
});

test('row 127: words and calls share a message; without words its content is null', t => {
	const {messages} = encode({turns: [user, turn('assistant', 'hm', call('a')), turn('user', result('a'))]});
	t.like(messages[1], {role: 'assistant', content: 'hm'});
	t.is(encode({turns: [user, turn('assistant', call('a')), turn('user', result('a'))]}).messages[1]?.['content'], null);
});

test('row 128: a beginning of the answer is left out where the model cannot go on from it', t => {
	const turns = [user, turn('assistant', 'Once')];
	t.is(encode({turns}).messages.length, 2);
	const {messages, losses} = encode({turns}, {prefill: false});
	t.deepEqual(
		messages.map(({role}) => role),
		['user'],
	);
	t.deepEqual(losses, ['turns']);
	t.throws(() => encode({turns: [turn('assistant', 'Once')]}, {prefill: false}), {message: /nothing|no message/i});
});

test('row 130: cache marks are breakpoints where the model knows them, else nothing', t => {
	const marked = turn('user', {type: 'text', text: 'hi', cache: {ttl: '1h'}});
	t.deepEqual(encode({turns: [marked]}).messages[0]?.['content'], 'hi');
	const {messages, losses} = encode({turns: [marked]}, {cacheBreakpoints: true});
	t.deepEqual(messages[0]?.['content'], [{type: 'text', text: 'hi', prompt_cache_breakpoint: {mode: 'explicit'}}]);
	t.deepEqual(losses, []);
});

const thought: Part = {type: 'thinking', text: 'hm', signature: 'c2ln', signedBy: 'anthropic'};

test('row 135: signatures go to nobody but their maker; thinking without a reader is a loss', t => {
	const turns = [user, turn('assistant', thought, 'ok'), turn('user', 'go on')];
	const {messages, losses} = encode({turns});
	t.deepEqual(messages[1], {role: 'assistant', content: 'ok'});
	t.is(losses.length, 1);
	const own = encode({turns}, {signatures: 'anthropic'});
	t.deepEqual(own.messages[1]?.['reasoning_details'], [
		{type: 'reasoning.text', text: 'hm', signature: 'c2ln', format: 'anthropic', index: 0},
	]);
	t.deepEqual(own.losses, []);
});

test('row 137: thinking of tool turns goes back as reasoning_content where the model wants it', t => {
	const turns = [user, turn('assistant', thought, call('a')), turn('user', result('a'))];
	t.is(encode({turns}, {returnsReasoning: true}).messages[1]?.['reasoning_content'], 'hm');
	const without = [user, turn('assistant', call('a')), turn('user', result('a'))];
	t.is(encode({turns: without}, {returnsReasoning: true}).messages[1]?.['reasoning_content'], ' ');
	t.false('reasoning_content' in (encode({turns: without}).messages[1] ?? {}));
});

test("row 140: Gemini's signature goes back with its call", t => {
	const signed: Part = {type: 'tool-call', id: 'a', name: 'f', arguments: '{}', signature: 's'};
	const {messages} = encode({turns: [user, turn('assistant', signed), turn('user', result('a'))]});
	const [made] = (messages[1]?.['tool_calls'] ?? []) as readonly object[];
	t.like(made, {extra_content: {google: {thought_signature: 's'}}});
});
