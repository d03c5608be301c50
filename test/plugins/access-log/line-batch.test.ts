import test from 'ava';
import {LineBatch, type Lines} from '../../../plugins/access-log/line-batch.js';

const told = ({bytes, count}: Lines) => ({text: bytes.toString(), count});

function gathering() {
	const handedOn: ReturnType<typeof told>[] = [];
	return {handedOn, batch: new LineBatch(lines => void handedOn.push(told(lines)))};
}

test('lines that come together are handed on together', t => {
	const {batch, handedOn} = gathering();
	for (const line of ['one', 'two', 'three']) batch.add(line);
	t.deepEqual(handedOn, []);
	batch.flush();
	batch.flush();
	t.deepEqual(handedOn, [{text: 'one\ntwo\nthree\n', count: 3}]);
});

test('lines are handed on soon without anything further happening', async t => {
	const lines = await new Promise<Lines>(resolve => {
		const batch = new LineBatch(resolve);
		batch.add('one');
		batch.add('two');
		// The batch's own timer does not keep a process alive; something else must.
		const awake = setTimeout(() => {}, 10_000);
		t.teardown(() => clearTimeout(awake));
	});
	t.deepEqual(told(lines), {text: 'one\ntwo\n', count: 2});
});

test('a waiting line does not keep the process alive', t => {
	const timers = () => process.getActiveResourcesInfo().filter(resource => resource === 'Timeout').length;
	const {batch} = gathering();
	const before = timers();
	batch.add('one');
	t.is(timers(), before);
	batch.flush();
});

test('a full batch does not wait', t => {
	const {batch, handedOn} = gathering();
	for (let count = 0; count < 132; count++) batch.add('x'.repeat(999));
	t.deepEqual(
		handedOn.map(({count}) => count),
		[132],
	);
});

test('a line of any length is handed on as it is, and what was handed on stays', t => {
	const {batch, handedOn} = gathering();
	const lines = ['é', '😀'.repeat(100_000), 'x'.repeat(300_000), 'last'];
	for (const line of lines) batch.add(line);
	batch.flush();
	t.is(handedOn.map(({text}) => text).join(''), lines.map(line => `${line}\n`).join(''));
	t.is(
		handedOn.reduce((sum, {count}) => sum + count, 0),
		4,
	);
	const kept: Lines[] = [];
	const second = new LineBatch(given => void kept.push(given));
	for (const line of ['one', 'two']) {
		second.add(line);
		second.flush();
	}
	t.deepEqual(kept.map(told), [
		{text: 'one\n', count: 1},
		{text: 'two\n', count: 1},
	]);
});
