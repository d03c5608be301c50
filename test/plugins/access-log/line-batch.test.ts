import test from 'ava';
import {LineBatch, type Lines} from '../../../plugins/access-log/line-batch.js';

function gathering() {
	const handedOn: Lines[] = [];
	return {handedOn, batch: new LineBatch(lines => void handedOn.push(lines))};
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
	t.deepEqual(lines, {text: 'one\ntwo\n', count: 2});
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
	for (let count = 0; count < 66; count++) batch.add('x'.repeat(999));
	t.deepEqual(
		handedOn.map(({count}) => count),
		[66],
	);
});
