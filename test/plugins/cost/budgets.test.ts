/** Budgets: what is left is enough for a call or the call is refused, at any concurrency, and what was not used comes back. */

import test from 'ava';
import {type Caller, definePlugin} from 'tapgate';
import {type cost, openaiCompatible} from 'tapgate/plugins';
import {reply, startUpstream} from 'tapgate/testing';
import type {BudgetSubject} from '../../../plugins/cost/options.js';
import {awayStores} from '../../helpers/away-stores.js';
import {startHeldStream} from '../../helpers/held-stream.js';
import {gate, startCounting, twoCents} from './support.js';

const broken = {error: {status: 500, message: 'x'}};
const dollar = 1_000_000_000n;

test('a budget that is used up refuses with 402, in the envelope of the client, and says when there is more', async t => {
	const gateway = await startCounting(t, {budgets: [{by: 'key', dailyUsd: 0.03}]});
	const first = await gateway.call();
	t.is(first.status, 200);
	t.is(first.headers.get('x-tapgate-cost'), '0.02');
	t.is(first.headers.get('x-tapgate-budget-remaining'), '0.01');

	const openai = await gateway.call();
	t.is(openai.status, 402);
	const {error} = (await openai.json()) as {error: {code: string; type: string; message: string}};
	t.is(error.code, 'budget_exceeded');
	t.regex(error.message, /key "somebody", daily\) of \$0\.03 has \$0\.01 left.* again at 20\d\d-\d\d-\d\dT00:00:00Z/);
	const wait = Number(openai.headers.get('retry-after'));
	t.true(wait > 0 && wait <= 86_400, String(wait));

	const anthropic = await gateway.call({}, {}, '/v1/messages');
	t.is(anthropic.status, 402);
	t.like(await anthropic.json(), {type: 'error', error: {type: 'billing_error'}});
	t.is((await gateway.call({}, {name: 'another'})).status, 200);
	t.deepEqual(gateway.metric('cost_budget_refusals_total'), [{labels: {by: 'key'}, value: 2}]);
});

test('a call that may cost more than the whole budget is told to ask for less', async t => {
	const gateway = await startCounting(t, {budgets: [{by: 'key', dailyUsd: 0.03}]});
	const refused = await gateway.call({max_tokens: 4000});
	t.is(refused.status, 402);
	t.is(refused.headers.get('retry-after'), null);
	t.regex(await refused.text(), /ask for fewer tokens/);
	t.is((await gateway.call({max_tokens: 1000})).status, 200);
	t.is((await gateway.call({n: 3, max_tokens: 1000})).status, 402, 'three answers are three times as long');
});

test('input is reserved at the dearest rate that it can have', async t => {
	const reserved = async (price: object, ttl: string): Promise<number> => {
		const {call} = await startCounting(t, {prices: {'mock.*': price}, budgets: [{by: 'key', dailyUsd: 0.000001}]});
		const answer = await call({metadata: {ttl}});
		t.is(answer.status, 402);
		return Math.round(Number(/may cost \$([\d.]+)/.exec(await answer.text())?.[1]) * 1e9);
	};
	const cheapCache = {input: 10, cacheWrite5m: 1, cacheWrite1h: 2, output: 0};
	const dearCache = {input: 10, cacheWrite5m: 12, cacheWrite1h: 20, output: 0};

	const plain = await reserved({input: 10, output: 0}, '5m');
	t.is(await reserved(cheapCache, '5m'), plain);
	t.is(await reserved(cheapCache, '1h'), plain, 'nobody reserves less by asking for a cache');
	t.is(await reserved(dearCache, '5m'), plain * 1.2);
	t.is(await reserved(dearCache, '1h'), plain * 2);
});

