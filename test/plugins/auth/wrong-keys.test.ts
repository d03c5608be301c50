import {setMaxListeners} from 'node:events';
import test from 'ava';
import {type Exchange, GatewayError} from '../../../core/index.js';
import {authenticator} from '../../../plugins/auth/authenticate.js';
import {loadKeys} from '../../../plugins/auth/load-keys.js';
import {type Clock, WrongKeys} from '../../../plugins/auth/wrong-keys.js';
import {memoryLog} from '../../helpers/whole-gateway.js';

/** A clock that stands until it is told to go on. */
function handClock() {
	let time = 0;
	const sleepers: {readonly at: number; readonly wake: () => void}[] = [];
	const clock: Clock = {
		now: () => time,
		wait: (milliseconds, signal) =>
			new Promise(resolve => {
				sleepers.push({at: time + milliseconds, wake: resolve});
				signal.addEventListener('abort', () => resolve());
			}),
	};
	return {
		clock,
		sleepers,
		forward(milliseconds: number) {
			time += milliseconds;
			for (const {at, wake} of sleepers) if (at <= time) wake();
		},
	};
}

const address = '192.0.2.7';
const {signal} = new AbortController();
setMaxListeners(0, signal);

function tries(keys: WrongKeys, from: string, count: number): readonly number[] {
	return Array.from({length: count}, () => keys.note(from));
}

test('ten wrong keys in a minute are free, further ones wait longer and longer', t => {
	const keys = new WrongKeys(handClock().clock);
	t.deepEqual(tries(keys, address, 17), [...Array(10).fill(0), 250, 500, 1000, 2000, 4000, 5000, 5000]);
	t.is(keys.count, 17);
	t.is(keys.slowed, 7);
	t.is(tries(keys, address, 2000).at(-1), 5000);
});

test('another address is not slowed, and a minute later nobody is', t => {
	const {clock, forward} = handClock();
	const keys = new WrongKeys(clock);
	tries(keys, address, 12);
	t.is(keys.note('192.0.2.8'), 0);
	forward(59_999);
	t.is(keys.note(address), 1000);
	forward(1);
	t.is(keys.note(address), 0);
});

test('the addresses of one IPv6 network count as one; those of IPv4 written as IPv6 as themselves', t => {
	const keys = new WrongKeys(handClock().clock);
	for (let host = 1; host <= 10; host++) t.is(keys.note(`2001:db8:1:2::${host}`), 0);
	t.is(keys.note('2001:db8:1:2:ffff::1'), 250);
	t.is(keys.note('2001:db8:1:3::1'), 0);
	tries(keys, '::ffff:192.0.2.1', 10);
	t.is(keys.note('::ffff:192.0.2.2'), 0);
	t.is(keys.note('192.0.2.1'), 250);
});

test('the addresses that are remembered are bounded: the one heard of longest ago is forgotten', t => {
	const keys = new WrongKeys(handClock().clock);
	tries(keys, address, 11);
	tries(keys, '192.0.2.8', 11);
	for (let other = 0; other < 9999; other++) keys.note(`10.0.${other >> 8}.${other & 255}`);
	t.is(keys.note('192.0.2.8'), 500, 'it was heard of later than the other');
	t.is(keys.note(address), 0);
});

test('an answer waits for its time, or until its client leaves', async t => {
	const {clock, forward} = handClock();
	const keys = new WrongKeys(clock);
	keys.note(address);
	const order: string[] = [];
	const leaving = new AbortController();
	const waiting = [
		keys.wait(address, 500, signal).then(() => order.push('slow')),
		keys.wait(address, 250, signal).then(() => order.push('fast')),
		keys.wait(address, 9999, leaving.signal).then(() => order.push('left')),
	];
	leaving.abort();
	await waiting[2];
	forward(250);
	await waiting[1];
	forward(250);
	await waiting[0];
	t.deepEqual(order, ['left', 'fast', 'slow']);
});

test('no more than ten answers of an address wait, and five hundred altogether', async t => {
	const {clock, sleepers, forward} = handClock();
	const keys = new WrongKeys(clock);
	keys.note(address);
	const first = Array.from({length: 10}, () => keys.wait(address, 1000, signal));
	await keys.wait(address, 1000, signal);
	t.is(sleepers.length, 10);
	for (let host = 0; host < 100; host++) {
		keys.note(`10.0.0.${host}`);
		for (let more = 0; more < 10; more++) first.push(keys.wait(`10.0.0.${host}`, 1000, signal));
	}
	t.is(sleepers.length, 500);
	forward(1000);
	await Promise.all(first);
	void keys.wait(address, 1000, signal);
	t.is(sleepers.length, 501, 'who has waited makes room');
});

test('who tries is told 429 and waits; a right key behind the same address is answered at once', async t => {
	const {clock, sleepers, forward} = handClock();
	const authenticate = authenticator({
		ring: loadKeys([{name: 'ci', key: 'the-key'}], memoryLog()),
		tokens: undefined,
		mayBeIssued: () => false,
		wrongKeys: new WrongKeys(clock),
		anonymous: false,
	});
	const show = (key: string, clientIp = address) =>
		authenticate({request: {headers: {'x-api-key': key}}, startedAt: 1, clientIp, signal} as unknown as Exchange);
	const refusal = async (key: string, from?: string): Promise<GatewayError> => {
		const error = await t.throwsAsync(async () => show(key, from));
		return GatewayError.is(error) ? error : (t.fail('no refusal') as never);
	};
	for (let turn = 0; turn < 10; turn++) t.is((await refusal(`wrong-${turn}`)).status, 401);
	const slow = refusal('wrong-again');
	t.like(show('the-key'), {name: 'ci'}, 'known without waiting, while the wrong one waits');
	t.is(sleepers.length, 1);
	forward(250);
	const {status, code, headers, message} = await slow;
	t.is(status, 429);
	t.is(code, 'too_many_wrong_keys');
	t.is(headers['retry-after'], '1');
	t.regex(message, /Too many wrong keys/);
	t.is((await refusal('wrong', '192.0.2.99')).status, 401);
	t.like(show('the-key'), {name: 'ci'});
	t.is(sleepers.length, 1, 'nobody else has waited');
});
