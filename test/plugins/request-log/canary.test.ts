/** Personal data and credentials of calls are in no row, no file of the journal, no line of the log and no metric. */

import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {Writable} from 'node:stream';
import test from 'ava';
import {metrics, openaiCompatible, redact, translate} from 'tapgate/plugins';
import {startUpstream} from 'tapgate/testing';
import {createAccessLog} from '../../../plugins/access-log/index.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {adminKey, callerKey, database, recording, until} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

const personal = [
	'jane.canary@example.com',
	'4111 1111 1111 1111',
	'DE89 3704 0044 0532 0130 00',
	'ghp_canary0123456789canary0123456789cana',
];
const providerKey = 'canary-of-the-provider';
const said = `My data: ${personal.join(' and ')} end.`;

const calls: readonly (readonly [path: string, body: object])[] = [
	['/v1/chat/completions', {messages: [{role: 'user', content: said}]}],
	['/v1/messages', {max_tokens: 9, messages: [{role: 'user', content: said}]}],
	['/v1/responses', {input: said}],
	['/v1/completions', {prompt: said}],
];

test('plain, streamed, refused, failing and passed through', async t => {
	const upstream = await startUpstream();
	t.teardown(upstream.stop);
	upstream.answer((_request, response) => {
		response.writeHead(400, {'content-type': 'application/json'});
		response.end(JSON.stringify({error: {message: `no: ${said}`, type: 'invalid_request_error'}}));
	});
	const url = await database(postgres);
	const lines: string[] = [];
	const sink = new Writable({
		write(chunk, _encoding, done) {
			lines.push(String(chunk));
			done();
		},
	});
	const gateway = await recording(t, {database: url, bodies: 'full'}, [
		createAccessLog(sink)({level: 'debug', console: 'json'}),
		redact(),
		metrics({access: 'open'}),
		openaiCompatible({name: 'fails', baseUrl: `${upstream.url}/v1`, apiKey: providerKey, models: ['m']}),
		translate(),
	]);
	const headers = {authorization: `Bearer ${adminKey}`, 'x-canary': callerKey};
	let made = 0;
	for (const [at, body] of calls) {
		for (const model of ['mock.echo', 'fails.m', `nobody.${personal[0]}`]) {
			for (const stream of [false, true]) {
				const answer = await gateway.post(at, {...body, model, stream}, headers);
				const text = await answer.text();
				if (model === 'mock.echo' && !stream) t.true(text.includes('jane.canary'), 'the client itself gets it');
				made++;
			}
		}
	}

	for (const name of personal) {
		await (await gateway.get(`/v1/files/${encodeURIComponent(name)}`, headers)).text();
		made++;
	}
	const rows = await until(
		() => postgres.query(url, 'SELECT row_to_json(request_log) AS row FROM request_log'),
		found => found.length >= made,
	);
	const folder = path.join(gateway.dataDir, 'journal');
	const files = (await readdir(folder, {recursive: true, withFileTypes: true})).filter(entry => entry.isFile());
	const journal = await Promise.all(files.map(({parentPath, name}) => readFile(path.join(parentPath, name), 'utf8')));
	const kept = [
		JSON.stringify(rows),
		...journal,
		JSON.stringify(gateway.log.lines),
		await (await gateway.get('/metrics')).text(),
		lines.join(''),
	];

	t.is(journal.join('').split('\n').length - 1, made, 'the journal still holds every line');
	t.true(kept.at(-1)?.includes('"model":"[email]"'), 'the access log tells each call');
	t.true(kept[0]?.includes('[email] and [card] and [iban] and [key] end.'));
	for (const text of kept) {
		for (const canary of [...personal, providerKey, adminKey, callerKey]) t.false(text.includes(canary), canary);
		t.false(text.includes('4111'), /.{0,200}4111.{80}/.exec(text)?.[0]);
	}
});
