// node dist/test/bench/stores.js — what admitting a call costs: five holdings are taken from and settled.

import type {Holding, Store, Take} from '../../plugins/stores/keys.js';
import {MemoryStore} from '../../plugins/stores/memory.js';
import {OpenStores} from '../../plugins/stores/open-stores.js';
import {startPostgres} from '../helpers/postgres.js';
import {noRedis, startRedis} from '../helpers/redis.js';

/** Admissions per second and core. */
const bar = 5000;
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

async function admit(store: Store, caller: number): Promise<void> {
	const grant = await store.take(takesOf(caller));
	if (!grant.granted) throw new Error('refused');
	await grant.settle([1, 500, 700, 700, 0]);
}

/** Several at once, as in a gateway; the processor time of this process alone. */
async function measure(store: Store, admissions: number, atOnce: number) {
	await Promise.all(Array.from({length: atOnce}, async (_, worker) => admit(store, worker)));
	const began = performance.now();
	const busy = process.cpuUsage();
	await Promise.all(
		Array.from({length: atOnce}, async (_, worker) => {
			for (let call = worker; call < admissions; call += atOnce) await admit(store, call);
		}),
	);
	const {user, system} = process.cpuUsage(busy);
	return {
		perSecond: admissions / ((performance.now() - began) / 1000),
		perCore: admissions / ((user + system) / 1e6),
	};
}

async function main(): Promise<void> {
	const open = new OpenStores(quiet, () => {});
	const options = {deadlineMs: 60_000, degraded: 'refuse'} as const;
	console.log('| store | admissions per second | per second of processor time of the gateway | round trips each |');
	console.log('|---|---|---|---|');
	const row = (name: string, {perSecond, perCore}: Awaited<ReturnType<typeof measure>>, trips: string): void =>
		console.log(`| ${name} | ${Math.round(perSecond)} | ${Math.round(perCore)} | ${trips} |`);

	const memory = new MemoryStore();
	await measure(memory, 50_000, 1);
	const best = await measure(memory, 200_000, 1);
	row('memory', best, '0');

	const redis = noRedis === undefined ? await startRedis() : undefined;
	const postgres = await startPostgres();
	try {
		const inRedis = redis && open.open(redis.url, options);
		const inPostgres = open.open(postgres.url(), options);
		await open.start();
		if (redis !== undefined && inRedis !== undefined) {
			const before = await scripts(redis.client);
			const measured = await measure(inRedis, 5000, 64);
			// The warm-up is counted too.
			row('redis', measured, (((await scripts(redis.client)) - before) / (5000 + 64)).toFixed(2));
		}
		row('postgres', await measure(inPostgres, 1000, 32), '2');
	} finally {
		await open.close();
		await redis?.remove();
		await postgres.remove();
	}
	if (best.perCore < bar) {
		console.error(`Bar missed: memory admits fewer than ${bar} calls per second and core.`);
		process.exitCode = 1;
	}
}

async function scripts(client: {info(section: string): Promise<string>}): Promise<number> {
	const stats = await client.info('commandstats');
	return [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)].reduce((sum, [, calls]) => sum + Number(calls), 0);
}

await main();
