/** One guardrail, every format: words are refused in requests and masked in answers, also when a stream splits them. */

import Anthropic from '@anthropic-ai/sdk';
import test from 'ava';
import OpenAI from 'openai';
import {auth, mock, routing} from 'tapgate/plugins';
import {type StartedGateway, startGateway} from 'tapgate/testing';
import {guardrail} from '../../../docs/examples/guardrail.js';

const said = 'Of Project Falcon nothing is known, said the FALCON of project Falcon.';
const masked = 'Of ██████████████ nothing is known, said the FALCON of ██████████████.';

let gateway: StartedGateway;
test.before(async () => {
	gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			mock({models: {leaky: {chunks: [...said]}}}),
			routing(),
			guardrail({words: ['Project Falcon', 'Albatross']}),
		],
	});
});
test.after.always(() => gateway.stop());

const openai = () => new OpenAI({baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0});
const anthropic = () => new Anthropic({baseURL: gateway.url, apiKey: 'none', maxRetries: 0});
const messages = [{role: 'user' as const, content: 'What is known?'}];

test('chat completions', async t => {
	const plain = await openai().chat.completions.create({model: 'mock.leaky', messages});
	t.is(plain.choices[0]?.message.content, masked);
	const stream = openai().chat.completions.stream({model: 'mock.leaky', messages});
	t.is((await stream.finalChatCompletion()).choices[0]?.message.content, masked);
});

test('responses', async t => {
	const plain = await openai().responses.create({model: 'mock.leaky', input: 'What is known?'});
	t.is(plain.output_text, masked);
	const stream = openai().responses.stream({model: 'mock.leaky', input: 'What is known?'});
	t.is((await stream.finalResponse()).output_text, masked);
});

test('messages', async t => {
	const plain = await anthropic().messages.create({model: 'mock.leaky', max_tokens: 100, messages});
	t.like(plain.content[0], {type: 'text', text: masked});
	const stream = anthropic().messages.stream({model: 'mock.leaky', max_tokens: 100, messages});
	t.is(await stream.finalText(), masked);
});

test('legacy completions', async t => {
	const plain = await openai().completions.create({model: 'mock.leaky', prompt: 'What is known?'});
	t.is(plain.choices[0]?.text, masked);
	let text = '';
	for await (const chunk of await openai().completions.create({
		model: 'mock.leaky',
		prompt: 'What is known?',
		stream: true,
	})) {
		text += chunk.choices[0]?.text ?? '';
	}
	t.is(text, masked);
});

test('an answer is said to be of the model that answered, not of the one that was asked first', async t => {
	const error = {status: 503, message: 'busy'};
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			mock({models: {busy: {error}, spare: {chunks: [...said]}}}),
			routing({fallbacks: {'mock.busy': ['mock.spare']}}),
			guardrail({words: ['Project Falcon']}),
		],
	});
	t.teardown(() => gateway.stop());
	for (const stream of [false, true]) {
		const answer = await gateway.post('/v1/chat/completions', {model: 'mock.busy', messages, stream});
		t.is(answer.headers.get('x-tapgate-target'), 'mock.spare');
		const models = [...(await answer.text()).matchAll(/"model":"([^"]*)"/g)].map(([, model]) => model);
		t.deepEqual([...new Set(models)], ['spare']);
	}
});

for (const [path, body] of Object.entries({
	'/v1/chat/completions': {messages: [{role: 'user', content: [{type: 'text', text: 'about the albatross'}]}]},
	'/v1/responses': {instructions: 'Speak of the Albatross.', input: 'Hi'},
	'/v1/messages': {max_tokens: 5, system: 'ALBATROSS', messages: [{role: 'user', content: 'Hi'}]},
	'/v1/completions': {prompt: 'albatross'},
	'/v1/complete': {prompt: '\n\nHuman: albatross\n\nAssistant:', max_tokens_to_sample: 5},
})) {
	test(`a word in a request to ${path} is refused`, async t => {
		const answer = await gateway.post(path, {model: 'mock.leaky', ...body});
		t.is(answer.status, 400);
		t.regex(await answer.text(), /must not leave the house/);
	});
}
