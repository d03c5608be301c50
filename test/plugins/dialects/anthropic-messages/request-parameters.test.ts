/** Rows of the list of translation traps: tools, parameters, content and thinking of a request that is written. */

import test from 'ava';
import type {Conversation, JsonObject, ModelTraits, Part, Tool, Turn} from '../../../../core/index.js';
import {codec} from '../../../../plugins/dialects/anthropic-messages/codec.js';
import {able, assistantTurn, bodyOf, encode, schemas, userTurn} from './support.js';

const valid = await schemas();
const schema: JsonObject = {type: 'object', properties: {city: {type: 'string'}}, required: ['city']};
const tool = (name: string, parameters: JsonObject = schema): Tool => ({type: 'function', name, parameters});
const paths = (parts: Partial<Conversation>, traits?: ModelTraits) =>
	encode(parts, traits).losses.map(({path}) => path);
const only = (part: Part) => {
	const [message] = bodyOf({turns: [{role: 'user', parts: [part]}]})['messages'] as {content: JsonObject[]}[];
	return message?.content[0];
};

function body(parts: Partial<Conversation>, traits?: ModelTraits): JsonObject {
	const encoded = bodyOf(parts, traits);
	const problems = valid?.['reqAnthropic']?.(encoded) ?? null;
	if (problems !== null) throw new Error(problems.join('\n'));
	return encoded;
}

test('rows 34 and 35: choices in both directions', t => {
	const native = [{type: 'auto'}, {type: 'any'}, {type: 'none'}, {type: 'tool', name: 'f'}];
	const hub = [{type: 'auto'}, {type: 'required'}, {type: 'none'}, {type: 'tool', name: 'f'}] as const;
	for (const [index, choice] of native.entries()) {
		t.deepEqual(body({tools: [tool('f')], toolChoice: hub[index] ?? {type: 'auto'}})['tool_choice'], choice);
		const read = codec.decodeRequest({messages: [], tool_choice: choice});
		t.deepEqual(read.toolChoice, hub[index]);
	}
	t.throws(() => codec.decodeRequest({messages: [], tool_choice: {type: 'must'}}), {message: /tool_choice/});
});

test('rows 36 and 37: parallel calls', t => {
	const tools = [tool('f')];
	t.deepEqual(body({tools, parallelTools: false})['tool_choice'], {type: 'auto', disable_parallel_tool_use: true});
	t.is(body({tools, parallelTools: true})['tool_choice'], undefined);
	t.deepEqual(body({tools, parallelTools: false, toolChoice: {type: 'none'}})['tool_choice'], {type: 'none'});
	const read = codec.decodeRequest({messages: [], tool_choice: {type: 'any', disable_parallel_tool_use: true}});
	t.is(read.parallelTools, false);
});

test('row 38: only the allowed tools are offered; unknown names restrict nothing', t => {
	const tools = [tool('a'), tool('b')];
	const allow = (names: readonly string[], mode: 'auto' | 'required') =>
		body({tools, toolChoice: {type: 'allowed', mode, names}});
	t.like(allow(['b'], 'required'), {tools: {length: 1, 0: {name: 'b'}}, tool_choice: {type: 'any'}});
	t.like(allow(['b'], 'auto'), {tool_choice: {type: 'auto'}});
	t.like(allow(['nobody'], 'auto'), {tools: {length: 2}});
});

test('rows 39 and 40: nothing is said of tools where there are none', t => {
	const encoded = body({tools: [], toolChoice: {type: 'required'}, parallelTools: false});
	t.false('tools' in encoded);
	t.false('tool_choice' in encoded);
});

test('row 41: a function without parameters takes an empty object', t => {
	const empty = {type: 'object', properties: {}};
	for (const parameters of [{}, {type: 'object'}, {properties: {}}, {type: ['object', 'null']}]) {
		t.like(body({tools: [tool('f', parameters)]}), {tools: {0: {input_schema: empty}}});
	}
	t.like(body({tools: [{type: 'function', name: 'f'}]}), {tools: {0: {input_schema: empty}}});
});

