/** Limits of several gateways that share a store are one limit: whatever their clocks say, and around an outage of the store. */

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setImmediate as nextTurn} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {type Answer, reply, startUpstream} from 'tapgate/testing';
import type {RuleOptions} from '../../../plugins/rate-limit/options.js';
import {startPostgres} from '../../helpers/postgres.js';
import {noRedis, startRedis} from '../../helpers/redis.js';
import {callAtOnce, type Statuses, startReplica} from './replicas.js';

/** A store that can be killed; what it has kept by then is there again when it has started. */
interface Server {
	readonly url: string;
	kill(): Promise<void>;
	start(): Promise<void>;
	/** Resolves when all that was taken so far would outlive a kill. */
	kept(): Promise<void>;
}

/** A process or two, and what they count in. */
const setups: Readonly<Record<string, {replicas: number; start?: (t: ExecutionContext) => Promise<Server>}>> = {
	memory: {replicas: 1},
	...(noRedis === undefined && {redis: {replicas: 2, start: redis}}),
	postgres: {replicas: 2, start: postgres},
};
if (noRedis !== undefined) test(`left out: ${noRedis}`, t => t.pass());

async function redis(t: ExecutionContext): Promise<Server> {
	const dir = await mkdtemp(path.join(tmpdir(), 'tapgate-redis-'));
	const server = await startRedis('--appendonly', 'yes', '--appendfsync', 'always', '--dir', dir);
	t.teardown(async () => {
		await server.remove();
		await rm(dir, {recursive: true});
	});
	return Object.assign(server, {kept: () => Promise.resolve()});
}

async function postgres(t: ExecutionContext): Promise<Server> {
	const server = await startPostgres();
	t.teardown(() => server.remove());
	const written = 'SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn() AS all';
	return Object.assign({}, server, {
		url: server.url(),
		async kept() {
			while ((await server.query(server.url(), written))[0]?.['all'] !== true) await nextTurn();
		},
	});
}

/** A provider that lets calls wait for their answers. */
function patientProvider() {
	let waiting: (() => void)[] = [];
	let arrived = (): void => {};
	const open = (): void => {
		for (const go of waiting) go();
		waiting = [];
	};
	return {
		async answer(...[request, response, incoming]: Parameters<Answer>) {
			await new Promise<void>(resolve => {
				waiting.push(resolve);
				arrived();
			});
			return reply.json({choices: []})(request, response, incoming);
		},
		/** Answers those that wait. */
		open,
		/** Resolves when so many wait. */
		holds: (many: number) =>
			new Promise<void>(resolve => {
				arrived = () => void (waiting.length >= many && resolve());
				arrived();
			}),
		/** Calls at once; answers those that came through when all others are refused. */
		async rush(urls: readonly string[], many: number): Promise<Statuses> {
			let refused = 0;
			arrived = () => void (waiting.length + refused >= many && open());
			return await callAtOnce(urls, many, status => {
				if (status === 200) return;
				refused++;
				arrived();
			});
		},
		/** A place comes free a moment after its answer: until then fewer pass, and never more. */
		async untilFree(t: ExecutionContext, urls: readonly string[], places: number): Promise<void> {
			for (let passed = 0; passed < places; ) {
				passed = (await this.rush(urls, places + 1))[200] ?? 0;
				t.true(passed <= places);
			}
		},
	};
}

interface Started {
	readonly urls: readonly string[];
	readonly server: Server | undefined;
}

/** @param apartMs how far the clocks of two replicas are apart. */
async function start(
	t: ExecutionContext,
	name: string,
	rule: Omit<RuleOptions, 'by'>,
	{answer = reply.json({choices: []}), apartMs = 0}: {answer?: Answer; apartMs?: number} = {},
): Promise<Started> {
	const {replicas = 1, start} = setups[name] ?? {};
	const upstream = await startUpstream(answer);
	t.teardown(upstream.stop);
	const server = await start?.(t);
	const limits = {
		...(server !== undefined && {store: server.url}),
		degraded: 'refuse',
		deadlineMs: 5000,
		rules: [{by: 'global', ...rule}],
	} as const;
	const clocks = Array.from({length: replicas}, (_, index) => apartMs * (index - 0.5));
	const order = {limits, upstream: upstream.url};
	const urls = await Promise.all(clocks.map(clockMs => startReplica(t, {...order, clockMs})));
	await Promise.all(urls.map(isReady));
	return {urls, server};
}

