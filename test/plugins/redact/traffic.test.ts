/** What providers are sent and what clients get back, in every format, plain and streamed. */

import test, {type ExecutionContext} from 'ava';
import {type ClosedExchange, definePlugin, isObject, type JsonObject} from 'tapgate';
import {anthropicCompatible, auth, mock, openaiCompatible, redact, routing, translate} from 'tapgate/plugins';
import {reply, startGateway, startUpstream} from 'tapgate/testing';
import {redactor} from '../../../plugins/redact/keys.js';

const email = 'jane.doe@example.com';
const card = '4111 1111 1111 1111';
const hidden = '4155552671';

/** A gateway that redacts what it sends, with a provider of both families that says what it is told. */
async function rig(t: ExecutionContext, more: Parameters<typeof redact>[0] = {}) {
	const upstream = await startUpstream();
	t.teardown(upstream.stop);
	const records: {exchange: ClosedExchange; request: string}[] = [];
	const text: {redact: (value: string, exchange?: ClosedExchange) => string} = {redact: value => value};
	const keeper = definePlugin({
		name: 'keeper',
		apply({hooks, find, beforeListen}) {
			beforeListen(() => {
				const service = find(redactor);
				if (service !== undefined) text.redact = (value, exchange) => service.text(value, exchange);
			});
			hooks.record.tap('keeper', exchange => void records.push({exchange, request: exchange.request.body.toString()}));
		},
	});
	const gateway = await startGateway({
		plugins: [
			redact({where: ['traffic'], ...more}),
			auth({anonymous: true}),
			openaiCompatible({
				name: 'open',
				baseUrl: `${upstream.url}/v1`,
				dialects: ['openai-chat', 'openai-responses', 'openai-completions'],
			}),
			anthropicCompatible({
				name: 'anthro',
				baseUrl: upstream.url,
				dialects: ['anthropic-messages', 'anthropic-complete'],
			}),
			mock(),
			routing(),
			translate(),
			keeper(),
		],
	});
	t.teardown(gateway.stop);
	return {upstream, gateway, records, text};
}

const member = (value: unknown, ...path: readonly (string | number)[]): unknown =>
	path.reduce<unknown>(
		(at, name) => (Array.isArray(at) ? (at as unknown[])[name as number] : isObject(at) ? at[name] : undefined),
		value,
	);

const chunk = (delta: JsonObject, finish: string | null = null): JsonObject => ({
	id: 'chatcmpl-1',
	object: 'chat.completion.chunk',
	created: 1,
	model: 'm',
	choices: [{index: 0, delta, finish_reason: finish}],
});

/** The parsed data of a stream's events. */
async function eventsOf(response: Response): Promise<readonly unknown[]> {
	const text = await response.text();
	return text
		.split('\n\n')
		.flatMap(event => /^data: ?(.*)$/m.exec(event)?.[1] ?? [])
		.flatMap(data => (data === '[DONE]' ? [] : [JSON.parse(data) as unknown]));
}

