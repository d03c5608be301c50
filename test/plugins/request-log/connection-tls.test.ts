import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import {inspect} from 'node:util';
import test from 'ava';
import knex from 'knex';
import pg from 'pg';
import {ConfigError} from '../../../core/index.js';
import {readConnection} from '../../../plugins/request-log/connection.js';
import {tlsPostgres} from './tls-postgres.js';

interface Session {
	readonly user: string;
	readonly ssl: boolean;
	readonly version: string | null;
}

const question = 'select current_user as user, ssl, version from pg_stat_ssl where pid = pg_backend_pid()';

/** What the server says of a connection, or why there is none. */
async function ask(text: string): Promise<Session | string> {
	const client = new pg.Client(readConnection(text).pg);
	client.on('error', () => {});
	try {
		await client.connect();
		return (await client.query<Session>(question)).rows[0] ?? 'no row';
	} catch (error) {
		return error instanceof Error ? error.message : String(error);
	} finally {
		await client.end().catch(() => {});
	}
}

test('against a real server, every sslmode checks what libpq says it checks', async t => {
	const {port, certificateFile, keyFile} = await tlsPostgres(t);
	const folder = await mkdtemp(path.join(tmpdir(), 'tapgate-tls-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	const strangers = path.join(folder, 'stranger.pem');
	await writeFile(strangers, tls.rootCertificates[0] ?? '');
	const url = (query: string, host = '127.0.0.1'): string =>
		`postgres://postgres:pa%20ss'%40@${host}:${port}/postgres?${query}`;
	const encrypted = {user: 'postgres', ssl: true, version: 'TLSv1.3'};
	const ours = `sslrootcert=${certificateFile}`;
	const other = `sslrootcert=${strangers}`;

	t.regex(String(await ask(url('sslmode=disable'))), /no pg_hba.conf entry/);
	// require: encrypted and nothing checked, until a CA is given.
	t.deepEqual(await ask(url('sslmode=require')), encrypted);
	t.deepEqual(await ask(url('ssl=true')), encrypted);
	t.deepEqual(await ask(url('sslmode=require', '127.0.0.2')), encrypted);
	t.deepEqual(await ask(url(`sslmode=require&${ours}`, '127.0.0.2')), encrypted);
	t.regex(String(await ask(url(`sslmode=require&${other}`))), /certificate/);
	// verify-ca: the CA, not the name.
	t.deepEqual(await ask(url(`sslmode=verify-ca&${ours}`, '127.0.0.2')), encrypted);
	t.regex(String(await ask(url(`sslmode=verify-ca&${other}`))), /certificate/);
	// verify-full: both.
	t.deepEqual(await ask(url(`sslmode=verify-full&${ours}`)), encrypted);
	t.deepEqual(await ask(url(`sslmode=verify-full&${ours}`, 'localhost')), encrypted);
	t.regex(
		String(await ask(url(`sslmode=verify-full&${ours}`, '127.0.0.2'))),
		/IP: 127.0.0.2 is not in the cert's list/,
	);
	t.regex(String(await ask(url('sslmode=verify-full'))), /certificate/);

	t.like(await ask(url('sslmode=require&ssl_max_protocol_version=TLSv1.2')), {version: 'TLSv1.2'});
	t.deepEqual(await ask(url(`sslmode=verify-full&sslnegotiation=direct&${ours}`)), encrypted);
	t.deepEqual(await ask(url('sslmode=require&channel_binding=prefer')), encrypted);
	t.deepEqual(
		await ask(
			`host=127.0.0.1 port=${port} user=postgres password='pa ss\\'@' dbname=postgres sslmode=verify-full ${ours}`,
		),
		encrypted,
	);

	// A client's certificate, also through knex, which copies what it is given.
	const own = `postgres://localhost@127.0.0.1:${port}/postgres?sslmode=verify-full&${ours}&sslcert=${certificateFile}&sslkey=${keyFile}`;
	t.regex(String(await ask(`postgres://localhost@127.0.0.1:${port}/postgres?sslmode=require`)), /certificate/);
	const connection = readConnection(own);
	t.notRegex(inspect(connection, {depth: 9, showHidden: true}), /PRIVATE KEY/);
	await t.throwsAsync(ask(own.replace('postgres?', 'localhost?').replace(keyFile, certificateFile)), {
		instanceOf: ConfigError,
		message: /^sslcert, sslkey, sslpassword: cannot be used together/,
	});
	for (const {pg: settings} of [connection, readConnection(url('sslmode=require'))]) {
		const database = knex({client: 'pg', connection: settings, pool: {min: 0, max: 1}});
		t.like((await database.raw<{rows: readonly Session[]}>(question)).rows[0], {ssl: true});
		await database.destroy();
	}
	t.regex(String(await ask(url('sslmode=require').replace('pa%20ss', 'wrong'))), /password authentication failed/);
});
