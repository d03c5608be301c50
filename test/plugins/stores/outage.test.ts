/** A store that goes away and comes back: calls are answered as `degraded` says, nothing hangs, and it ends by itself. */

import {mock} from 'node:test';
import {setImmediate as nextTurn} from 'node:timers/promises';
import anyTest, {type ExecutionContext, type TestFn} from 'ava';
import type {Backend} from '../../../plugins/stores/backend.js';
import {type Degraded, type Grant, seatSeconds, type Take} from '../../../plugins/stores/keys.js';
import type {Link} from '../../../plugins/stores/link.js';
import {readRedisUrl} from '../../../plugins/stores/redis/address.js';
import {RedisBackend} from '../../../plugins/stores/redis/backend.js';
import type {Settlements} from '../../../plugins/stores/settlements.js';
import {noRedis, type RedisServer, startRedis} from '../../helpers/redis.js';
import {bucket, freshKey, granted, hourly, seats, takeOf} from './contract.js';
import {openShared} from './shared.js';

const test = (noRedis === undefined ? anyTest : anyTest.skip) as TestFn;
if (noRedis !== undefined) anyTest(`left out: ${noRedis}`, t => t.pass());

async function start(t: ExecutionContext): Promise<RedisServer> {
	const server = await startRedis();
	t.teardown(() => {
		server.resume();
		return server.remove();
	});
	return server;
}

const open = (t: ExecutionContext, server: RedisServer, degraded: Degraded, deadlineMs = 50) =>
	openShared(t, new RedisBackend(readRedisUrl(server.url)), deadlineMs, degraded);

const back = (link: Link) => new Promise<void>(resolve => link.whenBack(resolve));

async function allTold(settlements: Settlements): Promise<void> {
	while (settlements.size > 0) {
		await settlements.tell();
		await nextTurn();
	}
}

/** Takes until the link knows that the store is away. */
async function untilAway(link: Link, take: () => Promise<unknown>): Promise<void> {
	while (!link.isAway) await take().catch(() => undefined);
}

for (const [degraded, more] of [
	['local', 10],
	['allow', 200],
	['refuse', 0],
] as const) {
	test(`${degraded}: two hundred calls around an outage get ten, and what the mode allows`, async t => {
		const server = await start(t);
		const {store, link, log} = await open(t, server, degraded, 1000);
		const take = takeOf(hourly(freshKey(), 10));
		const burst = async () => {
			const answers = await Promise.allSettled(Array.from({length: 200}, async () => store.take([take])));
			for (const answer of answers)
				if (answer.status === 'rejected') t.is((answer.reason as Error).name, 'StoreUnavailable');
			return answers.filter(answer => answer.status === 'fulfilled' && answer.value.granted).length;
		};
		t.is(await burst(), 10);

		await server.kill();
		const away = await burst();
		t.is(away, more);
		t.true(link.isAway);
		await burst();

		const again = back(link);
		await server.start();
		await again;
		t.true((await burst()) <= 10 + more);
		t.deepEqual(
			log.lines.map(({message}) => message),
			['a store is away', 'a store is back'],
		);
	});
}

anyTest('a question that many calls share fails once for all of them: the store is not away for that', async t => {
	let fails: Promise<never> | undefined;
	const answer = {outcome: 'granted', figures: []} as const;
	const backend: Backend = {
		kind: 'shared',
		prepare: () => Promise.resolve(),
		take: (_grant, takes) => (takes.length === 0 ? Promise.resolve(answer) : (fails ?? Promise.resolve(answer))),
		settle: () => Promise.resolve([]),
		look: () => Promise.resolve([]),
		renew: () => Promise.resolve(),
		revoke: () => Promise.resolve(),
		revoked: () => Promise.resolve([]),
		close: () => Promise.resolve(),
	};
	const {store, link} = await openShared(t, backend, 1000, 'allow');
	const burst = async () => {
		fails = Promise.reject(new Error('a deadlock'));
		await Promise.all(Array.from({length: 50}, () => store.take([takeOf(hourly(freshKey(), 10))])));
	};
	for (let time = 0; time < 4; time++) await burst();
	t.is(link.counts.failures, 200);
	t.false(link.isAway);
	await burst();
	t.true(link.isAway, 'after five in a row');
});

