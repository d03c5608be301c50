import {mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import net from 'node:net';
import {hostname, tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {dropLock, findOwner, type Owner, takeLock} from '../../../../plugins/request-log/embedded/lock.js';
import {requireShortSocket, socketOf} from '../../../../plugins/request-log/embedded/places.js';

function folder(t: ExecutionContext): string {
	const made = mkdtempSync(path.join(tmpdir(), 'lock-'));
	t.teardown(() => rmSync(made, {recursive: true, force: true}));
	return made;
}

const lockFile = (dataDir: string): string => path.join(dataDir, 'postgres.lock');

/** A lock as another process would have left it. */
async function leave(t: ExecutionContext, dataDir: string, changes: Partial<Owner>): Promise<void> {
	t.is(await takeLock(dataDir, 1), undefined);
	const own = JSON.parse(await readFile(lockFile(dataDir), 'utf8')) as Owner;
	writeFileSync(lockFile(dataDir), JSON.stringify({...own, ...changes}));
}

test('who comes second is told who has it; when it is given back, it can be taken', async t => {
	const dataDir = folder(t);
	t.is(await takeLock(dataDir, 7), undefined);
	t.like(await takeLock(dataDir, 8), {pid: process.pid, gateway: 7, host: hostname()});
	t.like(await findOwner(dataDir), {gateway: 7});
	dropLock(dataDir);
	t.is(await findOwner(dataDir), undefined);
	t.is(await takeLock(dataDir, 8), undefined);
	t.deepEqual(readdirSync(dataDir), ['postgres.lock']);
});

test('the lock of a dead process is taken over', async t => {
	const dataDir = folder(t);
	await leave(t, dataDir, {pid: 2 ** 22 + 1});
	t.is(await findOwner(dataDir), undefined);
	t.is(await takeLock(dataDir, 2), undefined);
	t.deepEqual(readdirSync(dataDir), ['postgres.lock']);
});

(process.platform === 'linux' ? test : test.skip)(
	'a process that got the number of a dead one does not hold its lock',
	async t => {
		const dataDir = folder(t);
		await leave(t, dataDir, {born: '1'});
		t.is(await takeLock(dataDir, 2), undefined);
	},
);

test('a lock that was cut off while it was written is nobody’s', async t => {
	const dataDir = folder(t);
	writeFileSync(lockFile(dataDir), '{"pid":');
	t.is(await takeLock(dataDir, 2), undefined);
});

test('of another host, a lock holds while it is young or the socket answers', async t => {
	const dataDir = folder(t);
	await leave(t, dataDir, {host: 'elsewhere', pid: 2 ** 22 + 1});
	t.like(await takeLock(dataDir, 2), {host: 'elsewhere'});
	utimesSync(lockFile(dataDir), 1, 1);
	const server = net.createServer().listen(socketOf(dataDir));
	t.teardown(() => server.close());
	await new Promise(resolve => server.once('listening', resolve));
	t.like(await takeLock(dataDir, 2), {host: 'elsewhere'});
	await new Promise(resolve => server.close(resolve));
	t.is(await takeLock(dataDir, 2), undefined);
});

test('of many that find a stale lock, one gets it', async t => {
	const dataDir = folder(t);
	await leave(t, dataDir, {pid: 2 ** 22 + 1});
	const answers = await Promise.all(Array.from({length: 20}, (_, gateway) => takeLock(dataDir, gateway)));
	t.is(answers.filter(answer => answer === undefined).length, 1);
});

test('a path that no socket can have is refused with what to do', t => {
	const long = `/${'d'.repeat(93)}`;
	t.notThrows(() => requireShortSocket(long.slice(0, -1)));
	t.notThrows(() => requireShortSocket(`/${'d'.repeat(92)}`));
	t.throws(() => requireShortSocket(`/${'d'.repeat(120)}`), {
		message: /dataDir: .* a path of 135 bytes where .* symbolic link/,
	});
});