test('what was reserved and not used comes back: streamed, failed, refused later', async t => {
	const picky = definePlugin({
		name: 'picky',
		apply: ({hooks}) =>
			hooks.admit.tap({name: 'picky', stage: 'late'}, ({request}) => {
				if (request.json?.['user'] === 'nobody') throw new Error('no');
			}),
	});
	const gateway = await startCounting(
		t,
		{budgets: [{by: 'key', dailyUsd: 0.1}]},
		{models: {call: twoCents, broken}, plugins: [picky()]},
	);
	let calls = 0;
	for (const body of [{model: 'mock.broken'}, {user: 'nobody'}, {stream: true}, {model: 'mock.broken', stream: true}]) {
		await (await gateway.call({max_tokens: 8000, ...body})).text();
		await gateway.book.until(++calls);
	}
	const last = await gateway.call();
	t.is(last.headers.get('x-tapgate-budget-remaining'), '0.06', 'two of five cost something');
});

const subjects: readonly (readonly [BudgetSubject, Partial<Caller>, Partial<Caller>])[] = [
	['key', {name: 'a'}, {name: 'b'}],
	['team', {team: 'a'}, {team: 'b'}],
	['tag', {tags: ['x', 'a']}, {tags: ['b']}],
];
for (const [by, one, other] of subjects) {
	test(`each ${by} has a budget of its own`, async t => {
		const gateway = await startCounting(t, {budgets: [{by, hourlyUsd: 0.03}]});
		t.is((await gateway.call({}, one)).status, 200);
		t.is((await gateway.call({}, one)).status, 402);
		t.is((await gateway.call({}, other)).status, 200);
	});
	test(`a pattern says which ${by} a budget speaks of`, async t => {
		const gateway = await startCounting(t, {budgets: [{by, match: 'a*', weeklyUsd: 0.03}]});
		t.is((await gateway.call({}, one)).status, 200);
		t.is((await gateway.call({}, one)).status, 402);
		for (let count = 0; count < 3; count++) t.is((await gateway.call({}, other)).status, 200);
	});
}

test('all share the global one; models, routes and addresses have theirs', async t => {
	const other = {model: 'mock.other'};
	const models = {call: twoCents, other: twoCents};
	for (const [by, status] of [
		['global', 402],
		['provider', 402],
		['ip', 402],
		['route', 402],
		['model', 200],
	] as const) {
		const gateway = await startCounting(t, {budgets: [{by, monthlyUsd: 0.03}]}, {models});
		t.is((await gateway.call()).status, 200, by);
		t.is((await gateway.call()).status, 402, by);
		t.is((await gateway.call(other, {name: 'another'})).status, status, by);
		t.is((await gateway.call({}, {}, '/v1/messages')).status, by === 'route' ? 200 : 402, by);
	}
});

test('a rolling budget says when enough is forgotten, the calendar of a zone when its day is over', async t => {
	const waits = async (options: Parameters<typeof cost>[0]): Promise<number> => {
		const gateway = await startCounting(t, options);
		t.is((await gateway.call()).status, 200);
		const refused = await gateway.call();
		t.is(refused.status, 402);
		return Number(refused.headers.get('retry-after'));
	};
	const rolling = await waits({budgets: [{by: 'key', dailyUsd: 0.03, rolling: true}]});
	t.true(rolling >= 86_000 && rolling <= 86_400 * (61 / 60) + 1, String(rolling));
	const [one, other] = await Promise.all(
		['Pacific/Kiritimati', 'Pacific/Pago_Pago'].map(zone => waits({zone, budgets: [{by: 'key', dailyUsd: 0.03}]})),
	);
	// Their clocks are 25 hours apart: their days end an hour after one another.
	const apart = Math.abs((one ?? 0) - (other ?? 0));
	t.true(Math.abs(apart - 3600) < 120 || Math.abs(apart - 82_800) < 120, `${one} and ${other}`);
});

