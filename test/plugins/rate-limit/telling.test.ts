/** What limits tell: headers of both API families, trials, metrics, and a store that cannot be asked. */

import test from 'ava';
import {reply, startUpstream} from '../../../config/testing/index.js';
import type {Family} from '../../../core/index.js';
import {auth, metrics, mock, openaiCompatible, rateLimit, routing} from '../../../plugins/index.js';
import {limitHeaders, retryHeaders} from '../../../plugins/rate-limit/headers.js';
import {compileRules} from '../../../plugins/rate-limit/rules.js';
import {awayStores} from '../../helpers/away-stores.js';
import {scrape} from '../../helpers/scrape.js';
import {chat, startGateway} from '../../helpers/whole-gateway.js';
import {ask, startLimited} from './limited.js';

const rules = [
	{by: 'key', requestsPerDay: 100, tokensPerDay: 10_000, inputTokensPerDay: 9000, outputTokensPerDay: 8000},
	{by: 'global', requestsPerDay: 50, concurrency: 10},
] as const;

function headersOf(answer: Response, pattern: RegExp) {
	return Object.fromEntries([...answer.headers].filter(([name]) => pattern.test(name)));
}

for (const stream of [false, true]) {
	const how = stream ? 'streamed' : 'plain';

	test(`${how}: OpenAI clients read what is left, of the limit that leaves the least`, async t => {
		const gateway = await startLimited(t, {options: {rules}});
		const headers = headersOf(await ask(gateway, {stream, body: {max_tokens: 100}}), /ratelimit/);
		t.is(headers['x-ratelimit-limit-requests'], '50');
		t.is(headers['x-ratelimit-remaining-requests'], '49');
		t.is(headers['x-ratelimit-reset-requests'], '28m48s');
		t.is(headers['x-ratelimit-limit-tokens'], '10000');
		const left = Number(headers['x-ratelimit-remaining-tokens']);
		t.true(left < 9900 && left > 9800);
		t.is(headers['x-ratelimit-remaining-output-tokens'], '7900');
		t.false(Object.keys(headers).some(name => name.startsWith('anthropic')));
	});

	test(`${how}: Anthropic clients read the same in their own words`, async t => {
		const gateway = await startLimited(t, {options: {rules}});
		const from = Date.now();
		const answer = await ask(gateway, {surface: 'messages', stream, body: {max_tokens: 100}});
		const headers = headersOf(answer, /ratelimit/);
		t.is(headers['anthropic-ratelimit-requests-limit'], '50');
		t.is(headers['anthropic-ratelimit-requests-remaining'], '49');
		const reset = headers['anthropic-ratelimit-requests-reset'] ?? '';
		t.regex(reset, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
		t.true(Date.parse(reset) >= from + 1_728_000);
		t.is(headers['anthropic-ratelimit-output-tokens-remaining'], '7900');
		t.is(headers['anthropic-ratelimit-tokens-limit'], '10000');
		t.is(headers['anthropic-ratelimit-input-tokens-limit'], '9000');
		t.false(Object.keys(headers).some(name => name.startsWith('x-ratelimit')));
	});
}

test('the provider speaks of its own limits where none of the gateway applies', async t => {
	const upstream = await startUpstream(
		reply.json({choices: []}, 200, {
			'x-ratelimit-limit-requests': '7',
			'x-ratelimit-remaining-requests': '6',
			'x-ratelimit-reset-requests': '1s',
			'x-ratelimit-remaining-tokens': '5',
		}),
	);
	t.teardown(upstream.stop);
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'key', requestsPerDay: 100}]},
		plugins: [openaiCompatible({name: 'far', baseUrl: upstream.url})],
	});
	const headers = headersOf(await ask(gateway, {model: 'far.model'}), /ratelimit/);
	t.like(headers, {
		'x-ratelimit-limit-requests': '100',
		'x-ratelimit-remaining-requests': '99',
		'x-ratelimit-remaining-tokens': '5',
	});
	t.not(headers['x-ratelimit-reset-requests'], '1s');
});

test('an answer to whom no limit applies is left alone, byte by byte', async t => {
	const upstream = await startUpstream(reply.bytes('{ "choices" : [] }', {'content-type': 'application/json'}));
	t.teardown(upstream.stop);
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'key', match: 'nobody', requestsPerDay: 1}]},
		plugins: [openaiCompatible({name: 'far', baseUrl: upstream.url})],
	});
	const answer = await ask(gateway, {model: 'far.model'});
	t.is(await answer.text(), '{ "choices" : [] }');
	t.deepEqual(headersOf(answer, /ratelimit|retry/), {});
});

