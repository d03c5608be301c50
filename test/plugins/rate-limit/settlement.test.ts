/** What calls take in the end is what they used, however they ended. */

import test from 'ava';
import fc from 'fast-check';
import {reply, startUpstream} from '../../../config/testing/index.js';
import {usedTokens} from '../../../core/index.js';
import {openaiCompatible} from '../../../plugins/index.js';
import {ask, generous, type Surface, startLimited, usage} from './limited.js';

const rule = {by: 'key', ...generous, concurrency: 50} as const;

function uses(requests: number, input: number, output: number) {
	return {
		requestsPerDay: requests,
		tokensPerDay: input + output,
		inputTokensPerDay: input,
		outputTokensPerDay: output,
		concurrency: 0,
	};
}

const once = uses(1, usage.input, usage.output);

/** Of rules without places for open calls. */
function without({concurrency: _, ...rest}: ReturnType<typeof uses>) {
	return rest;
}

for (const surface of ['chat', 'responses', 'messages', 'completions'] as const satisfies Surface[]) {
	for (const stream of [false, true]) {
		test(`${surface}${stream ? ', streamed' : ''}: a call is charged with what it used`, async t => {
			const gateway = await startLimited(t, {options: {rules: [rule]}});
			const answer = await ask(gateway, {surface, stream});
			t.is(answer.status, 200);
			await answer.text();
			await gateway.closed();
			t.deepEqual(gateway.used(0, 'anybody'), once);
		});
	}
}

test('an answer that holds no counts is charged by its size', async t => {
	const gateway = await startLimited(t, {options: {rules: [rule]}});
	await (await ask(gateway, {surface: 'complete'})).text();
	const {request, sentBytes} = await gateway.closed();
	const output = Math.min(50, Math.floor(sentBytes / 4));
	t.true(output > 0);
	t.deepEqual(gateway.used(0, 'anybody'), uses(1, Math.ceil(request.body.length / 3), output));
});

test('a call that reached no provider is given back whole', async t => {
	const gateway = await startLimited(t, {options: {rules: [rule]}});
	for (const model of ['dead.model', 'mock.nobody-knows', 'nobody.knows']) {
		t.true((await ask(gateway, {model})).status >= 400);
		await gateway.closed();
	}
	// The mock has answered one of them itself, with a 404.
	t.deepEqual(gateway.used(0, 'anybody'), uses(1, 0, 0));
});

test('a call that the provider refused is a request without tokens', async t => {
	const gateway = await startLimited(t, {options: {rules: [rule]}});
	t.is((await ask(gateway, {model: 'mock.refusing'})).status, 500);
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'anybody'), uses(1, 0, 0));
});

test('a fallback is charged with what it used, and the first target with having been asked', async t => {
	const gateway = await startLimited(t, {
		options: {
			rules: [rule, {by: 'model', ...generous, concurrency: 1}, {by: 'provider', ...generous, concurrency: 1}],
		},
		fallbacks: {'mock.refusing': ['mock.other'], 'dead.model': ['mock.other']},
	});
	t.is((await ask(gateway, {model: 'mock.refusing'})).status, 200);
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'anybody'), once);
	t.deepEqual(gateway.used(1, 'mock.refusing'), uses(1, 0, 0));
	t.deepEqual(gateway.used(1, 'mock.other'), once);
	t.deepEqual(gateway.used(2, 'mock'), once);

	t.is((await ask(gateway, {model: 'dead.model'})).status, 200);
	await gateway.closed();
	t.deepEqual(gateway.used(1, 'dead.model'), uses(0, 0, 0));
	t.deepEqual(gateway.used(1, 'mock.other'), uses(2, 2 * usage.input, 2 * usage.output));
});

test('a fallback whose own limit is reached is not asked, and does not hide why the first target failed', async t => {
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'model', match: 'mock.other', requestsPerDay: 1}, rule]},
		fallbacks: {'mock.refusing': ['mock.other']},
	});
	t.is((await ask(gateway, {model: 'mock.other'})).status, 200);
	await gateway.closed();
	const failed = await ask(gateway, {model: 'mock.refusing'});
	t.is(failed.status, 500);
	t.is(failed.headers.get('x-tapgate-target'), 'mock.refusing');
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'mock.other'), {requestsPerDay: 1});
	t.deepEqual(gateway.used(1, 'anybody'), uses(2, usage.input, usage.output));
});

test('behind a fallback whose own limit is reached the next one is asked', async t => {
	const gateway = await startLimited(t, {
		options: {
			rules: [
				{by: 'model', match: 'mock.other', requestsPerDay: 1},
				{by: 'model', ...generous},
			],
		},
		fallbacks: {'mock.refusing': ['mock.other', 'mock.plain']},
	});
	t.is((await ask(gateway, {model: 'mock.other'})).status, 200);
	await gateway.closed();
	const answer = await ask(gateway, {model: 'mock.refusing'});
	t.is(answer.status, 200);
	t.is(answer.headers.get('x-tapgate-target'), 'mock.plain');
	await gateway.closed();
	t.deepEqual(gateway.used(0, 'mock.other'), {requestsPerDay: 1});
	t.deepEqual(gateway.used(1, 'mock.other'), without(once));
	t.deepEqual(gateway.used(1, 'mock.refusing'), without(uses(1, 0, 0)));
	t.deepEqual(gateway.used(1, 'mock.plain'), without(once));
});

