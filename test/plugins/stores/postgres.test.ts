/** The store in Postgres, with a real server. */

import {setImmediate as nextTurn} from 'node:timers/promises';
import {PGlite} from '@electric-sql/pglite';
import {PGLiteSocketServer} from '@electric-sql/pglite-socket';
import anyTest from 'ava';
import pg from 'pg';
import type {Take} from '../../../plugins/stores/keys.js';
import {PostgresBackend} from '../../../plugins/stores/postgres/backend.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {bucket, freshKey, granted, hourly, rolling, seats, someTime, takeOf, testContract} from './contract.js';
import {openShared} from './shared.js';

/** One after the other: each makes a database, which Postgres does one at a time. */
const test = anyTest.serial;
let server: Postgres;
let databases = 0;
anyTest.before(async () => {
	server = await startPostgres('max_connections=300', 'fsync=off');
});
anyTest.after.always(() => server.remove());

const createDatabase = () => server.create(`stores_${++databases}`);
const backend = (url: string, now?: () => number) => new PostgresBackend({connectionString: url}, now);

/** The functions ask one function for the time: with another one, the time is what a table says. */
async function stopClock(url: string, now: number): Promise<(now: number) => Promise<void>> {
	await server.query(url, 'CREATE TABLE clock (ms bigint)');
	await server.query(url, 'INSERT INTO clock VALUES ($1)', [now]);
	await server.query(
		url,
		'CREATE OR REPLACE FUNCTION tapgate_now_ms() RETURNS bigint LANGUAGE sql VOLATILE AS $$ SELECT ms FROM clock $$',
	);
	return async to => void (await server.query(url, 'UPDATE clock SET ms = $1', [to]));
}

testContract(
	test as typeof anyTest,
	async (t, start) => {
		const url = await createDatabase();
		let now = start;
		const {store, leases} = await openShared(
			t,
			backend(url, () => now),
		);
		const set = await stopClock(url, now);
		return {
			store,
			async advance(ms) {
				now += ms;
				await set(now);
				await leases.renew();
			},
		};
	},
	25,
);

test('fifty at once, each from several holdings in any order: nobody waits for ever, and all is counted', async t => {
	const url = await createDatabase();
	const replicas = await Promise.all([1, 2].map(async () => openShared(t, backend(url), 20_000)));
	const key = freshKey();
	const holdings = Array.from({length: 6}, (_, index) => hourly(`${key} ${index}`, 1_000_000));
	let taken = 0;
	const shuffled = (seed: number): Take[] =>
		holdings
			.map((holding, index) => ({holding, order: (seed * 31 + index * 17 * (seed % 5)) % 7}))
			.sort((one, other) => one.order - other.order)
			.slice(0, 4)
			.map(({holding}) => takeOf(holding, 3));

	await Promise.all(
		Array.from({length: 50}, async (_, worker) => {
			for (let turn = 0; turn < 4; turn++) {
				const takes = shuffled(worker * 4 + turn);
				const grant = await granted(t, (replicas[worker % 2] as (typeof replicas)[number]).store, ...takes);
				await grant.settle(takes.map(() => 2));
				taken += takes.length * 2;
			}
		}),
	);

	const standings = await replicas[0]?.store.look(holdings);
	t.is(
		standings?.reduce((sum, {limit, remaining}) => sum + limit - remaining, 0),
		taken,
	);
	t.deepEqual(
		replicas.map(({link}) => link.counts.failures),
		[0, 0],
	);
	const [row] = await server.query(url, 'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()');
	t.is(Number(row?.['deadlocks']), 0);
});

test('a take is one statement, and so is settling; those that come at once share it', async t => {
	const {store} = await openShared(t, backend(await createDatabase()));
	const {query} = pg.Client.prototype;
	t.teardown(() => Object.assign(pg.Client.prototype, {query}));
	const sent: unknown[] = [];
	Object.assign(pg.Client.prototype, {
		query(this: pg.Client, ...values: unknown[]) {
			sent.push(values[0]);
			return Reflect.apply(query, this, values) as unknown;
		},
	});

	const grant = await granted(t, store, takeOf(hourly(freshKey(), 10)), takeOf(seats(freshKey(), 1)));
	t.is(sent.length, 1);
	await grant.settle([1, 0]);
	t.is(sent.length, 2);

	const holding = hourly(freshKey(), 37);
	const answers = await Promise.all(Array.from({length: 200}, async () => store.take([takeOf(holding)])));
	t.is(answers.filter(answer => answer.granted).length, 37);
	t.true(sent.length - 2 <= 8, `200 at once go together: ${sent.length - 2} statements`);
});

test('replicas whose clocks are hours apart count in the same period', async t => {
	const url = await createDatabase();
	const holding = hourly(freshKey(), 10);
	const remaining: (number | undefined)[] = [];
	for (const hours of [-30, 30, 0, -0.01, 0.01]) {
		const {store} = await openShared(
			t,
			backend(url, () => Date.now() + hours * 3_600_000),
		);
		remaining.push((await granted(t, store, takeOf(holding))).standings[0]?.remaining);
	}
	t.deepEqual(remaining, [9, 8, 7, 6, 5]);
});

