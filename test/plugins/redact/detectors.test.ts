/** What is found and what is left: every kind in the forms in which it is written, and what looks like it and is not. */

import test from 'ava';
import fc from 'fast-check';
import {detectors, type Kind, kinds} from '../../../plugins/redact/detectors/index.js';
import {vendorKeys} from '../../../plugins/redact/detectors/vendor-keys.js';
import {Scanner} from '../../../plugins/redact/scanner.js';
import {everyTrait, traitsOf} from '../../../plugins/redact/traits/index.js';
import {unescaped} from '../../../plugins/redact/unescaped.js';
import {around, everyVendorKey, value} from './samples.js';

const scanner = new Scanner(kinds.map(kind => detectors[kind]));
const redacted = (text: string): string => scanner.replace(text, kind => `[${kind}]`);

/** One sample per line; what must go is between « and ». */
const found: Readonly<Record<Kind, string>> = {
	email: `
		Mail «jane.doe+news@mail.example.co.uk», please.
		"to":"«o'brien@example.com»"
		<«müller@münchen.de»>
		mailto:«a@b.io»?subject=x
		?to=«jane@example.com»&x=1
		jane at home: «jane%40example.com»
		写信到«zhang@例子.中国»。
		'«jane@example.com»'
		**«jane@example.com»**
		«jane@sub-domain.example.museum».
	`,
	phone: `
		«+49 30 901820»
		«+49 (0)30 901820»
		«+4930901820123»
		tel:«+14155552671»
		«+1 (415) 555-2671»
		电话«+8613800138000»号
		«(415) 555-2671»
		«1-415-555-2671»
		«415-555-2671» or «415.555.2671»
		«030 901820»
		«(030) 90 18 20 10»
		«0151/23456789»
		«020 7946 0958»
		«06 12 34 56 78»
		«0049 30 901820»
		?tel=«%2B49%2030%20901820»
		{"phone":"«4155552671»"}
		Phone number: «555 2671 22»
		numbers: «030 901820» «0151 2345678»
	`,
	card: `
		«4111 1111 1111 1111»
		«4111-1111-1111-1111»
		card:«4111111111111111».
		«5555555555554444»,«378282246310005»
		«3782 822463 10005»
		«6011111111111117» «3530111333300000» «2223003122003222»
		«30569309025904»
		卡号«4242424242424242»
		/v1/files/«4111%201111%201111%201111»/content
	`,
	iban: `
		«DE89 3704 0044 0532 0130 00»
		«DE89370400440532013000».
		«GB82 WEST 1234 5698 7654 32»
		«de89370400440532013000»
		IBAN:«NL91ABNA0417164300»
		«FR14 2004 1010 0505 0001 3M02 606»
		«NO93 8601 1117 947»
	`,
	ip: `
		from «8.8.8.8», «10.0.0.1»:8080
		http://«192.168.1.20»/x
		«10.0.0.0»/8
		«2001:db8:85a3::8a2e:370:7334»
		[«2001:db8::1»]:443
		«fe80::1»
		«2001:0db8:85a3:0000:0000:8a2e:0370:7334»
		«::ffff:192.168.1.20»
	`,
	key: `
		Authorization: Bearer «abcdef0123456789abcdef»
		authorization: basic «dXNlcjpwYXNzd29yZDEyMw==»
		postgres://«admin:hunter2»@db.internal/x
		https://«:token12345»@host/
		https://example.com/v1?api_key=«abcdefgh1234»&b=1
		aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»
		https://hooks.slack.com/services/«T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX»
		AccountName=x;AccountKey=«${'Ab1+'.repeat(21)}ab==»;EndpointSuffix=core.windows.net
	`,
	jwt: `
		«eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U»
		token=«eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.»
		«eyJhbGciOiJSU0EtT0FFUCJ9.OKOawDo13gRp.48V1_ALb6US04U3b.5eym8TW_c8SuK0lt.XFBoMYUZodetZdvT»
	`,
};

const lines = (text: string): readonly string[] =>
	text.split('\n').flatMap(line => (line.trim() === '' ? [] : [line.trim()]));

for (const kind of kinds) {
	test(`${kind}: found in every form`, t => {
		for (const line of lines(found[kind])) {
			t.is(redacted(line.replaceAll(/[«»]/g, '')), line.replaceAll(/«[^»]*»/g, `[${kind}]`));
		}
	});
}