test('row 42: alternatives at the top become one object, and that is told', t => {
	const parameters = {
		type: 'object',
		properties: {c: {type: 'number'}},
		oneOf: [
			{properties: {a: {type: 'string'}, b: {type: 'string'}}, required: ['a', 'b']},
			{properties: {a: {type: 'string'}}, required: ['a']},
		],
	};
	const {body, losses} = encode({tools: [tool('f', parameters)]});
	const [encoded] = body['tools'] as JsonObject[];
	t.deepEqual(encoded?.['input_schema'], {
		type: 'object',
		properties: {c: {type: 'number'}, a: {type: 'string'}, b: {type: 'string'}},
		required: ['a'],
	});
	t.deepEqual(
		losses.map(({path}) => path),
		['tools'],
	);
	t.throws(() => encode({tools: [tool('f', {type: 'array'})]}), {message: /tools: .*must be an object/});
});

test('row 44: strict stands beside the schema', t => {
	const strict: Tool = {type: 'function', name: 'f', parameters: schema, strict: true};
	t.like(body({tools: [strict]}), {tools: {0: {strict: true, input_schema: schema}}});
});

test('row 46: tools of other providers are losses, but for web search', t => {
	const native = (name: string, value: JsonObject): Tool => ({
		type: 'native',
		dialect: 'openai-responses',
		name,
		value,
	});
	const tools = [
		native('web_search', {
			type: 'web_search',
			filters: {allowed_domains: ['example.com']},
			user_location: {type: 'approximate', city: 'Bonn', country: null},
		}),
		native('file_search', {type: 'file_search', vector_store_ids: ['x']}),
	];
	t.deepEqual(body({tools})['tools'], [
		{
			type: 'web_search_20250305',
			name: 'web_search',
			allowed_domains: ['example.com'],
			user_location: {type: 'approximate', city: 'Bonn'},
		},
	]);
	t.deepEqual(paths({tools}), ['tools']);
});

test('row 46: tools of its own are read as native ones', t => {
	const value = {type: 'web_search_20250305', name: 'web_search'};
	const read = codec.decodeRequest({messages: [{role: 'user', content: 'x'}], tools: [value]});
	t.deepEqual(structuredClone(read.tools), [
		{type: 'native', dialect: 'anthropic-messages', name: 'web_search_20250305', value},
	]);
});

test('row 47: server tools of another format go as a pair', t => {
	const parts: readonly Part[] = [
		{type: 'native', dialect: 'openai-responses', name: 'web_search_call', value: {}},
		{type: 'text', text: 'found'},
	];
	const turns: readonly Turn[] = [userTurn('x'), {role: 'assistant', parts}, userTurn('y')];
	const {body, losses} = encode({turns});
	t.like(body, {messages: {1: {content: {length: 1, 0: {text: 'found'}}}}});
	t.is(losses.length, 1);
});

test('row 48: a tool that must be called comes before thinking', t => {
	const reasoning = {effort: 'high' as const};
	const {body, losses} = encode({tools: [tool('f')], toolChoice: {type: 'required'}, reasoning});
	t.like(body, {tool_choice: {type: 'any'}, thinking: {type: 'disabled'}});
	t.deepEqual(
		losses.map(({path}) => path),
		['reasoning'],
	);
	const emulated = encode({output: {type: 'schema', schema}, reasoning}, {...able, jsonSchema: false});
	t.like(emulated.body, {tool_choice: {type: 'tool', name: 'tapgate_output'}, thinking: {type: 'disabled'}});
	t.like(bodyOf({tools: [tool('f')], reasoning}), {thinking: {type: 'adaptive'}});
});

test('row 99: a limit is always there', t => {
	t.is(body({maxTokens: 7})['max_tokens'], 7);
	t.is(body({}, {...able, defaultMaxTokens: 64_000})['max_tokens'], 64_000);
	t.is(body({}, {})['max_tokens'], 4096);
});

