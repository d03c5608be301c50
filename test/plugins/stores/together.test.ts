/** What several plugins take from one store for a call: taken at once, settled at once, and nothing of it when one of them is refused. */

import test, {type ExecutionContext, type TestFn} from 'ava';
import {definePlugin, type Plugin, Stage} from '../../../core/index.js';
import {budgetEvents} from '../../../plugins/cost/keys.js';
import {cost, stores as storesPlugin} from '../../../plugins/index.js';
import {provideStores} from '../../../plugins/stores/demands.js';
import {type Demand, type Holding, type Store, stores, type Take} from '../../../plugins/stores/keys.js';
import {MemoryStore} from '../../../plugins/stores/memory.js';
import {PrimaryMemory, type PrimaryQuestion} from '../../../plugins/stores/primary-memory.js';
import {PrimaryStore} from '../../../plugins/stores/primary-store.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {noRedis, startRedis} from '../../helpers/redis.js';
import {ask, generous, type Limited, startLimited} from '../rate-limit/limited.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

/** What is used of each, by key; a bucket is full when nothing is. */
function usedOf(kept: MemoryStore, holdings: ReadonlyMap<string, Holding>): Record<string, number> {
	return Object.fromEntries(
		[...holdings].map(([key, holding]) => {
			const [standing] = kept.look([holding]);
			return [key, (standing?.limit ?? 0) - (standing?.remaining ?? 0)];
		}),
	);
}

/** A store that has to be waited for, and what it was asked. */
function waitedFor(kept = new MemoryStore(() => 0)) {
	const memory = new PrimaryMemory(kept);
	const asked: PrimaryQuestion[] = [];
	const holdings = new Map<string, Holding>();
	const store = new PrimaryStore(async question => {
		asked.push(question);
		if (question.kind === 'take') for (const {holding} of question.takes) holdings.set(holding.key, holding);
		return memory.answer(JSON.parse(JSON.stringify(question)), 1);
	});
	const plugin = definePlugin({name: 'stores', apply: gateway => provideStores(gateway, () => store)});
	return {
		plugin: plugin(),
		kinds: () => asked.map(({kind}) => kind),
		/** Of the take with this place. */
		takes: (place: number) => asked.flatMap(one => (one.kind === 'take' ? [one.takes] : []))[place] ?? [],
		/** Whose parts the settlement with this place settles. */
		settles(place: number): readonly string[] {
			const settlement = asked.filter(one => one.kind === 'settle')[place];
			const takes = asked.flatMap(one => (one.kind === 'take' && one.grant === settlement?.grant ? one.takes : []));
			return takes.filter((_take, index) => settlement?.used[index] !== undefined).map(({holding}) => holding.key);
		},
		/** Of everything that was ever taken from. */
		used: () => usedOf(kept, holdings),
	};
}

/** A memory, and what is used of everything that was ever taken from it. */
function atOnce(kept = new MemoryStore(() => 0)) {
	const holdings = new Map<string, Holding>();
	const take = (takes: readonly Take[]) => {
		for (const {holding} of takes) holdings.set(holding.key, holding);
		return kept.take(takes);
	};
	const store: Store = Object.create(kept, {waits: {value: false}, take: {value: take}});
	const plugin = definePlugin({name: 'stores', apply: gateway => provideStores(gateway, () => store)});
	return {
		plugin: plugin(),
		used: () => usedOf(kept, holdings),
	};
}

const kinds = {'that answers at once': atOnce, 'that is waited for': () => waitedFor()} as const;

const prices = {'mock.*': {input: 10, output: 10}};
const limits = {
	rules: [
		{by: 'key', ...generous},
		{by: 'global', concurrency: 9},
	],
} as const;
const budget = {prices, budgets: [{by: 'key', dailyUsd: 1}]} as const;

function start(t: ExecutionContext, store: Plugin, limited: Partial<Limited>, budgets: Parameters<typeof cost>[0]) {
	return startLimited(t, {
		options: limits,
		...limited,
		stores: store,
		plugins: [cost(budgets), ...(limited.plugins ?? [])],
	});
}

