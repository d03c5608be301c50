/** Three gateways in processes of their own, one budget: together they spend what it says, and no more. */

import {fork} from 'node:child_process';
import {once} from 'node:events';
import test from 'ava';
import {startPostgres} from '../../helpers/postgres.js';
import {noRedis, startRedis} from '../../helpers/redis.js';
import type {Errand, Spent} from './spender.js';

async function spend(errand: Errand): Promise<Spent> {
	const child = fork(new URL('./spender.js', import.meta.url));
	child.send(errand);
	const [spent] = (await once(child, 'message')) as [Spent];
	return spent;
}

async function together(store: string, mode: Errand['mode'], maxTokens: number) {
	const calls = [167, 167, 166];
	const all = await Promise.all(calls.map(many => spend({store, calls: many, mode, maxTokens})));
	const sum = (of: (one: Spent) => number): number => all.reduce((total, one) => total + of(one), 0);
	return {
		spent: sum(({nanoUsd}) => Number(nanoUsd)),
		passed: sum(one => one.passed),
		refused: sum(one => one.refused),
		estimate: all[0]?.estimate ?? 0,
	};
}

const servers = {
	...(noRedis === undefined && {
		Redis: async () => {
			const {url, remove} = await startRedis();
			return {url, remove};
		},
	}),
	Postgres: async () => {
		const {url, remove} = await startPostgres('fsync=off');
		return {url: url(), remove};
	},
};
if (noRedis !== undefined) test(`left out: ${noRedis}`, t => t.pass());

for (const [name, start] of Object.entries(servers)) {
	for (const mode of ['plain', 'streamed', 'aborted'] as const) {
		test.serial(`500 calls of two cents on three processes and one ${name}, ${mode}`, async t => {
			t.timeout(120_000);
			const {url, remove} = await start();
			t.teardown(remove);
			const {spent, passed, refused} = await together(url, mode, 2000);
			t.is(passed + refused, 500);
			t.true(spent <= 1_000_000_000, String(spent));
			t.true(passed >= 40, `${passed} passed`);
			if (mode === 'aborted') t.true(spent >= passed * 10_000, 'what broke off is not free');
			else t.true(passed <= 50 && spent === passed * 20_000_000, `${passed} passed`);
		});
	}
	for (const mode of ['plain', 'streamed'] as const) {
		test.serial(`calls that cost more than was estimated, on three processes and one ${name}, ${mode}`, async t => {
			t.timeout(120_000);
			const {url, remove} = await start();
			t.teardown(remove);
			const {spent, passed, refused, estimate} = await together(url, mode, 900);
			t.is(passed + refused, 500);
			t.true(spent >= 980_000_000, 'as much as fits is let through');
			t.true(spent <= 1_000_000_000 + passed * (20_000_000 - estimate), `${spent} spent by ${passed}`);
		});
	}
}
