import test, {type ExecutionContext} from 'ava';
import {anthropicCompatible, auth, openaiCompatible, routing} from 'tapgate/plugins';
import {basics, reply, startGateway, startUpstream} from 'tapgate/testing';
import {houseRules} from '../../../docs/examples/house-rules.js';
import {asking, clients, textOf} from './calls.js';

const rules = 'Answer in English.';

async function behindRules(t: ExecutionContext) {
	const upstream = await startUpstream(reply.json({}));
	t.teardown(upstream.stop);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'chat', baseUrl: `${upstream.url}/v1`}),
			anthropicCompatible({name: 'claude', baseUrl: upstream.url}),
			routing(),
			houseRules({rules}),
		],
	});
	t.teardown(gateway.stop);
	return {gateway, last: () => upstream.requests.at(-1)?.json()};
}

test('a chat begins with the rules', async t => {
	const {gateway, last} = await behindRules(t);
	const messages = [
		{role: 'system', content: 'Be brief.'},
		{role: 'user', content: 'hi'},
	];

	await gateway.post('/v1/chat/completions', {model: 'chat.small', messages, temperature: 0});

	t.deepEqual(last(), {
		model: 'small',
		messages: [{role: 'system', content: rules}, ...messages],
		temperature: 0,
	});
});

test('messages get the rules as their system prompt, in front of what the client sent', async t => {
	const {gateway, last} = await behindRules(t);
	const send = (path: string, system?: unknown) =>
		gateway.post(path, {model: 'claude.small', max_tokens: 5, messages: [], system});
	const first = {type: 'text', text: rules};

	await send('/v1/messages');
	t.like(last(), {model: 'small', system: rules});
	await send('/v1/messages', 'Be brief.');
	t.like(last(), {system: [first, {type: 'text', text: 'Be brief.'}]});
	await send('/anthropic/v1/messages', [{type: 'text', text: 'Be brief.', cache_control: {type: 'ephemeral'}}]);
	t.like(last(), {system: [first, {type: 'text', text: 'Be brief.', cache_control: {type: 'ephemeral'}}]});
	await send('/v1/messages/count_tokens');
	t.like(last(), {system: rules});
});

test('other formats go through byte by byte', async t => {
	const {gateway} = await behindRules(t);
	const upstream = await startUpstream();
	t.teardown(upstream.stop);
	const body = '{ "model":"vectors", "input":["a"],  "extra":1.0 }';
	const other = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'v', baseUrl: `${upstream.url}/v1`, models: ['vectors']}),
			routing(),
			houseRules({rules}),
		],
	});
	t.teardown(other.stop);

	await other.post('/v1/embeddings', body);

	t.is(upstream.requests[0]?.body.toString(), body);
	const malformed = await gateway.post('/v1/chat/completions', {model: 'chat.small', messages: 'no list'});
	t.is(malformed.status, 200, 'what is malformed is the provider’s to refuse');
});

test('the official clients see nothing of it, streamed or plain', async t => {
	const gateway = await startGateway({plugins: [...basics(), houseRules({rules})]});
	t.teardown(gateway.stop);
	const {openai, anthropic} = clients(gateway);

	const plain = await openai.chat.completions.create(asking('hello'));
	t.is(plain.choices[0]?.message.content, 'hello');
	t.is(await openai.chat.completions.stream(asking('hello')).finalContent(), 'hello');
	t.is(textOf(await anthropic.messages.create(asking('hello'))), 'hello');
	t.is(await anthropic.messages.stream(asking('hello')).finalText(), 'hello');
	t.true((plain.usage?.prompt_tokens ?? 0) > 15, 'the rules were sent along');
});