test('a caller may bring a budget, beside those of the config', async t => {
	const gateway = await startCounting(t, {budgets: [{by: 'team', dailyUsd: 1}]});
	const poor = {name: 'poor', budget: {dailyUsd: 0.03}};
	t.is((await gateway.call({}, poor)).status, 200);
	const refused = await gateway.call({}, poor);
	t.is(refused.status, 402);
	t.regex(await refused.text(), /key \\"poor\\", daily/);
	t.is((await gateway.call({}, {name: 'rich'})).status, 200);
});

test('a model budget is paid by the model that has answered', async t => {
	const gateway = await startCounting(
		t,
		{budgets: [{by: 'model', dailyUsd: 0.05}]},
		{models: {call: twoCents, lost: broken}, fallbacks: {'mock.lost': ['mock.call']}},
	);
	t.is((await gateway.call({model: 'mock.lost'})).status, 200);
	await gateway.book.until(1);
	t.is((await gateway.call()).headers.get('x-tapgate-budget-remaining'), '0.01');
	const lost = await gateway.call({model: 'mock.lost'});
	t.is(lost.status, 500, 'the fallback cannot be paid for any more, and is not what went wrong');
	t.is(lost.headers.get('x-tapgate-target'), 'mock.lost');
});

for (const stream of [false, true]) {
	test(`a model whose budget is used up leaves its calls to the fallback${stream ? ', streamed' : ''}`, async t => {
		const gateway = await startCounting(
			t,
			{budgets: [{by: 'model', match: 'mock.c*', dailyUsd: 0.03}]},
			{
				models: {call: twoCents, cheap: twoCents, last: twoCents},
				fallbacks: {'mock.call': ['mock.cheap', 'mock.last'], 'mock.cheap': ['mock.call']},
			},
		);
		for (const [number, target] of ['call', 'cheap', 'last', 'last'].entries()) {
			const answer = await gateway.call({stream});
			await answer.text();
			await gateway.book.until(number + 1);
			t.is(answer.status, 200);
			t.is(answer.headers.get('x-tapgate-target'), `mock.${target}`);
			t.is(answer.headers.get('x-tapgate-attempts'), '1');
		}
		const refused = await gateway.call({stream, model: 'mock.cheap'});
		t.is(refused.status, 402);
		t.regex(await refused.text(), /model \\"mock\.cheap\\", daily/, 'both are used up: it is told of the first');
		t.is(gateway.book.spent(), 80_000_000n);
	});
}

test('no fallback helps a caller whose own budget is used up', async t => {
	const gateway = await startCounting(
		t,
		{
			budgets: [
				{by: 'key', dailyUsd: 0.05},
				{by: 'model', match: 'mock.call', hourlyUsd: 0.03},
			],
		},
		{models: {call: twoCents, cheap: twoCents}, fallbacks: {'mock.call': ['mock.cheap']}},
	);
	for (const target of ['mock.call', 'mock.cheap'])
		t.is((await gateway.call()).headers.get('x-tapgate-target'), target);
	const refused = await gateway.call();
	t.is(refused.status, 402);
	t.regex(await refused.text(), /key \\"somebody\\", daily/);
});

test('a target without a price is passed over when such calls are refused, and makes no reservation smaller when they are not', async t => {
	const upstream = await startUpstream(reply.json({choices: []}));
	t.teardown(upstream.stop);
	const budgets = [{by: 'key', dailyUsd: 0.03}] as const;
	const more = (fallbacks: Record<string, string[]>, gated = false) => ({
		fallbacks,
		models: {call: twoCents, lost: broken},
		plugins: [openaiCompatible({name: 'odd', baseUrl: upstream.url, apiKey: 'k'}), ...(gated ? [gate(2)] : [])],
	});
	const first = await startCounting(t, {unpriced: 'refuse', budgets}, more({'odd.*': ['mock.call']}));
	const passed = await first.call({model: 'odd.model'});
	t.is(passed.status, 200);
	t.is(passed.headers.get('x-tapgate-target'), 'mock.call');

	const behind = await startCounting(t, {unpriced: 'refuse', budgets}, more({'mock.lost': ['odd.model']}));
	t.is((await behind.call({model: 'mock.lost'})).status, 500);
	t.is(upstream.requests.length, 0);

	const allowed = await startCounting(t, {budgets}, more({'mock.call': ['odd.model']}, true));
	const statuses = await Promise.all([allowed.call(), allowed.call()]);
	t.deepEqual(statuses.map(({status}) => status).sort(), [200, 402], 'there is enough for one of them');
});