for (const stream of [false, true]) {
	test(`limits and budgets are one question and one settlement${stream ? ', of a stream too' : ''}`, async t => {
		const store = waitedFor();
		const gateway = await start(t, store.plugin, {}, budget);

		const answer = await ask(gateway, {stream});
		const {headers} = answer;
		await answer.text();
		await gateway.closed();

		t.is(answer.status, 200);
		t.is(headers.get('x-ratelimit-remaining-requests'), '799');
		t.truthy(headers.get('x-tapgate-budget-remaining'));
		t.deepEqual(store.kinds(), ['take', 'settle']);
		t.is(store.takes(0).length, 6);
		const used = Object.entries(store.used()).map(([key, amount]) => [
			key.replace(/^(\w+):.*:(\w+)=.*|:.*$/, '$1 $2').trim(),
			amount,
		]);
		t.deepEqual(Object.fromEntries(used), {
			'rate requestsPerDay': 1,
			'rate tokensPerDay': 12,
			'rate inputTokensPerDay': 7,
			'rate outputTokensPerDay': 5,
			'rate concurrency': 0,
			cost: 120_000,
		});
	});
}

test('a budget that is used up takes nothing from limits, and a limit that is reached nothing from budgets', async t => {
	const store = waitedFor();
	const options = {rules: [{by: 'key', requestsPerDay: 2}]} as const;
	const callers = {rich: {budget: {dailyUsd: 1}}, poor: {budget: {dailyUsd: 0.000001}}};
	const gateway = await start(t, store.plugin, {options, callers}, {prices});

	const refused = await ask(gateway, {as: 'poor'});
	t.is(refused.status, 402);
	t.regex(await refused.text(), /\$0\.000001 is less than/);
	t.deepEqual([...new Set(Object.values(store.used()))], [0]);

	for (let call = 0; call < 2; call++) {
		await (await ask(gateway, {as: 'rich'})).text();
		await gateway.closed();
	}
	const before = store.used();
	t.is((await ask(gateway, {as: 'rich'})).status, 429);
	t.deepEqual(store.used(), before);
});

test('where the limit of a target is reached, everything is taken for the next one', async t => {
	const store = waitedFor();
	const options = {
		rules: [
			{by: 'model', match: 'mock.plain', requestsPerDay: 1},
			{by: 'global', requestsPerDay: 100},
		],
	} as const;
	const fallbacks = {'mock.plain': ['mock.other']};
	const gateway = await start(t, store.plugin, {options, fallbacks}, budget);

	for (const target of ['mock.plain', 'mock.other']) {
		const answer = await ask(gateway);
		await answer.text();
		await gateway.closed();
		t.is(answer.headers.get('x-tapgate-target'), target);
	}

	t.deepEqual(store.kinds(), ['take', 'settle', 'take', 'take', 'settle']);
	t.deepEqual(
		store.takes(2).map(({holding}) => holding.key.slice(0, 11)),
		['rate:global', 'cost:key:*:'],
	);
});

test('what plugins hold of a target that has failed is let go of when the next one is asked, and nothing else', async t => {
	const store = waitedFor();
	const options = {
		rules: [
			{by: 'model', tokensPerDay: 5000},
			{by: 'key', requestsPerDay: 9},
		],
	} as const;
	const budgets = {prices, budgets: [{by: 'model', dailyUsd: 1}]} as const;
	const gateway = await start(t, store.plugin, {options, fallbacks: {'mock.refusing': ['mock.other']}}, budgets);

	await (await ask(gateway, {model: 'mock.refusing'})).text();
	await gateway.closed();

	t.is(store.settles(0).length, 1);
	t.regex(store.settles(0)[0] ?? '', /^rate:model:.*:mock\.refusing$/);
	t.is(store.settles(1).length, 2);
	t.regex(store.settles(1)[1] ?? '', /^cost:model:.*:mock\.refusing$/);
});

