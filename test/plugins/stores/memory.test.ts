/** The store in memory. */

import test from 'ava';
import {MemoryStore} from '../../../plugins/stores/memory.js';
import {bucket, granted, hourly, rolling, seats, someTime, takeOf, testContract} from './contract.js';

testContract(
	test,
	async (_t, start) => {
		let now = start;
		const store = new MemoryStore(() => now);
		return {
			store,
			async advance(ms) {
				now += ms;
			},
		};
	},
	500,
);

test('how the holdings stand after settling is told to those who want to know', async t => {
	const store = new MemoryStore(() => someTime);
	const holding = hourly('k', 10);
	t.is(await (await granted(t, store, takeOf(holding, 3))).settle([2], false), undefined);
	t.like(await (await granted(t, store, takeOf(holding, 3))).settle([2]), [{remaining: 6}]);
});

test('a take that is not enforced is short by how the holding stood before it', t => {
	const store = new MemoryStore(() => someTime);
	for (const holding of [bucket('k', 10, 0), hourly('k', 10), rolling('k', 10, 60)]) {
		t.like(store.take([takeOf(holding, 10, false)]).standings, [{remaining: 0, short: false}]);
		t.like(store.take([takeOf(holding, 1, false)]).standings, [{remaining: -1, short: true}]);
	}
});

test('holdings that stand as new are let go, and others are not', async t => {
	let now = someTime;
	const store = new MemoryStore(() => now);
	for (let caller = 0; caller < 1000; caller++) {
		const key = `caller ${caller}`;
		const grant = await granted(
			t,
			store,
			...[bucket(key, 10, 1), hourly(key, 10), rolling(key, 10, 60), seats(key, 1)].map(holding => takeOf(holding)),
		);
		if (caller > 0) grant.settle([1, 1, 1, 0]);
	}
	t.true(store.size > 3000);

	now += 7_200_000;
	for (let call = 0; call < 5000; call++) store.take([takeOf(seats('caller 0', 1))]);

	t.is(store.size, 1);
	t.false(store.take([takeOf(seats('caller 0', 1))]).granted);
});
