/** The table of traps in docs/formats.md: every row is there, and the tests that it names exist. */

import {existsSync} from 'node:fs';
import test from 'ava';
import {read, root} from './repository.js';

const rows = 150;
const dialects: Readonly<Record<string, string>> = {
	chat: 'openai-chat',
	responses: 'openai-responses',
	messages: 'anthropic-messages',
};

/** `| 12 | trap | what we do | tests |` */
const table = [...read('docs/formats.md').matchAll(/^\| (\d+) \| (.+) \| (.+) \| ([^|]+) \|$/gm)].map(
	([, row, , done = '', tests = '']) => ({row: Number(row), done, tests: tests.trim().split(/,\s*/)}),
);

/** Where a test may be that a row names. */
function places(name: string): readonly string[] {
	const [dialect = '', file] = name.split(': ');
	if (file !== undefined) return [`test/plugins/dialects/${dialects[dialect] ?? dialect}/${file}.test.ts`];
	return ['test', 'test/plugins', 'test/plugins/dialects'].map(folder => `${folder}/${name}.test.ts`);
}

test('each of the traps has its row, in order', t => {
	t.deepEqual(
		table.map(({row}) => row),
		Array.from({length: rows}, (_, index) => index + 1),
	);
});

test('each row says what is done, and names tests that exist', t => {
	for (const {row, done, tests} of table) {
		t.not(done.trim(), '', `row ${row}`);
		for (const name of tests)
			t.true(
				places(name).some(place => existsSync(root + place)),
				`row ${row}: ${name}`,
			);
	}
});
