/** Heads of answers: what several have to say is sent as if it had been one object. */

import type {ServerResponse} from 'node:http';
import test from 'ava';
import fc from 'fast-check';
import {writeHeaders} from '../../core/pipeline/write-headers.js';

test('of a header that several name the last one is sent, and what was taken away by the last is not', t => {
	const name = fc.constantFrom('content-type', 'content-length', 'x-a', 'x-b', 'x-c');
	const value = fc.constantFrom('1', '2', 3, ['4', '5'], undefined);
	fc.assert(
		fc.property(fc.array(fc.dictionary(name, value)), fc.boolean(), (layers, asLists) => {
			let sent: unknown[] = [];
			const response = {writeHead: (_status: number, flat: unknown[]) => (sent = flat)};
			// A list has no way to take a header away.
			const listed = layers.map(layer =>
				asLists && !Object.values(layer).includes(undefined) ? (Object.entries(layer).flat(1) as string[]) : layer,
			);
			writeHeaders(response as unknown as ServerResponse, 200, listed);
			const pairs = Array.from({length: sent.length / 2}, (_, index) => sent.slice(2 * index, 2 * index + 2));
			const merged = Object.entries(Object.assign({}, ...layers) as object).filter(([, one]) => one !== undefined);
			t.deepEqual(pairs.map(([one]) => one).sort(), merged.map(([one]) => one).sort());
			t.deepEqual(Object.fromEntries(pairs), Object.fromEntries(merged));
		}),
	);
});

test('one that cannot be sent is left out, and the others are sent', t => {
	const sent: Record<string, unknown> = {};
	const response = {
		writeHead() {
			throw new TypeError('Invalid character in header content ["x-a"]');
		},
		setHeader(name: string, value: unknown) {
			if (name === 'x-a') throw new TypeError('Invalid character in header content ["x-a"]');
			sent[name] = value;
		},
		statusCode: 0,
	};
	writeHeaders(response as unknown as ServerResponse, 201, [
		{'x-a': 'a\nb', 'x-b': '1'},
		{'x-b': undefined, 'x-c': '2'},
	]);
	t.deepEqual(sent, {'x-c': '2'});
	t.is(response.statusCode, 201);
});
