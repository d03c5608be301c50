/** Who is let through, who is refused, and what the refused are told. */

import Anthropic from '@anthropic-ai/sdk';
import test from 'ava';
import OpenAI from 'openai';
import {reply, startUpstream} from '../../../config/testing/index.js';
import {definePlugin, GatewayError} from '../../../core/index.js';
import {openaiCompatible} from '../../../plugins/index.js';
import {ask, type Surface, startLimited, surfaces} from './limited.js';

test('of 200 calls at once exactly as many pass as the limit says', async t => {
	const gateway = await startLimited(t, {options: {rules: [{by: 'key', requestsPerDay: 20}]}});

	const answers = await Promise.all(Array.from({length: 200}, (_, index) => ask(gateway, {stream: index % 2 === 0})));
	await Promise.all(answers.map(answer => answer.text()));

	const statuses = answers.map(({status}) => status);
	t.is(statuses.filter(status => status === 200).length, 20);
	t.is(statuses.filter(status => status === 429).length, 180);
});

test('of 200 calls at once as many are open as there are places, and the places are free again afterwards', async t => {
	let release: () => void = () => undefined;
	const released = new Promise<void>(resolve => {
		release = resolve;
	});
	const upstream = await startUpstream(async (_request, response) => {
		await released;
		response.setHeader('content-type', 'application/json').end('{"choices":[]}');
	});
	t.teardown(upstream.stop);
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'global', concurrency: 15}]},
		plugins: [openaiCompatible({name: 'slow', baseUrl: upstream.url})],
	});
	let refused = 0;
	const answers = await Promise.all(
		Array.from({length: 200}, async () => {
			const answer = await ask(gateway, {model: 'slow.model'});
			if (answer.status === 429 && ++refused === 185) release();
			return answer.status;
		}),
	);
	t.is(answers.filter(status => status === 200).length, 15);
	t.is(upstream.requests.length, 15);
	for (let call = 0; call < 200; call++) await gateway.closed();
	t.deepEqual(gateway.used(0, '*'), {concurrency: 0});
});

for (const surface of Object.keys(surfaces) as Surface[]) {
	for (const stream of surface === 'embeddings' ? [false] : [false, true]) {
		test(`${surface}${stream ? ', streamed' : ''}: a refusal is told in the client's own envelope`, async t => {
			const gateway = await startLimited(t, {options: {rules: [{by: 'key', requestsPerDay: 1}]}});
			const passed = await ask(gateway, {surface, stream});
			t.is(passed.status, 200);
			await passed.text();

			const refused = await ask(gateway, {surface, stream});

			t.is(refused.status, 429);
			t.is(refused.headers.get('content-type'), 'application/json; charset=utf-8');
			const body = (await refused.json()) as {error: {message: string}};
			const anthropic = surface === 'messages' || surface === 'complete';
			if (anthropic) t.like(body, {type: 'error', error: {type: 'rate_limit_error'}});
			else t.like(body, {error: {type: 'rate_limit_error', code: 'rate_limited'}});
			t.regex(
				body.error.message,
				/^Rate limit reached: 1 request per day for the key "anybody"\. Try again in 86400 seconds\.$/,
			);
			t.regex(refused.headers.get('retry-after') ?? '', /^86400$/);
			t.regex(refused.headers.get('retry-after-ms') ?? '', /^86400000$/);
		});
	}
}

test('the official clients hear when to come again', async t => {
	const gateway = await startLimited(t, {options: {rules: [{by: 'key', requestsPerHour: 1}]}});
	const openai = new OpenAI({apiKey: 'one', baseURL: `${gateway.url}/v1`, maxRetries: 0});
	const anthropic = new Anthropic({apiKey: 'two', baseURL: gateway.url, maxRetries: 0});
	const chat = () => openai.chat.completions.create({model: 'mock.plain', messages: []});
	const message = () =>
		anthropic.messages.create({model: 'mock.plain', max_tokens: 9, messages: [{role: 'user', content: 'hello'}]});
	await chat();
	await message();

	const refusedChat = await t.throwsAsync(chat(), {instanceOf: OpenAI.RateLimitError});
	t.regex(refusedChat.headers?.get('retry-after') ?? '', /^3600$/);
	t.is(refusedChat.code, 'rate_limited');
	const refusedMessage = await t.throwsAsync(message(), {instanceOf: Anthropic.RateLimitError});
	t.regex(refusedMessage.headers?.get('retry-after') ?? '', /^3600$/);
});

test('an official client that waits as long as it is told gets its answer', async t => {
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'key', requestsPerMinute: 600, burst: 1}]},
		clock: Date.now,
	});
	const openai = new OpenAI({apiKey: 'one', baseURL: `${gateway.url}/v1`, maxRetries: 2});
	for (let call = 0; call < 3; call++)
		await t.notThrowsAsync(openai.chat.completions.create({model: 'mock.plain', messages: []}) as Promise<unknown>);
});