test('row 102: blank stop sequences are left out', t => {
	t.deepEqual(body({stop: ['x', '', '\n']})['stop_sequences'], ['x']);
	t.deepEqual(paths({stop: ['x', '', '\n']}), ['stop']);
	t.false('stop_sequences' in body({stop: ['']}));
	t.deepEqual(paths({stop: ['']}), []);
	t.deepEqual(paths({stop: ['x']}, {...able, stopSequences: false}), ['stop']);
});

test('row 104: temperature is clamped, or dropped where a model has none', t => {
	t.is(body({temperature: 1.7})['temperature'], 1);
	t.deepEqual(paths({temperature: 1.7}), ['temperature']);
	t.deepEqual(paths({temperature: 0.5}), []);
	t.like(body({temperature: -1, topP: 1.5}), {temperature: 0, top_p: 1});
	t.deepEqual(paths({temperature: -1, topP: 1.5}), ['temperature', 'topP']);
	const fixed: ModelTraits = {...able, sampling: 'none'};
	const sampled = {temperature: 0.5, topP: 0.5, topK: 5};
	t.deepEqual(paths(sampled, fixed), ['temperature', 'topP', 'topK']);
	for (const member of ['temperature', 'top_p', 'top_k']) t.false(member in body(sampled, fixed));
	t.deepEqual(paths({temperature: 1}, fixed), []);
});

test('row 105: of temperature and top_p one is kept', t => {
	const one: ModelTraits = {...able, sampling: 'one'};
	t.like(body({temperature: 0.5, topP: 0.5}, one), {temperature: 0.5, top_p: undefined});
	t.deepEqual(paths({temperature: 0.5, topP: 0.5}, one), ['topP']);
	t.is(body({topP: 0.5}, one)['top_p'], 0.5);
});

test('rows 107 and 115: parameters of other formats are never sent', t => {
	const extra = (path: string, value: unknown) => ({dialect: 'openai-chat', path, value});
	const extras = [extra('seed', 1), extra('logit_bias', {1: 2}), extra('metadata', {a: 'b'}), extra('store', true)];
	const encoded = body({extras});
	t.deepEqual(Object.keys(encoded).sort(), ['max_tokens', 'messages', 'model']);
	t.deepEqual(paths({extras}), ['seed', 'logit_bias']);
	t.throws(() => encode({extras: [extra('n', 2)]}), {message: /"n"/});
});

test('row 108: structured output is asked for natively', t => {
	const output = {type: 'schema' as const, name: 'place', schema, strict: true};
	t.deepEqual(body({output})['output_config'], {
		format: {type: 'json_schema', schema: Object.assign({}, schema, {additionalProperties: false})},
	});
});

test('row 108: constraints that are refused are told in words', t => {
	const limited = {
		type: 'object',
		properties: {
			age: {type: 'integer', minimum: 0, maximum: 9, description: 'In years.'},
			tags: {type: 'array', items: {oneOf: [{type: 'string', minLength: 2}, {type: 'null'}]}, minItems: 1},
			more: {type: 'object', properties: {minimum: {type: 'string'}}, additionalProperties: true},
		},
	};
	const {body, losses} = encode({output: {type: 'schema', schema: limited}});
	t.deepEqual((body['output_config'] as {format: JsonObject}).format['schema'], {
		type: 'object',
		additionalProperties: false,
		properties: {
			age: {type: 'integer', description: 'In years. (minimum: 0, maximum: 9)'},
			tags: {
				type: 'array',
				items: {anyOf: [{type: 'string', description: '(minLength: 2)'}, {type: 'null'}]},
				minItems: 1,
			},
			more: {type: 'object', properties: {minimum: {type: 'string'}}, additionalProperties: false},
		},
	});
	t.is(losses.length, 1);
	t.regex(losses[0]?.reason ?? '', /minimum, maximum, minLength, additionalProperties/);
	const strict = encode({tools: [{type: 'function', name: 'f', parameters: limited, strict: true}]});
	t.like(strict.body, {tools: {0: {input_schema: {additionalProperties: false}}}});
	t.is(strict.losses.length, 1);
	t.is(encode({tools: [tool('f', limited)]}).losses.length, 0);
});

