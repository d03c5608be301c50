/** Bodies are read as JSON.parse reads them, and changed without touching any other byte. */

import test from 'ava';
import fc from 'fast-check';
import {readMembers} from '../../core/answer-members.js';
import {isObject, parseBody, splice, topLevelSpans} from '../../core/json.js';

/** `N` would be another `n`, which is refused; of the longer names nobody makes one by accident. */
const names = fc.string().filter(name => name !== 'N');
const json = fc.dictionary(names, fc.jsonValue());
/** JSON.stringify output with white space put where JSON allows it. */
const spaced = fc.tuple(json, fc.constantFrom('', ' ', '\n\t', '\r\n  ')).map(([value, space]) => ({
	value,
	text: space + JSON.stringify(value, null, space === '' ? 0 : 2) + space,
}));

test('spans point at the text of every top-level value', t => {
	fc.assert(
		fc.property(spaced, ({text}) => {
			const body = Buffer.from(text);
			const parsed = parseBody(body);
			const spans = topLevelSpans(body);
			t.deepEqual([...spans.keys()].sort(), Object.keys(parsed).sort());
			for (const [name, [start, end]] of spans)
				t.deepEqual(JSON.parse(body.toString('utf8', start, end)), parsed[name]);
		}),
	);
});

test('a splice changes the named members and no other byte', t => {
	fc.assert(
		fc.property(spaced, fc.string(), fc.jsonValue(), ({text}, name, value) => {
			const body = Buffer.from(text);
			const spans = topLevelSpans(body);
			const changed = splice(body, spans, [{name, json: JSON.stringify(value)}]);
			const expected: Record<string, unknown> = JSON.parse(text);
			Object.defineProperty(expected, name, {
				value: JSON.parse(JSON.stringify(value)),
				enumerable: true,
				configurable: true,
				writable: true,
			});
			t.deepEqual(JSON.parse(changed.toString()), expected);
			const span = spans.get(name);
			if (span !== undefined) {
				t.deepEqual(changed.subarray(0, span[0]), body.subarray(0, span[0]));
				const tail = body.length - span[1];
				t.deepEqual(changed.subarray(changed.length - tail), body.subarray(span[1]));
			}
		}),
	);
});

test('two members are spliced at once, an old one and a new one', t => {
	const body = Buffer.from('{ "a" : 1.0 ,"model":"x", "z":[1,{"model":"inner"}]}');
	const changed = splice(body, topLevelSpans(body), [
		{name: 'model', json: '"y"'},
		{name: 'extra', json: '{"k":true}'},
	]);
	t.is(changed.toString(), '{"extra":{"k":true}, "a" : 1.0 ,"model":"y", "z":[1,{"model":"inner"}]}');
});

test('members are added to an empty object', t => {
	const body = Buffer.from('{}');
	const changed = splice(body, topLevelSpans(body), [
		{name: 'a', json: '1'},
		{name: 'b', json: '2'},
	]);
	t.is(changed.toString(), '{"a":1,"b":2}');
});

for (const name of [
	'Model',
	'STREAM',
	'max_Tokens',
	'N',
	'Messages',
	'\\u004dodel',
	'\u017ftream',
	'too\u004cs',
	'max_to\u212aens',
]) {
	test(`${name} is refused, beside and instead of what the gateway reads`, t => {
		for (const text of [`{"${name}":1}`, `{"stream":true,"${name}":1}`, `{ "a": 1, "${name}" : 1 }`]) {
			t.like(
				t.throws(() => topLevelSpans(Buffer.from(text))),
				{code: 'invalid_body', status: 400},
			);
		}
	});
}

test('capitals that nobody decides by, and those within a value, are left alone', t => {
	const body =
		'{"mode\\u006c":1,"dataSources":[],"":0,"max-tokens":1,"Temperature":0,"stream":true,"x":{"Model":"a","model":"b"}}';
	t.deepEqual([...topLevelSpans(Buffer.from(body)).keys()], Object.keys(parseBody(Buffer.from(body))));
});

for (const [what, text] of Object.entries({
	'a name that stands twice': '{"model":"a","model":"b"}',
	'a name that stands twice in another spelling': '{"model":"a","\\u006dodel":"b"}',
	'more than 200 levels': `{"a":${'['.repeat(300)}${']'.repeat(300)}}`,
})) {
	test(`${what} is refused`, t => {
		const error = t.throws(() => topLevelSpans(Buffer.from(text)), {message: /twice|deeper/});
		t.is((error as {status?: number}).status, 400);
	});
}

for (const [what, body] of Object.entries({
	'an empty body': Buffer.alloc(0),
	'an array': Buffer.from('[]'),
	'a string': Buffer.from('"x"'),
	null: Buffer.from('null'),
	'a cut object': Buffer.from('{"a":'),
	'a raw NUL': Buffer.from('{"a":"\0"}'),
	'invalid UTF-8': Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d]),
	'a million open brackets': Buffer.from('['.repeat(1_000_000)),
	'a byte order mark': Buffer.from('\ufeff{}'),
})) {
	test(`${what} is refused with a 400`, t => {
		t.like(
			t.throws(() => parseBody(body)),
			{code: 'invalid_body', status: 400},
		);
	});
}

test('members are read as a parser reads them, wherever their names stand besides', t => {
	const wanted = ['usage', 'x_groq'];
	const member = fc.constantFrom('usage', 'x_groq', 'id', 'choices', 'a "usage": 1', 'a "usage', '\\usage');
	const {value} = fc.letrec(tie => ({
		value: fc.oneof(
			{maxDepth: 3},
			fc.constantFrom('usage', '"usage":{', '\\', 'x_groq', 1, null, true),
			fc.array(tie('value'), {maxLength: 3}),
			fc.dictionary(member, tie('value'), {maxKeys: 4}),
		),
	}));
	const members = fc.array(fc.tuple(member, value), {maxLength: 5});
	// The last one is spelled with an escape.
	const twice: [string, unknown][] = [
		['id', 1],
		['usage', {a: 1}],
		['usage', {a: 2}],
	];
	fc.assert(
		fc.property(members, fc.constantFrom('', ' ', '\n'), fc.constantFrom(0, 1, 2), (list, space, escaped) => {
			// Names may stand twice, and be spelled with escapes.
			const spell = (name: string, place: number): string =>
				escaped > 0 && place % escaped === 0 ? JSON.stringify(name).replace('u', '\\u0075') : JSON.stringify(name);
			const text = `${space}{${list.map(([name, held], place) => `${space}${spell(name, place)}${space}:${JSON.stringify(held)}`).join(',')}${space}}${space}`;
			const parsed = JSON.parse(text) as Record<string, unknown>;
			const first = wanted.findIndex(name => isObject(parsed[name]));
			const read = first === -1 ? wanted : wanted.slice(0, first + 1);
			const expected = Object.fromEntries(Object.entries(parsed).filter(([name]) => read.includes(name)));
			t.deepEqual(readMembers(Buffer.from(text), wanted), expected, text);
		}),
		{numRuns: 3000, examples: [[twice, '', 2]]},
	);
});