test('a soft budget warns and refuses nothing', async t => {
	const gateway = await startCounting(t, {budgets: [{by: 'key', dailyUsd: 0.03, soft: true}]});
	t.is((await gateway.call()).headers.get('x-tapgate-budget-warning'), null);
	for (let count = 0; count < 3; count++) {
		const over = await gateway.call();
		t.is(over.status, 200);
		t.truthy(over.headers.get('x-tapgate-budget-warning'));
		t.is(over.headers.get('x-tapgate-budget-remaining'), '0');
	}
	await gateway.book.until(4);
	t.deepEqual(gateway.metric('cost_budget_warnings_total'), [{labels: {by: 'key'}, value: 3}]);
	const warnings = gateway.log.lines.filter(({message}) => message === 'a soft budget is used up');
	t.is(warnings.length, 1);
	t.like(warnings[0]?.fields, {budget: 'key "somebody", daily', limitUsd: '0.03'});
});

test('a call without a price is let through or refused, as the config says, when there is a budget', async t => {
	const upstream = await startUpstream(reply.json({choices: []}));
	t.teardown(upstream.stop);
	for (const [unpriced, status] of [
		['allow', 200],
		['refuse', 402],
	] as const) {
		const plugins = [openaiCompatible({name: 'odd', baseUrl: upstream.url, apiKey: 'k'})];
		const gateway = await startCounting(t, {unpriced, budgets: [{by: 'team', dailyUsd: 1}]}, {plugins});
		const answer = await gateway.call({model: 'odd.model'}, {team: 'a'});
		t.is(answer.status, status);
		if (status === 402) t.regex(await answer.text(), /unpriced_model/);
		t.is((await gateway.call({model: 'odd.model'})).status, 200, 'no budget applies to who has no team');
	}
});

test('when the store cannot be asked and calls are refused then, the client is told to try again', async t => {
	const gateway = await startCounting(t, {budgets: [{by: 'key', dailyUsd: 1}]}, {store: awayStores()});
	const refused = await gateway.call();
	t.is(refused.status, 503);
	t.truthy(refused.headers.get('retry-after'));
	t.regex(await refused.text(), /store_unavailable/);
});

for (const mode of ['plain', 'streamed', 'aborted'] as const) {
	test(`500 calls of two cents at once, ${mode}: not more than the dollar is spent`, async t => {
		const slow = {chunks: Array.from({length: 200}, () => 'word '), intervalMs: 5};
		const gateway = await startCounting(
			t,
			{budgets: [{by: 'key', dailyUsd: 1}]},
			mode === 'aborted' ? {models: {call: slow}, plugins: [gate(500)]} : {models: {call: twoCents}},
		);
		const statuses = await Promise.all(
			Array.from({length: 500}, async () => {
				const leaving = new AbortController();
				const response = await fetch(`${gateway.url}/v1/chat/completions`, {
					method: 'POST',
					headers: {'content-type': 'application/json'},
					body: JSON.stringify({model: 'mock.call', max_tokens: 2000, stream: mode !== 'plain', messages: []}),
					signal: leaving.signal,
				});
				if (mode === 'aborted' && response.ok) {
					await response.body?.getReader().read();
					leaving.abort();
				} else await response.text();
				return response.status;
			}),
		);
		await gateway.book.until(500);
		const spent = gateway.book.spent();
		const passed = statuses.filter(status => status === 200).length;
		t.deepEqual([...new Set(statuses)].sort(), [200, 402]);
		t.true(spent <= dollar, String(spent));
		if (mode === 'aborted') t.true(spent >= BigInt(passed) * 10_000n, 'what broke off is not free');
		else t.is(spent, BigInt(passed) * 20_000_000n);
		t.true(passed >= 40 && passed <= 50, String(passed));
	});
}