test('row 108: without it a tool must be called whose input is the answer', t => {
	const plain: ModelTraits = {...able, jsonSchema: false};
	const output = {type: 'schema' as const, schema};
	const encoded = body({output}, plain);
	t.like(encoded, {
		tools: {length: 1, 0: {name: 'tapgate_output', input_schema: schema}},
		tool_choice: {type: 'tool', name: 'tapgate_output'},
	});
	t.like(body({output, tools: [tool('f')]}, plain), {tools: {length: 2}, tool_choice: {type: 'any'}});
	t.like(body({output, tools: [tool('f')], toolChoice: {type: 'tool', name: 'f'}}, plain), {
		tool_choice: {type: 'tool', name: 'f'},
	});
});

test('row 109: JSON without a schema is asked for in words', t => {
	const {body, losses} = encode({output: {type: 'json'}});
	t.regex(JSON.stringify(body['system']), /JSON/);
	t.deepEqual(
		losses.map(({path}) => path),
		['output'],
	);
});

test('row 111: effort where a model thinks adaptively', t => {
	const adaptive: ModelTraits = {...able, thinking: 'adaptive'};
	const asked = (effort: 'none' | 'minimal' | 'low' | 'high' | 'xhigh' | 'max', traits = adaptive) =>
		body({reasoning: {effort}}, traits);
	t.like(asked('minimal'), {thinking: {type: 'adaptive'}, output_config: {effort: 'low'}});
	t.like(asked('max'), {output_config: {effort: 'max'}});
	t.like(asked('xhigh', {...adaptive, efforts: ['low', 'medium', 'high']}), {output_config: {effort: 'high'}});
	t.like(asked('none'), {thinking: {type: 'disabled'}, output_config: undefined});
	t.like(body({reasoning: {mode: 'on', budgetTokens: 5000}}, adaptive), {
		thinking: {type: 'adaptive'},
		output_config: {effort: 'medium'},
	});
});

test('row 111: effort where a model thinks by a budget', t => {
	const budget: ModelTraits = {...able, thinking: 'budget'};
	t.like(body({reasoning: {effort: 'high'}, maxTokens: 32_000}, budget), {
		thinking: {type: 'enabled', budget_tokens: 16_384},
		max_tokens: 32_000,
		output_config: undefined,
	});
	t.like(body({reasoning: {effort: 'high'}}, budget), {
		thinking: {budget_tokens: 16_384},
		max_tokens: 16_384 + 4096,
	});
	t.like(body({reasoning: {effort: 'high'}, maxTokens: 4000}, budget), {
		thinking: {budget_tokens: 2000},
		max_tokens: 4000,
	});
	t.like(body({reasoning: {effort: 'minimal'}, maxTokens: 100}, budget), {
		thinking: {budget_tokens: 1024},
		max_tokens: 1124,
	});
	t.deepEqual(paths({reasoning: {effort: 'low'}, maxTokens: 100}, budget), ['maxTokens']);
	t.deepEqual(paths({reasoning: {effort: 'low'}}, {...able, thinking: 'none'}), ['reasoning']);
	t.like(body({reasoning: {effort: 'low'}}, {...able, thinking: 'effort'}), {
		thinking: undefined,
		output_config: {effort: 'low'},
	});
});

test('row 111: sampling gives way to thinking', t => {
	const reasoning = {mode: 'on' as const, budgetTokens: 2000};
	t.deepEqual(paths({reasoning, temperature: 0.3, topP: 0.5, topK: 4}), ['temperature', 'topP', 'topK']);
	t.like(body({reasoning, temperature: 1, topP: 0.97}), {temperature: 1, top_p: 0.97});
});