/** On a machine that has much to do, the start may take longer than the store is waited for. */
async function isReady(url: string): Promise<void> {
	for (;;) {
		const {status, checks} = (await (await fetch(`${url}/health`)).json()) as Health;
		const waiting = checks?.stores?.stores.some(({settlementsWaiting}) => settlementsWaiting > 0);
		if (status === 'ok' && waiting !== true) return;
		await nextTurn();
	}
}

interface Health {
	readonly status: string;
	readonly checks?: {readonly stores?: {readonly stores: readonly {readonly settlementsWaiting: number}[]}};
}

for (const [name, {replicas}] of Object.entries(setups)) {
	for (const apartMs of replicas === 1 ? [0] : [0, 30_000]) {
		const title = `${replicas} on ${name}${apartMs > 0 ? ', clocks 30 s apart' : ''}`;

		test.serial(`${title}: of 200 calls at once as many pass as the limit says`, async t => {
			// A request comes back every 15 seconds: who believed the wrong clock would let two more through.
			const {urls} = await start(t, name, {requestsPerMinute: 4, burst: 30}, {apartMs});
			const began = performance.now();
			const statuses = await callAtOnce(urls, 200);
			const refilled = Math.floor((performance.now() - began) / 15_000);
			t.is(statuses[200], 30 + refilled);
			t.is(statuses[429], 170 - refilled);
		});

		test.serial(`${title}: of 200 calls at once as many are open as there are places`, async t => {
			const provider = patientProvider();
			const {urls} = await start(t, name, {concurrency: 15}, {answer: provider.answer, apartMs});
			t.deepEqual(await provider.rush(urls, 200), {200: 15, 429: 185});
			await provider.untilFree(t, urls, 15);
		});
	}

	if (replicas === 1) continue;
	test.serial(
		`${name} is killed in the middle and comes back: never do more pass than the limit says, and all goes on by itself`,
		async t => {
			const {urls, server} = await start(t, name, {requestsPerDay: 60});
			t.deepEqual(await callAtOnce(urls, 40), {200: 40});
			await server?.kept();

			let killed: Promise<void> | undefined;
			const {[200]: during = 0, ...others} = await callAtOnce(urls, 100, () => {
				killed ??= server?.kill();
			});
			await killed;
			t.true(Object.keys(others).every(status => status === '429' || status === '503'));
			t.deepEqual(await callAtOnce(urls, 20), {503: 20});

			await server?.start();
			await Promise.all(urls.map(isReady));
			const {[200]: after = 0, [429]: refused = 0} = await callAtOnce(urls, 200);
			t.is(after + refused, 200);
			// What Postgres has not written when it is killed, half a second at most, is forgotten.
			const forgotten = name === 'postgres' ? during : 0;
			const passed = 40 + during + after;
			t.true(passed >= 60 && passed <= 60 + forgotten, `${passed} passed, ${during} of them around the kill`);
		},
	);

	test.serial(`${name} is killed while calls are open: their places stay taken until they end`, async t => {
		const provider = patientProvider();
		const {urls, server} = await start(t, name, {concurrency: 15}, {answer: provider.answer});
		const open = callAtOnce(urls, 15);
		await provider.holds(15);
		await server?.kept();
		await server?.kill();
		t.deepEqual(await callAtOnce(urls, 20), {503: 20});

		await server?.start();
		await Promise.all(urls.map(isReady));
		t.deepEqual(await callAtOnce(urls, 50), {429: 50});
		provider.open();
		t.deepEqual(await open, {200: 15});
		await provider.untilFree(t, urls, 15);
	});
}