/** Every text of a request that a client can fill, by format; each body holds the email in all of them. */
const everywhere: Readonly<Record<string, JsonObject>> = {
	'/v1/chat/completions': {
		model: 'open.m',
		user: email,
		messages: [
			{role: 'system', content: `S ${email}`},
			{role: 'user', name: 'x', content: [{type: 'text', text: `U ${email}`}]},
			{
				role: 'assistant',
				content: `A ${email}`,
				tool_calls: [
					{
						id: 'c',
						type: 'function',
						function: {name: 'f', arguments: `{"to":"jane.doe\\u0040example.com","n":4111111111111111}`},
					},
				],
			},
			{role: 'tool', tool_call_id: 'c', content: `{"from":"${email}"}`},
		],
		tools: [
			{
				type: 'function',
				function: {name: 'f', description: `T ${email}`, parameters: {type: 'object', properties: {}}},
			},
		],
		metadata: {owner: email},
		unheard_of: {deep: [[email]]},
	},
	'/v1/responses': {
		model: 'open.m',
		instructions: `S ${email}`,
		input: [
			{role: 'user', content: [{type: 'input_text', text: `U ${email}`}]},
			{type: 'function_call', call_id: 'c', name: 'f', arguments: `{"to":"${email}"}`},
			{type: 'function_call_output', call_id: 'c', output: `R ${email}`},
		],
	},
	'/v1/messages': {
		model: 'anthro.m',
		max_tokens: 10,
		system: [{type: 'text', text: `S ${email}`}],
		metadata: {user_id: email},
		messages: [
			{role: 'user', content: `U ${email}`},
			{
				role: 'assistant',
				content: [{type: 'tool_use', id: 'c', name: 'f', input: {to: email, [email]: 1, n: 4111111111111111}}],
			},
			{role: 'user', content: [{type: 'tool_result', tool_use_id: 'c', content: [{type: 'text', text: `R ${email}`}]}]},
		],
	},
	'/v1/completions': {model: 'open.m', prompt: [`P ${email}`], suffix: email},
	'/v1/complete': {model: 'anthro.m', prompt: `\n\nHuman: ${email}\n\nAssistant:`, max_tokens_to_sample: 5},
	'/v1/embeddings': {model: 'open.m', input: [email, 'x']},
	'/v1/messages/count_tokens': {model: 'anthro.m', messages: [{role: 'user', content: email}]},
};

for (const [path, body] of Object.entries(everywhere)) {
	test(`${path}: no value of any text goes upstream, and one value is one placeholder`, async t => {
		const {upstream, gateway, records} = await rig(t);
		const model = String(body['model']);

		await gateway.post(path, body);

		const sent = upstream.requests[0]?.body.toString() ?? '';
		t.false(/jane|4111111111111111/.test(sent), sent);
		const expected = JSON.stringify(body)
			.replaceAll('jane.doe\\\\u0040example.com', '[EMAIL_1]')
			.replaceAll(email, '[EMAIL_1]')
			.replace('\\"n\\":4111111111111111', '\\"n\\":\\"[CARD_1]\\"')
			.replace('"n":4111111111111111', '"n":"[CARD_1]"')
			.replace(model, model.slice(model.indexOf('.') + 1));
		t.deepEqual(JSON.parse(sent), JSON.parse(expected));
		await gateway.stop();
		t.false(/jane|4111/.test(records[0]?.request ?? 'jane'), 'what is recorded of the request');
	});
}

test('a call with nothing to replace goes through byte by byte', async t => {
	const {upstream, gateway} = await rig(t);
	const answer = '{ "id":"x", "choices":[{"message":{"role":"assistant","content":"[EMAIL_1] 1.0"}}], "n":1.0 }';
	upstream.answer(reply.bytes(answer, {'content-type': 'application/json'}));
	const body =
		'{ "model":"m", "n":1.0, "big":12345678901234567890, "messages" : [ {"role":"user","content":"caf\\u00e9 [EMAIL_1]"} ] }';

	const response = await gateway.post('/v1/chat/completions', body.replace('"m"', '"open.m"'));

	t.is(upstream.requests[0]?.body.toString(), body);
	t.is(await response.text(), answer);
});

