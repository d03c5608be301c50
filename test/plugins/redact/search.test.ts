/** The search for bytes in WebAssembly: it finds what a loop finds. */

import test from 'ava';
import fc from 'fast-check';
import {ByteSet, lookAt, pieceBytes, placeOf} from '../../../plugins/redact/traits/search.js';

/** Sets as they are in use, and one of the ends of all halves of bytes. */
const characters = ['0123456789:@%=-J\\', 'ABCXYZabcxyz0189_:/=.+~-', '\u0001\u000f !/09@OP_`op\u007f'];
const sets = characters.map(of => ({of: new Set(Buffer.from(of, 'latin1')), set: new ByteSet(of)}));

/** Bytes of which about every other belongs to a set, with long runs, and of any length around that of a piece. */
const texts = fc
	.array(
		fc.oneof(
			fc.uint8Array({maxLength: 40}).map(bytes => Buffer.from(bytes)),
			fc
				.tuple(fc.constantFrom(...characters.flatMap(of => [...of])), fc.nat({max: 50}))
				.map(([character, length]) => Buffer.from(character.repeat(length), 'latin1')),
			fc.nat({max: 3}).map(more => Buffer.alloc(pieceBytes - 20 + more * 10, 'x')),
		),
		{maxLength: 12},
	)
	.map(parts => Buffer.concat(parts));

function everyPiece(text: Buffer, find: () => number): number[] {
	const places: number[] = [];
	for (let from = 0; from < text.length; from += pieceBytes) {
		lookAt(text, from);
		const count = find();
		for (let index = 0; index < count; index++) places.push(placeOf(index));
	}
	return places;
}

test('it finds every byte of a set, and no other, in texts of any length', t => {
	fc.assert(
		fc.property(texts, text => {
			for (const {of, set} of sets) {
				const expected = [...text.keys()].filter(at => of.has(text[at] ?? 0));
				if (everyPiece(text, () => set.find()).join() !== expected.join()) return false;
			}
			return true;
		}),
	);
	t.pass();
});

test('it finds a place in every run of sixteen and more, and none elsewhere', t => {
	fc.assert(
		fc.property(texts, text => {
			for (const {of, set} of sets) {
				const places = everyPiece(text, () => set.findRuns());
				let start = 0;
				for (let at = 0; at <= text.length; at++) {
					if (at < text.length && of.has(text[at] ?? 0)) continue;
					const within = places.filter(place => place >= start && place < at).length;
					if (at - start >= 16 !== within > 0) return false;
					start = at + 1;
				}
				if (places.some(place => !of.has(text[place] ?? 0))) return false;
			}
			return true;
		}),
	);
	t.pass();
});

test('a set that has no room is refused', t => {
	t.throws(() => new ByteSet(Array.from({length: 9}, (_, half) => String.fromCharCode(half * 16 + half)).join('')), {
		instanceOf: RangeError,
	});
});
