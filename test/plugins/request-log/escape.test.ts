/** Escaping in WebAssembly: it writes what JSON.stringify writes. */

import test from 'ava';
import fc from 'fast-check';
import {writeEscaped} from '../../../plugins/request-log/journal/escape.js';

/** Every character that is escaped, and others, alone and in runs, around the lengths at which the program takes another turn. */
const pieces = fc.oneof(
	fc.string({unit: 'grapheme', maxLength: 40}),
	fc
		.tuple(
			fc.constantFrom('"', '\\', '\n', '\u0000', '\u001f', 'a', ' ', '\u007f', '\u0080', 'é', '😀'),
			fc.nat({max: 40}),
		)
		.map(([character, times]) => character.repeat(times)),
	fc.integer({min: 16 * 1024 - 20, max: 16 * 1024 + 20}).map(length => 'x'.repeat(length)),
	fc.constant('"'.repeat(16 * 1024)),
	fc.constant('\u0001'.repeat(16 * 1024)),
);
const texts = fc.array(pieces, {maxLength: 6}).map(parts => parts.join(''));

test('text is escaped as JSON has it, and nothing is written behind it', t => {
	fc.assert(
		fc.property(texts, fc.nat({max: 5}), (text, start) => {
			const bytes = Buffer.from(text);
			const target = Buffer.alloc(start + bytes.length * 6 + 1, 0xee);
			const end = writeEscaped(bytes, target, start);
			t.is(target.toString('utf8', start, end), JSON.stringify(text).slice(1, -1));
			t.true(target.subarray(0, start).every(byte => byte === 0xee));
			t.true(target.subarray(end).every(byte => byte === 0xee));
		}),
		{numRuns: 300},
	);
});
