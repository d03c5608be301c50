/** The memory of the primary process: to its workers it is a store like any other, over a channel that carries JSON. */

import test from 'ava';
import {MemoryStore} from '../../../plugins/stores/memory.js';
import {PrimaryMemory} from '../../../plugins/stores/primary-memory.js';
import {PrimaryStore} from '../../../plugins/stores/primary-store.js';
import {bucket, freshKey, granted, hourly, seats, someTime, takeOf, testContract} from './contract.js';

function primary(now: () => number = () => someTime) {
	const memory = new PrimaryMemory(new MemoryStore(now));
	const sent = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));
	const worker = (number: number) => new PrimaryStore(async question => sent(memory.answer(sent(question), number)));
	return {memory, worker};
}

testContract(
	test,
	async (_t, start) => {
		let now = start;
		return {
			store: primary(() => now).worker(1),
			async advance(ms) {
				now += ms;
			},
		};
	},
	100,
);

test('workers take from the same holdings; what one that has ended took stays taken, and its seats are free', async t => {
	const {memory, worker} = primary();
	const key = freshKey();
	const takes = [takeOf(hourly(key, 100), 10), takeOf(bucket(key, 100, 1), 10), takeOf(seats(key, 3))];
	const [one, other] = [worker(1), worker(2)];
	await granted(t, one, ...takes);
	await (await granted(t, one, ...takes)).settle([3, 3, 0]);
	const going = await granted(t, other, ...takes);
	const left = async () => (await worker(3).look(takes.map(({holding}) => holding))).map(({remaining}) => remaining);
	t.deepEqual(await left(), [77, 77, 1]);

	memory.gone(1);
	t.deepEqual(await left(), [77, 77, 2]);
	memory.gone(1);
	await going.settle([1, 1, 0]);
	t.deepEqual(await left(), [86, 86, 3]);
});

test('the primary is sent what it counts, and nothing else that is written on a take', async t => {
	const holding = hourly(freshKey(), 10);
	const store = primary().worker(1);
	const take = Object.assign({note: 1n}, takeOf(holding, 4));
	t.like((await granted(t, store, take)).standings, [{remaining: 6}]);
});

test('a primary that cannot answer fails the take, and holds up no settling', async t => {
	let answers = true;
	const {memory} = primary();
	const store = new PrimaryStore(async question => {
		if (!answers) throw new Error('no');
		return memory.answer(question, 1);
	});
	const grant = await granted(t, store, takeOf(hourly(freshKey(), 10)));
	answers = false;
	t.is(await grant.settle([1]), undefined);
	await t.throwsAsync(async () => store.take([takeOf(hourly(freshKey(), 10))]), {message: 'no'});
});
