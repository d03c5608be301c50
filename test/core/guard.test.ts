/** The five hazards of bare tapable, each shown to exist, and each shown to be gone behind the guard. */

import test from 'ava';
import {AsyncSeriesHook, SyncHook} from 'tapable';
import {GatewayError, PluginError} from '../../core/errors.js';
import {Guard} from '../../core/guard.js';
import {Stage, tapOnly} from '../../core/tap-only.js';

const contract = {name: 'admit', args: ['exchange'], decides: true, deadlineMs: 0};
const refusal = new GatewayError('no', 403, 'no');

function guarded(faults: PluginError[] = []) {
	return new Guard({fault: error => void faults.push(error)});
}

/** Settled within two turns of the event loop, or still pending: nothing here waits for anything outside. */
async function settled(promise: Promise<unknown>): Promise<'pending' | 'resolved' | 'rejected'> {
	let state: 'pending' | 'resolved' | 'rejected' = 'pending';
	promise.then(
		() => {
			state = 'resolved';
		},
		() => {
			state = 'rejected';
		},
	);
	for (let turn = 0; turn < 5; turn++) await new Promise(resolve => setImmediate(resolve));
	return state;
}

test.serial(
	'hazard 1: a second tap that throws before it returns a promise hangs a bare hook and refuses behind the guard',
	async t => {
		const bare = new AsyncSeriesHook<[object]>(['exchange']);
		const unhandled: unknown[] = [];
		const swallow = (error: unknown): void => void unhandled.push(error);
		// ava fails the run on unhandled rejections; this one is the point of the test.
		const listeners = process.listeners('unhandledRejection');
		process.removeAllListeners('unhandledRejection').on('unhandledRejection', swallow);
		bare.tapPromise('first', async () => {});
		bare.tapPromise('second', () => {
			throw refusal;
		});
		t.is(await settled(bare.promise({})), 'pending');
		process.removeAllListeners('unhandledRejection');
		for (const listener of listeners) process.on('unhandledRejection', listener);
		t.deepEqual(unhandled, [refusal]);

		const safe = guarded().series<[object]>(contract);
		const taps = tapOnly(safe, 'admit', 'limiter');
		taps.tap('first', async () => {});
		taps.tap('second', () => {
			throw refusal;
		});
		t.is(await t.throwsAsync(safe.promise({})), refusal);
	},
);

test.serial(
	'hazard 2: an async function given to `tap` is not awaited by a bare hook and decides behind the guard',
	async t => {
		const bare = new AsyncSeriesHook<[object]>(['exchange']);
		let release: () => void = () => {};
		const gate = new Promise<void>(resolve => {
			release = resolve;
		});
		let finished = false;
		const slow = async (): Promise<void> => {
			await gate;
			finished = true;
		};
		bare.tap('limiter', slow as () => void);
		await bare.promise({});
		t.false(finished, 'the bare hook has admitted the call before the tap decided');

		const safe = guarded().series<[object]>(contract);
		tapOnly(safe, 'admit', 'limiter').tap('limiter', async () => {
			await gate;
			throw refusal;
		});
		const outcome = safe.promise({});
		t.is(await settled(outcome), 'pending');
		release();
		t.is(await t.throwsAsync(outcome), refusal);
	},
);

test('hazard 3: an error of a bare hook names nobody, the guard names plugin and hook and keeps the cause', async t => {
	const cause = new RangeError('index out of bounds');
	const throwing = (): never => {
		throw cause;
	};
	const bare = new AsyncSeriesHook<[object]>(['exchange']);
	bare.tap('limiter', throwing);
	t.is(await t.throwsAsync(bare.promise({})), cause);
	t.false(String(cause.stack).includes('limiter'));

	const safe = guarded().series<[object]>(contract);
	tapOnly(safe, 'admit', 'limiter').tap('limiter', throwing);
	const error = await t.throwsAsync(safe.promise({}), {instanceOf: PluginError});
	t.is(error.plugin, 'limiter');
	t.is(error.hook, 'admit');
	t.is(error.cause, cause);
});

