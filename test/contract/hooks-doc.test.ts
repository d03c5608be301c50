/** docs/hooks.md and docs/lifecycle.md speak of the hooks that there are, and of no others. */

import test from 'ava';
import {definePlugin, Engine, type HookContract, serverSettings, stores} from 'tapgate';
import {memoryLog} from 'tapgate/testing';
import {everyBuiltIn, everyExample} from './built-ins.js';
import {quoted, read, rows} from './repository.js';
import {tapOrder} from './taps.js';

const engine = new Engine({deployment: 'test', server: serverSettings(), log: memoryLog()});
const {contracts} = engine.guard;
test.after.always(() => engine.close());

interface Box {
	readonly name: string;
	readonly facts: ReadonlyMap<string, string>;
	readonly text: string;
}

const boxes: readonly Box[] = read('docs/hooks.md')
	.split(/^## /m)
	.filter(section => section.includes('| **Type** |'))
	.map(section => ({
		name: section.split('\n', 1)[0] ?? '',
		facts: new Map(rows(section).map(([name = '', value = '']) => [name.replaceAll('*', ''), value])),
		text: section,
	}));

function deadline({kind, deadlineMs}: HookContract): string {
	if (kind.startsWith('sync')) return 'none: synchronous';
	return deadlineMs === 0 ? 'none' : `${deadlineMs / 1000} s`;
}

test('there is a box for every hook, in the order of the table, and none for anything else', t => {
	t.deepEqual(
		boxes.map(({name}) => name),
		contracts.map(({name}) => name),
	);
	t.true(boxes.length >= 14);
});

for (const contract of contracts) {
	test(`the box of ${contract.name} says what the table says`, t => {
		const facts = boxes.find(({name}) => name === contract.name)?.facts ?? new Map<string, string>();

		t.is(quoted(facts.get('Kind'))[0], contract.kind);
		t.is(facts.get('Type'), contract.kind.startsWith('sync') ? 'sync' : 'async');
		t.deepEqual(
			quoted(facts.get('Arguments')).map(argument => argument.split(':')[0]),
			contract.args,
		);
		t.is(facts.get('Decides or observes'), contract.decides ? 'decides' : 'observes');
		t.is(facts.get('Deadline'), deadline(contract));
		for (const fact of ['Return', 'Previous', 'Next', 'Tapped by']) t.truthy(facts.get(fact), fact);
	});
}

/** Some built-ins tap only what has to be waited for. */
const sharing = definePlugin({
	name: 'sharing',
	apply: gateway => void gateway.use(stores).open('redis://127.0.0.1:1', {degraded: 'local'}),
});

test('"Tapped by" names the built-ins and examples that tap the hook, and no hook is tapped by nobody', async t => {
	for (const plugin of [...everyBuiltIn, ...everyExample, sharing()]) await engine.apply(plugin);
	const tapping = new Map<string, Set<string>>();
	for (const [hook, plugins] of tapOrder(engine)) {
		const name = hook.replace(/\[.*/, '');
		tapping.set(name, new Set([...(tapping.get(name) ?? []), ...plugins]));
	}

	for (const {name, facts} of boxes) {
		const said = quoted(facts.get('Tapped by'));
		t.deepEqual([...said].sort(), [...(tapping.get(name) ?? [])].sort(), name);
		t.true(said.length > 0, name);
	}
});

test('every hook has a rung in the ladder, in order, and a link to its box', t => {
	const lifecycle = read('docs/lifecycle.md');
	const ladder = lifecycle.slice(lifecycle.indexOf('```'), lifecycle.indexOf('```', lifecycle.indexOf('```') + 3));
	let from = 0;
	for (const {name} of contracts) {
		const rung = new RegExp(`(?<=[─►◄ ])${name}(?= )`, 'g');
		rung.lastIndex = from;
		const found = rung.exec(ladder);
		t.truthy(found, `${name} stands in the ladder, behind the hook before it`);
		from = found?.index ?? from;
		t.true(lifecycle.includes(`[\`${name}\`](hooks.md#${name})`), `${name} is linked`);
	}
	for (const [, anchor = ''] of lifecycle.matchAll(/hooks\.md#([\w-]+)/g))
		t.true(
			contracts.some(({name}) => name === anchor),
			`${anchor} is a hook`,
		);
});
