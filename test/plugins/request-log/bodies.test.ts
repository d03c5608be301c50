/** What is kept of what was said: text, bounded, redacted, with no half of a secret. */

import test from 'ava';
import fc from 'fast-check';
import {definePlugin, type Plugin} from 'tapgate';
import {mock, redact, translate} from 'tapgate/plugins';
import {openaiChat} from '../../../plugins/dialects/openai-chat/index.js';
import {type Redactor, redactor} from '../../../plugins/redact/keys.js';
import {bodyText, bytesOfInterest, staysAsItIs, streamBodyText} from '../../../plugins/request-log/body-text.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {adminKey, database, type Options, recording, until} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

const truncated = (bodyChars: number) => ({bodies: 'truncated', bodyChars}) as const;
const secret = 'sk-abcdefghijklmnopqrstuvwxyz0123456789';
/** A redactor that knows of bytes what it knows of text. */
const redacting = (text: (value: string) => string): Redactor => ({
	text,
	passes: bytes => text(bytes.toString()) === bytes.toString(),
});
const asIs = redacting(text => text);
const stars = redacting(text => text.replaceAll(/sk-[a-z0-9]{36}/g, '***'));

test('no part of a secret is kept, wherever it stands and wherever the cut falls', t => {
	fc.assert(
		fc.property(
			fc.string({maxLength: 60}),
			fc.string({maxLength: 700}),
			fc.integer({min: 1, max: 100}),
			fc.integer({min: 0, max: 1000}),
			(before, behind, chars, padding) => {
				const text = `${before} "${secret}" ${behind}${' word'.repeat(padding)}`;
				const kept = bodyText(Buffer.from(text), truncated(chars), stars) ?? '';
				t.true(kept.length <= chars + 1);
				t.false(kept.includes('sk-abc'), kept);
			},
		),
	);
});

test('a token of any length that is cut is left out as a whole, also without a redactor', t => {
	const jwt = `eyJ${'a'.repeat(5000)}.${'b'.repeat(5000)}`;
	t.is(bodyText(Buffer.from(`{"token":"${jwt}"}`), truncated(2000), asIs), '{"token":"…');
	t.is(bodyText(Buffer.from(jwt), truncated(2000), asIs), '…');
});

test('text that fits is kept to the letter; characters are never cut', t => {
	t.is(bodyText(Buffer.from('héllo 😀'), truncated(20), asIs), 'héllo 😀');
	const long = 'é😀 '.repeat(4000);
	const kept = bodyText(Buffer.from(long), truncated(100), asIs) ?? '';
	t.true(long.startsWith(kept.slice(0, -1)));
	t.true(kept.isWellFormed());
	t.is(bodyText(Buffer.from(long), {bodies: 'full', bodyChars: 1}, asIs), long);
});

test('what stays as it is is what would be kept of it as text', t => {
	const texts = fc.array(
		fc.oneof(fc.lorem(), fc.string({unit: 'grapheme'}), fc.constantFrom('\0', '\n', '"', '\\', '😀', secret)),
		{maxLength: 12},
	);
	fc.assert(
		fc.property(texts, fc.integer({min: 1, max: 300}), (pieces, chars) => {
			const body = Buffer.from(pieces.join(' '));
			if (!staysAsItIs(body, truncated(chars), stars)) return;
			t.is(bodyText(body, truncated(chars), stars), body.toString());
		}),
	);
});

test('of JSON that was parsed it need not be asked whether it is text', t => {
	fc.assert(
		fc.property(fc.jsonValue({noUnicodeString: false}), fc.integer({min: 1, max: 300}), (value, chars) => {
			const body = Buffer.from(JSON.stringify(value));
			const asked = staysAsItIs(body, truncated(chars), stars);
			t.is(staysAsItIs(body, truncated(chars), stars, undefined, true), asked);
		}),
	);
});

const keptToTheLetter = test.macro<[Plugin]>(async (t, redacting) => {
	const url = await database(postgres);
	const gateway = await recording(t, {database: url}, [redacting]);
	const said = (content: string, more = '') =>
		`{"model":"mock.echo",${more}"messages":[{"role":"user","content":"${content}"}]}`;
	const sent = [
		said('hello'),
		said('héllo 😀 \u2028 \u007f'),
		said('\\u0000 and \\ud800'),
		said('\\ud800'),
		said('\\udc00'),
		said('a\\nb \\"c\\" \\\\ \\/ \\u00e9 \\t'),
		said('spaced', ' \r\t "a" : [ 1.50 , -0e1, 1E400, { } , [ ] , null ] , '),
		said('lines', '\n\t"a": {\n},\n'),
		said('numbers', '"seed":123456789012345678901234567890,'),
		said('twice', '"metadata":{"a":1,"a":2,"__proto__":{}},'),
		` ${said('blank')} `,
		said('long '.repeat(380)),
	];
	for (const [index, body] of sent.entries()) {
		const headers = {authorization: `Bearer ${adminKey}`, 'x-request-id': `call-${index}`};
		t.is((await gateway.post('/v1/chat/completions', body, headers)).status, 200, body);
	}
	const rows = await until(
		() => postgres.query(url, "SELECT request_body FROM request_log ORDER BY substring(id FROM '\\d+')::int"),
		found => found.length === sent.length,
	);
	t.deepEqual(
		rows.map(row => row['request_body']),
		sent,
	);
	t.true(staysAsItIs(Buffer.from(said('hello')), truncated(2000), asIs));
});

