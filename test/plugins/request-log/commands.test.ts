/** `tapgate log export` and `log import`: from one database to another, again without doubles. */

import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {folder, launch} from '../../config/support.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {database} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

const config = (url: string) => `import {defineConfig} from 'tapgate';
import {auth, mock, requestLog, routing} from 'tapgate/plugins';
export default defineConfig({server: {port: 0}, plugins: [auth({anonymous: true}), mock(), routing(), requestLog({database: '${url}'})]});
`;
const fill = `INSERT INTO request_log (id, created_at, deployment, endpoint, method, stream, status, outcome, latency_ms, tags, losses, request_body, cost_nano_usd)
	SELECT 'r' || n % 900, now() - n * interval '1 minute' + interval '1 microsecond', 'test', '/', 'POST', false, 200, 'ok', n / 10.0,
		'["a"]', '[{"path": "x", "reason": "y"}]', E'line\\nbreak "quoted" \\\\ ü' || n, 9007199254740993 FROM generate_series(1, 2500) AS n`;

test('what was exported and imported is the same, however often', async t => {
	const [from, to] = [await database(postgres), await database(postgres)];
	const here = await folder(t, {'gateway.config.ts': config(from)});
	const there = await folder(t, {'gateway.config.ts': config(to)});
	t.is((await launch(t, ['migrate'], {cwd: here}).ended).exit, 0);
	await postgres.query(from, fill);

	const exported = await launch(t, ['log', 'export'], {cwd: here}).ended;
	t.is(exported.exit, 0, exported.stderr);
	t.is(exported.stdout.split('\n').length, 2501);
	const file = path.join(here, 'records.jsonl');
	await writeFile(file, exported.stdout);
	const first = await launch(t, ['log', 'import', file], {cwd: there}).ended;
	t.is(first.stdout, '2500 records imported, 0 were there already\n', first.stderr);
	// Lines with nothing in them are no records.
	await writeFile(file, `\n${exported.stdout}\n  \n`);
	const second = await launch(t, ['log', 'import', file], {cwd: there}).ended;
	t.is(second.stdout, '0 records imported, 2500 were there already\n');

	const all = 'SELECT * FROM request_log ORDER BY created_at, id';
	t.deepEqual(await postgres.query(to, all), await postgres.query(from, all));
	const [strays] = await postgres.query(to, 'SELECT count(*)::int AS rows FROM request_log_default');
	t.is(strays?.['rows'], 0, 'days are made for what is imported');

	const newest = await postgres.query(from, 'SELECT created_at FROM request_log ORDER BY created_at DESC LIMIT 10');
	const since = (newest[9]?.['created_at'] as Date | undefined)?.toISOString() ?? '';
	const some = await launch(t, ['log', 'export', '--since', since], {cwd: here}).ended;
	t.is(some.stdout.trimEnd().split('\n').length, 10);
});

test('a file that is none of ours is refused with the line', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config(await database(postgres)), 'bad.jsonl': '{"id":1}\n'});
	const ended = await launch(t, ['log', 'import', 'bad.jsonl'], {cwd}).ended;
	t.is(ended.exit, 1);
	t.regex(ended.stderr, /line 1: expected a record/);
});