test('values come back in plain answers: text, thinking, arguments, errors', async t => {
	const {upstream, gateway} = await rig(t);
	const messages = [{role: 'user', content: `Mail ${email}, card ${card}`}];
	upstream.answer(
		reply.json({
			id: 'x',
			extra: '[EMAIL_1]',
			choices: [
				{
					index: 0,
					message: {
						role: 'assistant',
						content: 'I wrote to [EMAIL_1] of [CARD_1], not to [EMAIL_2].',
						reasoning_content: 'Hm, [EMAIL_1]',
						tool_calls: [{id: 'c', type: 'function', function: {name: 'f', arguments: '{"to":"[EMAIL_1]"}'}}],
					},
					finish_reason: 'stop',
				},
			],
		}),
	);
	const chat: unknown = await (await gateway.post('/v1/chat/completions', {model: 'open.m', messages})).json();
	t.is(member(chat, 'choices', 0, 'message', 'content'), `I wrote to ${email} of ${card}, not to [EMAIL_2].`);
	t.is(member(chat, 'choices', 0, 'message', 'reasoning_content'), `Hm, ${email}`);
	t.is(member(chat, 'choices', 0, 'message', 'tool_calls', 0, 'function', 'arguments'), `{"to":"${email}"}`);
	t.is(member(chat, 'extra'), email);

	upstream.answer(
		reply.json({
			id: 'm',
			type: 'message',
			role: 'assistant',
			model: 'm',
			content: [
				{type: 'thinking', thinking: 'Hm, [EMAIL_1]', signature: 'c2lnbmVk'},
				{type: 'text', text: '[EMAIL_1]!'},
				{type: 'tool_use', id: 't', name: 'f', input: {to: ['[EMAIL_1]']}},
			],
			stop_reason: 'tool_use',
			usage: {input_tokens: 1, output_tokens: 1},
		}),
	);
	const message: unknown = await (
		await gateway.post('/v1/messages', {model: 'anthro.m', max_tokens: 9, messages})
	).json();
	t.is(member(message, 'content', 0, 'thinking'), 'Hm, [EMAIL_1]', 'signed thinking stays as its maker wrote it');
	t.is(member(message, 'content', 1, 'text'), `${email}!`);
	t.deepEqual(member(message, 'content', 2, 'input'), {to: [email]});

	upstream.answer(reply.json({error: {message: 'cannot mail [EMAIL_1]', type: 'invalid_request_error'}}, 400));
	const failed = await gateway.post('/v1/chat/completions', {model: 'open.m', messages});
	t.is(failed.status, 400);
	t.is(member(await failed.json(), 'error', 'message'), `cannot mail ${email}`);
});

test('a value with quotes and line breaks is escaped where the answer is JSON, and nowhere else', async t => {
	const pem = '-----BEGIN PRIVATE KEY-----\nMIIE"\\\n-----END PRIVATE KEY-----';
	const {upstream, gateway} = await rig(t);
	const messages = [{role: 'user', content: `Keep ${pem}`}];
	const answer = (content: string) => ({
		id: 'x',
		choices: [
			{
				index: 0,
				message: {
					role: 'assistant',
					content,
					tool_calls: [{id: 'c', type: 'function', function: {name: 'f', arguments: '{"key":"[KEY_1]"}'}}],
				},
				finish_reason: 'stop',
			},
		],
	});
	upstream.answer(reply.json(answer('It is [KEY_1]')), reply.json(answer('{"key":"[KEY_1]"}')));

	const text: unknown = await (await gateway.post('/v1/chat/completions', {model: 'open.m', messages})).json();
	t.is(member(text, 'choices', 0, 'message', 'content'), `It is ${pem}`);
	const call = String(member(text, 'choices', 0, 'message', 'tool_calls', 0, 'function', 'arguments'));
	t.deepEqual(JSON.parse(call), {key: pem});

	const structured = {model: 'open.m', messages, response_format: {type: 'json_object'}};
	const json: unknown = await (await gateway.post('/v1/chat/completions', structured)).json();
	t.deepEqual(JSON.parse(String(member(json, 'choices', 0, 'message', 'content'))), {key: pem});
});

test('what a client writes like a placeholder is left alone in both directions', async t => {
	const {upstream, gateway} = await rig(t);
	upstream.answer(reply.json({choices: [{index: 0, message: {role: 'assistant', content: '[EMAIL_1] [EMAIL_2]'}}]}));

	const response = await gateway.post('/v1/chat/completions', {
		model: 'open.m',
		messages: [{role: 'user', content: `[EMAIL_1] is not ${email}`}],
	});

	t.is(member(upstream.requests[0]?.json(), 'messages', 0, 'content'), '[EMAIL_1] is not [EMAIL_2]');
	t.is(member(await response.json(), 'choices', 0, 'message', 'content'), `[EMAIL_1] ${email}`);
});