test('the seats of a replica that died come free, those of one that lives do not', async t => {
	const url = await createDatabase();
	const living = await openShared(
		t,
		backend(url, () => someTime),
	);
	const dead = await openShared(
		t,
		backend(url, () => someTime),
	);
	const set = await stopClock(url, someTime);
	const holding = seats(freshKey(), 2);
	await granted(t, living.store, takeOf(holding));
	await granted(t, dead.store, takeOf(holding));

	for (let seconds = 10; seconds <= 30; seconds += 10) {
		t.false((await living.store.take([takeOf(holding)])).granted);
		await set(someTime + seconds * 1000);
		await living.leases.renew();
		await living.link.backend.sweep?.();
	}

	await granted(t, living.store, takeOf(holding));
	t.false((await living.store.take([takeOf(holding)])).granted);
});

test('a grant is settled once, however often the store is told, and not taken after it was settled', async t => {
	const direct = backend(await createDatabase());
	await openShared(t, direct);
	const takes = [bucket('b', 10, 0), hourly('h', 10), rolling('r', 10, 60), seats('s', 5)].map(holding =>
		takeOf(holding, holding.kind === 'seats' ? 1 : 4),
	);
	const values = (figures: readonly {readonly value: number}[]) => figures.map(({value}) => value);
	t.is((await direct.take('g1', takes)).outcome, 'granted');

	for (let time = 0; time < 3; time++)
		t.deepEqual(values(await direct.settle('g1', takes, [6, 6, 6, 0])), [4, 6, 6, 0]);
	await direct.settle('g2', takes, []);
	t.is((await direct.take('g2', takes)).outcome, 'void');
	t.deepEqual(values(await direct.look(takes.map(({holding}) => holding))), [4, 6, 6, 0]);
});

test('what stands as if never used is removed, and what counts is not', async t => {
	const url = await createDatabase();
	const {store, link} = await openShared(
		t,
		backend(url, () => someTime),
	);
	const set = await stopClock(url, someTime);
	const key = freshKey();
	const takes = [bucket(key, 10, 1), hourly(key, 10), rolling(key, 10, 60), seats(key, 5)].map(holding =>
		takeOf(holding),
	);
	await granted(t, store, ...takes);
	const rows = async () =>
		Promise.all(
			['holdings', 'seats', 'grants'].map(
				async table => (await server.query(url, `SELECT 1 FROM tapgate_${table}`)).length,
			),
		);

	await link.backend.sweep?.();
	t.deepEqual(await rows(), [4, 1, 1]);
	await set(someTime + 3_600_000);
	await link.backend.sweep?.();
	t.deepEqual(await rows(), [0, 0, 1]);
	await set(someTime + 2 * 24 * 3_600_000);
	await link.backend.sweep?.();
	t.deepEqual(await rows(), [0, 0, 0]);
});

test('a server that is killed and comes back: nothing hangs, what was counted is kept, and what was used is told', async t => {
	const own = await startPostgres();
	t.teardown(() => own.remove());
	const {store, link, settlements, log} = await openShared(t, backend(own.url()), 20_000, 'local');
	const holding = hourly(freshKey(), 10);
	const grants = [await granted(t, store, takeOf(holding, 2)), await granted(t, store, takeOf(holding, 2))];
	// Commits are on disk after a moment; this one is waited for.
	await own.query(own.url(), 'CREATE TABLE flushed ()');
	await own.kill();
	while (!link.isAway) await store.look([holding]);
	t.is(await grants[0]?.settle([5]), undefined);
	await (await granted(t, store, takeOf(holding, 1))).settle([1]);

	const back = new Promise<void>(resolve => link.whenBack(resolve));
	await own.start();
	await back;
	while (settlements.size > 0) {
		await settlements.tell();
		await nextTurn();
	}

	t.is((await grants[1]?.settle([1]))?.[0]?.remaining, 10 - 5 - 1 - 1);
	t.deepEqual(
		log.lines.map(({message}) => message),
		['a store is away', 'a store is back'],
	);
});

test('several replicas may make the tables at once', async t => {
	const url = await createDatabase();
	const replicas = await Promise.all([1, 2, 3, 4].map(async () => openShared(t, backend(url))));
	t.deepEqual(
		replicas.map(({link, log}) => [link.isAway, log.lines]),
		replicas.map(() => [false, []]),
	);
});

test('the embedded Postgres is refused, and the reason is told', async t => {
	const database = await PGlite.create();
	const socket = new PGLiteSocketServer({db: database, port: 0, host: '127.0.0.1'});
	await socket.start();
	const embedded = backend(`postgres://postgres@${socket.getServerConn()}/postgres`);
	t.teardown(async () => {
		await embedded.close();
		await socket.stop();
		await database.close();
	});

	await t.throwsAsync(embedded.prepare(), {name: 'ConfigError', message: /embedded Postgres cannot be a store/});
});
