import {once} from 'node:events';
import {connect, type Socket} from 'node:net';
import test from 'ava';
import {folder, freePort, open, run, serving} from './support.js';

const config = (more: string): string => `${open}
const routed = plugin('routed', ({routes, defer}) => {
	defer(() => say('let go'));
	const add = (path: string, handle: (ctx: {body: unknown}) => void) =>
		routes.add(path, {method: 'GET', path, summary: 'x', access: 'open', handle});
	add('/crash', () => process.exit(7));
	add('/pid', ctx => { ctx.body = String(process.pid); });
	${more}
});
export default defineConfig({server: {workers: 2}, plugins: [open, routed]});`;

/** A client that has sent a request. */
function connected(url: string): Socket {
	const {hostname, port} = new URL(url);
	const socket = connect(Number(port), hostname).on('error', () => {});
	socket.write('GET /pid HTTP/1.1\r\nhost: x\r\n\r\n');
	return socket.resume();
}

test.serial('workers share the port, a crashed one is replaced, and all stop in good order', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config('')});
	const gateway = await serving(t, ['--port', String(await freePort())], {cwd});
	t.is(gateway.facts['workers'], 2);
	const pid = async (): Promise<string> => (await fetch(`${gateway.url}/pid`, {headers: {connection: 'close'}})).text();
	const before = new Set([await pid(), await pid(), await pid(), await pid()]);
	t.is(before.size, 2);
	t.false(before.has(String(gateway.child.pid)));

	await t.throwsAsync(fetch(`${gateway.url}/crash`));
	t.like(await gateway.logged('a worker ended; another one is started'), {exit: 7});
	await gateway.logged('a worker listens again');
	const after = new Set([await pid(), await pid(), await pid(), await pid()]);
	t.is(after.size, 2);
	t.notDeepEqual(after, before);

	gateway.child.kill('SIGTERM');
	const {exit, stderr} = await gateway.ended;
	t.is(exit, 0);
	t.is(stderr.split('let go').length - 1, 2);
});

test.serial('a connection that was handed to a worker which is killed before it takes it is closed', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config('')});
	const gateway = await serving(t, ['--port', String(await freePort())], {cwd});
	const pids = new Set<number>();
	while (pids.size < 2)
		pids.add(Number(await (await fetch(`${gateway.url}/pid`, {headers: {connection: 'close'}})).text()));
	// Those that are stopped take nothing: both are handed a connection and say nothing of it. More wait for either.
	for (const pid of pids) process.kill(pid, 'SIGSTOP');
	const waiting = Array.from({length: 6}, () => connected(gateway.url));
	const closed = waiting.map(socket => new Promise(resolve => socket.once('close', resolve)));
	await Promise.all(waiting.map(socket => once(socket, 'connect')));
	for (const pid of pids) process.kill(pid, 'SIGKILL');
	await Promise.all(closed);
	await gateway.logged('a worker listens again');
	t.regex(await (await fetch(`${gateway.url}/pid`)).text(), /^\d+$/);
});

test.serial('an open stream of a worker ends before the gateway does', async t => {
	const cwd = await folder(t, {
		'gateway.config.ts': `import {Readable} from 'node:stream';${config(`add('/wait', ctx => {
		ctx.body = Readable.from((async function* () {
			yield 'begun ';
			await new Promise(resolve => process.once('message', resolve));
			yield 'ended';
		})(), {objectMode: false});
	});`)}`,
	});
	const gateway = await serving(t, ['--port', String(await freePort())], {cwd});
	const answer = await fetch(`${gateway.url}/wait`);
	gateway.child.kill('SIGINT');
	t.is(await answer.text(), 'begun ended');
	t.is((await gateway.ended).exit, 0);
});

test.serial('a worker that cannot start stops all; the reason is told once', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config(`throw new ConfigError('no such thing');`)});
	const {exit, stderr} = await run(t, ['--port', String(await freePort())], {cwd});
	t.is(exit, 1);
	t.is(stderr.split('plugin "routed": no such thing').length - 1, 1, stderr);
	t.is(stderr.split('let go').length - 1, 2);
});