test('with fallbacks and refusals, a store that is waited for ends as one that answers at once', async t => {
	const options = {
		rules: [
			{by: 'model', requestsPerDay: 50, tokensPerDay: 5000},
			{by: 'provider', concurrency: 5},
			{by: 'key', ...generous},
		],
	} as const;
	const budgets = {
		prices,
		budgets: [
			{by: 'model', dailyUsd: 1},
			{by: 'key', dailyUsd: 0.005},
		],
	} as const;
	const fallbacks = {'mock.refusing': ['dead.model', 'mock.other']};
	const use = async (limited: Partial<Limited>, store: Plugin): Promise<readonly number[]> => {
		const gateway = await start(t, store, limited, budgets);
		const statuses: number[] = [];
		for (const model of ['mock.refusing', 'mock.plain', 'mock.cut', 'dead.model', 'mock.refusing']) {
			for (const stream of [false, true]) {
				const answer = await ask(gateway, {model, stream, body: {max_tokens: 100}});
				await answer.text().catch(() => '');
				await gateway.closed();
				statuses.push(answer.status);
			}
		}
		return statuses;
	};

	const [one, other] = [atOnce(), waitedFor()];
	t.deepEqual(await use({options, fallbacks}, other.plugin), await use({options, fallbacks}, one.plugin));
	t.true(Object.keys(one.used()).length > 10);
	t.deepEqual(other.used(), one.used());
});

test('what is demanded too late fails the call', async t => {
	const demand: Demand = {takes: [], refused() {}, unavailable() {}, granted() {}, used: () => []};
	const late = definePlugin({
		name: 'late',
		apply(gateway) {
			const service = gateway.use(stores);
			const store = service.open(undefined, {degraded: 'refuse'});
			gateway.hooks.admit.tap({name: 'late', stage: Stage.late}, exchange =>
				service.takeTogether(exchange, store, demand),
			);
		},
	});
	const gateway = await start(t, waitedFor().plugin, {plugins: [late()]}, budget);

	t.is((await ask(gateway)).status, 500);
	t.true(gateway.log.lines.some(line => JSON.stringify(line).includes('takeTogether is for admit')));
});

const holding = {kind: 'bucket', key: 'other', capacity: 1000, refillPerSecond: 0} as const;

/** Takes 3 beside limits and budgets, in front of them in the joint take, and does what the test says. */
function other(demand: Partial<Demand>): Plugin {
	return definePlugin({
		name: 'other',
		apply(gateway) {
			const service = gateway.use(stores);
			const store = service.open(undefined, {degraded: 'refuse'});
			gateway.hooks.admit.tap({name: 'other', stage: Stage.early}, exchange => {
				const takes = [{holding, amount: 3, enforced: true}];
				service.takeTogether(exchange, store, {
					takes,
					refused() {},
					unavailable() {},
					granted() {},
					used: () => [1],
					...demand,
				});
			});
		},
	})();
}

function fails(): never {
	throw new Error('cannot count');
}

const seat = {rules: [{by: 'global', concurrency: 1}]} as const;
const seatKey = (used: Record<string, number>) =>
	Object.entries(used).find(([key]) => key.includes('concurrency'))?.[1];
const spentKey = (used: Record<string, number>) => Object.entries(used).find(([key]) => key.startsWith('cost'))?.[1];