/** A machine that has much to do may miss the deadline of the first calls. */
async function untilSteady(link: Link, ask: () => Promise<void>): Promise<void> {
	for (let good = 0; good < 5; ) {
		const {calls, failures} = link.counts;
		await ask().catch(() => undefined);
		await nextTurn();
		good = link.counts.calls > calls && link.counts.failures === failures ? good + 1 : 0;
	}
}

test('a server that stands still is waited for no longer than the deadline, and then not at all', async t => {
	const server = await start(t);
	const {store, link} = await open(t, server, 'refuse');
	const holding = hourly(freshKey(), 1000);
	await untilSteady(link, async () => void (await store.look([holding])));
	server.freeze();

	const error = await t.throwsAsync(async () => store.take([takeOf(holding)]), {name: 'StoreUnavailable'});
	t.regex(error?.message ?? '', /no answer within 50 ms/);
	await untilAway(link, async () => store.take([takeOf(holding)]));
	const {calls} = link.counts;
	await t.throwsAsync(async () => store.take([takeOf(holding)]), {message: /is away/});
	t.is(link.counts.calls, calls);
	const again = back(link);
	server.resume();
	await again;
});

test('what was taken while nobody waited for the answer any more is given back', async t => {
	const server = await start(t);
	const {store, link, settlements} = await open(t, server, 'refuse');
	const holding = hourly(freshKey(), 100);
	await untilSteady(link, async () => void (await store.look([holding])));
	server.freeze();
	await untilAway(link, async () => store.take([takeOf(holding, 7)]));
	t.true(settlements.size >= 5);

	const again = back(link);
	server.resume();
	await again;
	await allTold(settlements);

	const {store: patient} = await open(t, server, 'refuse', 10_000);
	t.is((await patient.look([holding]))[0]?.remaining, 100);
});

test('what calls used is told when the store is back, once, and their seats come free', async t => {
	const server = await start(t);
	const {store, link, settlements} = await open(t, server, 'refuse', 10_000);
	const key = freshKey();
	const takes: readonly Take[] = [takeOf(hourly(key, 100), 10), takeOf(seats(key, 20))];
	const grants: Grant[] = [];
	for (let call = 0; call < 6; call++) grants.push(await granted(t, store, ...takes));
	const impatient = await open(t, server, 'refuse', 500);
	await untilSteady(impatient.link, async () => void (await impatient.store.look([])));
	const late = await granted(t, impatient.store, ...takes);

	server.freeze();
	t.is(await late.settle([3, 0]), undefined);
	await untilAway(impatient.link, async () => impatient.store.look([]));
	const again = back(impatient.link);
	server.resume();
	await again;
	for (const grant of grants) await grant.settle([2, 0]);
	await allTold(impatient.settlements);

	t.deepEqual(
		(await store.look(takes.map(({holding}) => holding))).map(({remaining}) => remaining),
		[100 - 6 * 2 - 3, 20],
	);
	t.is(settlements.size, 0);
	t.false(link.isAway);
});

for (const degraded of ['local', 'allow'] as const)
	test(`${degraded}: what was used of a budget during an outage is charged after it, once`, async t => {
		const server = await start(t);
		const {store, link, settlements} = await open(t, server, degraded, 1000);
		const key = freshKey();
		const takes = [takeOf(hourly(key, 1000), 10), takeOf(bucket(key, 100, 0), 10), takeOf(seats(key, 9))];
		await (await granted(t, store, ...takes)).settle([7, 7, 0]);
		await server.kill();
		await untilAway(link, async () => store.look([]));
		for (let call = 0; call < 5; call++) {
			const grant = await granted(t, store, ...takes);
			await grant.settle([4, 4, 0]);
			await grant.settle([4, 4, 0]);
		}

		const again = back(link);
		await server.start();
		await again;
		await allTold(settlements);

		const {store: patient} = await open(t, server, 'refuse', 10_000);
		// The server was empty after its start.
		t.deepEqual(
			(await patient.look(takes.map(({holding}) => holding))).map(({remaining}) => remaining),
			[980, 100, 9],
		);
	});

