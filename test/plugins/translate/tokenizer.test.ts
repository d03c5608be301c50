/** Counting in slices: as good as counting the whole, and never slower than the text is long. */

import test from 'ava';
import fc from 'fast-check';
import {countTokens as countWhole} from 'gpt-tokenizer/encoding/o200k_base';
import {loadTokenizer, slicesOf} from '../../../plugins/translate/tokenizer.js';
import {textArbitrary} from '../../helpers/conversations.js';

const longestSlice = 256;

/** Texts of some slices: words, runs without any space, characters of four bytes, markup. */
const longText = fc
	.array(
		fc.oneof(
			textArbitrary,
			fc.lorem({maxCount: 60}),
			fc.string({minLength: 200, maxLength: 700, unit: 'grapheme'}),
			fc.constantFrom('a'.repeat(700), '😀'.repeat(400), '漢字'.repeat(300), '{"key":"value"},'.repeat(60)),
		),
		{minLength: 1, maxLength: 6},
	)
	.map(pieces => pieces.join(' '));

function bound(text: string): number {
	return 2 * Math.ceil(text.length / longestSlice) + 1;
}

test('slices make up the text, are short, and split no character', t => {
	fc.assert(
		fc.property(longText, text => {
			const slices = [...slicesOf(text)];
			t.is(slices.join(''), text);
			t.true(slices.length <= bound(text));
			for (const slice of slices) {
				t.true(slice.length > 0 && slice.length <= longestSlice);
				t.false(/^[\udc00-\udfff]|[\ud800-\udbff]$/.test(slice));
			}
		}),
	);
	t.deepEqual([...slicesOf('')], []);
});

test('slices change the count by no more than two tokens for each cut', async t => {
	const tokenizer = await loadTokenizer();
	fc.assert(
		fc.property(longText, text => {
			const whole = countWhole(text, {disallowedSpecial: new Set()});
			const slices = [...slicesOf(text)].length;
			const difference = Math.abs(tokenizer.count(text) - whole);
			t.true(slices <= 1 ? difference === 0 : difference <= 2 * slices);
		}),
	);
});

test('prose counts the same in slices as in one piece, but for a token in a thousand', async t => {
	const tokenizer = await loadTokenizer();
	fc.assert(
		fc.property(fc.lorem({mode: 'sentences', maxCount: 80}), text => {
			const whole = countWhole(text);
			t.true(Math.abs(tokenizer.count(text) - whole) <= Math.ceil(whole / 1000));
		}),
	);
});

test('more words are more tokens', async t => {
	const tokenizer = await loadTokenizer();
	fc.assert(
		fc.property(longText, fc.lorem({maxCount: 20}), (text, more) => {
			t.true(tokenizer.count(`${text} ${more}`) >= tokenizer.count(text));
		}),
	);
});

test('what looks like a control token is counted as text', async t => {
	const tokenizer = await loadTokenizer();
	t.true(tokenizer.count('<|endoftext|>') > 1);
	t.true(tokenizer.count('a <|im_start|> b') > 3);
});

test('a megabyte of one letter or one emoji is cut into a number of slices that its length bounds', async t => {
	const tokenizer = await loadTokenizer();
	for (const [text, tokens] of [
		['a'.repeat(1_000_000), 125_000],
		['😀'.repeat(500_000), 500_000],
	] as const) {
		const slices = [...slicesOf(text)];
		t.true(slices.length <= bound(text));
		t.true(slices.every(({length}) => length <= longestSlice));
		// Eight times that letter are one token, and so is the emoji; one more at most where it was cut.
		t.true(Math.abs(tokenizer.count(text) - tokens) <= slices.length);
	}
});