test('calls that cost more than was estimated pass the limit by no more than that', async t => {
	const gateway = await startCounting(t, {budgets: [{by: 'key', dailyUsd: 1}]}, {plugins: [gate(500)]});
	const statuses = await Promise.all(
		Array.from({length: 500}, async () => {
			const response = await gateway.call({max_tokens: 900});
			await response.text();
			return response.status;
		}),
	);
	const closed = await gateway.book.until(500);
	const body = closed[0]?.request.body.length ?? 0;
	const estimate = BigInt(Math.ceil(body / 3) + 900) * 10_000n;
	const passed = BigInt(statuses.filter(status => status === 200).length);
	t.true(gateway.book.spent() > dollar, 'the estimates were too low');
	t.true(gateway.book.spent() <= dollar + passed * (20_000_000n - estimate));
	t.is((await gateway.call({max_tokens: 1})).status, 402, 'it is overdrawn');
});

test('budgets that cannot be meant stop the start', t => {
	const message = (options: Parameters<typeof cost>[0]) =>
		startCounting(t, options).then(
			() => 'started',
			(error: Error) => error.message,
		);
	return Promise.all([
		message({budgets: [{by: 'key'}]}).then(text => t.regex(text, /budgets\[0\]: expected one of hourlyUsd/)),
		message({budgets: [{by: 'global', match: 'x', dailyUsd: 1}]}).then(text => t.regex(text, /remove match/)),
		message({zone: 'Nowhere/Land'}).then(text => t.regex(text, /zone: expected an IANA time zone/)),
		message({webhook: 'ftp://x'}).then(text => t.regex(text, /webhook: expected an http or https URL/)),
		message({
			budgets: [
				{by: 'key', dailyUsd: 1},
				{by: 'key', dailyUsd: 2, hourlyUsd: 1},
			],
		}).then(text => t.regex(text, /budgets\[1\]: a budget before it/)),
	]);
});

test('what was reserved for a target that has failed is given back when another one is asked, not when that one has answered', async t => {
	const [first, second] = [await startUpstream(reply.json({error: {message: 'busy'}}, 500)), await startHeldStream(t)];
	t.teardown(first.stop);
	const gateway = await startCounting(
		t,
		{
			prices: {'first.*': {input: 10, output: 10}, 'second.*': {input: 10, output: 10}},
			budgets: [
				{by: 'provider', match: 'first', dailyUsd: 0.03},
				{by: 'key', dailyUsd: 5},
			],
		},
		{
			plugins: [
				openaiCompatible({name: 'first', baseUrl: first.url}),
				openaiCompatible({name: 'second', baseUrl: second.url}),
			],
			fallbacks: {'first.model': ['second.model']},
		},
	);
	const call = async () => {
		const answer = await gateway.call({model: 'first.model', stream: true});
		t.is(answer.headers.get('x-tapgate-target'), 'second.model');
		return answer;
	};
	const streaming = await call();
	t.true(Number(streaming.headers.get('x-tapgate-budget-remaining')) > 1, 'of the budgets that may have to pay');
	const others = [await call(), await call()];
	t.is(first.requests.length, 3, 'each time there was enough for a call');
	second.end();
	for (const answer of [streaming, ...others]) await answer.text();
	await gateway.book.until(3);
	// A budget that has been charged by mistake would be too small for this.
	await call();
	t.is(first.requests.length, 4);
	t.is(gateway.book.spent(), 3n * 120_000n);
	second.end();
});
