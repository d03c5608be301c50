/** Calls that end in the same turn are recorded together: each tap sees all of them, each call all taps in their order. */

import test from 'ava';
import type {ClosedExchange} from '../../core/exchange.js';
import {Guard} from '../../core/guard.js';
import {recordAll} from '../../core/record.js';
import {tapOnly} from '../../core/tap-only.js';

test('taps keep their order for each call; one that fails or waits holds up no other', async t => {
	const faults: string[] = [];
	const guard = new Guard({fault: error => void faults.push(`${error.plugin}: ${error.message}`)});
	const hook = guard.parallel<[ClosedExchange]>({name: 'record', args: ['exchange'], decides: false, deadlineMs: 0});
	const seen: string[] = [];
	let written = (): void => {};
	const writing = new Promise<undefined>(resolve => {
		written = () => resolve(undefined);
	});
	tapOnly(hook, 'record', 'first').tap('first', ({id}) => {
		seen.push(`first ${id}`);
		if (id === 'a') throw new Error('no');
	});
	tapOnly(hook, 'record', 'second').tap('second', ({id}) => {
		seen.push(`second ${id}`);
		return id === 'b' ? writing : undefined;
	});
	const recorded: string[] = [];
	const over = (id: string) => ({exchange: {id} as ClosedExchange, recorded: () => void recorded.push(id)});

	recordAll(hook, ['a', 'b', 'c'].map(over));

	for (const id of ['a', 'b', 'c'])
		t.deepEqual(
			seen.filter(entry => entry.endsWith(id)),
			[`first ${id}`, `second ${id}`],
		);
	t.is(faults.length, 1);
	t.regex(faults[0] ?? '', /^first: .*no/);
	t.deepEqual(recorded, ['a', 'c']);
	written();
	await writing;
	await new Promise(setImmediate);
	t.deepEqual(recorded, ['a', 'c', 'b']);
});