test('hazard 4: `before` an unknown name sorts first in a bare hook; behind the guard there are only stages, and unknown ones are errors', t => {
	const bare = new SyncHook<[object]>(['exchange']);
	bare.tap('a', () => {});
	bare.tap({name: 'b', before: 'no-such-plugin'}, () => {});
	t.deepEqual(
		bare.taps.map(tap => tap.name),
		['b', 'a'],
	);

	const safe = guarded().series<[object]>(contract);
	const taps = tapOnly(safe, 'admit', 'limiter');
	taps.tap({name: 'late', stage: Stage.late}, () => {});
	taps.tap('first', () => {});
	taps.tap('second', () => {});
	taps.tap({name: 'early', stage: Stage.early}, () => {});
	t.deepEqual(
		safe.taps.map(tap => tap.name),
		['early', 'first', 'second', 'late'],
	);
	t.throws(() => taps.tap({name: 'x', stage: 'earliest' as never}, () => {}), {message: /limiter.*admit.*earliest/});
	taps.tap({name: 'ignored', before: 'first'} as never, () => {});
	t.is(safe.taps.at(-2)?.name, 'ignored', 'a `before` that slipped past the compiler has no effect');
});

test('hazard 5: `isUsed()` of an untapped hook is true once it is intercepted, which is why the core looks at `taps.length`', t => {
	const safe = guarded().sync<[object]>({...contract, name: 'chunk'});
	t.true(safe.isUsed());
	t.is(safe.taps.length, 0);
});

test('a parallel hook runs every tap although some fail, and reports each failure', async t => {
	const faults: PluginError[] = [];
	const hook = guarded(faults).parallel<[object]>({name: 'record', args: ['exchange'], decides: false, deadlineMs: 0});
	const kept: string[] = [];
	for (const plugin of ['a', 'b', 'c', 'd']) {
		tapOnly(hook, 'record', plugin).tap(plugin, async () => {
			if (plugin === 'a' || plugin === 'c') throw new Error(`${plugin} is broken`);
			kept.push(plugin);
		});
	}
	await hook.promise({});
	t.deepEqual(kept, ['b', 'd']);
	t.deepEqual(
		faults.map(fault => [fault.plugin, fault.hook]),
		[
			['a', 'record'],
			['c', 'record'],
		],
	);
});

test('an observing tap cannot fail a call, not even with a refusal', async t => {
	const faults: PluginError[] = [];
	const hook = guarded(faults).sync<[object]>({name: 'chunk', args: ['event'], decides: false, deadlineMs: 0});
	tapOnly(hook, 'chunk', 'watcher').tap('watcher', () => {
		throw refusal;
	});
	t.notThrows(() => hook.call({}));
	t.is(faults[0]?.cause, refusal);
});

test('a tap of a synchronous hook that returns a promise is an error with a name, and its rejection is not unhandled', t => {
	const hook = guarded().syncWaterfall<[object]>({name: 'stream', args: ['events'], decides: true, deadlineMs: 0});
	tapOnly(hook, 'stream', 'shouter').tap('shouter', (async () => {
		throw new Error('later');
	}) as never);
	const error = t.throws(() => hook.call({}), {instanceOf: PluginError});
	t.regex(error.message, /shouter.*stream.*synchronous/);
});

test('a tap that never settles is cut off at its deadline', async t => {
	const hook = guarded().bail<[object], string>({...contract, deadlineMs: 5});
	tapOnly(hook, 'admit', 'sleeper').tap('sleeper', () => new Promise<string>(() => {}));
	const error = await t.throwsAsync(hook.promise({}), {instanceOf: PluginError});
	t.regex(error.message, /sleeper.*admit.*longer than 5 ms/);
});