for (const [kind, open] of Object.entries(kinds)) {
	for (const [what, used, counted] of [
		['fails to say what was used', fails, 6],
		['says less than it took', () => [], 6],
		['says more than it took', () => [1, 999], 2],
		['says what it took', () => [2], 4],
	] as const) {
		test(`a plugin that ${what} takes nothing from others and keeps no seat, with a store ${kind}`, async t => {
			const store = open();
			const gateway = await start(t, store.plugin, {options: seat, plugins: [other({used})]}, budget);

			for (let call = 0; call < 2; call++) {
				const answer = await ask(gateway);
				await answer.text();
				await gateway.closed();
				t.is(answer.status, 200);
			}

			t.is(store.used()['other'], counted);
			t.is(seatKey(store.used()), 0);
			t.is(spentKey(store.used()), 240_000);
		});
	}

	test(`a plugin that fails when it has been granted fails the call, which then holds nothing, with a store ${kind}`, async t => {
		const store = open();
		const gateway = await start(t, store.plugin, {options: seat, plugins: [other({granted: fails})]}, budget);

		for (let call = 0; call < 2; call++) {
			t.is((await ask(gateway)).status, 500);
			await gateway.closed();
		}

		t.deepEqual([...new Set(Object.values(store.used()))], [0]);
	});

	test(`what is taken for a client that has left meanwhile is given back, with a store ${kind}`, async t => {
		const store = open();
		const [leaving, left] = [new AbortController(), settleable()];
		const slow = definePlugin({
			name: 'slow',
			apply: ({hooks}) =>
				hooks.admit.tap({name: 'slow', stage: Stage.early}, async exchange => {
					const gone = new Promise(resolve => exchange.signal.addEventListener('abort', resolve));
					leaving.abort();
					await gone;
					left.resolve();
				}),
		});
		const options = {rules: [{by: 'key', ...generous}, ...seat.rules]} as const;
		const gateway = await start(t, store.plugin, {options, plugins: [slow()]}, budget);

		await t.throwsAsync(ask(gateway, {signal: leaving.signal}), {any: true});
		await Promise.all([left.promise, gateway.closed()]);
		// What was taken after that is given back behind it.
		for (let turn = 0; turn < 100 && Object.keys(store.used()).length < 6; turn++)
			await new Promise(resolve => setImmediate(resolve));

		t.is(Object.keys(store.used()).length, 6);
		t.deepEqual([...new Set(Object.values(store.used()))], [0]);
	});

	test(`a target that stands twice in a list is tried once, with a store ${kind}`, async t => {
		const options = {rules: [{by: 'model', requestsPerDay: 1}]} as const;
		const twice = definePlugin({
			name: 'twice',
			apply: ({hooks}) => {
				const target = {provider: 'mock', model: 'plain'};
				hooks.resolve.tap({name: 'twice', stage: Stage.early}, () => [target, target]);
			},
		});
		const gateway = await start(t, open().plugin, {options, plugins: [twice()]}, budget);

		const statuses: number[] = [];
		for (let call = 0; call < 2; call++) {
			const answer = await ask(gateway);
			await answer.text();
			await gateway.closed();
			statuses.push(answer.status);
		}
		t.deepEqual(statuses, [200, 429]);
	});
}

test('who cannot be told how a budget stands afterwards keeps it from nobody else', async t => {
	const store = waitedFor();
	const told: string[] = [];
	const listening = definePlugin({
		name: 'listening',
		apply: gateway => gateway.use(budgetEvents).onThreshold(({percent}) => void told.push(String(percent))),
	});
	const half = {prices, budgets: [{by: 'key', dailyUsd: 0.0006}]} as const;
	const gateway = await startLimited(t, {
		options: {rules: []},
		stores: store.plugin,
		plugins: [other({settled: fails}), cost(half), listening()],
	});

	for (let call = 0; call < 3; call++) {
		const answer = await ask(gateway, {body: {max_tokens: 5}});
		await answer.text();
		await gateway.closed();
		t.is(answer.status, 200);
	}
	await new Promise(resolve => setImmediate(resolve));
	t.deepEqual(told, ['50']);
});

const withRedis = (noRedis === undefined ? test : test.skip) as TestFn;
const shared = [
	['Postgres', test, () => postgres.create('together')],
	[
		'Redis',
		withRedis,
		async (t: ExecutionContext) => {
			const redis = await startRedis();
			t.teardown(() => redis.remove());
			return redis.url;
		},
	],
] as const;

for (const [name, register, open] of shared) {
	register(
		`with ${name} a call is two round trips in all, and four when its plugins want different things of it`,
		async t => {
			const store = await open(t);
			for (const [deadlineMs, trips] of [
				[5000, 2],
				[4000, 4],
			] as const) {
				const options = {...limits, store, deadlineMs: 5000};
				const gateway = await start(t, storesPlugin(), {options}, {...budget, store, deadlineMs});
				for (let call = 1; call <= 3; call++) {
					const answer = await ask(gateway);
					await answer.text();
					await gateway.closed();
					t.is(answer.status, 200);
					t.like(gateway.metric('store_calls_total'), [{value: call * trips}]);
				}
			}
		},
	);
}

function settleable(): {readonly promise: Promise<void>; resolve(): void} {
	let resolve = (): void => {};
	const promise = new Promise<void>(settle => {
		resolve = settle;
	});
	return {promise, resolve: () => resolve()};
}