test('thinking that is signed goes up as it came, in a growing conversation too', async t => {
	const {upstream, gateway} = await rig(t);
	const block = {type: 'thinking', thinking: 'Their mail is [EMAIL_1], ours info@acme.example', signature: 'c2lnbmVk'};
	const redacted = {type: 'redacted_thinking', data: 'jane.doe@example.com'};

	await gateway.post('/v1/messages', {
		model: 'anthro.m',
		max_tokens: 9,
		messages: [
			{role: 'user', content: `Mail ${email}`},
			{role: 'assistant', content: [block, redacted, {type: 'text', text: `Mailed ${email}`}]},
			{role: 'user', content: 'and info@acme.example'},
		],
	});

	const sent = upstream.requests[0]?.json();
	t.deepEqual(member(sent, 'messages', 1, 'content', 0), block);
	t.deepEqual(member(sent, 'messages', 1, 'content', 1), redacted);
	t.is(member(sent, 'messages', 0, 'content'), 'Mail [EMAIL_1]', 'the same number as when the block was written');
	t.is(member(sent, 'messages', 1, 'content', 2, 'text'), 'Mailed [EMAIL_1]');
});

test('what goes through unread is refused, in the client’s envelope; JSON is read', async t => {
	const {upstream, gateway} = await rig(t);
	const form = new FormData();
	form.set('file', new Blob(['jane.doe@example.com']), 'x.txt');

	const upload = await fetch(`${gateway.url}/v1/files`, {method: 'POST', body: form});
	t.is(upload.status, 400);
	t.is(member(await upload.json(), 'error', 'code'), 'redact_unread_body');
	const inUrl = await gateway.get(`/v1/files?who=${encodeURIComponent(email)}`);
	t.is(inUrl.status, 400);
	t.is(member(await inUrl.json(), 'error', 'code'), 'redact_url');
	t.is(upstream.requests.length, 0);

	for (const stream of [false, true]) {
		const body = {model: 'open.m', prompt: `a letter to ${email}`, messages: 'not a chat', stream};
		t.is((await gateway.post('/v1/images/generations', body)).status, 200);
	}
	t.is(member(upstream.requests[0]?.json(), 'prompt'), 'a letter to [EMAIL_1]');
});

test('streams: values come back although placeholders are split, in text, thinking and arguments', async t => {
	const {upstream, gateway} = await rig(t);
	const messages = [{role: 'user', content: `Mail ${email}, card ${card}`}];
	const pieces = (text: string): readonly string[] => [...text];
	upstream.answer(
		reply.events([
			chunk({role: 'assistant', content: ''}),
			...pieces('Hm [EMAIL_1]').map(reasoning_content => chunk({reasoning_content})),
			...pieces('To [EMAIL_1] [EMA [x] [CARD_1] [EMAIL_').map(content => chunk({content})),
			chunk({tool_calls: [{index: 0, id: 'c', type: 'function', function: {name: 'f', arguments: ''}}]}),
			...pieces('{"to":"[EMAIL_1]"}').map(text => chunk({tool_calls: [{index: 0, function: {arguments: text}}]})),
			chunk({}, 'tool_calls'),
			'[DONE]',
		]),
	);

	const response = await gateway.post('/v1/chat/completions', {model: 'open.m', messages, stream: true});

	const events = await eventsOf(response);
	const joined = (...path: readonly (string | number)[]): string =>
		events.map(event => member(event, 'choices', 0, 'delta', ...path) ?? '').join('');
	t.is(joined('content'), `To ${email} [EMA [x] ${card} [EMAIL_`);
	t.is(joined('reasoning_content'), `Hm ${email}`);
	t.is(joined('tool_calls', 0, 'function', 'arguments'), `{"to":"${email}"}`);
});

