/** Requests: what clients of this format may send, and what is written for models that speak it. */

import test from 'ava';
import type {Conversation, JsonObject, ModelTraits, Part, Turn} from '../../../../core/index.js';
import {codec, conversation, validators} from './support.js';

const pixel = {kind: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo='} as const;

function encode(members: Partial<Conversation>, traits: ModelTraits = {}) {
	return codec.encodeRequest(conversation(members), traits);
}

function items(turns: readonly Turn[], traits: ModelTraits = {}): readonly JsonObject[] {
	return encode({turns}, traits).body['input'] as readonly JsonObject[];
}

function user(...parts: readonly Part[]): Turn {
	return {role: 'user', parts};
}

function assistant(...parts: readonly Part[]): Turn {
	return {role: 'assistant', parts};
}

function text(value: string): Part {
	return {type: 'text', text: value};
}

const call: Part = {type: 'tool-call', id: 'call_1', name: 'f', arguments: '{"a":1}'};
const plain = (value: unknown) => structuredClone(value);

// What is read.

test('every form of an item is read, in order', t => {
	const hub = codec.decodeRequest({
		model: 'm',
		input: [
			{role: 'user', content: 'easy'},
			{type: 'message', role: 'user', content: [{type: 'input_text', text: 'typed'}]},
			{
				type: 'message',
				role: 'user',
				content: [
					{type: 'input_image', image_url: 'DATA:image/jpg;BASE64,AAAA', detail: 'low'},
					{type: 'input_image', file_id: 'file-1'},
					{type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB'},
					{type: 'input_file', file_url: 'https://example.com/a.pdf'},
				],
			},
			{type: 'reasoning', id: 'rs_1', summary: [{type: 'summary_text', text: 'A'}], encrypted_content: 'gAAA'},
			{
				type: 'message',
				id: 'msg_1',
				role: 'assistant',
				status: 'completed',
				content: [
					{type: 'output_text', text: 'out', annotations: []},
					{type: 'refusal', refusal: 'no'},
				],
			},
			{type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{}'},
			{type: 'web_search_call', id: 'ws_1', status: 'completed', action: {type: 'search', query: 'q'}},
			{type: 'function_call_output', call_id: 'call_1', output: 'string'},
			{
				type: 'function_call_output',
				call_id: 'call_2',
				output: [
					{type: 'input_text', text: 'part'},
					{type: 'input_image', image_url: 'https://example.com/a.png'},
				],
			},
			{role: 'developer', content: 'from now on'},
		],
	});
	t.deepEqual(plain(hub.turns), [
		{role: 'user', parts: [text('easy')]},
		{role: 'user', parts: [text('typed')]},
		{
			role: 'user',
			parts: [
				{type: 'image', source: {kind: 'base64', mediaType: 'image/jpeg', data: 'AAAA'}, detail: 'low'},
				{type: 'image', source: {kind: 'file', id: 'file-1'}},
				{type: 'document', source: {kind: 'base64', mediaType: 'application/pdf', data: 'BBBB'}, name: 'a.pdf'},
				{type: 'document', source: {kind: 'url', url: 'https://example.com/a.pdf'}},
			],
		},
		{
			role: 'assistant',
			parts: [
				{type: 'thinking', text: 'A', signature: 'gAAA', signedBy: 'openai', summary: true, id: 'rs_1'},
				text('out'),
				{type: 'refusal', text: 'no'},
				{type: 'tool-call', id: 'call_1', name: 'f', arguments: '{}'},
				{
					type: 'native',
					dialect: 'openai-responses',
					name: 'web_search_call',
					value: {type: 'web_search_call', id: 'ws_1', status: 'completed', action: {type: 'search', query: 'q'}},
				},
			],
		},
		{
			role: 'user',
			parts: [
				{type: 'tool-result', callId: 'call_1', content: [text('string')]},
				{
					type: 'tool-result',
					callId: 'call_2',
					content: [text('part'), {type: 'image', source: {kind: 'url', url: 'https://example.com/a.png'}}],
				},
			],
		},
		{role: 'system', parts: [text('from now on')]},
	]);
});

test('row 7: instructions stand before leading developer items, later ones stay where they are', t => {
	const hub = codec.decodeRequest({
		model: 'm',
		instructions: 'first',
		input: [
			{role: 'developer', content: 'second'},
			{role: 'system', content: [{type: 'input_text', text: 'third'}]},
			{role: 'user', content: 'hi'},
			{role: 'developer', content: 'later'},
		],
	});
	t.deepEqual(
		hub.system.map(part => part.text),
		['first', 'second', 'third'],
	);
	t.deepEqual(
		hub.turns.map(turn => turn.role),
		['user', 'system'],
	);
});

test('parameters are read', t => {
	const hub = codec.decodeRequest({
		model: 'm',
		input: 'hi',
		max_output_tokens: 100,
		temperature: 0.5,
		top_p: 0.9,
		parallel_tool_calls: false,
		safety_identifier: 'u',
		prompt_cache_key: 'k',
		stream: true,
		reasoning: {effort: 'high', summary: 'detailed'},
		text: {verbosity: 'low', format: {type: 'json_schema', name: 'n', schema: {type: 'object'}, strict: true}},
		tools: [{type: 'function', name: 'f', description: 'd', parameters: {type: 'object'}, strict: true}],
		tool_choice: {type: 'function', name: 'f'},
		metadata: {a: 'b'},
	});
	const {system, turns, ...rest} = plain(hub) as Conversation;
	t.deepEqual(rest, {
		model: 'm',
		tools: [{type: 'function', name: 'f', description: 'd', parameters: {type: 'object'}, strict: true}],
		toolChoice: {type: 'tool', name: 'f'},
		parallelTools: false,
		maxTokens: 100,
		temperature: 0.5,
		topP: 0.9,
		output: {type: 'schema', name: 'n', schema: {type: 'object'}, strict: true},
		verbosity: 'low',
		reasoning: {effort: 'high', display: 'summarized'},
		user: 'u',
		cacheKey: 'k',
		stream: true,
		streamUsage: true,
		extras: [
			{dialect: 'openai-responses', path: 'reasoning.summary', value: 'detailed'},
			{dialect: 'openai-responses', path: 'metadata', value: {a: 'b'}},
		],
	});
	const {body} = codec.encodeRequest(plain(hub) as Conversation, {});
	t.deepEqual(body['reasoning'], {effort: 'high', summary: 'detailed'});
	t.deepEqual(body['metadata'], {a: 'b'});
});

for (const [choice, meaning] of [
	['auto', {type: 'auto'}],
	['required', {type: 'required'}],
	['none', {type: 'none'}],
	[
		{type: 'custom', name: 'patch'},
		{type: 'tool', name: 'patch'},
	],
	[
		{type: 'allowed_tools', mode: 'required', tools: [{type: 'function', name: 'f'}]},
		{type: 'allowed', mode: 'required', names: ['f']},
	],
] as const) {
	test(`the tool choice ${JSON.stringify(choice)} is read and written`, t => {
		const tools = [
			{type: 'function', name: 'f', parameters: {type: 'object'}, strict: false},
			{type: 'custom', name: 'patch'},
		];
		const hub = codec.decodeRequest({model: 'm', input: 'hi', tools, tool_choice: choice});
		t.deepEqual(plain(hub.toolChoice), meaning);
		t.deepEqual(codec.encodeRequest({...hub, temperature: 0}, {}).body['tool_choice'], choice);
	});
}

for (const [body, param] of [
	[{input: 7}, 'input'],
	[{input: ['hi']}, 'input[0]'],
	[{input: [{role: 'tool', content: 'x'}]}, 'input[0].role'],
	[{input: [{role: 'user', content: 7}]}, 'input[0].content'],
	[{input: [{role: 'user', content: [{type: 'input_text'}]}]}, 'input[0].content[0].text'],
	[{input: [{role: 'user', content: [{type: 'input_image'}]}]}, 'input[0].content[0]'],
	[{input: [{type: 'function_call', call_id: 'a'}]}, 'input[0].name'],
	[{input: [{type: 'function_call_output', output: 'a'}]}, 'input[0].call_id'],
	[{input: 'hi', instructions: 7}, 'instructions'],
] as const) {
	test(`what cannot be read is refused by name: ${JSON.stringify(body)}`, t => {
		const error = t.throws(() => codec.decodeRequest({model: 'm', ...body}));
		t.like(error, {code: 'invalid_body', status: 400, param});
	});
}

// What Codex sends.

const codex: JsonObject = {
	model: 'm',
	instructions: 'You are a coding agent.',
	input: [
		{type: 'message', role: 'developer', content: [{type: 'input_text', text: '<permissions>'}]},
		{type: 'message', role: 'user', content: [{type: 'input_text', text: 'fix it'}]},
		{type: 'reasoning', summary: [], content: null, encrypted_content: 'gAAA'},
		{type: 'message', role: 'assistant', phase: 'commentary', content: [{type: 'output_text', text: 'Patching.'}]},
		{type: 'custom_tool_call', status: 'completed', call_id: 'call_1', name: 'apply_patch', input: '*** "Begin"\n'},
		{type: 'custom_tool_call_output', call_id: 'call_1', output: 'Done!'},
		{type: 'function_call', name: 'read', namespace: 'mcp__files__', arguments: '{"p":1}', call_id: 'call_2'},
		{type: 'function_call_output', call_id: 'call_2', output: 'text'},
	],
	tools: [
		{
			type: 'function',
			name: 'exec_command',
			description: 'd',
			strict: false,
			parameters: {type: 'object', properties: {}},
		},
		{
			type: 'custom',
			name: 'apply_patch',
			description: 'Edits files.',
			format: {type: 'grammar', syntax: 'lark', definition: 'start: "x"'},
		},
		{
			type: 'namespace',
			name: 'mcp__files__',
			description: 'Files.',
			tools: [
				{type: 'function', name: 'read', description: 'r', strict: false, parameters: {type: 'object'}},
				{type: 'function', name: 'exec_command', description: 'x', strict: false, parameters: {type: 'object'}},
			],
		},
		{
			type: 'namespace',
			name: 'web',
			description: 'Web.',
			tools: [{type: 'function', name: 'run', parameters: {type: 'object'}}],
		},
		{type: 'web_search', external_web_access: true},
		{type: 'local_shell'},
	],
	tool_choice: 'auto',
	parallel_tool_calls: true,
	reasoning: {effort: 'medium', summary: 'auto'},
	store: false,
	stream: true,
	include: ['reasoning.encrypted_content'],
	prompt_cache_key: 'key',
	client_metadata: {a: 'b'},
};

test('what Codex sends has a meaning for every model: namespaces are flat, free text is one argument', t => {
	const hub = codec.decodeRequest(codex);
	t.deepEqual(
		hub.tools.map(tool => [tool.type, tool.name]),
		[
			['function', 'exec_command'],
			['function', 'apply_patch'],
			['function', 'mcp__files__read'],
			['function', 'mcp__files__exec_command'],
			['function', 'web__run'],
			['native', 'web_search'],
			['native', 'local_shell'],
		],
	);
	const [, patch] = hub.tools;
	if (patch?.type !== 'function') return t.fail();
	t.regex(patch.description ?? '', /^Edits files\.\n\n.*lark grammar:\nstart: "x"$/);
	t.deepEqual(Object.keys(patch.parameters?.['properties'] ?? {}), ['input']);
	const calls = hub.turns.flatMap(turn => turn.parts).filter(part => part.type === 'tool-call');
	t.deepEqual(
		calls.map(({name, arguments: given}) => [name, JSON.parse(given)]),
		[
			['apply_patch', {input: '*** "Begin"\n'}],
			['mcp__files__read', {p: 1}],
		],
	);
	t.deepEqual(
		hub.system.map(part => part.text),
		['You are a coding agent.', '<permissions>'],
	);
});

test('what Codex sends is written back as it came, where a plugin has changed something else', t => {
	const hub = codec.decodeRequest(codex);
	const {body, losses} = codec.encodeRequest({...hub, system: [], turns: [...hub.turns, user(text('more'))]}, {});
	const {input, tools, ...rest} = body;
	t.deepEqual(losses, []);
	t.deepEqual(tools, codex['tools']);
	t.deepEqual(input, [
		...(codex['input'] as readonly JsonObject[]).slice(1),
		{type: 'message', role: 'user', content: 'more'},
	]);
	const {instructions, input: before, tools: given, ...members} = codex;
	t.deepEqual(rest, members);
});

test('a call that a plugin has changed keeps its namespace, and stays free text', t => {
	const hub = codec.decodeRequest(codex);
	const turns = hub.turns.map(turn => ({
		...turn,
		parts: turn.parts.map(part =>
			part.type === 'tool-call' ? {...part, arguments: part.arguments.replace('Begin', 'End').replace('1', '2')} : part,
		),
	}));
	const input = codec.encodeRequest({...hub, turns}, {}).body['input'] as readonly JsonObject[];
	t.deepEqual(
		input.find(item => item['type'] === 'custom_tool_call'),
		{type: 'custom_tool_call', call_id: 'call_1', name: 'apply_patch', input: '*** "End"\n'},
	);
	t.deepEqual(
		input.find(item => item['type'] === 'function_call'),
		{type: 'function_call', call_id: 'call_2', name: 'read', namespace: 'mcp__files__', arguments: '{"p":2}'},
	);
	t.is(input.find(item => item['type'] === 'custom_tool_call_output')?.['call_id'], 'call_1');
});

test('two tools never share a name', t => {
	const tools = [
		{type: 'function', name: 'a__b', parameters: {}},
		{type: 'namespace', name: 'a', description: '', tools: [{type: 'function', name: 'b', parameters: {}}]},
	];
	const input = [{type: 'function_call', call_id: 'c', namespace: 'a', name: 'b', arguments: '{}'}];
	const hub = codec.decodeRequest({model: 'm', tools, input});
	t.deepEqual(
		hub.tools.map(tool => tool.name),
		['a__b', 'a__b_2'],
	);
	t.like(hub.turns[0]?.parts[0], {name: 'a__b_2'});
});

test('what is said in commentary and what is the final answer stays known', t => {
	const hub = structuredClone(codec.decodeRequest(codex));
	const input = codec.encodeRequest(hub, {}).body['input'] as readonly JsonObject[];
	t.is(input.find(item => item['content'] === 'Patching.')?.['phase'], 'commentary');
});

// What is written.

test('several instructions stay apart in one message; one is a string', t => {
	t.like(encode({system: [{type: 'text', text: 'a'}], turns: [user(text('hi'))]}).body, {
		instructions: 'a',
		input: [{role: 'user', content: 'hi'}],
	});
	const two = encode({
		system: [
			{type: 'text', text: 'a'},
			{type: 'text', text: 'b'},
		],
	}).body;
	t.deepEqual(two['input'], [
		{
			type: 'message',
			role: 'developer',
			content: [
				{type: 'input_text', text: 'a'},
				{type: 'input_text', text: 'b'},
			],
		},
	]);
	t.false('instructions' in two);
});

test('row 5: later instructions stay in place, are told by the user, or move to the front, as the model can take them', t => {
	const turns: readonly Turn[] = [user(text('a')), {role: 'system', parts: [text('b')]}, user(text('c'))];
	const message = (role: string, content: string) => ({type: 'message', role, content});
	t.deepEqual(items(turns), [message('user', 'a'), message('developer', 'b'), message('user', 'c')]);
	t.deepEqual(items(turns, {instructionRole: 'system'})[1], message('system', 'b'));
	t.deepEqual(items(turns, {systemTurns: 'user-text'})[1], message('user', '<system>\nb\n</system>'));
	t.like(encode({turns}, {systemTurns: 'hoist'}).body, {instructions: 'b'});
});

test('row 8: the billing header of Claude Code is not told', t => {
	const system = [
		{type: 'text', text: 'x-anthropic-billing-header: cc_version=1; cch=abc;'},
		{type: 'text', text: 'Be brief.'},
	] as const;
	t.is(encode({system}).body['instructions'], 'Be brief.');
});

test('rows 11, 12: results stand directly behind their calls, the words of the user behind them', t => {
	const result: Part = {type: 'tool-result', callId: 'call_1', content: [text('r') as Extract<Part, {type: 'text'}>]};
	t.deepEqual(items([assistant(call), user(text('and'), result)]), [
		{type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1}'},
		{type: 'function_call_output', call_id: 'call_1', output: 'r'},
		{type: 'message', role: 'user', content: 'and'},
	]);
});

test('rows 15, 16: a call without a result gets one that says so, a result without a call is told', t => {
	t.deepEqual(items([assistant(call), user(text('hi'))])[1], {
		type: 'function_call_output',
		call_id: 'call_1',
		output: 'Error: no result',
	});
	const orphan: Part = {type: 'tool-result', callId: 'gone', content: [{type: 'text', text: 'r'}]};
	t.deepEqual(items([user(orphan)]), [{type: 'message', role: 'user', content: 'Tool result: r'}]);
	t.deepEqual(items([user({type: 'tool-result', callId: 'gone', content: []}, text('hi'))]), [
		{type: 'message', role: 'user', content: 'hi'},
	]);
});

test('row 15: a call that was read here gets a result as well, when a plugin has taken its own away', t => {
	const hub = codec.decodeRequest({
		model: 'm',
		input: [
			{type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}'},
			{type: 'function_call_output', call_id: 'call_1', output: 'r'},
		],
	});
	const {body} = codec.encodeRequest({...hub, turns: hub.turns.slice(0, 1)}, {});
	t.like(body['input'], [{type: 'function_call'}, {type: 'function_call_output', output: 'Error: no result'}]);
});

test('row 16: a result is no orphan where the call is kept by the provider', t => {
	const hub = codec.decodeRequest({
		model: 'm',
		previous_response_id: 'resp_1',
		input: [{type: 'function_call_output', call_id: 'call_1', output: 'r'}],
	});
	const {body} = codec.encodeRequest(structuredClone(hub), {});
	t.deepEqual(body['input'], [{type: 'function_call_output', call_id: 'call_1', output: 'r'}]);
	t.is(body['previous_response_id'], 'resp_1');
});

test('rows 19, 20: a result with images is an array of parts', t => {
	const result: Part = {
		type: 'tool-result',
		callId: 'call_1',
		content: [
			{type: 'text', text: 'see'},
			{type: 'image', source: pixel},
			{type: 'document', source: {kind: 'base64', mediaType: 'application/pdf', data: 'AAAA'}, name: 'a.pdf'},
		],
	};
	const {body} = encode({turns: [assistant(call), user(result)]});
	t.is(validators?.reqResponses(body) ?? null, null);
	t.deepEqual((body['input'] as readonly JsonObject[])[1], {
		type: 'function_call_output',
		call_id: 'call_1',
		output: [
			{type: 'input_text', text: 'see'},
			{type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=', detail: 'auto'},
			{type: 'input_file', filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA'},
		],
	});
});

test('rows 21, 22: a failure is told in words, and nothing is an empty string', t => {
	const output = (content: Extract<Part, {type: 'tool-result'}>['content'], isError: boolean) =>
		items([assistant(call), user({type: 'tool-result', callId: 'call_1', content, isError})])[1]?.['output'];
	t.is(output([{type: 'text', text: 'no file'}], true), 'Error: no file');
	t.is(output([], true), 'Error:');
	t.is(output([], false), '');
	t.like(output([{type: 'image', source: pixel}], true), [{type: 'input_text', text: 'Error:'}, {type: 'input_image'}]);
});

test('rows 24, 27: a call without arguments has empty ones; text that is no JSON passes, for it is a string here', t => {
	const args = (given: string) => items([assistant({...call, arguments: given} as Part)])[0]?.['arguments'];
	t.is(args(''), '{}');
	t.is(args('{"a":'), '{"a":');
});

test('rows 29, 30: ids of calls have at most 64 printable characters, names at most 64 plain ones', t => {
	const fits = ({pattern, maxLength}: typeof codec.callIds, name: string) =>
		pattern.test(name) && name.length <= maxLength;
	t.true(fits(codec.callIds, 'functions.Bash:0'));
	t.false(fits(codec.callIds, 'x'.repeat(65)));
	t.false(fits(codec.callIds, ''));
	t.true(fits(codec.toolNames, 'get-weather_2'));
	t.false(fits(codec.toolNames, 'a.b'));
	t.false(fits(codec.toolNames, 'x'.repeat(65)));
});

test('row 31: a call is known by its call_id, and its id is never sent as the name of an item', t => {
	const hub = codec.decodeRequest({
		model: 'm',
		input: [
			{type: 'function_call', id: 'fc_9', call_id: 'call_9', name: 'f', arguments: '{}'},
			{type: 'function_call_output', call_id: 'call_9', output: 'r'},
		],
	});
	t.like(hub.turns[0]?.parts[0], {id: 'call_9'});
	const [first] = codec.encodeRequest(structuredClone(hub), {}).body['input'] as readonly JsonObject[];
	t.is(first?.['call_id'], 'call_9');
	t.not(first?.['id'], 'call_9');
});

test('rows 39, 40: without tools there is neither a list of them nor a choice', t => {
	const {body} = encode({toolChoice: {type: 'required'}, parallelTools: false});
	t.false('tools' in body || 'tool_choice' in body || 'parallel_tool_calls' in body);
});

test('a tool that another provider runs is a loss unless this one runs it too', t => {
	const native = (name: string, value: JsonObject) =>
		({type: 'native', dialect: 'anthropic-messages', name, value}) as const;
	const {body, losses} = encode({
		tools: [
			native('web_search_20250305', {type: 'web_search_20250305', name: 'web_search', allowed_domains: ['a.org']}),
			native('bash_20250124', {type: 'bash_20250124', name: 'bash'}),
		],
		toolChoice: {type: 'auto'},
	});
	t.deepEqual(body['tools'], [{type: 'web_search', filters: {allowed_domains: ['a.org']}}]);
	t.deepEqual(losses, [{path: 'tools', reason: 'no counterpart of the tool "bash_20250124"'}]);
});

test('row 44: silence on strictness is no strictness, and here it has to be said', t => {
	const {body} = encode({tools: [{type: 'function', name: 'f'}]});
	t.deepEqual(body['tools'], [
		{type: 'function', name: 'f', parameters: {type: 'object', properties: {}}, strict: false},
	]);
});

test('row 47: what another provider ran is a loss as a pair', t => {
	const native = (name: string): Part => ({type: 'native', dialect: 'anthropic-messages', name, value: {type: name}});
	const {body, losses} = encode({
		turns: [user(text('hi')), assistant(native('server_tool_use'), native('web_search_tool_result'), text('found'))],
	});
	t.is((body['input'] as readonly JsonObject[]).length, 2);
	t.is(losses.length, 2);
});

test('row 128: a beginning of the answer is left out where the model cannot go on from it', t => {
	const said = (role: 'user' | 'assistant') => ({role, parts: [{type: 'text' as const, text: 'Once'}]});
	const turns = [said('user'), said('assistant')];
	t.is((encode({turns}).body['input'] as readonly object[]).length, 2);
	const {body, losses} = encode({turns}, {prefill: false});
	t.deepEqual(
		(body['input'] as readonly {role: string}[]).map(({role}) => role),
		['user'],
	);
	t.like(losses, [{path: 'turns', reason: 'this model does not go on with an answer that is begun'}]);
});

test('row 101: fewer than 16 tokens cannot be asked for', t => {
	t.is(encode({maxTokens: 1}).body['max_output_tokens'], 16);
	t.deepEqual(encode({maxTokens: 1}).losses, [{path: 'maxTokens', reason: 'raised to 16, the least that is accepted'}]);
	t.is(encode({maxTokens: 17}).body['max_output_tokens'], 17);
	t.deepEqual(encode({maxTokens: 16}).losses, []);
});

test('rows 102, 104–107: what the format or the model cannot take is a loss, the rest is sent', t => {
	const given = {temperature: 1.5, topP: 0.9, topK: 5, stop: ['x']} as const;
	const all = encode(given);
	t.like(all.body, {temperature: 1.5, top_p: 0.9});
	t.deepEqual(
		all.losses.map(loss => loss.path),
		['topK', 'stop'],
	);
	const none = encode(given, {sampling: 'none'});
	t.false('temperature' in none.body || 'top_p' in none.body);
	t.deepEqual(
		none.losses.map(loss => loss.path),
		['topK', 'stop', 'temperature', 'topP'],
	);
	const one = encode(given, {sampling: 'one', maxTemperature: 1});
	t.is(one.body['temperature'], 1);
	t.false('top_p' in one.body);
});

test('row 110: the schema of the answer is flat', t => {
	const output = {type: 'schema', schema: {type: 'object'}, strict: true} as const;
	t.deepEqual(encode({output, verbosity: 'high'}).body['text'], {
		format: {type: 'json_schema', name: 'answer', schema: {type: 'object'}, strict: true},
		verbosity: 'high',
	});
});

test('row 108: a model without schemas is told the schema in words', t => {
	const output = {type: 'schema', schema: {type: 'object', required: ['colour']}} as const;
	const {body, losses} = encode({output}, {jsonSchema: false});
	t.deepEqual(body['text'], {format: {type: 'json_object'}});
	t.true(String(body['instructions']).includes(JSON.stringify(output.schema)));
	t.is(losses[0]?.path, 'output');
});

test('row 112: budgets and modes become efforts that the model knows', t => {
	const reasoning = (given: Conversation['reasoning'], traits: ModelTraits = {}) =>
		encode(given === undefined ? {} : {reasoning: given}, traits).body['reasoning'];
	t.deepEqual(reasoning({mode: 'off'}), {effort: 'none'});
	t.deepEqual(reasoning({mode: 'off'}, {efforts: ['minimal', 'low', 'high']}), {effort: 'minimal'});
	t.deepEqual(reasoning({effort: 'max'}, {efforts: ['none', 'low', 'high']}), {effort: 'high'});
	t.deepEqual(reasoning({mode: 'on', budgetTokens: 2000}), {effort: 'low', summary: 'auto'});
	t.deepEqual(reasoning({mode: 'on', budgetTokens: 8000, display: 'omitted'}), {effort: 'medium'});
	t.deepEqual(reasoning({mode: 'adaptive'}), undefined);
	t.deepEqual(reasoning({effort: 'low'}, {thinking: 'none'}), undefined);
	t.deepEqual(reasoning(undefined), undefined);
});

test('rows 113, 114: an identifier that is too long is replaced, always by the same', t => {
	const long = `user_${'x'.repeat(150)}`;
	const of = (user: string) => encode({user}).body['safety_identifier'];
	t.is(of('short'), 'short');
	t.is(String(of(long)).length, 64);
	t.is(of(long), of(long));
	t.not(of(long), of(`${long}y`));
});

test('row 118: what is kept at the provider forbids leaving the format, and stays within it', t => {
	for (const [name, value] of [
		['previous_response_id', 'resp_1'],
		['conversation', 'conv_1'],
		['prompt', {id: 'p'}],
		['background', true],
	] as const) {
		const hub = codec.decodeRequest({model: 'm', input: 'hi', [name]: value});
		t.true(hub.extras.some(extra => extra.path === name));
		t.deepEqual(codec.encodeRequest(structuredClone(hub), {}).body[name], value);
	}
});

test('row 118: what has no counterpart here is refused or told', t => {
	t.throws(() => encode({extras: [{dialect: 'openai-chat', path: 'n', value: 2}]}), {message: /"n"/});
	const {body, losses} = encode({
		extras: [
			{dialect: 'openai-chat', path: 'seed', value: 1},
			{dialect: 'openai-chat', path: 'metadata', value: {a: 'b'}},
			{dialect: 'openai-chat', path: 'stream_options', value: {}},
		],
	});
	t.deepEqual(
		losses.map(loss => loss.path),
		['seed'],
	);
	t.deepEqual(body['metadata'], {a: 'b'});
	t.false('stream_options' in body);
});

test('what clients of other formats say is not kept by the provider', t => {
	t.is(encode({turns: [user(text('hi'))]}).body['store'], false);
	t.deepEqual(encode({}, {signatures: 'openai'}).body['include'], ['reasoning.encrypted_content']);
	t.is(encode({extras: [{dialect: 'openai-chat', path: 'store', value: true}]}).body['store'], true);
	const own = codec.decodeRequest({model: 'm', input: 'hi'});
	t.false('store' in codec.encodeRequest({...own, temperature: 0}, {}).body);
});

test('rows 121, 123: images and documents have their own parts; files of another provider do not pass', t => {
	const {body} = encode({
		turns: [
			user(
				{type: 'image', source: {kind: 'url', url: 'https://example.com/a.png'}, detail: 'high'},
				{type: 'document', source: {kind: 'url', url: 'https://example.com/a.pdf'}},
				{type: 'document', source: {kind: 'text', text: 'plain'}, context: 'about'},
			),
		],
	});
	t.is(validators?.reqResponses(body) ?? null, null);
	t.deepEqual((body['input'] as readonly JsonObject[])[0]?.['content'], [
		{type: 'input_image', image_url: 'https://example.com/a.png', detail: 'high'},
		{type: 'input_file', file_url: 'https://example.com/a.pdf'},
		{type: 'input_text', text: 'about'},
		{type: 'input_text', text: 'plain'},
	]);
});

test('row 124: content that the model cannot take is refused', t => {
	const audio: Part = {type: 'audio', source: {kind: 'base64', mediaType: 'audio/wav', data: 'AA'}};
	t.throws(() => items([user(audio)]), {message: /audio/});
	t.throws(() => items([user({type: 'image', source: pixel})], {modalities: {images: false}}), {message: /images/});
});

test('row 130: cache marks are written for models that have them', t => {
	const marked = [user({type: 'text', text: 'long', cache: {}}, text('short'))];
	t.deepEqual(items(marked, {cacheBreakpoints: true})[0]?.['content'], [
		{type: 'input_text', text: 'long', prompt_cache_breakpoint: {mode: 'explicit'}},
		{type: 'input_text', text: 'short'},
	]);
	t.false(JSON.stringify(items(marked)).includes('breakpoint'));
});

test('rows 134, 135, 138: only what OpenAI has signed is handed back to it', t => {
	const signed = (signedBy: string): Part => ({type: 'thinking', text: 'hm', signature: 'sig', signedBy});
	const own = encode({turns: [assistant(signed('openai'), text('a'))]}, {signatures: 'openai'});
	t.like((own.body['input'] as readonly JsonObject[])[0], {type: 'reasoning', encrypted_content: 'sig'});
	t.deepEqual(own.losses, []);
	for (const part of [
		signed('anthropic'),
		{type: 'thinking', text: 'hm'} as Part,
		{type: 'redacted-thinking', data: 'x', signedBy: 'anthropic'} as Part,
	]) {
		const {body, losses} = encode({turns: [assistant(part, text('a'))]}, {signatures: 'openai'});
		t.deepEqual(body['input'], [{type: 'message', role: 'assistant', content: 'a'}]);
		t.is(losses.length, 1);
	}
	t.is(encode({turns: [assistant(signed('openai'))]}, {}).losses.length, 1);
});

test('row 135: a client that comes back to OpenAI from another provider does not bring its signatures', t => {
	const packed = `anthropic.${Buffer.from('{"signature":"c2ln"}').toString('base64url')}`;
	const hub = codec.decodeRequest({
		model: 'm',
		input: [
			{role: 'user', content: 'hi'},
			{type: 'reasoning', id: 'rs_1', summary: [{type: 'summary_text', text: 'hm'}], encrypted_content: packed},
			{type: 'message', role: 'assistant', content: [{type: 'output_text', text: 'a'}]},
		],
	});
	t.deepEqual(plain(hub.turns[1]?.parts[0]), {type: 'thinking', text: 'hm', signature: 'c2ln', signedBy: 'anthropic'});
	const {body} = codec.encodeRequest(hub, {signatures: 'openai'});
	t.false(JSON.stringify(body).includes('anthropic'));
	t.is((body['input'] as readonly JsonObject[]).length, 2);
});

test('row 137: servers that want to see the reasoning get it back', t => {
	const {body} = encode({turns: [assistant({type: 'thinking', text: 'hm'}, call)]}, {returnsReasoning: true});
	t.is(validators?.reqResponses(body) ?? null, null);
	t.like((body['input'] as readonly JsonObject[])[0], {
		type: 'reasoning',
		content: [{type: 'reasoning_text', text: 'hm'}],
	});
});
