import test from 'ava';
import {APIError} from 'openai';
import {basics, startGateway} from 'tapgate/testing';
import {tokenCap} from '../../../docs/examples/token-cap.js';
import {asking, clients, textOf} from './calls.js';

test('a call within the cap is answered, streamed and plain, in both formats', async t => {
	const gateway = await startGateway({plugins: [...basics(), tokenCap({max: 100})]});
	t.teardown(gateway.stop);
	const {openai, anthropic} = clients(gateway);

	const chat = await openai.chat.completions.create(asking('hello there'));
	t.is(chat.choices[0]?.message.content, 'hello there');
	const streamed = await openai.chat.completions.stream(asking('hello there')).finalContent();
	t.is(streamed, 'hello there');
	t.is(textOf(await anthropic.messages.create(asking('hello there'))), 'hello there');
	t.is(await anthropic.messages.stream(asking('hello there')).finalText(), 'hello there');
});

test('a call beyond the cap is refused in the envelope of its client, streamed and plain', async t => {
	const gateway = await startGateway({plugins: [...basics(), tokenCap({max: 99})]});
	t.teardown(gateway.stop);
	const {openai, anthropic} = clients(gateway);
	const message = /anonymous may ask for at most 99 output tokens/;

	for (const stream of [false, true]) {
		const chat = await t.throwsAsync(openai.chat.completions.create({...asking('hello'), stream}), {
			instanceOf: APIError,
			message,
		});
		t.is(chat?.status, 400);
		t.is(chat?.code, 'token_cap');
		await t.throwsAsync(anthropic.messages.create({...asking('hello'), stream}), {message});
	}
});

test('the cap holds for every way in which an API names the limit', async t => {
	const gateway = await startGateway({plugins: [...basics(), tokenCap({max: 10})]});
	t.teardown(gateway.stop);
	const refused = async (path: string, body: object) =>
		(await gateway.post(path, {model: 'mock.echo', ...body})).status === 400;

	t.true(await refused('/v1/chat/completions', {messages: [], max_completion_tokens: 11}));
	t.true(await refused('/v1/chat/completions', {messages: [], max_tokens: 11}));
	t.true(await refused('/v1/responses', {input: 'hello', max_output_tokens: 11}));
	t.true(await refused('/v1/completions', {prompt: 'hello', max_tokens: 11}));
	t.true(await refused('/v1/complete', {prompt: '\n\nHuman: hello\n\nAssistant:', max_tokens_to_sample: 11}));
	t.false(await refused('/v1/responses', {input: 'hello', max_output_tokens: 10}));
});

test('a cap that is no number stops the start and says so', t => {
	t.throws(() => tokenCap({max: 'many' as never}), {
		message: /plugin "token-cap": max: expected integer, found "many"/,
	});
});
