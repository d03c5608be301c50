/** Limits whose store goes away and comes back: calls, headers, health, metrics and log say what `degraded` promises. */

import {setImmediate as nextTurn} from 'node:timers/promises';
import anyTest, {type TestFn} from 'ava';
import {health, stores} from '../../../plugins/index.js';
import {noRedis, startRedis} from '../../helpers/redis.js';
import {storeHealth} from '../../helpers/store-health.js';
import {ask, startLimited} from './limited.js';

const test = (noRedis === undefined ? anyTest : anyTest.skip) as TestFn;
if (noRedis !== undefined) anyTest(`left out: ${noRedis}`, t => t.pass());

/** Of three requests one is used when the store goes. Of each call the status, what is left, and what went wrong. */
const outcomes = {
	local: [
		[200, '2', undefined],
		[200, '1', undefined],
		[200, '0', undefined],
		[429, '0', 'rate_limited'],
	],
	allow: [
		[200, null, undefined],
		[200, null, undefined],
		[200, null, undefined],
		[200, null, undefined],
	],
	refuse: [
		[503, null, 'store_unavailable'],
		[503, null, 'store_unavailable'],
		[503, null, 'store_unavailable'],
		[503, null, 'store_unavailable'],
	],
} as const;

type Outcome = readonly [number, string | null, string | undefined];

for (const [degraded, expected] of Object.entries(outcomes) as [keyof typeof outcomes, readonly Outcome[]][]) {
	test(`${degraded}: limits while the store is away, and after it`, async t => {
		const redis = await startRedis();
		t.teardown(() => redis.remove());
		const gateway = await startLimited(t, {
			options: {store: redis.url, degraded, deadlineMs: 5000, rules: [{by: 'key', requestsPerDay: 3, concurrency: 9}]},
			plugins: [health()],
			stores: stores(),
		});
		const value = (name: string) => (gateway.metric(name) as readonly {readonly value: number}[])[0]?.value;
		const called = async (): Promise<Outcome> => {
			const answer = await ask(gateway);
			const {error} = (await answer.json()) as {error?: {code: string}};
			await gateway.closed();
			if (answer.status !== 200) t.regex(String(answer.headers.get('retry-after')), /^\d+$/);
			return [answer.status, answer.headers.get('x-ratelimit-remaining-requests'), error?.code];
		};
		t.like(await storeHealth(gateway), {status: 'ok', store: {status: 'ok'}});
		t.deepEqual(await called(), [200, '2', undefined]);

		await redis.kill();
		const answers: Outcome[] = [];
		for (const _ of expected) answers.push(await called());
		t.deepEqual(answers, [...expected]);
		// Others fail until the store counts as away; their answers are those of the last one.
		while ((await storeHealth(gateway)).store.status === 'ok') t.deepEqual(await called(), expected.at(-1));
		t.like(await storeHealth(gateway), {status: 'degraded', store: {status: 'away'}});
		t.is(value('store_up'), 0);
		t.true((value('store_fallbacks_total') ?? 0) >= 4);
		t.is((gateway.metric('rate_limit_unavailable_total') as number) >= 4, degraded === 'refuse');
		t.is((await fetch(`${gateway.url}/health/ready`)).status, 200, 'all replicas would be unready at once');

		// It is empty when it starts: what limits had counted by then begins anew.
		await redis.start();
		for (;;) {
			const {status, store} = await storeHealth(gateway);
			if (status === 'ok' && store.settlementsWaiting === 0) break;
			await nextTurn();
		}
		t.is(value('store_up'), 1);
		t.deepEqual(await called(), [200, '2', undefined]);
		const calls = await redis.client.dbsize();
		t.true(calls > 0, 'it is counted there again');
		t.deepEqual(
			gateway.log.lines.map(({level, message}) => [level, message]),
			[
				['warn', 'a store is away'],
				['info', 'a store is back'],
			],
		);
	});
}

test('a store that hangs: calls stop waiting for it, and it counts again by itself', async t => {
	const redis = await startRedis();
	t.teardown(() => {
		redis.resume();
		return redis.remove();
	});
	const gateway = await startLimited(t, {
		options: {store: redis.url, degraded: 'allow', deadlineMs: 300, rules: [{by: 'key', requestsPerDay: 3}]},
		plugins: [health()],
		stores: stores(),
	});
	const asked = () => (gateway.metric('store_calls_total') as readonly {readonly value: number}[])[0]?.value;
	const status = async () => {
		const answer = await ask(gateway);
		await answer.text();
		return answer.status;
	};
	redis.freeze();
	while ((await storeHealth(gateway)).store.status === 'ok') t.is(await status(), 200);
	const before = asked();
	for (let call = 0; call < 20; call++) t.is(await status(), 200);
	t.is(asked(), before, 'nobody asks it');

	redis.resume();
	for (;;) {
		const {status: how, store} = await storeHealth(gateway);
		if (how === 'ok' && store.settlementsWaiting === 0) break;
		await nextTurn();
	}
	const statuses = [];
	for (let call = 0; call < 4; call++) statuses.push(await status());
	t.deepEqual(statuses, [200, 200, 200, 429], 'takes that were late have been given back');
});