/** Nothing of this is anybody's. */
const left = `
	550e8400-e29b-41d4-a716-446655440000 018f3c6e-7b2a-7c3d-9e4f-112233445566
	2026-11-25T23:15:26.123+01:00 2026-11-25 23:15:26 25.11.2026 11/25/2026 01-02-2023 05/06/2023 0815
	1700000000 1700000000000 1700000000000000 1700000000000000000
	order 1234567890, invoice 4111111111111112, ISBN 978-0-306-40615-7, 9780306406157, account 12345678
	$1,234,567.89 1.234.567,89 € 3.14159265358979 0.4111111111111111 1e10 -12345678
	v1.2.3 v1.2.3.4 version Chrome/120.0.0.0 Safari/537.36 1.2.3.4.5 127.0.0.1 0.0.0.0
	std::vector<int> add::bed a::b ::1 00:1a:2b:3c:4d:5e 12:30:45 Foo::Bar::baz()
	@scope/package@1.2.3 lodash@4.17.21 @Override user@ @handle logo@2x.png a @ b.c git@github.com:owner/name.git
	da39a3ee5e6b4b0d3255bfef95601890afd80709 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
	sk-circle-fade-animation task-0123456789abcdef01234567 sk-learn risk-assessment-for-everybody-2024
	disk_live_0123456789abcdef basic authentication bearer of bad news eyJust a word
	DE89370400440532013001 AB12 3456 7890 US12345678901234567890
	+20231112 +1700000000 a+12345678 diff: +    12345678 10+20=30 GMT+0100
	range 100-200-3000 200 300 4000 x 1920x1080 0x1234567890 ID 0123456789 12-3456789
	{"max_tokens":1000,"seed":123456789012,"created":1760000000,"id":"chatcmpl-9f8e7d6c5b4a39281706f5e4d3c2b1a0"}
	call_abcdefghijklmnop1234 toolu_01A09q90qw90lq917835lq9 msg_01XFDUDYJgAACzvnptvVoYEL resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b
	https://example.com/path?key=value&page=2&id=12345678 https://example.com:8080/a@b
	const sum = array.reduce((a, b) => a + b, 0); // 100 %
	if (x::y && z[1].f(2)) { return 0xdeadbeef; } /* 12 34 56 */
	lat 52.520008, lon 13.404954; 12.5 kg; 4 8 15 16 23 42; 1-2-3
`;

test('what only looks like a value stays', t => {
	for (const line of lines(left)) t.is(redacted(line), line);
});

test('base64 of pictures stays, with and without a data URL', t => {
	let seed = 1;
	const bytes = Buffer.from(
		Uint8Array.from({length: 300_000}, () => {
			seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
			return seed >> 16;
		}),
	);
	for (const text of [
		bytes.toString('base64'),
		`data:image/png;base64,${bytes.toString('base64')}`,
		bytes.toString('base64url'),
	]) {
		t.true(redacted(text) === text);
		t.true(redacted(JSON.stringify({image: text})) === JSON.stringify({image: text}));
	}
});

test('a key of every vendor of the table', t => {
	t.deepEqual(Object.keys(everyVendorKey).sort(), vendorKeys.map(({vendor}) => vendor).sort());
	for (const [vendor, keys] of Object.entries(everyVendorKey)) {
		for (const value of keys) {
			t.is(redacted(`the key ${value}, of ${vendor}`), `the key [key], of ${vendor}`);
			t.is(redacted(JSON.stringify({value})), '{"value":"[key]"}');
			t.is(redacted(`KEY=${value}\n`), 'KEY=[key]\n');
		}
	}
});

test('a key of letters and underscores is found, although names are made of these', t => {
	for (const [start, rest] of [
		['AIza', 'SyA_bcdefgHijk_LmnopqRstuv_WxyzABcd'],
		['github', '_pat_abcdefghijk_lmnopqrstuv'],
		['sk', '_live_abcdefghijklmnop'],
	]) {
		t.is(redacted(`key: ${start}${rest}, rest`), 'key: [key], rest');
		t.false(scanner.passes(Buffer.from(`{"said":"${start}${rest}"}`)));
	}
	t.true(scanner.passes(Buffer.from('{"completion_tokens_details":{"rejected_prediction_tokens":0}}')));
});

test('a private key goes from its first line to its last, or to the end of what was cut off', t => {
	const pem = `-----BEGIN RSA PRIVATE KEY-----\n${'MIIEpAIBAAKCAQEA\n'.repeat(8)}-----END RSA PRIVATE KEY-----`;
	t.is(redacted(`a ${pem} b ${pem}`), 'a [key] b [key]');
	t.is(redacted(`a ${pem.slice(0, 90)}`), 'a [key]');
	t.is(
		redacted('-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----').slice(0, 26),
		'-----BEGIN PUBLIC KEY-----',
	);
});