test('streams of messages: text and input come back, thinking stays as it was signed', async t => {
	const {upstream, gateway} = await rig(t);
	const delta = (index: number, value: JsonObject) => ({type: 'content_block_delta', index, delta: value});
	upstream.answer(
		reply.events(
			[
				{
					type: 'message_start',
					message: {
						id: 'm',
						type: 'message',
						role: 'assistant',
						model: 'm',
						content: [],
						usage: {input_tokens: 1, output_tokens: 1},
					},
				},
				{type: 'content_block_start', index: 0, content_block: {type: 'thinking', thinking: '', signature: ''}},
				...[...'Hm [EMAIL_1]'].map(thinking => delta(0, {type: 'thinking_delta', thinking})),
				delta(0, {type: 'signature_delta', signature: 'c2lnbmVk'}),
				{type: 'content_block_stop', index: 0},
				{type: 'content_block_start', index: 1, content_block: {type: 'text', text: ''}},
				...[...'To [EMAIL_1'].map(text => delta(1, {type: 'text_delta', text})),
				{type: 'content_block_stop', index: 1},
				{type: 'content_block_start', index: 2, content_block: {type: 'tool_use', id: 't', name: 'f', input: {}}},
				...[...'{"to":"[EMAIL_1]"}'].map(partial_json => delta(2, {type: 'input_json_delta', partial_json})),
				{type: 'content_block_stop', index: 2},
				{type: 'message_delta', delta: {stop_reason: 'tool_use'}, usage: {output_tokens: 5}},
				{type: 'message_stop'},
			]
				.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
				.join(''),
		),
	);

	const response = await gateway.post('/v1/messages', {
		model: 'anthro.m',
		max_tokens: 9,
		messages: [{role: 'user', content: `Mail ${email}`}],
		stream: true,
	});

	const events = await eventsOf(response);
	const joined = (index: number, name: string): string =>
		events
			.filter(event => member(event, 'index') === index)
			.map(event => member(event, 'delta', name) ?? '')
			.join('');
	t.is(joined(0, 'thinking'), 'Hm [EMAIL_1]');
	t.is(joined(0, 'signature'), 'c2lnbmVk');
	t.is(joined(1, 'text'), 'To [EMAIL_1', 'what was held back comes before its block ends');
	t.is(joined(2, 'partial_json'), `{"to":"${email}"}`);
});

test('a stream that breaks off: what was held back comes before the error', async t => {
	const {upstream, gateway} = await rig(t);
	const messages = [{role: 'user', content: `Mail ${email}`}];
	const events = ['To ', '[EMAIL_1] ', '[EMAI'].map(content => chunk({content}));
	const bytes = events.map(event => `data: ${JSON.stringify(event)}\n\n`).join('');
	upstream.answer(
		reply.events(bytes, {cutAfter: bytes.length}),
		reply.events(bytes),
		reply.events(`${bytes}data: {"error":{"message":"no [EMAIL_1]"}}\n\n`),
	);

	for (const how of ['the connection breaks', 'the stream ends early', 'the provider says so']) {
		const response = await gateway.post('/v1/chat/completions', {model: 'open.m', messages, stream: true});
		const seen = await eventsOf(response);
		t.is(seen.map(event => member(event, 'choices', 0, 'delta', 'content') ?? '').join(''), `To ${email} [EMAI`, how);
		t.truthy(member(seen.at(-1), 'error'), how);
	}
});