test('row 112: thinking and effort are read', t => {
	const read = (members: JsonObject) =>
		structuredClone(codec.decodeRequest(Object.assign({messages: []}, members)).reasoning);
	t.deepEqual(read({thinking: {type: 'enabled', budget_tokens: 2048}}), {mode: 'on', budgetTokens: 2048});
	t.deepEqual(read({thinking: {type: 'adaptive', display: 'omitted'}, output_config: {effort: 'xhigh'}}), {
		mode: 'adaptive',
		effort: 'xhigh',
		display: 'omitted',
	});
	t.deepEqual(read({thinking: {type: 'disabled'}}), {mode: 'off'});
	t.deepEqual(read({output_config: {effort: 'low'}}), {effort: 'low'});
});

test('rows 113 and 114: users are named, but for what could be a person or is too long', t => {
	const user = (name: string) => (body({user: name})['metadata'] as JsonObject)['user_id'];
	t.is(user('user-1'), 'user-1');
	for (const name of ['jane@example.com', '+49 228 123-456', 'x'.repeat(600)]) {
		t.regex(String(user(name)), /^[0-9a-f]{64}$/);
		t.is(user(name), user(name));
	}
	t.false('metadata' in body({user: ''}));
});

const image = (source: Extract<Part, {type: 'image'}>['source']): Part => ({type: 'image', source});

test('rows 119 and 120: images', t => {
	t.like(only(image({kind: 'base64', mediaType: 'image/jpg', data: 'AA'})), {
		source: {type: 'base64', media_type: 'image/jpeg', data: 'AA'},
	});
	t.like(only(image({kind: 'url', url: 'DATA:Image/PNG;base64,AA'})), {
		source: {type: 'base64', media_type: 'image/png', data: 'AA'},
	});
	t.like(only(image({kind: 'url', url: 'https://example.com/a.png'})), {
		source: {type: 'url', url: 'https://example.com/a.png'},
	});
	t.throws(() => only(image({kind: 'base64', mediaType: 'image/tiff', data: 'AA'})), {message: /image\/tiff/});
	const blind = {...able, modalities: {images: false}};
	const turns: readonly Turn[] = [{role: 'user', parts: [image({kind: 'url', url: 'https://example.com/a'})]}];
	t.throws(() => encode({turns}, blind), {message: /no images/});
});

test('row 121: files of another provider are refused', t => {
	t.throws(() => only(image({kind: 'file', id: 'file-abc'})), {message: /file-abc/});
});

test('row 122: documents', t => {
	const document = (mediaType: string, data: string): Part => ({
		type: 'document',
		source: {kind: 'base64', mediaType, data},
		name: 'a',
	});
	t.like(only(document('application/pdf', 'AA')), {
		title: 'a',
		source: {type: 'base64', media_type: 'application/pdf', data: 'AA'},
	});
	t.like(only(document('text/markdown', Buffer.from('# é').toString('base64'))), {
		source: {type: 'text', media_type: 'text/plain', data: '# é'},
	});
	t.like(only(image({kind: 'base64', mediaType: 'application/pdf', data: 'AA'})), {type: 'document'});
	t.throws(() => only(document('application/zip', 'AA')), {message: /application\/zip/});
});

test('row 124: audio is refused', t => {
	t.throws(() => only({type: 'audio', source: {kind: 'base64', mediaType: 'audio/wav', data: 'AA'}}), {
		message: /audio/,
	});
});

test('row 129: four cache marks, the long ones first', t => {
	const marked = (text: string, ttl?: '5m' | '1h'): Part => ({
		type: 'text',
		text,
		cache: ttl === undefined ? {} : {ttl},
	});
	const parts = ['a', 'b', 'c', 'd', 'e'].map(text => marked(text));
	const encoded = encode({turns: [{role: 'user', parts}]});
	const [message] = encoded.body['messages'] as {content: JsonObject[]}[];
	t.deepEqual(
		message?.content.map(block => 'cache_control' in block),
		[false, true, true, true, true],
	);
	t.is(encoded.losses.length, 1);
	const mixed = encode({turns: [{role: 'user', parts: [marked('a', '1h'), marked('b'), marked('c', '1h')]}]});
	const [ordered] = mixed.body['messages'] as {content: JsonObject[]}[];
	t.deepEqual(
		ordered?.content.map(block => block['cache_control']),
		[{type: 'ephemeral', ttl: '1h'}, {type: 'ephemeral'}, {type: 'ephemeral', ttl: '5m'}],
	);
});

