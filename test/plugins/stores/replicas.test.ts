/** Several processes on one store: together they get what the limit says, and no more. */

import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import test from 'ava';
import {startPostgres} from '../../helpers/postgres.js';
import {noRedis, startRedis} from '../../helpers/redis.js';
import {bucket, hourly, rolling, seats, takeOf} from './contract.js';
import type {Order} from './taker.js';

async function taken(order: Order): Promise<number> {
	const child: ChildProcess = fork(new URL('./taker.js', import.meta.url));
	child.send(order);
	const [count] = (await once(child, 'message')) as [number];
	return count;
}

/** Two replicas, their clocks a minute apart, a hundred calls each at once. */
async function together(url: string): Promise<number> {
	const takes = [bucket('b', 90, 0), hourly('h', 61), rolling('r', 70, 3600), seats('s', 80)].map(holding =>
		takeOf(holding),
	);
	const counts = await Promise.all([-30_000, 30_000].map(async clockMs => taken({url, takes, times: 100, clockMs})));
	return counts.reduce((sum, count) => sum + count, 0);
}

(noRedis === undefined ? test : test.skip)('two processes on one Redis', async t => {
	const server = await startRedis();
	t.teardown(() => server.remove());
	t.is(await together(server.url), 61);
});

test('two processes on one Postgres', async t => {
	const server = await startPostgres('fsync=off');
	t.teardown(() => server.remove());
	t.is(await together(server.url()), 61);
});
