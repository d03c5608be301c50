/** Texts that are made without being put together each time are the same as if they were. */

import test from 'ava';
import fc from 'fast-check';
import {oncePerName, targetName, tenths, tenthsText} from 'tapgate';
import {oncePerPair} from '../../core/once-per-name.js';

test('a duration as text is the number that it is', t => {
	fc.assert(
		fc.property(fc.oneof(fc.double({min: 0, max: 1e13, noNaN: true}), fc.double()), milliseconds => {
			t.is(tenthsText(milliseconds), String(tenths(milliseconds)));
		}),
	);
	t.deepEqual([0, 0.04, 0.05, 0.96, 9.95, 1234.56, -0.3].map(tenthsText), [
		'0',
		'0',
		'0.1',
		'1',
		'10',
		'1234.6',
		'-0.3',
	]);
});

test('a target has the name of its provider and its model, however many there are', t => {
	const parts = fc.constantFrom('', 'a', 'b', 'a.b', 'c', 'x'.repeat(300));
	fc.assert(
		fc.property(fc.array(fc.tuple(parts, parts)), pairs => {
			for (const [provider, model] of pairs)
				t.is(targetName({provider, model}), model === '' ? provider : `${provider}.${model}`);
		}),
	);
	for (let number = 0; number < 5000; number++)
		t.is(targetName({provider: `p${number % 7}`, model: `m${number}`}), `p${number % 7}.m${number}`);
});

test('what was made of a name is remembered, and a long one is not', t => {
	let made = 0;
	const one = oncePerName(name => `${name}${++made}`);
	t.deepEqual([one('a'), one('a'), one('b')], ['a1', 'a1', 'b2']);
	const long = 'x'.repeat(300);
	t.not(one(long), one(long));
	const two = oncePerPair((first, second) => `${first}${second}${++made}`);
	t.is(two('a', 'b'), two('a', 'b'));
	t.not(two('a', long), two('a', long));
	t.not(two('ab', ''), two('a', 'b'));
});
