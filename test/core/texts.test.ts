/** Texts that are made without being put together each time are the same as if they were. */

import test from 'ava';
import fc from 'fast-check';
import {oncePerName, oncePerNames, targetName, tenths, tenthsText} from 'tapgate';

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
	const two = oncePerNames((first: string, second: string) => `${first}${second}${++made}`);
	t.is(two('a', 'b'), two('a', 'b'));
	t.not(two('a', long), two('a', long));
	t.not(two('ab', ''), two('a', 'b'));
});

test('names that come together are told apart, however many there are and however alike', t => {
	const join = (...names: readonly (string | undefined)[]): string => JSON.stringify(names);
	const name = fc.constantFrom(undefined, '', 'a', 'b', 'ab', 'xab', 'yab', 'key-17', 'key-27', 'x'.repeat(300));
	fc.assert(
		fc.property(fc.array(fc.tuple(name, name, name)), lists => {
			const known = oncePerNames(join);
			for (const names of lists) t.is(known(...names), join(...names));
		}),
	);
	const known = oncePerNames(join);
	for (const round of [1, 2])
		for (let number = 0; number < 5000; number++)
			t.is(known(`key-${number}`, 'model'), join(`key-${number}`, 'model'), String(round));
});
