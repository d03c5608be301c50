/** The store in Redis, with a real server. */

import anyTest, {type TestFn} from 'ava';
import type {Take} from '../../../plugins/stores/keys.js';
import {readRedisUrl} from '../../../plugins/stores/redis/address.js';
import {RedisBackend, type RedisClocks} from '../../../plugins/stores/redis/backend.js';
import {noRedis, type RedisServer, startRedis} from '../../helpers/redis.js';
import {bucket, freshKey, granted, hourly, rolling, seats, someTime, takeOf, testContract} from './contract.js';
import {openShared} from './shared.js';

const test = (noRedis === undefined ? anyTest : anyTest.skip) as TestFn;
let server: RedisServer;
if (noRedis === undefined) {
	anyTest.before(async () => {
		server = await startRedis();
	});
	anyTest.after.always(() => server.remove());
} else anyTest(`left out: ${noRedis}`, t => t.pass());

const backend = (clocks?: RedisClocks) => new RedisBackend(readRedisUrl(server.url), clocks);

testContract(
	test,
	async (t, start) => {
		const clock = freshKey();
		let now = start;
		await server.client.set(clock, now);
		const {store, leases} = await openShared(
			t,
			backend({now: () => now, server: `tonumber(redis.call('GET', '${clock}'))`}),
		);
		return {
			store,
			async advance(ms) {
				now += ms;
				await server.client.set(clock, now);
				await leases.renew();
			},
		};
	},
	60,
);

const everyKind = (key: string): readonly Take[] =>
	[bucket(key, 10, 1), hourly(key, 10), rolling(key, 10, 60), seats(key, 5)].map(holding => takeOf(holding));

test.serial('a take is one round trip, and so is settling', async t => {
	const {store} = await openShared(t, backend());
	const key = freshKey();
	await (await granted(t, store, ...everyKind(key))).settle([1, 1, 1, 0]);
	const calls = async () => {
		const stats = await server.client.info('commandstats');
		return Object.fromEntries(
			[...stats.matchAll(/cmdstat_(eval|evalsha|get|script\S*):calls=(\d+)/g)].map(([, name, count]) => [
				name,
				Number(count),
			]),
		);
	};
	// What the scripts ask for themselves is counted too: only the scripts are compared.
	const before = await calls();

	for (let call = 0; call < 5; call++) await (await granted(t, store, ...everyKind(key))).settle([1, 1, 1, 0]);

	const after = await calls();
	t.is((after['evalsha'] ?? 0) - (before['evalsha'] ?? 0), 10);
	t.is(after['eval'], before['eval']);
});

test.serial('a server that has forgotten the script gets it again', async t => {
	const {store} = await openShared(t, backend());
	const holding = hourly(freshKey(), 2);
	await granted(t, store, takeOf(holding));
	await server.client.script('FLUSH');

	await granted(t, store, takeOf(holding));

	t.false((await store.take([takeOf(holding)])).granted);
});

test.serial('every key has an end, and none is outside of the one slot of a cluster', async t => {
	const {store} = await openShared(t, backend());
	const key = freshKey();
	await granted(t, store, ...everyKind(key));

	const keys = await server.client.keys(`*${key}*`);
	t.is(keys.length, 4);
	for (const name of [...keys, ...(await server.client.keys('{tapgate}:grant:*'))]) {
		t.true((await server.client.pttl(name)) > 0, name);
		t.true(name.startsWith('{tapgate}:'));
	}
});

test('replicas whose clocks are hours apart count in the same period', async t => {
	const holding = hourly(freshKey(), 10);
	const remaining: (number | undefined)[] = [];
	for (const hours of [0, -30, 30, -0.01, 0.01]) {
		const {store} = await openShared(t, backend({now: () => Date.now() + hours * 3_600_000}));
		remaining.push((await granted(t, store, takeOf(holding))).standings[0]?.remaining);
	}
	t.deepEqual(remaining, [9, 8, 7, 6, 5]);
});

test('the seats of a replica that died come free, those of one that lives do not', async t => {
	const clock = freshKey();
	await server.client.set(clock, someTime);
	const clocks = {now: () => someTime, server: `tonumber(redis.call('GET', '${clock}'))`};
	const living = await openShared(t, backend(clocks));
	const dead = await openShared(t, backend(clocks));
	const holding = seats(freshKey(), 2);
	await granted(t, living.store, takeOf(holding));
	await granted(t, dead.store, takeOf(holding));

	for (let seconds = 10; seconds <= 30; seconds += 10) {
		t.false((await living.store.take([takeOf(holding)])).granted);
		await server.client.set(clock, someTime + seconds * 1000);
		await living.leases.renew();
	}

	await granted(t, living.store, takeOf(holding));
	t.false((await living.store.take([takeOf(holding)])).granted);
});

test('a grant is settled once, however often the store is told, and not taken after it was settled', async t => {
	const direct = backend();
	await openShared(t, direct);
	const takes = everyKind(freshKey()).map(({holding}) => takeOf(holding, holding.kind === 'seats' ? 1 : 4));
	const values = (figures: readonly {readonly value: number}[]) => figures.map(({value}) => Math.floor(value));
	t.is((await direct.take('g1', takes)).outcome, 'granted');

	for (let time = 0; time < 3; time++)
		t.deepEqual(values(await direct.settle('g1', takes, [6, 6, 6, 0])), [4, 6, 6, 0]);
	await direct.settle('g2', takes, []);
	t.is((await direct.take('g2', takes)).outcome, 'void');
	t.deepEqual(values(await direct.look(takes.map(({holding}) => holding))), [4, 6, 6, 0]);
});

test('a wrong password is told without the password', async t => {
	const guarded = await startRedis('--requirepass', 'sesame-is-the-word');
	t.teardown(() => guarded.remove());
	const address = readRedisUrl(guarded.url.replace('//', '//default:wrong-sesame@'));
	const {store, log, link} = await openShared(t, new RedisBackend(address), 50, 'refuse', false);

	t.true(link.isAway);
	const error = await t.throwsAsync(async () => store.take([takeOf(seats('a', 1))]), {name: 'StoreUnavailable'});
	const told = JSON.stringify([log.lines, error?.message, error?.stack]);
	t.regex(told, /WRONGPASS/);
	t.notRegex(told, /sesame/);
});

test('URLs are read, and wrong ones are refused without a word of them', t => {
	t.deepEqual(readRedisUrl('rediss://me:p%40ss@cache.example:7000/3'), {
		host: 'cache.example',
		port: 7000,
		db: 3,
		username: 'me',
		password: 'p@ss',
		tls: {},
	});
	t.deepEqual(readRedisUrl('redis://[::1]'), {host: '::1', port: 6379, db: 0});
	for (const url of [
		'redis://',
		'redis://:s3cret@host:port',
		'redis://:s3cret@host/x',
		'redis://:s3cret@host?a=b',
		'redis://:s3c%ret@h',
	])
		t.notRegex(t.throws(() => readRedisUrl(url), {name: 'ConfigError'})?.message ?? 's3c', /s3c/);
});
