/** How a gateway that records starts: migrations, several at once, and what stops it. */

import test from 'ava';
import makeKnex from 'knex';
import pg from 'pg';
import {ConfigError, definePlugin, Engine, serverSettings} from 'tapgate';
import {auth, dialects, mock, requestLog, routing} from 'tapgate/plugins';
import {memoryLog} from 'tapgate/testing';
import {migrate, migrationLock} from '../../../plugins/request-log/migrate.js';
import {folder, launch} from '../../config/support.js';
import {read} from '../../contract/repository.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {database, recording, temporary, until} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

const config = (url: string) => `import {defineConfig} from 'tapgate';
import {auth, mock, requestLog, routing} from 'tapgate/plugins';
export default defineConfig({server: {port: 0}, plugins: [auth({anonymous: true}), mock(), routing(), requestLog({database: '${url}'})]});
`;

test('gateways that start at once on one empty database all come up', async t => {
	const url = await database(postgres);

	const gateways = await Promise.all([1, 2, 3, 4, 5, 6].map(() => recording(t, {database: url})));

	for (const gateway of gateways) t.is((await gateway.chat()).status, 200);
	const steps = await postgres.query(url, 'SELECT name FROM tapgate_migrations');
	t.is(steps.length, 3);
	const days = await postgres.query(url, "SELECT 1 FROM pg_inherits WHERE inhparent = 'request_log'::regclass");
	t.is(days.length, 6, 'yesterday, today, three days ahead, and the default partition');
});

test('a database that cannot be reached stops the first start, and says what to do without the password', async t => {
	const error = await t.throwsAsync(recording(t, {database: 'postgres://user:hush@127.0.0.1:9/db'}), {
		instanceOf: ConfigError,
	});
	t.regex(String(error?.message), /127\.0\.0\.1/);
	t.regex(String(error?.message), /start it/);
	t.notRegex(String(error?.message), /hush/);
});

test('a migration that fails stops the start, keeps nothing of its step, and says how to go on', async t => {
	const url = await database(postgres);
	const clumsy = definePlugin({
		name: 'clumsy',
		apply({migrations}) {
			migrations.add('clumsy 0001', {up: ['CREATE TABLE half (id int)', 'CREATE TABLE half (id int)']});
		},
	});

	const error = await t.throwsAsync(recording(t, {database: url}, [clumsy()]), {instanceOf: ConfigError});

	t.regex(String(error?.message), /"half" already exists/);
	t.regex(String(error?.message), /tapgate migrate/);
	t.deepEqual(await postgres.query(url, "SELECT 1 FROM pg_class WHERE relname = 'half'"), []);
});

test('--no-migrate starts on tables that are up to date, and on no others', async t => {
	const url = await database(postgres);
	const cwd = await folder(t, {'gateway.config.ts': config(url)});

	const early = await launch(t, ['serve', '--no-migrate'], {cwd}).ended;
	t.is(early.exit, 1);
	t.regex(early.stderr, /is behind .*run `tapgate migrate` first/);

	const migrated = await launch(t, ['migrate'], {cwd}).ended;
	t.is(migrated.exit, 0, migrated.stderr);
	t.regex(migrated.stdout, /done: request-log 0001/);
	t.regex((await launch(t, ['migrate'], {cwd}).ended).stdout, /is up to date \(3 steps, 0 of them now\)/);

	const late = launch(t, ['serve', '--no-migrate'], {cwd});
	t.truthy(await late.logged('the gateway listens'));
});

test('a gateway that starts while another migrates waits, also when the other one is killed', async t => {
	const url = await database(postgres);
	const other = new pg.Client({connectionString: url});
	other.on('error', () => {});
	await other.connect();
	await other.query(
		`BEGIN; SELECT pg_advisory_xact_lock(${migrationLock}); CREATE TABLE tapgate_migrations (half int)`,
	);

	const starting = recording(t, {database: url});
	const locks =
		"FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
	await until(
		() => postgres.query(url, `SELECT pid ${locks} AND NOT granted`),
		rows => rows.length === 1,
	);
	await postgres.query(url, `SELECT pg_terminate_backend(pid) ${locks} AND granted`);

	const gateway = await starting;
	t.is((await gateway.chat()).status, 200);
	t.is((await postgres.query(url, 'SELECT name FROM tapgate_migrations')).length, 3);
});

test('who waits too long for another that migrates is told what to do', async t => {
	const url = await database(postgres);
	const knex = makeKnex({client: 'pg', connection: url});
	t.teardown(() => knex.destroy());
	const other = await knex.transaction();
	await other.raw('SELECT pg_advisory_xact_lock(?)', [migrationLock]);
	const steps = {names: () => ['only 0001'], get: () => ({up: ['CREATE TABLE only_one (id int)']})};

	const error = await t.throwsAsync(migrate(knex, steps, 50), {instanceOf: ConfigError});
	await other.commit();

	t.regex(String(error?.message), /another process has been migrating for more than 0\.05 s; wait for it, or end it/);
	t.deepEqual(await migrate(knex, steps), {done: ['only 0001']});
	t.deepEqual(await migrate(knex, steps), {done: []});
});

test('neither a check nor an assembled gateway touches the database; its metrics are those of the README', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config('postgres://nobody@127.0.0.1:9/nothing')});
	const checked = await launch(t, ['check'], {cwd}).ended;
	t.is(checked.exit, 0, checked.stderr);

	const engine = new Engine({deployment: 'test', server: serverSettings({port: 0}), log: memoryLog()});
	const dataDir = await temporary(t);
	const plugins = [
		dialects(),
		auth({anonymous: true}),
		mock(),
		routing(),
		requestLog({database: 'postgres://a@127.0.0.1:9/b', dataDir}),
	];
	await t.notThrowsAsync(engine.assemble(plugins));
	await engine.close();

	const listed = read('plugins/request-log/README.md').match(/^\| `tapgate_request_log_\w+` \| \w+/gm) ?? [];
	t.deepEqual(
		listed.map(row => row.replace('| `tapgate_', '').replace('` |', '')).sort(),
		engine.metrics
			.names()
			.filter(name => name.startsWith('request_log_'))
			.map(name => `${name} ${engine.metrics.get(name)?.kind}`)
			.sort(),
	);
});

test('rows say which config they come from', async t => {
	const url = await database(postgres);
	const cwd = await folder(t, {'gateway.config.ts': config(url)});
	const listening = await launch(t, ['serve'], {cwd}).logged('the gateway listens');
	await fetch(`${listening['url']}/v1/chat/completions`, {
		method: 'POST',
		body: JSON.stringify({model: 'mock.echo', messages: []}),
	});

	for (;;) {
		const [row] = await postgres.query(url, 'SELECT config_hash, deployment FROM request_log');
		if (row === undefined) continue;
		t.regex(String(row['config_hash']), /^[0-9a-f]{12}$/);
		t.is(row['deployment'], 'development');
		break;
	}
});
