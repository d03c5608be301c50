/** However a stream is cut into deltas, the restored text is that of the whole, and nothing is held that need not be. */

import test from 'ava';
import fc from 'fast-check';
import type {CompletionEvent} from 'tapgate';
import {StreamRestorer} from '../../../plugins/redact/restore-stream.js';
import {Vault} from '../../../plugins/redact/vault.js';

const values = ['jane@example.com', '4111111111111111', 'a "quoted"\nvalue', '[EMAIL_2]', 'x'];

function vaultOf(): Vault {
	const vault = new Vault();
	for (const [at, value] of values.entries())
		vault.placeholderFor(at % 2 === 0 ? 'email' : 'own-kind', value, () => true);
	return vault;
}

const text = fc
	.array(
		fc.oneof(
			fc.constantFrom(
				'[EMAIL_1]',
				'[OWN-KIND_1]',
				'[EMAIL_2]',
				'[OWN-KIND_2]',
				'[EMAIL_3]',
				'[EMAIL_4]',
				'[EMAIL_',
				'[',
				']',
				'[[',
				'[E',
				'_1]',
			),
			fc.string({unit: 'grapheme', maxLength: 6}),
		),
		{maxLength: 12},
	)
	.map(pieces => pieces.join(''));

/** Cuts a text behind some of its UTF-16 units. */
const cut = (whole: string, cuts: readonly boolean[]): readonly string[] => {
	const pieces: string[] = [''];
	for (let at = 0; at < whole.length; at++) {
		pieces[pieces.length - 1] += whole[at] ?? '';
		if (cuts[at % Math.max(cuts.length, 1)] === true) pieces.push('');
	}
	return pieces.filter(piece => piece !== '');
};

type Kind = 'text' | 'thinking' | 'arguments' | 'refusal';

function restored(pieces: readonly string[], kind: Kind, finished: 'part-end' | 'error' | 'nothing') {
	const restorer = new StreamRestorer(vaultOf(), {json: false, thinking: true});
	const part =
		kind === 'arguments'
			? ({type: 'tool-call', id: 'c', name: 'f', arguments: ''} as const)
			: ({type: kind, text: ''} as const);
	const events: CompletionEvent[] = [
		{type: 'part-start', index: 0, part},
		...pieces.map((piece): CompletionEvent => ({type: 'part-delta', index: 0, delta: {type: kind, text: piece}})),
	];
	if (finished === 'part-end') events.push({type: 'part-end', index: 0});
	if (finished === 'error') events.push({type: 'error', error: {status: 500, message: 'no'}});
	const out = events.flatMap(event => [...restorer.change(event)]);
	return [...out, ...restorer.rest()];
}

const said = (events: readonly CompletionEvent[]): string =>
	events.map(event => (event.type === 'part-delta' && 'text' in event.delta ? event.delta.text : '')).join('');

for (const kind of ['text', 'thinking', 'arguments', 'refusal'] as const) {
	for (const end of ['part-end', 'error', 'nothing'] as const) {
		test(`${kind}, up to ${end}: cut anywhere, the same text`, t => {
			fc.assert(
				fc.property(text, fc.array(fc.boolean(), {minLength: 1, maxLength: 20}), (whole, cuts) => {
					const expected = vaultOf().restore(whole, kind === 'arguments');
					t.is(said(restored(cut(whole, cuts), kind, end)), expected);
					t.is(
						said(
							restored(
								[...whole].flatMap(character => character.split('')),
								kind,
								end,
							),
						),
						expected,
					);
				}),
				{numRuns: 150},
			);
		});
	}
}

test('the last event of a part stays its last', t => {
	const events = restored(['a [EMAIL', '_1'], 'text', 'part-end');
	t.is(events.at(-1)?.type, 'part-end');
	t.is(said(events), 'a [EMAIL_1');
});

test('only what may still become a placeholder of this call is held back', t => {
	const restorer = new StreamRestorer(vaultOf(), {json: false, thinking: true});
	restorer.change({type: 'part-start', index: 0, part: {type: 'text', text: ''}});
	const send = (piece: string): string =>
		said(restorer.change({type: 'part-delta', index: 0, delta: {type: 'text', text: piece}}));

	t.is(send('array['), 'array');
	t.is(send('0] and [PHONE'), '[0] and [PHONE');
	t.is(send(' ['), ' ');
	t.is(send('EMAIL_'), '');
	t.is(send('1'), '');
	t.is(send(']'), 'jane@example.com');
	t.is(send('[EMAIL_7'), '[EMAIL_7');
});

test('parts that are open at the same time do not mix', t => {
	const restorer = new StreamRestorer(vaultOf(), {json: false, thinking: true});
	const texts = ['', ''];
	for (const index of [0, 1]) restorer.change({type: 'part-start', index, part: {type: 'text', text: ''}});
	for (const piece of ['[EM', 'AIL', '_1]']) {
		for (const index of [0, 1]) {
			const out = restorer.change({type: 'part-delta', index, delta: {type: 'text', text: index === 0 ? piece : 'y'}});
			texts[index] += said(out);
		}
	}
	t.deepEqual(texts, ['jane@example.com', 'yyy']);
});

test('thinking that is signed, or whose signature is to come where nobody may be sure, is not touched', t => {
	for (const [signed, thinking] of [
		[true, true],
		[false, false],
	] as const) {
		const restorer = new StreamRestorer(vaultOf(), {json: false, thinking});
		const part = {type: 'thinking' as const, text: '', ...(signed && {signedBy: 'anthropic'})};
		restorer.change({type: 'part-start', index: 0, part});
		const delta: CompletionEvent = {type: 'part-delta', index: 0, delta: {type: 'thinking', text: 'Hm [EMAIL_1] [EM'}};
		t.deepEqual(restorer.change(delta), [delta]);
		const signature: CompletionEvent = {type: 'part-delta', index: 0, delta: {type: 'signature', text: 'c2ln'}};
		t.deepEqual(restorer.change(signature), [signature]);
	}
});

test('thinking that was changed loses a signature that comes late', t => {
	const restorer = new StreamRestorer(vaultOf(), {json: false, thinking: true});
	const signature: CompletionEvent = {type: 'part-delta', index: 0, delta: {type: 'signature', text: 'c2ln'}};
	restorer.change({type: 'part-start', index: 0, part: {type: 'thinking', text: ''}});
	t.is(
		said(restorer.change({type: 'part-delta', index: 0, delta: {type: 'thinking', text: '[EMAIL_1]'}})),
		'jane@example.com',
	);
	t.deepEqual(restorer.change(signature), []);
	restorer.change({type: 'part-start', index: 0, part: {type: 'thinking', text: ''}});
	restorer.change({type: 'part-delta', index: 0, delta: {type: 'thinking', text: 'nothing'}});
	t.deepEqual(restorer.change(signature), [signature]);
});