/** Numbers that are numbers of telephones because they are called so. */
const named = fc
	.tuple(
		fc.constantFrom(...'phone telephone tel mobile cell fax whatsapp telefon handy mobil'.split(' ')),
		fc.constantFrom('', ' number', '-no', '_nr.', ' Nummer', '.'),
		fc.constantFrom(' ', ': ', ':\t', '": "', '=', ' = ', '\t'),
		fc.constantFrom('4155552671', '(415) 5552671', '555 26 71'),
	)
	.map(parts => parts.join(''));

/** What values begin with, are named by and stand between, in any order: most of it makes no value, and much of it nearly one. */
const scraps = fc.oneof(
	named,
	around,
	value.map(({value: held}) => held),
	fc.constantFrom(...Object.values(everyVendorKey).flat()),
	fc.constantFrom(...kinds.flatMap(kind => lines(found[kind]).map(line => line.replaceAll(/[«»]/g, '')))),
	fc.constantFrom(
		'phone',
		'tel:',
		'Mobil Nr.',
		'aws_key',
		'Bearer',
		'basic ',
		'-----BEGIN PRIVATE KEY-----',
		'?sig=',
		'://',
	),
	fc.constantFrom(
		'',
		' ',
		'\n',
		'\t',
		'"',
		'\\',
		'/',
		'=',
		':',
		'\u00a0',
		'😀',
		'n',
		'x',
		'_',
		'00',
		'+1',
		'(0)',
		'[key]',
		'%20',
		'%2B',
	),
	fc.string({unit: fc.constantFrom(...'0123456789 .()/-+:@%=_\n\t\\"abneyJDE'), maxLength: 24}),
);

/** As it stands in JSON, or in JSON within JSON, of a serializer that escapes more than it must or does not. */
const escaped = (text: string, times: number, all: boolean): string => {
	let json = text;
	for (let time = 0; time < times; time++) {
		json = JSON.stringify(json).slice(1, -1);
		if (all)
			json = json
				.replaceAll('/', '\\/')
				.replaceAll(/[^ -~]/g, unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
	}
	return json;
};

test('the traits of a text never hide a value: what a detector finds in it, it finds with them', t => {
	fc.assert(
		fc.property(fc.array(scraps, {maxLength: 6}), fc.nat({max: 2}), fc.boolean(), (list, times, all) => {
			const text = escaped(list.join(''), times, all);
			const has = traitsOf(Buffer.from(text));
			const reading = unescaped(text).text;
			for (const kind of kinds) {
				const {find, needs} = detectors[kind];
				const is = [...find(reading, everyTrait)].length > 0;
				if (is && ((needs & has) === 0 || [...find(reading, has)].length === 0)) return false;
			}
			return true;
		}),
		{numRuns: 5000},
	);
	t.pass();
});

test('an `@` that is written as an escape ends the password of an address like any other', t => {
	t.is(redacted('{"url":"postgres://admin:hunter2\\u0040localhost/x"}').includes('hunter2'), false);
});

test('of what APIs say in every call nothing is looked at twice', t => {
	const answer = {
		id: 'chatcmpl-AbC123dEf456GhI789jKl012MnO345',
		created: 1_764_123_456,
		model: 'gpt-4o-mini-2024-07-18',
		choices: [
			{index: 0, message: {role: 'assistant', content: 'Shelf 655; see also 676.\n\n1. "Paper" (v1.2.3), $12.50\n'}},
		],
		usage: {prompt_tokens: 1234, completion_tokens: 58, total_tokens: 1292},
		system_fingerprint: 'fp_44709d6fcb',
	};
	const message = {
		id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
		content: [{type: 'tool_use', id: 'toolu_01A09q90qw90lq917835lq9'}],
	};
	const response = {
		id: 'resp_67ccd2bed1ec8190b14f964abc0542670bb6a6b452d3795b',
		created_at: 1_741_476_542.5,
		logprob: -0.001_123_456_789_1,
	};
	for (const body of [answer, message, response]) t.true(scanner.passes(Buffer.from(JSON.stringify(body))));
	t.false(scanner.passes(Buffer.from(JSON.stringify({...answer, user: 'jane@example.com'}))));
});
