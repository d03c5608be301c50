/** What several plugins take from one store for a call: taken at once, settled at once, and nothing of it when one of them is refused. */

import test, {type ExecutionContext} from 'ava';
import {definePlugin, type Plugin, Stage} from '../../../core/index.js';
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
		/** What is used of everything that was ever taken from; a bucket is full when nothing is. */
		used: () =>
			Object.fromEntries(
				[...holdings].map(([key, holding]) => {
					const standing = kept.look([holding])[0];
					return [key, (standing?.limit ?? 0) - (standing?.remaining ?? 0)];
				}),
			),
	};
}

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

	const [kept, other] = [new MemoryStore(() => 0), waitedFor()];
	const taken: Take[] = [];
	const seen: Store = Object.create(kept, {
		waits: {value: false},
		take: {
			value: (takes: readonly Take[]) => {
				taken.push(...takes);
				return kept.take(takes);
			},
		},
	});
	const memory = definePlugin({name: 'stores', apply: gateway => provideStores(gateway, () => seen)});
	const statuses = await use({options, fallbacks}, memory());
	t.deepEqual(await use({options, fallbacks}, other.plugin), statuses);

	const used = new Map(
		taken.map(({holding}) => {
			const [standing] = kept.look([holding]);
			return [holding.key, (standing?.limit ?? 0) - (standing?.remaining ?? 0)];
		}),
	);
	t.true(used.size > 10);
	t.deepEqual(other.used(), Object.fromEntries(used));
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

test('a plugin that cannot say what was used keeps no seat from others', async t => {
	const store = waitedFor();
	const broken = definePlugin({
		name: 'broken',
		apply(gateway) {
			const service = gateway.use(stores);
			const own = service.open(undefined, {degraded: 'refuse'});
			const holding = {kind: 'bucket', key: 'broken', capacity: 10, refillPerSecond: 0} as const;
			gateway.hooks.admit.tap('broken', exchange => {
				service.takeTogether(exchange, own, {
					takes: [{holding, amount: 3, enforced: true}],
					refused() {},
					unavailable() {},
					granted() {},
					used() {
						throw new Error('cannot count');
					},
				});
			});
		},
	});
	const options = {rules: [{by: 'global', concurrency: 1}]} as const;
	const gateway = await start(t, store.plugin, {options, plugins: [broken()]}, budget);

	for (let call = 0; call < 2; call++) {
		const answer = await ask(gateway);
		await answer.text();
		await gateway.closed();
		t.is(answer.status, 200);
	}
	t.is(store.used()['broken'], 6);
	t.true(gateway.log.lines.some(line => JSON.stringify(line).includes('cannot count')));
});

const shared: Readonly<Record<string, (t: ExecutionContext) => Promise<string>>> = {
	Postgres: () => postgres.create('together'),
	...(noRedis === undefined && {
		Redis: async (t: ExecutionContext) => {
			const redis = await startRedis();
			t.teardown(() => redis.remove());
			return redis.url;
		},
	}),
};
if (noRedis !== undefined) test.skip(`with Redis: ${noRedis}`, t => t.pass());

for (const [name, open] of Object.entries(shared)) {
	test(`with ${name} a call is two round trips in all, and four when its plugins want different things of it`, async t => {
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
	});
}