const thinking = (signature?: string, signedBy?: string): Part => ({
	type: 'thinking',
	text: 'hm',
	...(signature !== undefined && {signature}),
	...(signedBy !== undefined && {signedBy}),
});

function thought(part: Part, traits: ModelTraits = able): readonly JsonObject[] {
	const turns: readonly Turn[] = [
		userTurn('x'),
		{role: 'assistant', parts: [part, {type: 'text', text: 'a'}]},
		userTurn('y'),
	];
	const [, said] = bodyOf({turns}, traits)['messages'] as {content: JsonObject[]}[];
	return said?.content ?? [];
}

test('rows 134 and 135: only thinking that the model has signed goes back', t => {
	t.deepEqual(thought(thinking('sig', 'anthropic'))[0], {type: 'thinking', thinking: 'hm', signature: 'sig'});
	t.is(thought(thinking()).length, 1);
	t.is(thought(thinking('sig', 'openai')).length, 1);
	t.is(thought(thinking('sig', 'anthropic'), {}).length, 1);
	t.is(thought({type: 'redacted-thinking', data: 'x', signedBy: 'openai'}).length, 1);
	t.deepEqual(thought(thinking(), {returnsReasoning: true})[0], {type: 'thinking', thinking: 'hm', signature: ''});
});

test('row 136: no thinking by a budget in the middle of calls that were made without it', t => {
	const turns: readonly Turn[] = [
		userTurn('x'),
		{role: 'assistant', parts: [{type: 'tool-call', id: 'a', name: 'f', arguments: ''}]},
		{role: 'user', parts: [{type: 'tool-result', callId: 'a', content: []}]},
	];
	const reasoning = {mode: 'on' as const, budgetTokens: 2000};
	t.like(bodyOf({turns, reasoning}), {thinking: {type: 'disabled'}});
	t.like(bodyOf({turns, reasoning: {effort: 'low'}}), {thinking: {type: 'adaptive'}});
	const [first, called, last] = turns;
	if (first === undefined || called === undefined || last === undefined) throw new Error('three turns');
	const thoughtful = [first, {...called, parts: [thinking('s', 'anthropic'), ...called.parts]}, last];
	t.like(bodyOf({turns: thoughtful, reasoning}), {thinking: {type: 'enabled'}});
	t.like(bodyOf({turns: [userTurn('x'), assistantTurn('so')], reasoning}), {thinking: {type: 'disabled'}});
});

test('what a client said in this format and nobody else knows is said again', t => {
	const native = {
		model: 'm',
		max_tokens: 5,
		messages: [{role: 'user', content: 'x'}],
		service_tier: 'auto',
		inference_geo: 'eu',
		cache_control: {type: 'ephemeral'},
		output_config: {effort: 'low', task_budget: {tokens: 5}},
	};
	const changed = Object.assign({}, codec.decodeRequest(native), {model: 'n'});
	t.deepEqual(codec.encodeRequest(changed, able).body, Object.assign({}, native, {model: 'n'}));
});

test('requests that mean nothing are refused by name', t => {
	const refusals: readonly (readonly [JsonObject, string])[] = [
		[{}, 'messages'],
		[{messages: [{role: 'tool', content: 'x'}]}, 'messages[0].role'],
		[{messages: [{role: 'user'}]}, 'messages[0].content'],
		[{messages: [{role: 'user', content: [5]}]}, 'messages[0].content[0]'],
		[{messages: [], system: 5}, 'system'],
		[{messages: [], tools: {}}, 'tools'],
		[{messages: [], tools: [{}]}, 'tools[0].name'],
	];
	for (const [request, param] of refusals)
		t.like(
			t.throws(() => codec.decodeRequest(request)),
			{status: 400, param},
		);
});
