/** What a scanner promises of any text: nothing of a value is left, twice is once, JSON stays JSON, steps grow with length. */

import test from 'ava';
import fc from 'fast-check';
import {detectors, kinds} from '../../../plugins/redact/detectors/index.js';
import {Scanner} from '../../../plugins/redact/scanner.js';
import {everyTrait} from '../../../plugins/redact/traits/index.js';
import {around, textWithValues, value} from './samples.js';

const scanner = new Scanner(kinds.map(kind => detectors[kind]));
const redacted = (text: string): string => scanner.replace(text, kind => `[${kind}]`);

test('nothing of a value is left, wherever it stands', t => {
	fc.assert(
		fc.property(textWithValues, ({text, values}) => {
			const result = redacted(text);
			for (const held of values) if (result.includes(held)) return false;
			return true;
		}),
		{numRuns: 500},
	);
	t.pass();
});

test('twice is once', t => {
	fc.assert(
		fc.property(
			fc.array(
				fc.oneof(
					around,
					value.map(({value: held}) => held),
				),
				{maxLength: 8},
			),
			pieces => {
				const once = redacted(pieces.join(''));
				return redacted(once) === once;
			},
		),
		{numRuns: 1000},
	);
	t.pass();
});

test('in JSON, and in JSON within JSON, the same values are found as in the text itself, and what is left is JSON', t => {
	fc.assert(
		fc.property(textWithValues, fc.boolean(), ({text, values}, unicode) => {
			const spelled = (json: string): string =>
				unicode ? json.replaceAll('@', '\\u0040').replaceAll('-', '\\u002d') : json;
			const once = spelled(JSON.stringify({text}));
			const twice = JSON.stringify({arguments: once, model: 'm'});
			for (const json of [once, twice]) {
				const result: unknown = JSON.parse(redacted(json));
				const shown = JSON.stringify(result);
				for (const held of values) if (shown.includes(held)) return false;
			}
			const inner: unknown = JSON.parse((JSON.parse(redacted(twice)) as {arguments: string}).arguments);
			return typeof (inner as {text: unknown}).text === 'string';
		}),
		{numRuns: 300},
	);
	t.pass();
});

test('escapes: a value begins behind a line break and ends before a quote', t => {
	t.is(redacted('{"a":"to\\njane@example.com\\"\\u0020x"}'), '{"a":"to\\n[email]\\"\\u0020x"}');
	t.is(
		redacted('{"a":"{\\"b\\":\\"x\\\\njane\\\\u0040example.com\\\\ty\\"}"}'),
		'{"a":"{\\"b\\":\\"x\\\\n[email]\\\\ty\\"}"}',
	);
	t.is(redacted('https:\\/\\/u:p4ssw0rd@host\\/'), 'https:\\/\\/[key]@host\\/');
});

test('a number that was replaced in JSON stands in quotes, as deep as it is', t => {
	t.is(redacted('{"card":4111111111111111,"list":[1,4111111111111111]}'), '{"card":"[card]","list":[1,"[card]"]}');
	t.is(redacted('{"a":"{\\"card\\": 4111111111111111}"}'), '{"a":"{\\"card\\": \\"[card]\\"}"}');
	t.is(redacted('card: 4111111111111111, thanks'), 'card: [card], thanks');
});

test('text without a value comes back as the same text', t => {
	const text = JSON.stringify({messages: [{role: 'user', content: 'How\nare "you"?'}]});
	t.is(redacted(text), text);
	t.is(redacted(''), '');
});

test('what stands for a value is not looked at again', t => {
	const loud = new Scanner([
		{
			kind: 'x',
			needs: everyTrait,
			*find(text) {
				for (const {index} of text.matchAll(/x/g)) yield [index, index + 1];
			},
		},
	]);
	const once = loud.replace('axb', kind => `[${kind}]`);
	t.is(once, 'a[x]b');
	t.is(
		loud.replace(once, kind => `[${kind}]`),
		once,
	);
});

/** Texts on which a careless pattern takes for ever when they are long. */
const hostile: readonly string[] = [
	'a',
	'1',
	'@',
	'.',
	'-',
	'+',
	'(',
	'\\',
	'[',
	':',
	'/',
	'=',
	' ',
	'"',
	'\n',
	'a@',
	'@a.',
	'a.',
	'a@a.',
	'1 ',
	'1-',
	'1.',
	'1:',
	'a:',
	'::',
	'+1',
	'+1 ',
	'(1',
	'0 1',
	'00',
	'01 ',
	'415-',
	'4111 ',
	'sk-',
	'sk-a',
	'sk-a-',
	'eyJ',
	'eyJa',
	'eyJa.',
	'eyJaaaaaaa.',
	'eyJaaaaaaa.a.',
	'AKIA',
	'ghp_',
	'xox',
	'SG.',
	'AIza',
	'DE8',
	'DE89',
	'DE89 ',
	'GB82WEST',
	'-----BEGIN PRIVATE KEY-----',
	'-----BEGIN ',
	'Bearer ',
	'Bearer a',
	'Basic  ',
	'://',
	'://a:',
	'://a:b',
	'https://a',
	'?key=',
	'&token=a',
	'aws_secret_access_key=',
	'phone',
	'phone: ',
	'tel: 1',
	'0123456789abcdef',
	'1a2b:',
	'ff:',
	'1.1.1.',
	'255.',
	'\\u0040',
	'\\\\n',
	'\\u',
	'a\\n',
	'你',
	'ä@ä.',
	'%40',
	'a%40a.',
	'[email',
	'[EMAIL_',
	'sk-aaaaaaaaaaaaaaaa',
	'a1-',
	'token=',
	'AccountKey=',
	'hooks.slack.com/services/T',
	'fc-',
	'gl',
	'tvly-a',
];

/** No time is asserted: steps that grow faster than the text do not end within the patience of any test. */
test('long texts of anything are read to their end', t => {
	t.timeout(120_000);
	for (const piece of hostile) {
		const text = piece.repeat(Math.ceil(2 ** 18 / piece.length));
		t.true(redacted(text).length > 0, piece);
	}
});
