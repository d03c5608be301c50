import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import {inspect} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import knex, {type Knex} from 'knex';
import pg from 'pg';
import {type LogLine, memoryLog} from 'tapgate/testing';
import {ConfigError} from '../../../../core/index.js';
import {type Embedded, startEmbedded} from '../../../../plugins/request-log/embedded/index.js';
import {SingleBackend} from '../../../../plugins/request-log/embedded/single-backend.js';

// One cluster for all tests of this file, one after the other, and one process for most: making them costs seconds of work.
const dataDir = mkdtempSync(path.join(tmpdir(), 'embedded-'));
const gatewayProgram = fileURLToPath(new URL('../../../drills/embedded-gateway.js', import.meta.url));

const log = memoryLog();
let embedded: Embedded;

test.after.always(async () => {
	await embedded.stop();
	rmSync(dataDir, {recursive: true, force: true});
});

async function client(t: ExecutionContext): Promise<pg.Client> {
	const made = new pg.Client(embedded.connection.pg);
	made.on('error', () => {});
	await made.connect();
	t.teardown(() => made.end().catch(() => {}));
	return made;
}

function pool(t: ExecutionContext, {connection}: Embedded = embedded): Knex {
	const made = knex({client: 'pg', connection: connection.pg, pool: {min: 0, max: 3}});
	t.teardown(() => made.destroy());
	return made;
}

const owner = (): {readonly pid: number} => JSON.parse(readFileSync(path.join(dataDir, 'postgres.lock'), 'utf8'));

/** Looks until it is so. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await condition())) await pause(10);
}

/** Another gateway: a process of its own. */
function otherGateway(t: ExecutionContext): ChildProcess {
	const other = fork(gatewayProgram, [dataDir], {stdio: ['ignore', 'inherit', 'pipe', 'ipc'], execArgv: []});
	t.teardown(() => other.kill('SIGKILL'));
	return other;
}

const alive = (pid: number): boolean => {
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
};

test.before('a start that was broken off while it made the cluster stands in nobody’s way', async t => {
	mkdirSync(path.join(dataDir, 'postgres.new'));
	writeFileSync(path.join(dataDir, 'postgres.new', 'PG_VERSION'), '18\n');
	embedded = await startEmbedded({dataDir, log});
	t.like(log.lines[0], {level: 'info', message: 'the embedded database runs: for trying and for one small instance'});
	t.regex(String(log.lines[0]?.fields['instead']), /tapgate log export/);
	t.notRegex(inspect(embedded.connection, {depth: 9}) + JSON.stringify(embedded.connection), /secret|undefined/);
	t.is(embedded.connection.shown, `the embedded database in ${dataDir}`);
	t.false(existsSync(path.join(dataDir, 'postgres.new')));
});

test.serial('it is Postgres: partitions, record sets, conflicts, and settings that keep it small and safe', async t => {
	const database = pool(t);
	await database.raw(`create table log (id text, at timestamptz, body jsonb, primary key (id, at)) partition by range (at);
		create table log_1 partition of log for values from ('2026-01-01') to ('2026-02-01');
		create table log_2 partition of log for values from ('2026-02-01') to ('2026-03-01')`);
	const rows = [
		{id: 'a', at: '2026-01-05T00:00:00Z', body: {tokens: 1}},
		{id: 'b', at: '2026-02-05T00:00:00Z', body: {tokens: 2}},
	];
	const insert = 'insert into log select * from json_populate_recordset(null::log, ?) on conflict do nothing';
	t.is((await database.raw(insert, JSON.stringify(rows))).rowCount, 2);
	t.is((await database.raw(insert, JSON.stringify(rows))).rowCount, 0);
	t.deepEqual((await database.raw('select id, tableoid::regclass::text as part from log order by id')).rows, [
		{id: 'a', part: 'log_1'},
		{id: 'b', part: 'log_2'},
	]);
	await database.raw('drop table log_1');
	t.is((await database('log').where({id: 'b'}))[0].body.tokens, 2);
	await database.raw('drop table log');
	const settings = await database.raw(
		"select current_setting('shared_buffers') as buffers, current_setting('fsync') as fsync, current_setting('max_wal_size') as wal",
	);
	t.deepEqual(settings.rows, [{buffers: '16MB', fsync: 'on', wal: '64MB'}]);
	t.is(statSync(path.join(dataDir, '.s.PGSQL.5432')).mode & 0o077, 0);
	t.is(statSync(path.join(dataDir, 'postgres')).mode & 0o077, 0);
});

