/** How a gateway that records starts: migrations, several at once, and what stops it. */

import test from 'ava';
import {ConfigError, definePlugin, Engine, serverSettings} from 'tapgate';
import {auth, dialects, mock, requestLog, routing} from 'tapgate/plugins';
import {memoryLog} from 'tapgate/testing';
import {folder, launch} from '../../config/support.js';
import {read} from '../../contract/repository.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {database, recording, temporary} from './support.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

const config = (url: string) => `import {defineConfig} from 'tapgate';
import {auth, mock, requestLog, routing} from 'tapgate/plugins';
export default defineConfig({server: {port: 0}, plugins: [auth({anonymous: true}), mock(), routing(), requestLog({database: '${url}'})]});
`;

test('two gateways that start at once on one empty database both come up', async t => {
	const url = await database(postgres);

	const gateways = await Promise.all([1, 2, 3].map(() => recording(t, {database: url})));

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

test('a lock that a killed process has left is told of and can be freed', async t => {
	const url = await database(postgres);
	const cwd = await folder(t, {'gateway.config.ts': config(url)});
	await launch(t, ['migrate'], {cwd}).ended;
	await postgres.query(
		url,
		'DELETE FROM tapgate_migrations; UPDATE tapgate_migrations_lock SET is_locked = 1; ' +
			'DROP TABLE request_log, request_usage, issued_key, issued_key_change; DROP FUNCTION request_usage_add',
	);

	const freed = await launch(t, ['migrate', '--unlock'], {cwd}).ended;

	t.is(freed.exit, 0, freed.stderr);
	t.regex(freed.stdout, /done: request-log 0001/);
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
