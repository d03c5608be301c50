/** What has no member in the other format and is told to the model all the same, and what cannot be told at all. */

import test from 'ava';
import type {JsonObject} from '../../../core/index.js';
import {chat, messages, responses, type Speaking, schemaOf} from './support.js';

function asked(content: readonly JsonObject[], from: Speaking, to: Speaking): JsonObject {
	const said = [{role: 'user', content}];
	const request = from === responses ? {model: 'm', input: said} : {model: 'm', max_tokens: 50, messages: said};
	const {body} = to.codec.encodeRequest(from.codec.decodeRequest(request), {});
	const faults = schemaOf(to).request(JSON.parse(JSON.stringify(body)));
	if (faults !== null) throw new Error(faults.join('; '));
	return body;
}

/** The texts that a model reads, in order. */
function textsIn(body: JsonObject): readonly string[] {
	const texts: string[] = [];
	JSON.stringify(body['messages'] ?? body['input'], (name, value: unknown) => {
		if (name === 'text' || (name === 'content' && typeof value === 'string')) texts.push(String(value));
		return value;
	});
	return texts;
}

for (const to of [chat, responses]) {
	test(`row 123: title and context of a document are told to ${to.name} models`, t => {
		const source = {type: 'text', media_type: 'text/plain', data: 'Once.'};
		const document = {type: 'document', source, title: 'Chapter 1', context: 'A novel.'};
		t.deepEqual(textsIn(asked([document], messages, to)), ['Chapter 1', 'A novel.', 'Once.']);
	});

	test(`row 123: a document in pieces and a search result are text for ${to.name} models`, t => {
		const pieces = [
			{type: 'text', text: 'one'},
			{type: 'text', text: 'two'},
		];
		const document = {type: 'document', source: {type: 'content', content: pieces}};
		const found = {
			type: 'search_result',
			source: 'https://a.example',
			title: 'A page',
			content: [{type: 'text', text: 'Found.'}],
		};
		const texts = textsIn(asked([document, found], messages, to));
		t.deepEqual(texts, ['one\n\ntwo', 'A page\nhttps://a.example\nFound.']);
	});

	test(`row 121: what only Anthropic can read is refused for ${to.name} models, by name`, t => {
		for (const block of [
			{type: 'container_upload', file_id: 'file_1'},
			{
				type: 'document',
				source: {type: 'content', content: [{type: 'image', source: {type: 'url', url: 'https://a'}}]},
			},
		]) {
			const refused = t.throws(() => asked([{type: 'text', text: 'Look.'}, block], messages, to));
			t.like(refused, {status: 400, param: 'messages[0].content[1]'});
		}
	});
}

test('row 121: what only some chat servers can read is refused for all others, by name', t => {
	const video = {type: 'video_url', video_url: {url: 'https://a.example/a.mp4'}};
	for (const to of [responses, messages]) {
		t.like(
			t.throws(() => asked([video], chat, to)),
			{status: 400, param: 'messages[0].content[0]'},
		);
	}
});

test('row 47: what OpenAI did itself is still a loss, with what came of it', t => {
	const request = {
		model: 'm',
		input: [
			{role: 'user', content: 'Click.'},
			{type: 'computer_call', call_id: 'c', id: 'cu_1', action: {type: 'screenshot'}, status: 'completed'},
			{
				type: 'computer_call_output',
				call_id: 'c',
				output: {type: 'computer_screenshot', image_url: 'data:image/png;base64,aGk='},
			},
		],
	};
	for (const to of [chat, messages]) {
		const {losses} = to.codec.encodeRequest(responses.codec.decodeRequest(request), {});
		t.deepEqual(
			losses.map(({path}) => path),
			['input[1]', 'input[2]'],
		);
	}
});

test('a namespace of tools says what it is with its first tool', t => {
	const tool = (name: string) => ({
		type: 'function',
		name,
		description: `Does ${name}.`,
		parameters: {type: 'object'},
		strict: false,
	});
	const tools = [
		{type: 'namespace', name: 'mcp__files', description: 'Files of the user.', tools: [tool('a'), tool('b')]},
	];
	const conversation = responses.codec.decodeRequest({model: 'm', input: 'hi', tools});
	t.like(chat.codec.encodeRequest(conversation, {}).body['tools'], {
		0: {function: {name: 'mcp__files__a', description: 'Files of the user.\n\nDoes a.'}},
		1: {function: {name: 'mcp__files__b', description: 'Does b.'}},
	});
	const changed = Object.assign({}, conversation, {temperature: 1});
	t.deepEqual(responses.codec.encodeRequest(changed, {}).body['tools'], tools);
});

test('row 108: what a schema of chat or Responses is for stands in the schema for Messages', t => {
	const schema = {type: 'object', properties: {}, additionalProperties: false};
	const described = {name: 'answer', description: 'The verdict.', schema};
	const requests: readonly (readonly [Speaking, JsonObject])[] = [
		[
			chat,
			{
				model: 'm',
				messages: [{role: 'user', content: 'hi'}],
				response_format: {type: 'json_schema', json_schema: described},
			},
		],
		[responses, {model: 'm', input: 'hi', text: {format: {type: 'json_schema', ...described}}}],
	];
	for (const [from, request] of requests) {
		const {body} = messages.codec.encodeRequest(from.codec.decodeRequest(request), {});
		t.like(body['output_config'], {format: {schema: {description: 'The verdict.'}}});
	}
});