test('times are written as each API writes them', t => {
	const [rule] = compileRules([{by: 'global', requestsPerMinute: 60}], false);
	const counted = rule?.takes('*') ?? [];
	const reset = (resetMs: number) => {
		const standings = [{limit: 60, remaining: -2, resetMs, short: false}];
		const told = (family: Family, name: string) => {
			const list = limitHeaders(family, counted, standings, () => 0) ?? [];
			const at = list.indexOf(name);
			return at === -1 ? undefined : list[at + 1];
		};
		t.is(told('openai', 'x-ratelimit-remaining-requests'), '0');
		return [told('openai', 'x-ratelimit-reset-requests'), told('anthropic', 'anthropic-ratelimit-requests-reset')];
	};
	t.deepEqual(reset(0), ['0s', '1970-01-01T00:00:00Z']);
	t.deepEqual(reset(16.2), ['17ms', '1970-01-01T00:00:01Z']);
	t.deepEqual(reset(1500), ['1.5s', '1970-01-01T00:00:02Z']);
	t.deepEqual(reset(360_000), ['6m0s', '1970-01-01T00:06:00Z']);
	t.deepEqual(reset(3_723_000), ['1h2m3s', '1970-01-01T01:02:03Z']);
	t.deepEqual(reset(Infinity), [undefined, undefined]);
	t.deepEqual(retryHeaders(0), {'retry-after': '1', 'retry-after-ms': '1'});
	t.deepEqual(retryHeaders(1001), {'retry-after': '2', 'retry-after-ms': '1001'});
	t.deepEqual(retryHeaders(Infinity), {'x-should-retry': 'false'});
});

test('a rule on trial refuses nothing, counts what it would have refused, and is told of once', async t => {
	const gateway = await startLimited(t, {
		options: {
			rules: [
				{by: 'key', requestsPerDay: 2, shadow: true},
				{by: 'key', requestsPerDay: 5},
			],
		},
		plugins: [metrics()],
	});
	const answers: Response[] = [];
	for (let call = 0; call < 6; call++) {
		answers.push(await ask(gateway));
		await gateway.closed();
	}
	t.deepEqual(
		answers.map(({status}) => status),
		[200, 200, 200, 200, 200, 429],
	);
	t.is(answers[0]?.headers.get('x-ratelimit-limit-requests'), '5');
	t.deepEqual(gateway.used(0, 'anybody'), {requestsPerDay: 2});
	const told = gateway.log.lines.filter(({message}) => message.includes('on trial'));
	t.is(told.length, 1);
	t.like(told[0]?.fields, {rule: '0', by: 'key', limit: 'requestsPerDay: 2', lastFor: 'anybody', calls: 1});

	const {readings} = await scrape(gateway.url);
	const reading = (name: string) =>
		readings.filter(one => one.name === `tapgate_rate_limit_${name}`).map(({labels, value}) => [labels, Number(value)]);
	t.deepEqual(reading('shadow_hits_total'), [[{rule: '0', by: 'key', limit: 'requestsPerDay'}, 3]]);
	t.deepEqual(reading('refusals_total'), [[{rule: '1', by: 'key', limit: 'requestsPerDay'}, 1]]);
	t.deepEqual(reading('takes_total'), [[{}, 6]]);
	t.deepEqual(reading('unavailable_total'), [[{}, 0]]);
});

test('with all rules on trial nothing is refused, not even by limits of the caller', async t => {
	const gateway = await startLimited(t, {
		options: {shadow: true, rules: [{by: 'global', requestsPerDay: 1}]},
		callers: {alice: {limits: {requestsPerDay: 1}}},
	});
	for (let call = 0; call < 3; call++) t.is((await ask(gateway, {as: 'alice'})).status, 200);
});

test('with degraded: refuse calls are refused while the store is away, and those on trial are not', async t => {
	for (const shadow of [false, true]) {
		const {url} = await startGateway(t, [
			awayStores(),
			auth({anonymous: true}),
			mock(),
			routing(),
			rateLimit({degraded: 'refuse', shadow, rules: [{by: 'key', requestsPerDay: 1}]}),
			metrics(),
		]);
		const answer = await chat(url);
		t.is(answer.status, shadow ? 200 : 503);
		if (!shadow) {
			t.is(answer.headers.get('retry-after'), '1');
			t.like(await answer.json(), {error: {code: 'store_unavailable'}});
		}
		const {readings} = await scrape(url);
		t.is(Number(readings.find(({name}) => name === 'tapgate_rate_limit_unavailable_total')?.value), 1);
	}
});

for (const [rule, expected] of [
	[{by: 'key'}, /rules\[0\]: expected a limit, found none/],
	[{by: 'global', match: 'a*', concurrency: 1}, /rules\[0\]: match means nothing by global/],
	[{by: 'key', burst: 3, tokensPerMinute: 3}, /rules\[0\]: burst says how much of requestsPerMinute/],
] as const) {
	test(`a rule that cannot be meant stops the start: ${JSON.stringify(rule)}`, t => {
		t.throws(() => compileRules([rule], false), {message: expected});
	});
}

test('a limit that is set twice stops the start', t => {
	const rule = {by: 'key', concurrency: 1} as const;
	t.throws(() => compileRules([rule, {...rule, shadow: true}], false), {
		message: /rules\[1\]: concurrency is the limit that rules\[0\] sets/,
	});
	t.notThrows(() => compileRules([rule, {...rule, concurrency: 2}, {...rule, match: 'a*'}], false));
});
