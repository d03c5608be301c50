/** docs/errors.md holds the table of codes, word for word. */

import test from 'ava';
import {errorTable} from 'tapgate';
import {read, rows} from './repository.js';

test('docs/errors.md lists every code with its status, meaning and remedy, and no other', t => {
	const section =
		read('docs/errors.md')
			.split(/^## /m)
			.find(part => part.startsWith('Codes\n')) ?? '';

	t.deepEqual(
		rows(section),
		Object.entries(errorTable).map(([code, {status, meaning, remedy}]) => [
			`\`${code}\``,
			String(status),
			meaning,
			remedy,
		]),
	);
});

test('docs/errors.md explains every status that the gateway says of its own', t => {
	const section =
		read('docs/errors.md')
			.split(/^## /m)
			.find(part => part.startsWith('Statuses\n')) ?? '';
	const explained = rows(section).map(([status]) => Number(status));

	t.deepEqual(explained, [...new Set(Object.values(errorTable).map(({status}) => status))].sort());
});

test('codes are lower_snake_case, statuses are errors, and every text is a sentence', t => {
	for (const [code, {status, meaning, remedy}] of Object.entries(errorTable)) {
		t.regex(code, /^[a-z]+(_[a-z]+)*$/);
		t.true(status >= 400 && status < 600);
		for (const text of [meaning, remedy]) t.regex(text, /^[A-Z`].*\.$/, text);
	}
});