test('a client that leaves before the answer has used its input', async t => {
	const upstream = await startUpstream(reply.silence());
	t.teardown(upstream.stop);
	const gateway = await startLimited(t, {
		options: {rules: [rule]},
		plugins: [openaiCompatible({name: 'slow', baseUrl: upstream.url})],
	});
	const client = new AbortController();
	upstream.answer(() => client.abort());
	await t.throwsAsync(ask(gateway, {model: 'slow.model', signal: client.signal}), {any: true});
	const {request} = await gateway.closed();
	const input = Math.ceil(request.body.length / 3);
	t.deepEqual(gateway.used(0, 'anybody'), uses(1, input, 0));
});

test('a stream that its client leaves is charged with what was reported, and by its size for what was not', async t => {
	const client = new AbortController();
	const upstream = await startUpstream((_request, response) => {
		response.writeHead(200, {'content-type': 'text/event-stream'});
		const message = {
			id: 'm',
			type: 'message',
			role: 'assistant',
			content: [],
			usage: {input_tokens: 40, output_tokens: 3},
		};
		response.write(`event: message_start\ndata: ${JSON.stringify({type: 'message_start', message})}\n\n`);
	});
	t.teardown(upstream.stop);
	const gateway = await startLimited(t, {
		options: {rules: [rule]},
		plugins: [openaiCompatible({name: 'slow', baseUrl: upstream.url, dialects: ['anthropic-messages']})],
	});
	const answer = await ask(gateway, {surface: 'messages', model: 'slow.model', stream: true, signal: client.signal});
	await answer.body?.getReader().read();
	client.abort();
	const {outcome, sentBytes} = await gateway.closed();
	t.is(outcome, 'aborted');
	const output = Math.floor(sentBytes / 40);
	t.true(output > 3 && output < 50);
	t.deepEqual(gateway.used(0, 'anybody'), uses(1, 40, output));
});

test('a stream that breaks off without having reported is charged by its size, and never with more than was asked for', async t => {
	const gateway = await startLimited(t, {options: {rules: [rule]}});
	const answer = await ask(gateway, {model: 'mock.cut', stream: true, body: {max_tokens: 33}});
	await answer.text().catch(() => undefined);
	const {request, usage: reported, sentBytes} = await gateway.closed();
	t.is(reported, undefined);
	const output = Math.floor(sentBytes / 200);
	t.true(output > 0 && output < 33);
	t.deepEqual(gateway.used(0, 'anybody'), uses(1, Math.ceil(request.body.length / 3), output));
});

test('whatever calls come, when all have closed what is held is what they used', async t => {
	const gateway = await startLimited(t, {
		options: {rules: [rule, {by: 'provider', ...generous, concurrency: 50}]},
		fallbacks: {'mock.refusing': ['mock.other'], 'dead.model': ['mock.plain']},
	});
	const model = fc.constantFrom('mock.plain', 'mock.other', 'mock.refusing', 'dead.model', 'mock.cut', 'nobody.knows');
	const surface = fc.constantFrom<Surface>('chat', 'messages', 'responses');
	const call = fc.record({model, surface, stream: fc.boolean(), leaves: fc.boolean()});
	let round = 0;
	await fc.assert(
		fc.asyncProperty(fc.array(call, {minLength: 1, maxLength: 12}), async calls => {
			const as = `caller-${round++}`;
			const before = gateway.used(1, 'mock');
			await Promise.all(
				calls.map(async ({leaves, ...how}) => {
					const client = new AbortController();
					try {
						const answer = await ask(gateway, {...how, as, signal: client.signal, body: {max_tokens: 20}});
						if (leaves) client.abort();
						await answer.text();
					} catch {}
				}),
			);
			const expected = {requests: 0, input: 0, output: 0};
			for (const _ of calls) {
				const closed = await gateway.closed();
				const {attempts, usage: read, outcome} = closed;
				const asked = attempts.filter(({status, error}) => status !== undefined || error !== 'upstream_unreachable');
				const last = asked.at(-1);
				if (last === undefined) continue;
				expected.requests++;
				if (outcome === 'ok') t.is(read?.input.total, usage.input);
				if (read === undefined && (last.status ?? 0) >= 400) continue;
				const {input, output} = outcome === 'ok' ? usage : (usedTokens(closed) ?? {input: 0, output: 0});
				expected.input += input;
				expected.output += output;
			}
			const used = uses(expected.requests, expected.input, expected.output);
			t.deepEqual(gateway.used(0, as), used);
			const after = gateway.used(1, 'mock');
			t.deepEqual(
				Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)])),
				used,
			);
		}),
		{numRuns: 25},
	);
});
