/** Whose word on the client's address is believed. */

import type {IncomingMessage} from 'node:http';
import test from 'ava';
import {addressReader} from '../../../core/http/client-address.js';

const read = addressReader(['10.0.0.0/8']);

function addressOf(forwarded: string): string {
	return read({
		socket: {remoteAddress: '10.0.0.1'},
		headers: {'x-forwarded-for': forwarded},
	} as unknown as IncomingMessage);
}

test('the first stranger from the right is the client', t => {
	t.is(addressOf('198.51.100.9, 203.0.113.7, 10.0.0.2'), '203.0.113.7');
	t.is(addressOf('10.0.0.3, 10.0.0.2'), '10.0.0.3');
});

test('addresses may have ports, and those of IPv6 brackets', t => {
	t.is(addressOf('198.51.100.9, 203.0.113.7:4711'), '203.0.113.7');
	t.is(addressOf('198.51.100.9, [2001:db8::1]:4711'), '2001:db8::1');
	t.is(addressOf('198.51.100.9, [2001:db8::1]'), '2001:db8::1');
});

test('what stands left of a word that is no address is not believed', t => {
	t.is(addressOf('198.51.100.9, unknown'), '10.0.0.1');
	t.is(addressOf('198.51.100.9, unknown, 10.0.0.2'), '10.0.0.2');
});
