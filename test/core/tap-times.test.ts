/** How long taps take is measured for whoever asks, and for nobody else. */

import test from 'ava';
import {Guard} from '../../core/guard.js';
import {tapOnly} from '../../core/tap-only.js';

const admitContract = {name: 'admit', args: ['exchange'], decides: true, deadlineMs: 0};
const wait = (ms: number) => new Promise<undefined>(resolve => setTimeout(resolve, ms, undefined));

test('nothing is timed before somebody asks, then everything is, taps that stood there before too', async t => {
	const guard = new Guard({fault() {}});
	const admit = guard.series<[object]>(admitContract);
	tapOnly(admit, 'admit', 'early').tap('early', () => undefined);
	await admit.promise({});
	t.like(guard.tapTimes, {0: {plugin: 'early', hook: 'admit', taps: 0, milliseconds: 0}, length: 1});
	guard.timing = true;
	tapOnly(admit, 'admit', 'late').tap('late', () => wait(15));
	await admit.promise({});
	await admit.promise({});
	t.deepEqual(
		guard.tapTimes.map(({plugin, hook, taps}) => [plugin, hook, taps]),
		[
			['early', 'admit', 2],
			['late', 'admit', 2],
		],
	);
	const [early, late] = guard.tapTimes.map(({milliseconds}) => milliseconds);
	t.true((late ?? 0) >= 28 && (early ?? 0) > 0);
});

test('taps of a plugin at a hook are one, those of hooks per provider too; failures count', async t => {
	const guard = new Guard({fault() {}});
	guard.timing = true;
	const sign = guard.waterfallMap<[object, object]>({
		name: 'sign',
		args: ['request', 'attempt'],
		decides: true,
		deadlineMs: 0,
	});
	for (const provider of ['a', 'b'])
		tapOnly(sign, 'sign', 'signer')
			.for(provider)
			.tap('signer', () => undefined);
	const chunk = guard.sync<[object]>({name: 'chunk', args: ['event'], decides: false, deadlineMs: 0});
	tapOnly(chunk, 'chunk', 'watcher').tap('watcher', () => {
		throw new Error('no');
	});
	await sign.for('a').promise({}, {});
	await sign.for('b').promise({}, {});
	chunk.call({});
	t.deepEqual(
		guard.tapTimes.map(({plugin, hook, taps}) => [plugin, hook, taps]),
		[
			['signer', 'sign', 2],
			['watcher', 'chunk', 1],
		],
	);
});

test('of many taps one in sixteen is timed and stands for the others; with somebody who is told of each, all are', async t => {
	for (const everyone of [false, true]) {
		let told = 0;
		const guard = new Guard(everyone ? {fault() {}, timed: () => void told++} : {fault() {}});
		guard.timing = true;
		const admit = guard.series<[object]>(admitContract);
		let calls = 0;
		// The sixteenth, thirty-second and forty-eighth are slow.
		tapOnly(admit, 'admit', 'one').tap('one', () => {
			if (++calls % 16 !== 0) return undefined;
			const until = performance.now() + 2;
			while (performance.now() < until);
			return undefined;
		});
		for (let call = 0; call < 48; call++) await admit.promise({});
		t.is(guard.tapTimes[0]?.taps, 48);
		t.is(told, everyone ? 48 : 0);
		const milliseconds = guard.tapTimes[0]?.milliseconds ?? 0;
		if (!everyone) t.true(milliseconds > 2 + 16 * 4, `${milliseconds}`);
	}
});
