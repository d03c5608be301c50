/** Tools that a provider runs itself: asked for in the other's words where it has them, else a loss. */

import test from 'ava';
import type {JsonObject} from '../../../core/index.js';
import {chat, messages, responses, type Speaking, schemaOf} from './support.js';

function asked(
	request: JsonObject,
	from: Speaking,
	to: Speaking,
): {readonly body: JsonObject; readonly losses: readonly string[]} {
	const {body, losses} = to.codec.encodeRequest(from.codec.decodeRequest(request), {});
	return {body, losses: losses.map(({path}) => path)};
}

const user = {role: 'user', content: 'hi'};
const berlin = {type: 'approximate', city: 'Berlin', country: 'DE'};

test('row 46: a search of Messages is one of Responses; what it cannot say is named', t => {
	const search = {
		type: 'web_search_20250305',
		name: 'web_search',
		max_uses: 3,
		blocked_domains: ['b.example'],
		user_location: berlin,
		cache_control: {type: 'ephemeral'},
	};
	const {body, losses} = asked({model: 'm', max_tokens: 50, messages: [user], tools: [search]}, messages, responses);
	t.deepEqual(schemaOf(responses).request(body), null);
	t.deepEqual(body['tools'], [{type: 'web_search', user_location: berlin}]);
	t.deepEqual(losses, ['tools[0].max_uses', 'tools[0].blocked_domains']);
});

test('row 46: a search of Responses is one of Messages; what it cannot say is named', t => {
	const search = {
		type: 'web_search',
		filters: {allowed_domains: ['a.example']},
		search_context_size: 'high',
		user_location: berlin,
	};
	const {body, losses} = asked({model: 'm', input: 'hi', tools: [search]}, responses, messages);
	t.deepEqual(schemaOf(messages).request(body), null);
	t.deepEqual(body['tools'], [
		{type: 'web_search_20250305', name: 'web_search', allowed_domains: ['a.example'], user_location: berlin},
	]);
	t.deepEqual(losses, ['tools[0].search_context_size']);
});

const searching = {
	model: 'm',
	messages: [user],
	web_search_options: {
		search_context_size: 'low',
		user_location: {type: 'approximate', approximate: {city: 'Berlin', country: 'DE'}},
	},
};

test('row 46: the search options of chat are a tool elsewhere', t => {
	const toResponses = asked(searching, chat, responses);
	t.deepEqual(schemaOf(responses).request(toResponses.body), null);
	t.deepEqual(toResponses.body['tools'], [{type: 'web_search', user_location: berlin, search_context_size: 'low'}]);
	t.deepEqual(toResponses.losses, []);
	const toMessages = asked(searching, chat, messages);
	t.deepEqual(schemaOf(messages).request(toMessages.body), null);
	t.deepEqual(toMessages.body['tools'], [{type: 'web_search_20250305', name: 'web_search', user_location: berlin}]);
	t.deepEqual(toMessages.losses, ['web_search_options.search_context_size']);
});

test('row 46: the search options of chat stay what they are in chat', t => {
	const changed = Object.assign({}, chat.codec.decodeRequest(searching), {temperature: 0.5});
	const {body} = chat.codec.encodeRequest(changed, {});
	t.deepEqual(body['web_search_options'], searching.web_search_options);
	t.false('tools' in body);
});

test('row 46: code is run by whoever has a container of its own for it', t => {
	const anthropic = {type: 'code_execution_20250825', name: 'code_execution'};
	const openai = {type: 'code_interpreter', container: {type: 'auto'}};
	const there = asked({model: 'm', max_tokens: 50, messages: [user], tools: [anthropic]}, messages, responses);
	t.deepEqual(schemaOf(responses).request(there.body), null);
	t.deepEqual(there.body['tools'], [openai]);
	const back = asked({model: 'm', input: 'hi', tools: [openai]}, responses, messages);
	t.deepEqual(schemaOf(messages).request(back.body), null);
	t.deepEqual(back.body['tools'], [anthropic]);
	const kept = {type: 'code_interpreter', container: {type: 'auto', file_ids: ['file-1']}};
	t.deepEqual(asked({model: 'm', input: 'hi', tools: [kept]}, responses, messages).losses, ['tools[0]']);
});

test('row 46: the choice of such a tool is told to Responses in its own words, or is a loss', t => {
	const offered = [
		{type: 'web_search_20250305', name: 'web_search'},
		{type: 'bash_20250124', name: 'bash'},
		{name: 'f', input_schema: {type: 'object'}},
	];
	const choosing = (name: string): JsonObject => ({
		model: 'm',
		max_tokens: 50,
		messages: [user],
		tools: offered,
		tool_choice: {type: 'tool', name},
	});
	const search = asked(choosing('web_search'), messages, responses);
	t.deepEqual(schemaOf(responses).request(search.body), null);
	t.deepEqual(search.body['tool_choice'], {type: 'allowed_tools', mode: 'required', tools: [{type: 'web_search'}]});
	const bash = asked(choosing('bash'), messages, responses);
	t.false('tool_choice' in bash.body);
	t.deepEqual(bash.losses, ['tools[1]', 'toolChoice']);
	t.deepEqual(asked(choosing('f'), messages, responses).body['tool_choice'], {type: 'function', name: 'f'});
});

test('row 46: of the tools that a Responses client allows, those that the provider runs are offered elsewhere as well', t => {
	const tool = (name: string) => ({
		type: 'function',
		name,
		parameters: {type: 'object', properties: {}},
		strict: false,
	});
	const request = {
		model: 'm',
		input: 'hi',
		tools: [{type: 'web_search'}, {type: 'code_interpreter', container: {type: 'auto'}}, tool('a'), tool('b')],
		tool_choice: {
			type: 'allowed_tools',
			mode: 'required',
			tools: [{type: 'web_search'}, {type: 'function', name: 'a'}],
		},
	};
	const toMessages = asked(request, responses, messages);
	t.deepEqual(schemaOf(messages).request(toMessages.body), null);
	t.deepEqual(
		(toMessages.body['tools'] as readonly JsonObject[]).map(({name}) => name),
		['web_search', 'a'],
	);
	t.deepEqual(toMessages.body['tool_choice'], {type: 'any'});
	const toChat = asked(request, responses, chat);
	t.deepEqual(toChat.body['tool_choice'], {
		type: 'allowed_tools',
		allowed_tools: {mode: 'required', tools: [{type: 'function', function: {name: 'a'}}]},
	});
	const back = asked(request, responses, responses);
	t.deepEqual(schemaOf(responses).request(back.body), null);
	t.deepEqual(back.body['tool_choice'], request.tool_choice);
	const hosted = Object.assign({}, request, {
		tool_choice: {type: 'allowed_tools', mode: 'auto', tools: [{type: 'web_search'}]},
	});
	t.is(asked(hosted, responses, chat).body['tool_choice'], 'auto');
});
