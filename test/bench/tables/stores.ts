/** What admitting a call costs: five holdings are taken from, and settled at the end. */

import type {Grant, Holding, Store, Take} from '../../../plugins/stores/keys.js';
import {MemoryStore} from '../../../plugins/stores/memory.js';
import {OpenStores} from '../../../plugins/stores/open-stores.js';
import {startPostgres} from '../../helpers/postgres.js';
import {noRedis, startRedis} from '../../helpers/redis.js';
import type {Table} from './table.js';

/** In memory, per second of processor time. */
const leastPerCore = 5000;
/** Scripts that Redis runs to admit a call, each one round trip; and as many to settle it. */
const mostTrips = 1;
const callers = 1000;
const quiet = {debug() {}, info() {}, warn() {}, error() {}};

function takesOf(caller: number): Take[] {
	const key = `caller ${caller % callers}`;
	const holdings: Holding[] = [
		{kind: 'bucket', key: `requests ${key}`, capacity: 1e9, refillPerSecond: 100},
		{kind: 'bucket', key: `tokens ${key}`, capacity: 1e12, refillPerSecond: 100_000},
		{kind: 'sum', key, limit: 1e15, period: {kind: 'calendar', unit: 'day', zone: 'Europe/Berlin'}},
		{kind: 'sum', key, limit: 1e15, period: {kind: 'rolling', seconds: 3600}},
		{kind: 'seats', key, limit: 1e6},
	];
	return holdings.map(holding => ({holding, amount: 1, enforced: true}));
}

type Admitted = {
	perSecond: number;
	/** Per second of processor time of this process, which is what a gateway spends on it. */
	perCore: number;
};

async function take(store: Store, caller: number): Promise<Grant> {
	const grant = await store.take(takesOf(caller));
	if (!grant.granted) throw new Error('refused');
	return grant;
}

const used = [1, 500, 700, 700, 0];

/** Several at once, as in a gateway. */
async function admit(store: Store, admissions: number, atOnce: number): Promise<Admitted> {
	const began = performance.now();
	const busy = process.cpuUsage();
	await Promise.all(
		Array.from({length: atOnce}, async (_, worker) => {
			for (let call = worker; call < admissions; call += atOnce) await (await take(store, call)).settle(used);
		}),
	);
	const {user, system} = process.cpuUsage(busy);
	return {
		perSecond: admissions / ((performance.now() - began) / 1000),
		perCore: admissions / ((user + system) / 1e6),
	};
}

/** How often Redis is asked for one call: when it comes in, and when it is over. */
async function roundTrips(store: Store, client: Info, calls: number): Promise<{taking: number; settling: number}> {
	const before = await scripts(client);
	const grants = await Promise.all(Array.from({length: calls}, (_, caller) => take(store, caller)));
	const taken = await scripts(client);
	await Promise.all(grants.map(grant => grant.settle(used)));
	return {taking: (taken - before) / calls, settling: ((await scripts(client)) - taken) / calls};
}

type Info = {info(section: string): Promise<string>};

async function scripts(client: Info): Promise<number> {
	const stats = await client.info('commandstats');
	return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

/** @param quick fewer of them. */
export async function stores(quick: boolean): Promise<Table> {
	const share = quick ? 0.1 : 1;
	const rows: string[] = [];
	const row = (name: string, {perSecond, perCore}: Admitted, trips: string): void =>
		void rows.push(`| ${name} | ${Math.round(perSecond)} | ${Math.round(perCore)} | ${trips} |`);

	const memory = new MemoryStore();
	await admit(memory, 50_000 * share, 1);
	const inMemory = await admit(memory, 200_000 * share, 1);
	row('memory', inMemory, '–');
	const bars = [
		{text: `at least ${leastPerCore} in memory per second of processor time`, met: inMemory.perCore >= leastPerCore},
	];

	if (noRedis === undefined) {
		const redis = await startRedis();
		try {
			await withStore(redis.url, async store => {
				await admit(store, 500 * share, 64);
				const admitted = await admit(store, 5000 * share, 64);
				const {taking, settling} = await roundTrips(store, redis.client, 1000 * share);
				const met = taking <= mostTrips && settling <= mostTrips;
				bars.push({text: 'one round trip to Redis, and one to settle', met});
				row('redis', admitted, `${taking.toFixed(2)}, ${settling.toFixed(2)} to settle`);
			});
		} finally {
			await redis.remove();
		}
	} else rows.push(`| redis | – | – | ${noRedis} |`);

	const postgres = await startPostgres();
	try {
		await withStore(postgres.url(), async store => {
			await admit(store, 100 * share, 32);
			row('postgres', await admit(store, 1000 * share, 32), 'one statement for those that come at once');
		});
	} finally {
		await postgres.remove();
	}
	const head =
		'| store | admissions per second | per second of processor time of this process | round trips to admit |';
	const table = [head, '|---|--:|--:|---|', ...rows].join('\n');
	const verdicts = bars.map(({text, met}) => `Bar: ${text}: ${met ? 'met' : '**missed**'}.`);
	return {text: `### Stores: admitting calls\n\n${table}\n\n${verdicts.join('\n')}\n`, met: bars.every(({met}) => met)};
}

async function withStore(url: string, use: (store: Store) => Promise<void>): Promise<void> {
	const open = new OpenStores(quiet, () => {});
	const store = open.open(url, {deadlineMs: 60_000, degraded: 'refuse'});
	await open.start();
	try {
		await use(store);
	} finally {
		await open.close();
	}
}
