/** Times of calls, as logs and records write them. */

import test from 'ava';
import fc from 'fast-check';
import {timestamp} from '../../core/timestamp.js';

test('a timestamp is the date’s own, whatever was asked before', t => {
	const times = fc.array(fc.double({min: 0, max: 4_102_444_800_000, noNaN: true}), {minLength: 1});
	fc.assert(
		fc.property(times, list => {
			const close = list.flatMap(time => [time, time + 0.4, time + 1, time + 999]);
			return close.every(time => timestamp(time) === new Date(time).toISOString());
		}),
	);
	t.pass();
});
