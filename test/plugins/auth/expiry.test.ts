import test from 'ava';
import fc from 'fast-check';
import {parseExpiry} from '../../../plugins/auth/expiry.js';

const moments = fc.date({
	min: new Date('0001-01-01T00:00:00Z'),
	max: new Date('9999-12-31T23:59:59Z'),
	noInvalidDate: true,
});

test('every moment that JavaScript writes is read as that moment', t => {
	fc.assert(fc.property(moments, moment => parseExpiry(moment.toISOString()) === moment.getTime()));
	t.pass();
});

test('a date means 0:00 UTC of that day', t => {
	fc.assert(
		fc.property(moments, moment => {
			const day = moment.toISOString().slice(0, 10);
			return parseExpiry(day) === Date.parse(`${day}T00:00:00Z`);
		}),
	);
	t.pass();
});

test('a zone is reckoned with', t => {
	const zone = fc.record({hours: fc.integer({min: -14, max: 14}), minutes: fc.integer({min: 0, max: 59})});
	fc.assert(
		fc.property(moments, zone, (moment, {hours, minutes}) => {
			const two = (value: number) => String(Math.abs(value)).padStart(2, '0');
			const text = `${moment.toISOString().slice(0, 19)}${hours < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
			const offset = (Math.abs(hours) * 60 + minutes) * (hours < 0 ? -1 : 1) * 60_000;
			return parseExpiry(text) === Math.floor(moment.getTime() / 1000) * 1000 - offset;
		}),
	);
	t.pass();
});

for (const text of [
	'',
	'tomorrow',
	'2030',
	'2030-1-1',
	'2030-13-01',
	'2030-00-10',
	'2030-02-30',
	'2029-02-29',
	'2030-04-31',
	'2030-01-31T12:00:00',
	'2030-01-31 12:00:00Z',
	'2030-01-31T24:00:00Z',
	'2030-01-31T12:60:00Z',
	'2030-01-31T12:00:60Z',
	'2030-01-31T12:00:00+24:00',
	'2030-01-31Z',
	' 2030-01-31',
	'2030-01-31T12:00:00Z\n',
]) {
	test(`refuses ${JSON.stringify(text)}`, t => {
		t.is(parseExpiry(text), undefined);
	});
}

test('February has a 29th in leap years', t => {
	t.is(parseExpiry('2028-02-29'), Date.UTC(2028, 1, 29));
	t.is(parseExpiry('2000-02-29'), Date.UTC(2000, 1, 29));
	t.is(parseExpiry('2100-02-29'), undefined);
});