const callers = {
	alice: {team: 'red', tags: ['batch', 'batch', 'night']},
	bob: {team: 'red', tags: ['batch']},
	carol: {team: 'blue'},
};

/** Calls in order; which of them are refused, and in what words. */
const scopes = [
	{by: 'key', calls: [{as: 'alice'}, {as: 'bob'}, {as: 'alice'}], refused: [2], words: 'the key "alice"'},
	{by: 'team', calls: [{as: 'alice'}, {as: 'carol'}, {as: 'bob'}], refused: [2], words: 'the team "red"'},
	{
		by: 'tag',
		calls: [{as: 'alice'}, {as: 'carol'}, {as: 'carol'}, {as: 'bob'}],
		refused: [3],
		words: 'the tag "batch"',
	},
	{by: 'ip', calls: [{as: 'alice'}, {as: 'carol'}], refused: [1], words: 'your address'},
	{
		by: 'model',
		calls: [{model: 'mock.plain'}, {model: 'mock.other'}, {model: 'mock.plain'}],
		refused: [2],
		words: 'the model "mock.plain"',
	},
	{by: 'provider', calls: [{model: 'mock.plain'}, {model: 'mock.other'}], refused: [1], words: 'the provider "mock"'},
	{
		by: 'route',
		calls: [{surface: 'chat'}, {surface: 'messages'}, {surface: 'chat'}],
		refused: [2],
		words: '/v1/chat/completions',
	},
	{by: 'global', calls: [{as: 'alice'}, {as: 'carol'}], refused: [1], words: 'all callers together'},
] as const;

for (const {by, calls, refused, words} of scopes) {
	test(`by ${by}: each has a limit of its own`, async t => {
		const gateway = await startLimited(t, {options: {rules: [{by, requestsPerDay: 1}]}, callers});
		for (const [index, call] of calls.entries()) {
			const answer = await ask(gateway, call);
			const text = await answer.text();
			const expected = (refused as readonly number[]).includes(index);
			t.is(answer.status, expected ? 429 : 200, `${by} ${index}`);
			if (expected) t.true(text.replaceAll('\\"', '"').includes(`for ${words}.`), text);
		}
	});
}

test('a rule is for the names that match', async t => {
	const gateway = await startLimited(t, {
		options: {
			rules: [
				{by: 'key', match: 'ci-*', requestsPerDay: 1},
				{by: 'model', match: 'mock.oth*', requestsPerDay: 1},
			],
		},
	});
	const statuses: number[] = [];
	for (const call of [
		{as: 'ci-1'},
		{as: 'ci-1'},
		{as: 'alice'},
		{as: 'alice'},
		{model: 'mock.other'},
		{model: 'mock.other'},
	])
		statuses.push((await ask(gateway, call)).status);
	t.deepEqual(statuses, [200, 429, 200, 200, 200, 429]);
});

test('several rules: a call that one of them refuses takes nothing from the others', async t => {
	const gateway = await startLimited(t, {
		options: {
			rules: [
				{by: 'global', requestsPerDay: 2},
				{by: 'key', requestsPerDay: 1},
			],
		},
	});
	const statuses: number[] = [];
	for (const as of ['alice', 'alice', 'alice', 'bob', 'carol']) statuses.push((await ask(gateway, {as})).status);
	t.deepEqual(statuses, [200, 429, 429, 200, 429]);
});

test('what a later plugin refuses costs nothing', async t => {
	const picky = definePlugin({
		name: 'picky',
		apply({hooks}) {
			hooks.admit.tap('picky', () => {
				throw new GatewayError('picky', 400, 'No.');
			});
		},
	});
	const rule = {by: 'key', requestsPerDay: 5, tokensPerDay: 5000, concurrency: 1} as const;
	const gateway = await startLimited(t, {options: {rules: [rule]}, plugins: [picky()]});
	for (let call = 0; call < 3; call++) {
		t.is((await ask(gateway)).status, 400);
		await gateway.closed();
	}
	t.deepEqual(gateway.used(0, 'anybody'), {requestsPerDay: 0, tokensPerDay: 0, concurrency: 0});
});

test('a burst says how many requests may come at once', async t => {
	const gateway = await startLimited(t, {options: {rules: [{by: 'key', requestsPerMinute: 2, burst: 4}]}});
	const statuses = await Promise.all(Array.from({length: 6}, async () => (await ask(gateway)).status));
	t.deepEqual(statuses.sort(), [200, 200, 200, 200, 429, 429]);
});

