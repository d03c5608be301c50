/** A `rewrite` tap that changes the conversation: once for all formats, and what it leaves alone arrives as it was sent. */

import test from 'ava';
import {type Conversation, definePlugin, type JsonObject, type Plugin} from 'tapgate';
import {reply} from 'tapgate/testing';
import {fullRequests} from '../../helpers/full-requests.js';
import {chat, every, modern, responses} from '../../plugins/translate/support.js';
import {translatingRig} from './rig.js';

const rule = 'Answer in rhymes.';

/** What is sent is of interest, not what comes back. */
const refusal = reply.json({error: {message: 'no'}}, 400);

/** Adds an instruction, and whatever else a conversation shall have. */
function houseStyle(more: Partial<Conversation> = {}): Plugin {
	return definePlugin({
		name: 'house-style',
		apply({hooks}) {
			hooks.rewrite.tap('house-style', request => {
				const conversation = request.conversation();
				if (conversation === undefined) return undefined;
				const system = [...conversation.system, {type: 'text' as const, text: rule}];
				return request.withConversation(Object.assign({}, conversation, {system}, more));
			});
		},
	})();
}

for (const client of every) {
	for (const stream of [false, true]) {
		test(`every model is told the rule, asked by a client of ${client.name}${stream ? ', streamed' : ''}`, async t => {
			const rig = await translatingRig(t, {}, [houseStyle()]);
			for (const target of every) {
				rig.upstream.answer(refusal);
				await rig.call(client, target, {stream});
				const sent = JSON.stringify(rig.upstream.requests.at(-1)?.json());
				t.true(sent.includes(rule), `${target.name}: ${sent}`);
				t.true(sent.includes('hello'), `${target.name}: ${sent}`);
			}
		});
	}
}

/** Where an instruction stands in a format, and where a format may write instructions in another of its ways. */
const places: Readonly<Record<string, readonly string[]>> = {
	'openai-chat': ['model', 'messages'],
	'openai-responses': ['model', 'input', 'instructions', 'text', 'user'],
	'anthropic-messages': ['model', 'system'],
};

for (const client of modern) {
	test(`members that the tap left alone arrive as they were sent, asked by a client of ${client.name}`, async t => {
		const rig = await translatingRig(t, {}, [houseStyle()]);
		rig.upstream.answer(refusal);
		const {model: _, stream: __, stream_options: ___, ...full} = fullRequests[client.name] ?? {};
		// Marks are more than Anthropic takes, and its thinking does not go with top_k.
		const kept = (name: string, value: unknown) => (name === 'cache_control' || name === 'top_k' ? undefined : value);
		const asked: JsonObject = JSON.parse(JSON.stringify(full, kept));
		await rig.call(client, client, Object.assign({stream: false}, asked));
		const sent = rig.upstream.requests.at(-1)?.json() as JsonObject;
		for (const name of new Set([...Object.keys(asked), ...Object.keys(sent)])) {
			if (!places[client.name]?.includes(name)) t.deepEqual(sent[name] ?? false, asked[name] ?? false, name);
		}
	});
}

for (const [what, more] of Object.entries<JsonObject>({
	'the newer limit': {max_completion_tokens: 9},
	'the older limit': {max_tokens: 9},
	'thinking as GLM has it': {thinking: {type: 'enabled', clear_thinking: false}},
	'reasoning as OpenRouter has it': {reasoning: {effort: 'high', exclude: true}},
	'an identifier': {safety_identifier: 'someone'},
	'a temperature that OpenAI would refuse': {temperature: 3, stop: ['1', '2', '3', '4', '5']},
	functions: {functions: [{name: 'f', parameters: {type: 'object', properties: {}}}], function_call: {name: 'f'}},
	'no usage': {stream: true},
	usage: {stream: true, stream_options: {include_usage: true}},
})) {
	test(`chat servers differ, and get what the client has said: ${what}`, async t => {
		const rig = await translatingRig(t, {}, [houseStyle()]);
		rig.upstream.answer(refusal);
		await rig.call(chat, chat, Object.assign({stream: undefined, stream_options: undefined}, more));
		const body = rig.upstream.requests.at(-1)?.json() as JsonObject;
		const {messages: _, model: __, stream_options: options, ...rest} = body;
		const {stream_options: ___, ...expected} = more;
		t.deepEqual(rest, expected);
		// The gateway counts every stream.
		t.deepEqual(options, more['stream'] === true ? {include_usage: true} : undefined);
	});
}

test('a chat client that did not ask for usage is spared it, also when a tap has rewritten its request', async t => {
	const rig = await translatingRig(t, {}, [houseStyle()]);
	const chunk = (more: JsonObject): string =>
		`data: ${JSON.stringify({id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', ...more})}\n\n`;
	const usage = {prompt_tokens: 3, completion_tokens: 1, total_tokens: 4};
	rig.upstream.answer(
		reply.events(
			[
				chunk({choices: [{index: 0, delta: {role: 'assistant', content: 'Hi'}, finish_reason: 'stop'}], usage: null}),
				chunk({choices: [], usage}),
				'data: [DONE]\n\n',
			].join(''),
		),
	);
	const {body} = await rig.call(chat, chat, {stream: true, stream_options: undefined});
	t.regex(String(body), /Hi/);
	t.notRegex(String(body), /usage/);
	t.like(await rig.closed(), {usage: {input: {total: 3}}});
});

test('what the client’s own format cannot say is told as a loss where the model speaks it, and arrives where it does not', async t => {
	const rig = await translatingRig(t, {}, [houseStyle({stop: ['END']})]);
	rig.upstream.answer(refusal);
	const native = await rig.call(responses, responses, {stream: false});
	t.regex(String(native.headers['x-tapgate-losses']), /stop/);
	t.like(await rig.closed(), {losses: [{path: 'stop'}]});
	const translated = await rig.call(responses, chat, {stream: false});
	t.is(translated.headers['x-tapgate-losses'], undefined);
	t.like(rig.upstream.requests.at(-1)?.json(), {stop: ['END']});
});
