/** What every store must do, by the same tests. */

import type {ExecutionContext, TestFn} from 'ava';
import fc from 'fast-check';
import {
	type Grant,
	type Holding,
	mostRevoked,
	revokedSeconds,
	type Standing,
	type Store,
	type Take,
} from '../../../plugins/stores/keys.js';
import {Reference} from './reference.js';

/** A store whose clock stands still until it is told to move. */
export interface Bench {
	readonly store: Store;
	advance(ms: number): Promise<void>;
}

export type Open = (t: ExecutionContext, now: number) => Promise<Bench>;

/** 2026-03-01T10:20:30.400Z */
export const someTime = 1_772_360_430_400;

let runs = 0;
/** Keys that no other test uses. */
export function freshKey(): string {
	return `test-${process.pid}-${++runs}`;
}

export const bucket = (key: string, capacity: number, refillPerSecond: number): Holding => ({
	kind: 'bucket',
	key,
	capacity,
	refillPerSecond,
});
export const hourly = (key: string, limit: number, zone = 'UTC'): Holding => ({
	kind: 'sum',
	key,
	limit,
	period: {kind: 'calendar', unit: 'hour', zone},
});
export const rolling = (key: string, limit: number, seconds: number): Holding => ({
	kind: 'sum',
	key,
	limit,
	period: {kind: 'rolling', seconds},
});
export const seats = (key: string, limit: number): Holding => ({kind: 'seats', key, limit});
export const takeOf = (holding: Holding, amount = 1, enforced = true): Take => ({holding, amount, enforced});

export async function granted(t: ExecutionContext, store: Store, ...takes: readonly Take[]): Promise<Grant> {
	const answer = await store.take(takes);
	if (!answer.granted) return t.fail(`refused: ${JSON.stringify(answer)}`);
	return answer;
}

