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

async function together(store: string, mode: Errand['mode']) {
	const calls = [167, 167, 166];
	const all = await Promise.all(calls.map(many => spend({store, calls: many, mode})));
	const sum = (of: (one: Spent) => number): number => all.reduce((total, one) => total + of(one), 0);
	return {spent: sum(({nanoUsd}) => Number(nanoUsd)), passed: sum(one => one.passed), refused: sum(one => one.refused)};
}

for (const mode of ['plain', 'streamed', 'aborted'] as const) {
	(noRedis === undefined ? test.serial : test.serial.skip)(
		`500 calls of two cents on three processes and one Redis, ${mode}`,
		async t => {
			t.timeout(120_000);
			const server = await startRedis();
			t.teardown(() => server.remove());
			const {spent, passed, refused} = await together(server.url, mode);
			t.is(passed + refused, 500);
			t.true(spent <= 1_000_000_000, String(spent));
			if (mode === 'aborted') t.true(spent >= passed * 10_000, 'what broke off is not free');
			else t.true(passed >= 40 && passed <= 50 && spent === passed * 20_000_000, `${passed} passed`);
		},
	);
}

test.serial('500 calls of two cents on three processes and one Postgres', async t => {
	t.timeout(120_000);
	const server = await startPostgres('fsync=off');
	t.teardown(() => server.remove());
	const {spent, passed, refused} = await together(server.url(), 'plain');
	t.is(passed + refused, 500);
	t.true(passed >= 40 && passed <= 50 && spent === passed * 20_000_000, `${passed} passed`);
});