test('a bail hook takes the first answer and asks nobody after it', async t => {
	const hook = guarded().bail<[object], string>(contract);
	const asked: string[] = [];
	for (const [plugin, answer] of [
		['a', undefined],
		['b', 'yes'],
		['c', 'no'],
	] as const) {
		tapOnly(hook, 'authenticate', plugin).tap(plugin, () => {
			asked.push(plugin);
			return answer;
		});
	}
	t.is(await hook.promise({}), 'yes');
	t.deepEqual(asked, ['a', 'b']);
});

test('taps that answer at once are not waited for; those behind one that is waited for come in their order', async t => {
	const contract = {name: 'rewrite', args: ['request', 'exchange'], decides: true, deadlineMs: 0};
	const hook = guarded().waterfall<[string, object]>(contract);
	const exchange = {};
	const add = (letter: string) => (before: string, subject: object) => {
		t.is(subject, exchange);
		return before + letter;
	};
	tapOnly(hook, 'rewrite', 'a').tap('a', add('a'));
	tapOnly(hook, 'rewrite', 'nothing').tap('nothing', () => undefined);
	t.is(hook.call('>', exchange), '>a');
	t.is(await hook.promise('>', exchange), '>a');

	tapOnly(hook, 'rewrite', 'b').tap('b', async (before, subject) => add('b')(before, subject));
	tapOnly(hook, 'rewrite', 'later').tap('later', async () => undefined);
	tapOnly(hook, 'rewrite', 'c').tap('c', add('c'));
	t.is(await hook.call('>', exchange), '>abc');

	const bail = guarded().bail<[object], string>({
		name: 'authenticate',
		args: ['exchange'],
		decides: true,
		deadlineMs: 0,
	});
	tapOnly(bail, 'authenticate', 'later').tap('later', async () => undefined);
	tapOnly(bail, 'authenticate', 'yes').tap('yes', () => 'yes');
	tapOnly(bail, 'authenticate', 'no').tap('no', () => t.fail('asked although it was answered') as never);
	t.is(await bail.call(exchange), 'yes');
});

test('a tap that is added while a call waits is called from the next call on, and no other twice', async t => {
	const hook = guarded().series<[object]>(contract);
	const asked: string[] = [];
	let release = (): void => {};
	const gate = new Promise<void>(resolve => {
		release = resolve;
	});
	tapOnly(hook, 'admit', 'slow').tap('slow', async () => {
		asked.push('slow');
		await gate;
	});
	tapOnly(hook, 'admit', 'next').tap('next', () => void asked.push('next'));
	const outcome = hook.call({});
	tapOnly(hook, 'admit', 'added').tap({name: 'added', stage: Stage.early}, () => void asked.push('added'));
	release();
	await outcome;
	t.deepEqual(asked.splice(0), ['slow', 'next']);
	await hook.call({});
	t.deepEqual(asked, ['added', 'slow', 'next']);
});

test('timing tells how long each plugin took, refusals included', async t => {
	const times: [unknown, string, number][] = [];
	const guard = new Guard({fault: () => {}, timed: (...args) => void times.push(args)});
	const hook = guard.series<[object]>(contract);
	const exchange = {};
	tapOnly(hook, 'admit', 'fine').tap('fine', () => {});
	tapOnly(hook, 'admit', 'refuser').tap('refuser', () => {
		throw refusal;
	});
	await t.throwsAsync(hook.promise(exchange));
	t.deepEqual(
		times.map(([subject, plugin]) => [subject, plugin]),
		[
			[exchange, 'fine'],
			[exchange, 'refuser'],
		],
	);
	t.true(times.every(([, , milliseconds]) => milliseconds >= 0));
});

test('what plugins get cannot fire, intercept or empty a hook', t => {
	const hook = guarded().series<[object]>(contract);
	t.deepEqual(Object.keys(tapOnly(hook, 'admit', 'limiter')), ['tap']);
	t.true(Object.isFrozen(tapOnly(hook, 'admit', 'limiter')));
});