/** Declares the tests. @param numRuns of the random ones. */
export function testContract(test: TestFn, open: Open, numRuns: number): void {
	test('any takes, settlements and returns, at any time, are counted as they should be', async t => {
		const {store, advance} = await open(t, someTime);
		let now = someTime;
		await fc.assert(
			fc.asyncProperty(fc.array(command, {minLength: 1, maxLength: 25}), async commands => {
				const comparison = new Comparison(t, store, new Reference(now));
				for (const command of commands) {
					if (command.kind === 'advance') {
						now += command.ms;
						comparison.reference.now = now;
						await advance(command.ms);
					} else if (command.kind === 'take') await comparison.take(command);
					else await comparison.settle(command);
				}
				await comparison.look();
			}),
			{numRuns},
		);
	});

	test('all or nothing: what one lacks is taken from none', async t => {
		const {store} = await open(t, someTime);
		const key = freshKey();
		const holdings = [bucket(key, 10, 1), hourly(key, 10), rolling(key, 10, 60), seats(key, 1)];
		await granted(t, store, takeOf(seats(key, 1)));
		const before = await store.look(holdings);

		const answer = await store.take(holdings.map(holding => takeOf(holding)));

		t.like(answer, {granted: false, refused: 3, retryMs: 1000});
		t.deepEqual(
			answer.standings.map(({short}) => short),
			[false, false, false, true],
		);
		t.deepEqual(await store.look(holdings), before);
	});

	test('part by part: what is settled is settled, the rest is held', async t => {
		const {store, advance} = await open(t, someTime);
		const key = freshKey();
		const holdings = [bucket(key, 10, 0), hourly(key, 10), rolling(key, 10, 60), seats(key, 1), seats(`${key} b`, 1)];
		const grant = await granted(t, store, ...holdings.map(holding => takeOf(holding)));
		const left = async () => (await store.look(holdings)).map(({remaining}) => remaining);
		t.deepEqual(await left(), [9, 9, 9, 0, 0]);
		await grant.settle([0, undefined, 3, 0, undefined]);
		// Processes that share a store renew their seats then.
		await advance(1);
		t.deepEqual(await left(), [10, 9, 7, 1, 0]);
		await granted(t, store, takeOf(holdings[3] as Holding));
		t.deepEqual(await left(), [10, 9, 7, 0, 0]);
		await grant.settle([5, 2, 5, 0, 0]);
		t.deepEqual(await left(), [10, 8, 7, 0, 1]);
		t.is(await grant.settle([5, 5, 5, 0, 0]), undefined);
	});

	test('who does not want to know how the holdings stand settles as much', async t => {
		const {store} = await open(t, someTime);
		const key = freshKey();
		const holdings = [bucket(key, 10, 0), hourly(key, 10), rolling(key, 10, 60), seats(key, 1)];
		const grant = await granted(t, store, ...holdings.map(holding => takeOf(holding)));
		const left = async () => (await store.look(holdings)).map(({remaining}) => remaining);
		await grant.settle([3, undefined, 0, 0], false);
		t.deepEqual(await left(), [7, 9, 10, 1]);
		await grant.settle([9, 4, 9, 9], false);
		t.deepEqual(await left(), [7, 6, 10, 1]);
	});

	test('a take that asks for more than there can ever be is never granted, and says so', async t => {
		const {store} = await open(t, someTime);
		for (const holding of [bucket(freshKey(), 10, 1), hourly(freshKey(), 10), rolling(freshKey(), 10, 60)])
			t.like(await store.take([takeOf(holding, 11)]), {granted: false, retryMs: Infinity});
	});

	test('billions of billionths are counted to the last one', async t => {
		const {store} = await open(t, someTime);
		const limit = 9_000_000_000_000_001;
		for (const holding of [hourly(freshKey(), limit), rolling(freshKey(), limit, 3600), bucket(freshKey(), limit, 0)]) {
			const grant = await granted(t, store, takeOf(holding, limit - 1));
			t.is((await store.look([holding]))[0]?.remaining, 1);
			t.is((await grant.settle([limit]))?.[0]?.remaining, 0);
			t.false((await store.take([takeOf(holding)])).granted);
		}
	});

	test('a bucket that is emptied is full again after its time, to the last one, however often it is looked at', async t => {
		const {store, advance} = await open(t, someTime);
		const holding = bucket(freshKey(), 100, 100 / 60);
		await granted(t, store, takeOf(holding, 100));
		for (let look = 0; look < 60; look++) {
			t.is((await store.look([holding]))[0]?.remaining, Math.floor((look * 100) / 60 + 1e-6));
			await store.take([takeOf(holding, 0)]);
			await advance(1000);
		}

		await granted(t, store, takeOf(holding, 100));
	});

	test('two hundred at once: as many as there is room for', async t => {
		const {store} = await open(t, someTime);
		const key = freshKey();
		for (const holding of [bucket(key, 37, 0), hourly(key, 37), rolling(key, 37, 60), seats(key, 37)]) {
			const answers = await Promise.all(Array.from({length: 200}, async () => store.take([takeOf(holding)])));
			t.is(answers.filter(answer => answer.granted).length, 37, holding.kind);
		}
	});

	test('a clock that is set back refills nothing twice and forgets nothing', async t => {
		const {store, advance} = await open(t, someTime);
		const holdings = [bucket(freshKey(), 10, 1), hourly(freshKey(), 10), rolling(freshKey(), 10, 60)];
		await granted(t, store, ...holdings.map(holding => takeOf(holding, 10)));
		for (const ms of [-7_200_000, 7_200_000]) {
			await advance(ms);
			t.deepEqual(
				(await store.look(holdings)).map(({remaining}) => remaining),
				[0, 0, 0],
			);
			const grant = await granted(t, store, ...holdings.map(holding => takeOf(holding, 1, false)));
			await grant.settle([0, 0, 0]);
		}
	});

	test('any text may be a key', async t => {
		const {store} = await open(t, someTime);
		const keys = ['\0', '\ud800', '\udc00', '\\u0000', '"\\u0000"', "'; DROP TABLE x --", 'ключ 🔑', '%s', '{a}', ' '];
		for (const name of keys) {
			const holding = hourly(`${freshKey()} ${name}`, 2);
			await granted(t, store, takeOf(holding), takeOf(seats(holding.key, 1)));
			t.is((await store.look([holding]))[0]?.remaining, 1, JSON.stringify(name));
		}
	});

	test('keys that were revoked are told to who asks how far back it was, for a day, and the last ten thousand', async t => {
		const {store, advance} = await open(t, someTime);
		const told = async (withinMs: number) => [...(await store.revoked(withinMs))].sort();
		const day = revokedSeconds * 1000;
		t.deepEqual(await told(day), []);
		await store.revoke(['a', 'b']);
		await advance(1000);
		await store.revoke(['c', 'c']);
		t.deepEqual(await told(0), ['c']);
		t.deepEqual(await told(999), ['c']);
		t.deepEqual(await told(1000), ['a', 'b', 'c']);
		await store.revoke(['a']);
		t.deepEqual(await told(999), ['a', 'c']);
		await advance(day);
		t.deepEqual(await told(day), ['a', 'c']);
		await advance(1);
		t.deepEqual(await told(day), []);
		await advance(-day);
		t.deepEqual(await told(day), ['a', 'b', 'c']);

		await advance(day + 1);
		await store.revoke(['d']);
		await advance(1);
		await store.revoke(Array.from({length: mostRevoked}, (_, index) => `key ${index}`.replace(' ', '-')));
		const all = await told(day);
		t.is(all.length, mostRevoked);
		t.false(all.includes('d'));
	});

	test('what cannot be counted is refused as a mistake', async t => {
		const {store} = await open(t, someTime);
		for (const name of ['', ' ', '\0', 'é', 'x'.repeat(513)])
			await t.throwsAsync(async () => store.revoke(['x', name]), {name: 'TypeError', message: /name 1/});
		const holding = bucket(freshKey(), 10, 1);
		const ask = async (...takes: readonly Take[]) => store.take(takes);
		for (const amount of [-1, 0.5, NaN, Infinity, 2 ** 53])
			await t.throwsAsync(ask(takeOf(holding, amount)), {name: 'TypeError'});
		await t.throwsAsync(ask(takeOf(seats('a', 5), 2)), {name: 'TypeError'});
		await t.throwsAsync(ask(takeOf(holding), takeOf(holding)), {message: /same holding/});
	});
}