test.serial('statements of several clients that arrive in pieces keep their own values', async t => {
	const clients = await Promise.all([1, 2, 3, 4].map(() => client(t)));
	// Longer than what a socket hands over at once.
	const long = 'x'.repeat(300_000);
	await Promise.all(
		clients.map(async (each, index) => {
			for (let round = 0; round < 15; round++) {
				const value = `${index} ${round} ${long}`;
				const {rows} =
					index % 2 === 0
						? await each.query('select $1::text as value', [value])
						: await each.query('select $2::text as value, $1::int as round', [round, value]);
				t.true(rows[0].value === value);
			}
		}),
	);
});

test.serial('a transaction is its client’s alone; one whose client is gone is rolled back', async t => {
	const [one, other, third] = await Promise.all([client(t), client(t), client(t)]);
	await one.query('drop table if exists pairs; create table pairs (id int)');
	await one.query('begin');
	await one.query('insert into pairs values (1)');
	const seen = other.query('select count(*)::int as n from pairs');
	await one.query('insert into pairs values ($1)', [2]);
	await one.query('commit');
	t.is((await seen).rows[0].n, 2);

	await t.throwsAsync(one.query('select $1::int / 0', [1]), {message: 'division by zero'});
	t.is((await one.query('select $1::int as n', [5])).rows[0].n, 5);

	const drop = (gone: pg.Client): void =>
		void (gone as unknown as {connection: pg.Connection}).connection.stream.destroy();
	await one.query('begin');
	await one.query('insert into pairs values (3)');
	drop(one);
	t.is((await other.query('select count(*)::int as n from pairs')).rows[0].n, 2);

	// Gone in the middle of a statement that has failed: until its end comes, Postgres hears nothing else.
	const {stream} = (third as unknown as {connection: pg.Connection}).connection;
	const text = Buffer.from('\0insert into nowhere values (4)\0\0\0');
	const parse = Buffer.concat([Buffer.from('P\0\0\0'), Buffer.of(text.length + 4), text]);
	const answered = once(stream, 'data');
	stream.write(Buffer.concat([parse, Buffer.from('H\0\0\0\x04')]));
	await answered;
	const waiting = other.query('select count(*)::int as n from pairs');
	drop(third);
	t.is((await waiting).rows[0].n, 2);
	await other.query('drop table pairs');
});

test.serial('migrations of knex run once when two ask for them at the same time', async t => {
	const migrationSource = {
		getMigrations: async () => ['first', 'second'],
		getMigrationName: (name: string) => name,
		getMigration: async (name: string) => ({
			up: (database: Knex) => database.schema.createTable(name, table => void table.increments()),
			down: (database: Knex) => database.schema.dropTable(name),
		}),
	};
	const database = pool(t);
	const both = [database, pool(t)];
	await database.migrate.list({migrationSource});
	const results = await Promise.allSettled(both.map(each => each.migrate.latest({migrationSource})));
	t.true(results.some(({status}) => status === 'fulfilled'));
	t.deepEqual(
		(await database('knex_migrations').orderBy('id')).map(({name}) => name),
		['first', 'second'],
	);
	await database.migrate.rollback({migrationSource}, true);
	await database.raw('drop table knex_migrations, knex_migrations_lock');
});