for (const [path, body] of [
	['/v1/chat/completions', {messages: [{role: 'user', content: `Say ${email} and ${card}`}]}],
	['/v1/responses', {instructions: `I am ${email}`, input: `Say ${email} and ${card}`}],
	['/v1/messages', {max_tokens: 50, messages: [{role: 'user', content: `Say ${email} and ${card}`}]}],
	['/v1/completions', {prompt: `Say ${email} and ${card}`}],
	['/v1/complete', {max_tokens_to_sample: 50, prompt: `\n\nHuman: Say ${email} and ${card}\n\nAssistant:`}],
] as const) {
	for (const model of ['mock.echo', 'open.m', 'anthro.m']) {
		for (const stream of [false, true]) {
			test(`${path} on ${model}, ${stream ? 'streamed' : 'plain'}: there and back`, async t => {
				const {upstream, gateway} = await rig(t);
				upstream.answer((request, response, incoming) => {
					const anthropic = request.url.includes('messages');
					const text = 'Said [EMAIL_1] and [CARD_1].';
					const asked = request.json() as {stream?: boolean};
					const answers = anthropic
						? anthropicAnswers(text)
						: request.url.includes('responses')
							? responsesAnswers(text)
							: request.url.endsWith('/completions') && !request.url.includes('chat')
								? completionsAnswers(text)
								: request.url.includes('complete') && !request.url.includes('chat')
									? completeAnswers(text)
									: chatAnswers(text);
					return (asked.stream === true ? answers.stream : answers.plain)(request, response, incoming);
				});

				const response = await gateway.post(path, {model, ...body, stream});

				t.is(response.status, 200);
				const said = await response.text();
				const whole = stream ? streamedText(said) : said;
				t.true(whole.includes(email) && whole.includes(card), said);
				t.false(/\[(?:EMAIL|CARD)_/.test(said), said);
				for (const {body: sent} of upstream.requests) t.false(/jane|4111/.test(sent.toString()));
			});
		}
	}
}

/** All text of a stream, put together. */
function streamedText(stream: string): string {
	const events = stream.split('\n\n').flatMap(event => /^data: ?(\{.*)$/m.exec(event)?.[1] ?? []);
	return events
		.map(data => {
			const event: unknown = JSON.parse(data);
			for (const path of [
				['choices', 0, 'delta', 'content'],
				['choices', 0, 'text'],
				['delta', 'text'],
				['completion'],
			]) {
				const text = member(event, ...path);
				if (typeof text === 'string') return text;
			}
			const delta = member(event, 'delta');
			return typeof delta === 'string' ? delta : '';
		})
		.join('');
}

const named = (events: readonly JsonObject[]): string =>
	events.map(event => `event: ${event['type']}\ndata: ${JSON.stringify(event)}\n\n`).join('');

function chatAnswers(text: string) {
	return {
		plain: reply.json({
			id: 'x',
			object: 'chat.completion',
			created: 1,
			model: 'm',
			choices: [{index: 0, message: {role: 'assistant', content: text}, finish_reason: 'stop'}],
		}),
		stream: reply.events([...[...text].map(content => chunk({content})), chunk({}, 'stop'), '[DONE]']),
	};
}

function completionsAnswers(text: string) {
	const choice = (said: string, reason: string | null) => ({
		id: 'x',
		object: 'text_completion',
		created: 1,
		model: 'm',
		choices: [{index: 0, text: said, finish_reason: reason, logprobs: null}],
	});
	return {
		plain: reply.json(choice(text, 'stop')),
		stream: reply.events([...[...text].map(said => choice(said, null)), choice('', 'stop'), '[DONE]']),
	};
}

function anthropicAnswers(text: string) {
	const message = {id: 'm', type: 'message', role: 'assistant', model: 'm', usage: {input_tokens: 1, output_tokens: 1}};
	return {
		plain: reply.json({...message, content: [{type: 'text', text}], stop_reason: 'end_turn'}),
		stream: reply.events(
			named([
				{type: 'message_start', message: {...message, content: []}},
				{type: 'content_block_start', index: 0, content_block: {type: 'text', text: ''}},
				...[...text].map(piece => ({type: 'content_block_delta', index: 0, delta: {type: 'text_delta', text: piece}})),
				{type: 'content_block_stop', index: 0},
				{type: 'message_delta', delta: {stop_reason: 'end_turn'}, usage: {output_tokens: 5}},
				{type: 'message_stop'},
			]),
		),
	};
}

function completeAnswers(text: string) {
	const event = (completion: string, reason: string | null) => ({
		type: 'completion',
		id: 'x',
		completion,
		stop_reason: reason,
		model: 'm',
	});
	return {
		plain: reply.json(event(text, 'stop_sequence')),
		stream: reply.events(named([...[...text].map(piece => event(piece, null)), event('', 'stop_sequence')])),
	};
}

function responsesAnswers(text: string) {
	const response = {id: 'resp_1', object: 'response', created_at: 1, model: 'm', instructions: 'I am [EMAIL_1]'};
	const item = (said: string, status: string) => ({
		type: 'message',
		id: 'msg_1',
		role: 'assistant',
		status,
		content: said === '' ? [] : [{type: 'output_text', text: said, annotations: []}],
	});
	const at = {item_id: 'msg_1', output_index: 0, content_index: 0};
	return {
		plain: reply.json({...response, status: 'completed', output: [item(text, 'completed')]}),
		stream: reply.events(
			named([
				{type: 'response.created', response: {...response, status: 'in_progress', output: []}},
				{type: 'response.output_item.added', output_index: 0, item: item('', 'in_progress')},
				{type: 'response.content_part.added', ...at, part: {type: 'output_text', text: '', annotations: []}},
				...[...text].map(delta => ({type: 'response.output_text.delta', ...at, delta})),
				{type: 'response.output_text.done', ...at, text},
				{type: 'response.content_part.done', ...at, part: {type: 'output_text', text, annotations: []}},
				{type: 'response.output_item.done', output_index: 0, item: item(text, 'completed')},
				{type: 'response.completed', response: {...response, status: 'completed', output: [item(text, 'completed')]}},
			]),
		),
	};
}

test('what is kept of a call knows what its request had replaced, also where a value alone looks like nothing', async t => {
	const {upstream, gateway, records, text} = await rig(t);
	upstream.answer(chatAnswers('Call [PHONE_1].').plain);
	const body = {model: 'open.m', messages: [{role: 'user', content: `My phone: ${hidden}`}]};

	const said: unknown = await (await gateway.post('/v1/chat/completions', body)).json();
	await gateway.stop();

	t.is(member(said, 'choices', 0, 'message', 'content'), `Call ${hidden}.`);
	const exchange = records[0]?.exchange;
	t.is(text.redact(`Call ${hidden}.`), `Call ${hidden}.`, 'nobody would know');
	t.is(text.redact(`Call ${hidden}.`, exchange), 'Call [phone].');
	t.is(text.redact(`Mail ${email}`, exchange), 'Mail [email]');
});

test('the name of a member tells what its text is', async t => {
	const {upstream, gateway} = await rig(t);
	const input = {
		phone: hidden,
		mobileNumber: 4155552672,
		count: 4155552673,
		aws_secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
	};

	await gateway.post('/v1/messages', {
		model: 'anthro.m',
		max_tokens: 9,
		messages: [{role: 'assistant', content: [{type: 'tool_use', id: 't', name: 'f', input}]}],
	});

	t.deepEqual(member(upstream.requests[0]?.json(), 'messages', 0, 'content', 0, 'input'), {
		phone: '[PHONE_1]',
		mobileNumber: '[PHONE_2]',
		count: 4155552673,
		aws_secret_access_key: '[KEY_1]',
	});
});

test('own patterns go into traffic under their names', async t => {
	const {upstream, gateway} = await rig(t, {what: [], patterns: [{name: 'customer-id', pattern: 'CUST-\\d{6}'}]});
	upstream.answer(chatAnswers('I know [CUSTOMER-ID_1].').plain);

	const response = await gateway.post('/v1/chat/completions', {
		model: 'open.m',
		messages: [{role: 'user', content: `CUST-123456 ${email}`}],
	});

	t.is(member(upstream.requests[0]?.json(), 'messages', 0, 'content'), `[CUSTOMER-ID_1] ${email}`);
	t.is(member(await response.json(), 'choices', 0, 'message', 'content'), 'I know CUST-123456.');
});
