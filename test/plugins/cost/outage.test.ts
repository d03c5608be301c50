/** Budgets whose store goes away and comes back: calls, headers, health, metrics and log say what `degraded` promises. */

import {setImmediate as nextTurn} from 'node:timers/promises';
import anyTest, {type TestFn} from 'ava';
import {health} from 'tapgate/plugins';
import {noRedis, startRedis} from '../../helpers/redis.js';
import {storeHealth} from '../../helpers/store-health.js';
import {startCounting} from './support.js';

const test = (noRedis === undefined ? anyTest : anyTest.skip) as TestFn;
if (noRedis !== undefined) anyTest(`left out: ${noRedis}`, t => t.pass());

/** Two cents are left of five after the first call; each further one costs two. Of the status and the header, call by call. */
const outcomes = {
	local: [
		[200, '0.03'],
		[200, '0.01'],
		[402, '0.01'],
		[402, '0.01'],
	],
	allow: [
		[200, null],
		[200, null],
		[200, null],
		[200, null],
	],
	refuse: [
		[503, null],
		[503, null],
		[503, null],
		[503, null],
	],
} as const;

for (const [degraded, expected] of Object.entries(outcomes) as [keyof typeof outcomes, (typeof outcomes)['local']][]) {
	test(`${degraded}: budgets while the store is away, and after it`, async t => {
		const redis = await startRedis();
		t.teardown(() => redis.remove());
		const options = {store: redis.url, degraded, deadlineMs: 5000, budgets: [{by: 'key', dailyUsd: 0.05}] as const};
		const gateway = await startCounting(t, options, {plugins: [health()]});
		const asked = () => storeHealth(gateway);
		let calls = 0;
		const called = async () => {
			const answer = await gateway.call();
			await answer.text();
			await gateway.book.until(++calls);
			return [answer.status, answer.headers.get('x-tapgate-budget-remaining')] as const;
		};
		const value = (name: string) => (gateway.metric(name) as readonly {readonly value: number}[])[0]?.value;
		t.deepEqual(await called(), [200, '0.03']);

		await redis.kill();
		// Others fail until the store counts as away; their answers are the same.
		const answers = [];
		for (const _ of expected) answers.push(await called());
		t.deepEqual(answers, [...expected]);
		while ((await asked()).store.status === 'ok') await called();
		t.like(await asked(), {status: 'degraded', store: {status: 'away'}});
		t.is(value('store_up'), 0);
		t.true((value('store_fallbacks_total') ?? 0) >= 4);

		// It is empty when it starts; what was used in the meantime is charged to it.
		await redis.start();
		while ((await asked()).status !== 'ok' || (await asked()).store.settlementsWaiting > 0) await nextTurn();
		t.is(value('store_up'), 1);
		const passed = gateway.book.closed.filter(({status}) => status === 200).length - 1;
		const left = 0.05 - passed * 0.02;
		const [status, remaining] = await called();
		t.is(status, left >= 0.03 ? 200 : 402);
		t.is(Number(remaining).toFixed(2), Math.max(0, status === 200 ? left - 0.02 : left).toFixed(2));
		t.deepEqual(
			gateway.log.lines.map(({message}) => message),
			['a store is away', 'a store is back'],
		);
	});
}