test('a call that asks for more tokens than there can be passes when all of them are left, and only then', async t => {
	const gateway = await startLimited(t, {options: {rules: [{by: 'key', tokensPerDay: 1000}]}});
	const body = {max_tokens: 50_000};
	t.is((await ask(gateway, {body})).status, 200);
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'anybody'), {tokensPerDay: 12});

	const refused = await ask(gateway, {body});
	t.is(refused.status, 429);
	t.regex(
		((await refused.json()) as {error: {message: string}}).error.message,
		/^Rate limit reached: 1000 tokens per day for the key "anybody"\. This call may use 1000, 988 are left\. Try again in 1037 seconds, or ask for fewer tokens\.$/,
	);
	t.is((await ask(gateway, {body: {max_tokens: 50}})).status, 200);
});

test('a call that sets no limit is taken for one of assumeOutputTokens', async t => {
	const gateway = await startLimited(t, {
		options: {assumeOutputTokens: 300, rules: [{by: 'key', outputTokensPerDay: 1000}]},
	});
	const answer = await ask(gateway);
	t.is(answer.headers.get('x-ratelimit-remaining-output-tokens'), '700');
	const limited = await ask(gateway, {body: {max_tokens: 20}, as: 'bob'});
	t.is(limited.headers.get('x-ratelimit-remaining-output-tokens'), '980');
});

test('who is told to wait for a place learns what to do', async t => {
	const upstream = await startUpstream(reply.silence());
	t.teardown(upstream.stop);
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'key', concurrency: 1}]},
		plugins: [openaiCompatible({name: 'slow', baseUrl: upstream.url})],
	});
	const refused = new Promise<Response>(resolve => {
		upstream.answer(async (_request, response) => {
			resolve(await ask(gateway, {model: 'slow.model'}));
			response.setHeader('content-type', 'application/json').end('{"choices":[]}');
		});
	});
	t.is((await ask(gateway, {model: 'slow.model'})).status, 200);
	const answer = await refused;
	t.is(answer.status, 429);
	t.is(answer.headers.get('retry-after'), '1');
	t.regex(
		await answer.text(),
		/1 call at the same time for the key \\"anybody\\"\. Wait for one of the open calls to end\./,
	);
});

test('a caller brings limits of its own along', async t => {
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'key', requestsPerDay: 3}]},
		callers: {alice: {limits: {requestsPerDay: 1}}},
	});
	const statuses: number[] = [];
	for (const as of ['alice', 'alice', 'bob', 'bob', 'bob', 'bob']) statuses.push((await ask(gateway, {as})).status);
	t.deepEqual(statuses, [200, 429, 200, 200, 200, 429]);
});

test('a count of tokens and a passed-through call are requests', async t => {
	const upstream = await startUpstream(reply.json({data: []}));
	t.teardown(upstream.stop);
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'route', requestsPerDay: 1, tokensPerDay: 100}]},
		passTo: 'files',
		plugins: [openaiCompatible({name: 'files', baseUrl: upstream.url})],
	});
	const count = () =>
		fetch(`${gateway.url}/v1/messages/count_tokens`, {
			method: 'POST',
			body: JSON.stringify({model: 'mock.plain', messages: [{role: 'user', content: 'hello'.repeat(500)}]}),
		});
	t.is((await count()).status, 200);
	t.is((await count()).status, 429);
	t.is((await fetch(`${gateway.url}/v1/files`)).status, 200);
	t.is((await fetch(`${gateway.url}/v1/files/file-1`)).status, 429);
	t.is((await fetch(`${gateway.url}/v1/batches`)).status, 200);
});

test('where no tokens are left, a call that uses none passes', async t => {
	const gateway = await startLimited(t, {options: {rules: [{by: 'key', tokensPerDay: 10}]}});
	t.is((await ask(gateway)).status, 200);
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'anybody'), {tokensPerDay: 12});
	t.is((await ask(gateway, {body: {max_tokens: 1}})).status, 429);
	const counted = await fetch(`${gateway.url}/v1/messages/count_tokens`, {
		method: 'POST',
		headers: {authorization: 'Bearer anybody'},
		body: JSON.stringify({model: 'mock.plain', messages: [{role: 'user', content: 'hello'}]}),
	});
	t.is(counted.status, 200);
});

for (const limits of [{requestsPerDay: 0}, {tokensPerMinute: 0}, {requestsPerMinute: 5, burst: 0}]) {
	test(`a limit of nothing lets nothing through: ${JSON.stringify(limits)}`, async t => {
		const gateway = await startLimited(t, {options: {}, callers: {alice: {limits}}});
		const answer = await ask(gateway, {as: 'alice'});
		t.is(answer.status, 429);
		t.is((await ask(gateway, {as: 'bob'})).status, 200);
	});
}