test('a request is kept to the letter, however it is written', keptToTheLetter, redact());
test('the same where nothing is redacted', keptToTheLetter, redact({what: []}));

test('half of a value is not left where the values before it became shorter', t => {
	const shortening = redacting(text => text.replaceAll(/[a-z]{20}/g, '*').replaceAll(/\d{4} \d{4} \d{4} \d{4}/g, '#'));
	const text = `${'abcdefghijklmnopqrst '.repeat(200)}4242 4242 4242 4242 `.repeat(9);
	for (let chars = 200; chars < 4300; chars += 7) {
		const kept = bodyText(Buffer.from(text), truncated(chars), shortening) ?? '';
		t.false(kept.includes('4242'), `${chars}`);
	}
});

test('what is no text is not kept', t => {
	t.is(bodyText(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xd8, 0x00]), truncated(100), asIs), undefined);
	t.is(bodyText(Buffer.alloc(0), truncated(100), asIs), undefined);
	t.is(bodyText(undefined, truncated(100), asIs), undefined);
	t.is(bytesOfInterest({bodies: 'none', bodyChars: 2000}), 0);
});

const said = `${secret} ${'word '.repeat(1000)}`;

async function bodies(t: Parameters<typeof recording>[0], options: Options, stream: boolean) {
	const redact = definePlugin({
		name: 'redact',
		apply: ({provide}) => provide(redactor, stars),
	});
	const url = await database(postgres);
	const gateway = await recording(t, {database: url, ...options}, [redact()]);
	const answer = await gateway.chat({stream, messages: [{role: 'user', content: said}]});
	const text = await answer.text();
	const [row] = await until(
		() => postgres.query(url, 'SELECT request_body, response_body FROM request_log'),
		found => found.length > 0,
	);
	return {text, request: row?.['request_body'] as string | null, response: row?.['response_body'] as string | null};
}

for (const path of ['/v1/chat/completions', '/v1/messages', '/v1/responses']) {
	test(`a stream of ${path} is kept as what it says, and a secret split over its events is found`, async t => {
		const url = await database(postgres);
		const redact = definePlugin({name: 'redact', apply: ({provide}) => provide(redactor, stars)});
		const chunks = ['it is ', 'sk-abc', secret.slice(6, 20), secret.slice(20), ', keep it'];
		const gateway = await recording(t, {database: url}, [
			redact(),
			mock({name: 'splits', models: {key: {chunks}}}),
			translate(),
		]);
		const text = {
			model: 'splits.key',
			stream: true,
			max_tokens: 9,
			input: 'hello',
			messages: [{role: 'user', content: 'hello'}],
		};
		await (await gateway.post(path, text, {authorization: `Bearer ${adminKey}`})).text();
		const [row] = await until(
			() => postgres.query(url, 'SELECT stream, response_body FROM request_log'),
			found => found.length > 0,
		);
		t.deepEqual(row, {stream: true, response_body: 'it is ***, keep it'});
	});
}

test('what tools are called with, what went wrong and whose text it is stand in it', t => {
	const chat = (delta: object) =>
		`data: ${JSON.stringify({id: 'c', object: 'chat.completion.chunk', choices: [{index: 0, delta}]})}\n\n`;
	const call = (part: object) => chat({tool_calls: [{index: 0, ...part}]});
	const stream = [
		chat({role: 'assistant', content: 'I '}),
		chat({content: 'look.'}),
		call({id: 'x', type: 'function', function: {name: 'weather', arguments: '{"ci'}}),
		call({function: {arguments: 'ty":"Bonn"}'}}),
		'data: {"error":{"message":"out of order","code":"overloaded"}}\n\n',
		chat({content: 'cut off'}).slice(0, 60),
	].join('');
	t.is(
		streamBodyText(Buffer.from(stream), openaiChat, truncated(2000), asIs),
		'I look.\n\nweather {"city":"Bonn"}\n\noverloaded: out of order',
	);
});

for (const stream of [false, true]) {
	const kind = stream ? 'a stream' : 'a plain answer';

	test(`${kind} and its request: redacted and cut unless said otherwise`, async t => {
		const {request, response} = await bodies(t, {}, stream);
		t.regex(String(request), /^\{"model":"mock\.echo".*\*\*\* word word/);
		for (const body of [request, response]) {
			t.true(body !== null && body.length <= 2001 && body.length > 1000 && body.endsWith('…'));
			t.false(body?.includes('sk-'));
		}
	});

	test(`${kind} and its request: in full when asked for, still redacted`, async t => {
		const {text, request, response} = await bodies(t, {bodies: 'full'}, stream);
		t.is(response, stream ? stars.text(said) : stars.text(text));
		t.is(JSON.parse(String(request)).messages[0].content, `*** ${'word '.repeat(1000)}`);
	});

	test(`${kind} and its request: not at all when so asked`, async t => {
		t.like(await bodies(t, {bodies: 'none'}, stream), {request: null, response: null});
	});
}