const holdingsOf = (key: string): readonly Holding[] => [
	bucket(`${key} tokens`, 20, 0.7),
	bucket(`${key} requests`, 5, 1),
	hourly(`${key} hour`, 30),
	rolling(`${key} minute`, 25, 60),
	rolling(`${key} odd`, 9, 7),
	seats(`${key} seats`, 2),
];

const command = fc.record({
	kind: fc.constantFrom('take', 'take', 'take', 'settle', 'settle', 'give back', 'settle a part', 'advance'),
	picks: fc.uniqueArray(
		fc.record({
			index: fc.nat({max: 5}),
			amount: fc.oneof(fc.nat({max: 12}), fc.nat({max: 40})),
			enforced: fc.boolean(),
		}),
		{selector: ({index}) => index, minLength: 1, maxLength: 6},
	),
	ms: fc.oneof(fc.nat({max: 3000}), fc.nat({max: 70_000}), fc.nat({max: 4_000_000})),
	which: fc.nat({max: 20}),
});

type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

/** Does the same with a store and with the reference. */
class Comparison {
	readonly reference: Reference;
	readonly #t: ExecutionContext;
	readonly #store: Store;
	readonly #key = freshKey();
	readonly #open: {
		readonly grant: Grant;
		readonly takes: readonly Take[];
		readonly entries: ReturnType<Reference['take']>['entries'];
		/** Indices of takes that have been settled. */
		readonly settled: Set<number>;
	}[] = [];

	constructor(t: ExecutionContext, store: Store, reference: Reference) {
		this.#t = t;
		this.#store = store;
		this.reference = reference;
	}

	async take({picks}: Command): Promise<void> {
		const takes = picks.map(({index, amount, enforced}) => {
			const holding = holdingsOf(this.#key)[index] as Holding;
			return takeOf(holding, holding.kind === 'seats' ? Math.min(amount, 1) : amount, enforced);
		});
		const found = await this.#store.take(takes);
		const {entries, ...expected} = this.reference.take(takes);
		const {granted, standings} = found;
		const told = granted ? {granted, standings} : {granted, standings, refused: found.refused, retryMs: found.retryMs};
		this.#t.deepEqual(told, expected as typeof told);
		if (found.granted) this.#open.push({grant: found, takes, entries, settled: new Set()});
	}

	async settle({kind, picks, ms, which}: Command): Promise<void> {
		const [one] = this.#open.splice(which % Math.max(1, this.#open.length), 1);
		if (one === undefined) return;
		const {grant, takes, entries, settled} = one;
		const used = takes.map((_, at) => (kind === 'give back' ? 0 : (picks[at]?.amount ?? ms % 7)));
		const part = kind === 'settle a part' ? used.map((amount, at) => ((ms + at) % 2 === 0 ? amount : undefined)) : used;
		for (const again of [false, true]) {
			const isNew = !again && part.some((amount, at) => amount !== undefined && !settled.has(at));
			const expected = isNew ? this.reference.settle(takes, entries, part) : undefined;
			this.#t.deepEqual(await grant.settle(part), expected as Standing[] | undefined);
		}
		for (const [at, amount] of part.entries()) if (amount !== undefined) settled.add(at);
		if (settled.size < takes.length) this.#open.push(one);
	}

	async look(): Promise<void> {
		const holdings = holdingsOf(this.#key);
		this.#t.deepEqual(await this.#store.look(holdings), this.reference.look(holdings));
	}
}
