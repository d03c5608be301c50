/** Patterns of the config: what they find, and which of them are refused before they can hang a gateway. */

import test from 'ava';
import {ConfigError, Engine, key, serverSettings} from 'tapgate';
import {dialects, redact} from 'tapgate/plugins';
import {memoryLog} from 'tapgate/testing';
import {redactor} from '../../../plugins/redact/keys.js';
import type {OwnPattern, RedactOptions} from '../../../plugins/redact/options.js';
import {ambiguity} from '../../../plugins/redact/pattern-check.js';

async function serviceOf(options?: RedactOptions) {
	const engine = new Engine({deployment: 'test', server: serverSettings(), log: memoryLog()});
	let found: {text(value: string): string} | undefined;
	await engine.apply(dialects());
	await engine.apply(redact(options));
	await engine.apply({
		name: 'asks',
		apply(gateway) {
			found = gateway.find(redactor);
		},
	});
	if (found === undefined) throw new Error('nobody provides the service');
	return found;
}

const patterns = (...list: readonly OwnPattern[]): RedactOptions => ({patterns: list});

test('own patterns stand beside the kinds, by their names', async t => {
	const service = await serviceOf(
		patterns(
			{name: 'customer', pattern: '\\bCUST-\\d{6}\\b'},
			{name: 'project', pattern: 'project falcon', flags: 'i'},
			{name: 'badge', pattern: 'badge (?<value>\\d{4})'},
		),
	);

	t.is(
		service.text('CUST-123456 of Project Falcon, badge 4711, wrote to jane@example.com; CUST-12'),
		'[customer] of [project], badge [badge], wrote to [email]; CUST-12',
	);
});

test('what is looked for can be chosen, down to nothing', async t => {
	const text = 'jane@example.com, 4111111111111111, CUST-123456';

	t.is((await serviceOf()).text(text), '[email], [card], CUST-123456');
	t.is((await serviceOf({what: ['card']})).text(text), 'jane@example.com, [card], CUST-123456');
	t.is((await serviceOf({what: []})).text(text), text);
	t.is(
		(await serviceOf({what: [], patterns: [{name: 'customer', pattern: 'CUST-\\d+'}]})).text(text),
		'jane@example.com, 4111111111111111, [customer]',
	);
});

test('the service has a name of its own', t => {
	t.is(redactor.name, 'redact.redactor');
	t.not(redactor as unknown, key('redact.redactor'));
});

for (const [reason, pattern, message] of [
	['no regular expression', '(', /patterns\[0\] \("x"\): Invalid regular expression/],
	['matches nothing', 'a*', /matches empty text/],
	['nested repetition', '(a+)+$', /"\(a\+\)\+" repeats what itself varies in length/],
	['nested repetition, bounded but many', '(?:\\w{1,30}-){1,30}x', /exponential/],
	['alternatives that begin alike', '(?:a|ab)*c', /alternatives that begin alike/],
	['classes that overlap', '(?:\\w|\\d)+x', /alternatives that begin alike/],
	['an optional character, repeated', '(?:a?){25}a{25}', /exponential/],
	['varies before a group that does not', '(?:a+(?:b|c))*d', /exponential/],
	['deep inside', 'x(?:y(?:(z+)z)*)w', /exponential/],
] as const) {
	test(`refused at the start: ${reason}`, async t => {
		const error = await t.throwsAsync(serviceOf(patterns({name: 'x', pattern})), {instanceOf: ConfigError});
		t.regex(error?.message ?? '', message);
	});
}

test('patterns that are harmless are not refused', t => {
	for (const pattern of [
		'\\bCUST-\\d{6}\\b',
		'EMP-\\d+',
		'(?:foo|bar)+',
		'(?:\\d{3}-){2}\\d{4}',
		'[A-Z]{2}(?: ?\\d{4}){4}',
		'(?<value>[a-z]+)\\.internal',
		'(?<=id: )\\w+',
		'\\p{Lu}\\p{Ll}+',
		'[(+*)]+',
		'\\(a+\\)+',
		'a(b|c)d',
		'x{2,}y',
	]) {
		t.is(ambiguity(pattern, pattern.includes('\\p') ? 'u' : ''), undefined, pattern);
	}
});

test('options are checked', t => {
	for (const [options, message] of [
		[{what: ['mail']}, /what/],
		[{patterns: [{name: 'Not A Name', pattern: 'x'}]}, /name/],
		[{patterns: [{name: 'x', pattern: 'x', flags: 'g'}]}, /flags/],
		[{where: ['everywhere']}, /where/],
		[{where: []}, /where/],
	] as const) {
		t.throws(() => redact(options as never), {instanceOf: ConfigError, message});
	}
});