test('what was settled in parts, while the store was away or not, is told once', async t => {
	const server = await start(t);
	const {store, link, settlements} = await open(t, server, 'refuse');
	const {store: patient} = await open(t, server, 'refuse', 10_000);
	const key = freshKey();
	const takes = [takeOf(hourly(key, 100), 10), takeOf(seats(key, 3)), takeOf(hourly(`${key} b`, 100), 10)];
	const left = async () => (await patient.look(takes.map(({holding}) => holding))).map(({remaining}) => remaining);
	const grants = [await granted(t, patient, ...takes), await granted(t, patient, ...takes)];
	const late = await granted(t, store, ...takes);
	t.deepEqual(await left(), [70, 0, 70]);
	await grants[0]?.settle([1, 0, undefined]);
	server.freeze();
	await untilAway(link, async () => store.look([]));
	t.is(await late.settle([undefined, 0, 2]), undefined);
	t.is(await late.settle([3, 0, 9]), undefined);
	const again = back(link);
	server.resume();
	await again;
	await allTold(settlements);
	await grants[0]?.settle([9, 0, 4]);
	await grants[1]?.settle([5, 0, 5]);
	t.deepEqual(await left(), [100 - 1 - 3 - 5, 3, 100 - 4 - 2 - 5]);
});

/** A backend that does what the test says, for what no real server can be made to do on purpose. */
function scripted(parts: Partial<Backend>): Backend {
	return {
		kind: 'redis',
		prepare: async () => {},
		take: async () => ({outcome: 'granted', figures: []}),
		settle: async () => [],
		look: async () => [],
		renew: async () => {},
		revoke: async () => {},
		revoked: async () => [],
		close: async () => {},
		...parts,
	};
}

anyTest('settlements are kept within bounds, and those that are dropped are counted', async t => {
	let answers = true;
	const {store, settlements, link} = await openShared(
		t,
		scripted({
			async settle(grant) {
				if (!answers && !grant.startsWith('probe')) throw new Error('not now');
				return [];
			},
		}),
		50,
	);
	const grants: Grant[] = [];
	for (let call = 0; call < 10_100; call++) grants.push(await granted(t, store));
	answers = false;
	for (const grant of grants) await grant.settle([]);

	t.true(link.isAway);
	t.is(settlements.size, 10_000);
	t.is(settlements.dropped, 100);
	answers = true;
	await back(link);
	await settlements.tell();
	t.is(settlements.size, 0);
});

anyTest('a settlement that is answered with an error again and again is given up, and the others are told', async t => {
	const told: string[] = [];
	const {settlements, store} = await openShared(
		t,
		scripted({
			async settle(grant) {
				if (grant === 'poison') throw new Error('no');
				told.push(grant);
				return [];
			},
		}),
		50,
	);
	settlements.add({grant: 'poison', takes: [], used: []});
	settlements.add({grant: 'other', takes: [], used: []});
	for (let time = 0; time < 10; time++) {
		await settlements.tell();
		await store.look([]);
	}

	t.is(settlements.dropped, 1);
	t.is(settlements.size, 0);
	t.true(told.includes('other'));
});

anyTest('seats are renewed in time for as long as their calls go on', async t => {
	mock.timers.enable({apis: ['setInterval']});
	t.teardown(() => mock.timers.reset());
	const renewed: (readonly string[])[] = [];
	const {store} = await openShared(
		t,
		scripted({
			take: async (_grant, takes) => ({
				outcome: 'granted',
				figures: takes.map(() => ({short: false, value: 1, resetMs: 0, waitMs: 0})),
			}),
			settle: async (_grant, takes) => takes.map(() => ({short: false, value: 0, resetMs: 0, waitMs: 0})),
			async renew(leases) {
				renewed.push(leases.map(({holding}) => holding.key));
			},
		}),
	);
	const grant = await granted(t, store, takeOf(hourly('not a seat', 5)), takeOf(seats('a', 5)));
	await granted(t, store, takeOf(seats('b', 5)));

	mock.timers.tick((seatSeconds / 3) * 1000);
	t.deepEqual(renewed, [['a', 'b']]);
	await grant.settle([1, 0]);
	mock.timers.tick((seatSeconds / 3) * 1000);
	t.deepEqual(renewed, [['a', 'b'], ['b']]);
});