/** Of the lines of a log, how often the database has started. */
const starts = ({lines}: {readonly lines: readonly LogLine[]}): number =>
	lines.filter(({message}) => message.startsWith('the embedded database runs')).length;

test.serial('killed, it starts again, with every acknowledged row, and the pool finds it by itself', async t => {
	const database = pool(t);
	await database.raw('create table kept (id int)');
	for (let id = 0; id < 20; id++) await database('kept').insert({id});
	process.kill(owner().pid, 'SIGKILL');
	await until(() => starts(log) === 2);
	t.is((await database('kept')).length, 20);
	t.like(
		log.lines.find(({level}) => level === 'error'),
		{message: 'the embedded database ended; it is started again', fields: {how: 'SIGKILL'}},
	);
	await database.raw('drop table kept');
});

test.serial('another gateway is told who has it', async t => {
	const other = otherGateway(t);
	let said = '';
	other.stderr?.on('data', text => {
		said += text;
	});
	const [code] = await once(other, 'close');
	t.is(code, 1);
	t.true(said.includes(`ConfigError: dataDir: the embedded database in ${dataDir} is in use by the gateway`), said);
	t.true(said.includes(`process id ${process.pid} on`), said);
});

test.serial('two of one gateway share it, and the second takes over when the first ends', async t => {
	const laterLog = memoryLog();
	const later = await startEmbedded({dataDir, log: laterLog});
	t.is(starts(laterLog), 0);
	const database = pool(t, later);
	t.deepEqual((await database.raw('select 1 as one')).rows, [{one: 1}]);
	await embedded.stop();
	embedded = later;
	await until(() => starts(laterLog) === 1);
	t.deepEqual((await database.raw('select 1 as one')).rows, [{one: 1}]);
});

test.serial('stopped, it leaves its files and nothing else', async t => {
	const {pid} = owner();
	await embedded.stop();
	t.false(alive(pid));
	t.deepEqual(readdirSync(dataDir), ['postgres']);
});

test.serial('after many bytes from clients a checkpoint is written, but not within a transaction', async t => {
	const backend = await SingleBackend.open(path.join(dataDir, 'postgres'), error => t.fail(String(error)));
	const ask = async (statement: string): Promise<string> => {
		const text = Buffer.from(`${statement}\0`);
		const head = Buffer.from('Q\0\0\0\0');
		head.writeInt32BE(text.length + 4, 1);
		let answer = '';
		await backend.execProtocolRawStream(Buffer.concat([head, text]), {
			onRawData: bytes => {
				answer += Buffer.from(bytes).toString('latin1');
			},
		});
		return answer;
	};
	const last = (): Promise<string> => ask('select checkpoint_lsn from pg_control_checkpoint()');
	const before = await last();
	await backend.keepUp();
	t.is(await last(), before);
	await ask(`begin; create table big (a text); --${'x'.repeat(17 * 1024 * 1024)}`);
	await backend.keepUp();
	await ask('drop table big; commit');
	t.is(await last(), before);
	await backend.keepUp();
	t.not(await last(), before);
	await backend.close();
});

test.serial('a gateway that is killed leaves no process behind, and the next one starts', async t => {
	const other = otherGateway(t);
	await once(other, 'message');
	const {pid} = owner();
	await t.throwsAsync(startEmbedded({dataDir, log: memoryLog()}), {
		instanceOf: ConfigError,
		message: new RegExp(`process id ${other.pid}`),
	});
	other.kill('SIGKILL');
	embedded = await startEmbedded({dataDir, log});
	await until(() => !alive(pid));
	t.is((await (await client(t)).query('select 1 as one')).rows[0].one, 1);
});

test('a path that is too long for a socket stops the start', async t => {
	await t.throwsAsync(startEmbedded({dataDir: path.join(dataDir, 'd'.repeat(100)), log: memoryLog()}), {
		instanceOf: ConfigError,
		message: /dataDir: the embedded database listens on the socket/,
	});
});
