import {inspect} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {env, secret} from '../../config/index.js';
import {ConfigError, reveal} from '../../core/index.js';

const name = 'TAPGATE_TEST_VARIABLE';

/** Runs with the variable set (or not) and unset again afterwards. */
function given<Value>(value: string | undefined, read: () => Value): Value {
	if (value === undefined) delete process.env[name];
	else process.env[name] = value;
	try {
		return read();
	} finally {
		delete process.env[name];
	}
}

test.serial('a variable is read as text, with a fallback for one that is not set or empty', t => {
	t.is(
		given(' x ', () => env(name)),
		' x ',
	);
	t.is(
		given(undefined, () => env(name, 'else')),
		'else',
	);
	t.is(
		given('', () => env(name, 'else')),
		'else',
	);
	t.is(
		given('', () => env(name, '')),
		'',
	);
});

test.serial('without a fallback a missing variable is named', t => {
	const reads: readonly (() => unknown)[] = [
		() => env(name),
		() => env.int(name),
		() => env.bool(name),
		() => secret(name),
	];
	for (const read of reads) {
		const missing = t.throws(() => given(undefined, read), {instanceOf: ConfigError});
		t.regex(missing.message, /^environment variable TAPGATE_TEST_VARIABLE: expected .*, found nothing; set it in/);
		const empty = t.throws(() => given('', read), {instanceOf: ConfigError});
		t.regex(empty.message, /found an empty text/);
	}
});

test.serial('whole numbers are read exactly and nothing else is one', t => {
	fc.assert(
		fc.property(fc.maxSafeInteger(), number => {
			t.is(
				given(String(number), () => env.int(name)),
				number,
			);
		}),
	);
	for (const text of ['eight', '1.5', '1e3', '0x10', '9007199254740993', '1 2']) {
		const error = t.throws(() => given(text, () => env.int(name, 1)), {instanceOf: ConfigError});
		t.is(error.message, `environment variable ${name}: expected a whole number, found ${JSON.stringify(text)}`);
	}
	t.is(
		given('', () => env.int(name, 8000)),
		8000,
	);
});

test.serial('yes and no are read in the usual words', t => {
	for (const text of ['true', 'YES', 'on', '1']) {
		t.true(
			given(text, () => env.bool(name)),
			text,
		);
	}
	for (const text of ['false', 'No', 'off', '0']) {
		t.false(
			given(text, () => env.bool(name, true)),
			text,
		);
	}
	t.throws(() => given('maybe', () => env.bool(name, true)), {
		instanceOf: ConfigError,
		message: `environment variable ${name}: expected true or false, found "maybe"`,
	});
});

test.serial('a variable is there when it is set and not empty', t => {
	t.true(given('0', () => env.has(name)));
	t.false(given('', () => env.has(name)));
	t.false(given(undefined, () => env.has(name)));
});

test.serial('a secret shows its name and gives its value only when asked', t => {
	const held = given('canary-value', () => secret(name));
	const printed = [inspect({held}), JSON.stringify({held}), `${held}`, String(held), inspect([held], {depth: 9})];
	for (const text of printed) {
		t.true(text.includes(`[secret ${name}]`), text);
		t.false(text.includes('canary'), text);
	}
	t.is(reveal(held), 'canary-value');
});
