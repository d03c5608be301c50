/** Calendar periods: every moment is in exactly one, wherever clocks change. */

import test from 'ava';
import fc from 'fast-check';
import {type CalendarUnit, calendarSpan} from '../../../plugins/stores/period.js';

const zones = [
	'UTC',
	'Europe/Berlin',
	'America/New_York',
	'America/Santiago',
	'America/Havana',
	'Atlantic/Azores',
	'Asia/Kolkata',
	'Asia/Beirut',
	'Australia/Lord_Howe',
	'Africa/Cairo',
	'Pacific/Chatham',
];
const units: readonly CalendarUnit[] = ['hour', 'day', 'week', 'month'];
/** Five years, in which clocks change at midnight in some of the zones. */
const moment = fc.integer({min: Date.UTC(2022, 0, 1), max: Date.UTC(2027, 0, 1)});

test('a moment lies in its period, and the period next to it begins where it ends', t => {
	fc.assert(
		fc.property(moment, fc.constantFrom(...zones), fc.constantFrom(...units), (now, zone, unit) => {
			const span = calendarSpan(now, unit, zone);
			t.true(span.start <= now && now < span.end, `${now} ${unit} ${zone}`);
			if (unit === 'hour') return;
			t.deepEqual(calendarSpan(span.start, unit, zone), span);
			t.deepEqual(calendarSpan(span.end - 1, unit, zone), span);
			t.is(calendarSpan(span.end, unit, zone).start, span.end);
		}),
		{numRuns: 1000},
	);
});

test('days of the change of clocks have 23 and 25 hours, weeks begin on Monday, months on the first', t => {
	const iso = (at: string, unit: CalendarUnit, zone: string) => {
		const {start, end} = calendarSpan(Date.parse(at), unit, zone);
		return [new Date(start).toISOString(), new Date(end).toISOString()];
	};
	t.deepEqual(iso('2026-03-29T12:00:00Z', 'day', 'Europe/Berlin'), [
		'2026-03-28T23:00:00.000Z',
		'2026-03-29T22:00:00.000Z',
	]);
	t.deepEqual(iso('2026-10-25T12:00:00Z', 'day', 'Europe/Berlin'), [
		'2026-10-24T22:00:00.000Z',
		'2026-10-25T23:00:00.000Z',
	]);
	t.deepEqual(iso('2026-10-25T00:30:00Z', 'hour', 'Europe/Berlin'), [
		'2026-10-25T00:00:00.000Z',
		'2026-10-25T01:00:00.000Z',
	]);
	t.deepEqual(iso('2026-02-01T03:00:00Z', 'week', 'UTC'), ['2026-01-26T00:00:00.000Z', '2026-02-02T00:00:00.000Z']);
	t.deepEqual(iso('2026-03-01T03:00:00Z', 'month', 'America/New_York'), [
		'2026-02-01T05:00:00.000Z',
		'2026-03-01T05:00:00.000Z',
	]);
	t.deepEqual(iso('2023-09-03T05:00:00Z', 'day', 'America/Santiago'), [
		'2023-09-03T04:00:00.000Z',
		'2023-09-04T03:00:00.000Z',
	]);
	t.throws(() => calendarSpan(0, 'day', 'Mars/Olympus'), {instanceOf: RangeError});
});
