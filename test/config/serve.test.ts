import {once} from 'node:events';
import {closeSync, openSync, readFileSync} from 'node:fs';
import net, {type AddressInfo} from 'node:net';
import path from 'node:path';
import test from 'ava';
import {folder, open, run, serving} from './support.js';

/** A route whose answer begins at once and ends as `end` says; and a plugin that says when it is let go. */
const waiting = (end: string): string => `${open}
import {Readable} from 'node:stream';
async function* answer() {
	yield 'begun ';
	await ${end};
	yield 'ended';
}
const wait = plugin('wait', ({routes, defer}) => {
	defer(() => say('let go'));
	routes.add('wait', {method: 'GET', path: '/wait', summary: 'waits', access: 'open', handle(ctx) {
		ctx.body = Readable.from(answer(), {objectMode: false});
	}});
});
export default defineConfig({server: {port: 0}, plugins: [open, wait]});`;

const untilSigterm = `new Promise(resolve => process.once('SIGTERM', resolve))`;

test.serial('one line tells where it listens, as what, with how many plugins and which providers', async t => {
	const cwd = await folder(t, {
		'.env': 'TAPGATE_DEPLOYMENT=staging\n',
		'gateway.config.ts': `import {defineConfig} from 'tapgate';
import {auth, mock, routing} from 'tapgate/plugins';
export default defineConfig({plugins: [auth({anonymous: true}), mock(), routing()]});`,
	});
	const gateway = await serving(t, ['serve', '--port', '0', '--host', 'localhost'], {cwd});
	t.like(gateway.facts, {level: 'info', deployment: 'staging', plugins: 7, providers: ['mock']});
	const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
		method: 'POST',
		headers: {'content-type': 'application/json'},
		body: JSON.stringify({model: 'mock.echo', messages: [{role: 'user', content: 'hello'}]}),
	});
	t.is(answer.status, 200);
	t.true((await answer.text()).includes('hello'));
});

test.serial('standard output may be a file: every call has its line there when the gateway has ended', async t => {
	const cwd = await folder(t, {
		'gateway.config.ts': `import {defineConfig} from 'tapgate';
import {accessLog, auth, mock, routing} from 'tapgate/plugins';
export default defineConfig({plugins: [accessLog(), auth({anonymous: true}), mock(), routing()]});`,
	});
	const file = path.join(cwd, 'output.jsonl');
	const output = openSync(file, 'w');
	t.teardown(() => closeSync(output));
	const gateway = await serving(t, ['serve', '--port', '0'], {cwd, output});
	const ids = Array.from({length: 50}, (_, index) => `call-${index}`);
	await Promise.all(
		ids.map(async id => {
			const answer = await fetch(`${gateway.url}/v1/chat/completions`, {
				method: 'POST',
				headers: {'content-type': 'application/json', 'x-request-id': id},
				body: JSON.stringify({model: 'mock.echo', messages: []}),
			});
			await answer.text();
		}),
	);
	gateway.child.kill('SIGTERM');
	t.is((await gateway.ended).exit, 0);
	const told = readFileSync(file, 'utf8').split('\n').slice(0, -1);
	t.deepEqual(told.map(line => (JSON.parse(line) as {requestId: string}).requestId).sort(), ids.sort());
});

test.serial('a GatewayError of a config file is told to the client as the gateway itself would', async t => {
	const cwd = await folder(t, {
		'gateway.config.ts': `${open}export default defineConfig({server: {port: 0}, plugins: [plugin('no', ({hooks}) => {
			hooks.authenticate.tap('no', () => { throw new GatewayError('closed_today', 418, 'come back tomorrow'); });
		}), open]});`,
	});
	const {url} = await serving(t, [], {cwd});
	const answer = await fetch(`${url}/v1/models`);
	t.is(answer.status, 418);
	t.like(await answer.json(), {error: {code: 'closed_today', message: 'come back tomorrow'}});
});

test.serial('SIGTERM lets an open stream end, lets go of everything and exits 0', async t => {
	const gateway = await serving(t, [], {cwd: await folder(t, {'gateway.config.ts': waiting(untilSigterm)})});
	const answer = await fetch(`${gateway.url}/wait`);
	gateway.child.kill('SIGTERM');
	t.is(await answer.text(), 'begun ended');
	const {exit, stderr} = await gateway.ended;
	t.is(exit, 0);
	t.true(stderr.endsWith('let go\n'));
});

test.serial('another signal while calls are open ends the process at once', async t => {
	const gateway = await serving(t, [], {cwd: await folder(t, {'gateway.config.ts': waiting('new Promise(() => {})')})});
	const answer = await fetch(`${gateway.url}/wait`);
	gateway.child.kill('SIGTERM');
	await gateway.logged('stopping: open calls may end');
	gateway.child.kill('SIGINT');
	t.is((await gateway.ended).exit, 130);
	await t.throwsAsync(answer.text());
});

test.serial('an error that nobody caught is logged, and the gateway stops in good order with 1', async t => {
	const gateway = await serving(t, [], {
		cwd: await folder(t, {
			'gateway.config.ts': `${open}export default defineConfig({server: {port: 0}, plugins: [open, plugin('bomb', ({routes, defer}) => {
			defer(() => say('let go'));
			routes.add('bomb', {method: 'GET', path: '/bomb', summary: 'x', access: 'open', handle(ctx) {
				setImmediate(() => { throw new Error('went off'); });
				ctx.body = 'lit';
			}});
		})]});`,
		}),
	});
	await (await fetch(`${gateway.url}/bomb`)).text();
	const {exit, stderr} = await gateway.ended;
	t.is(exit, 1);
	const line = JSON.parse(stderr.split('\n').find(text => text.includes('went off')) ?? '{}');
	t.is(line.message, 'an error was not caught; the gateway stops');
	t.regex(line.stack, /gateway\.config\.ts:\d+/);
	t.true(stderr.endsWith('let go\n'));
});

test.serial('a start that fails half-way lets go of what was taken, tells plugin and reason, and exits 1', async t => {
	const cwd = await folder(t, {
		'gateway.config.ts': `${open}export default defineConfig({plugins: [open,
			plugin('takes', ({defer}) => { defer(() => say('first let go')); defer(async () => say('second let go')); }),
			plugin('fails', async () => { throw new ConfigError('database: expected a server, found none'); }),
			plugin('never', () => say('applied')),
		]});`,
	});
	const {exit, stdout, stderr} = await run(t, ['serve'], {cwd});
	t.is(exit, 1);
	t.is(stdout, '');
	t.regex(
		stderr,
		/^second let go\nfirst let go\nerror in gateway\.config\.ts:\d+\n {2}plugin "fails": database: expected a server, found none\n$/,
	);
});

test.serial('an unexpected error of a plugin keeps its stack', async t => {
	const cwd = await folder(t, {
		'gateway.config.ts': `${open}export default defineConfig({plugins: [open, plugin('fails', () => { throw new Error('broken'); })]});`,
	});
	const {exit, stderr} = await run(t, [], {cwd});
	t.is(exit, 1);
	t.regex(
		stderr,
		/^error in gateway\.config\.ts\n {2}plugin "fails" failed in hook "apply": broken\n {2}Error: broken\n {6}at .*gateway\.config\.ts:\d+/,
	);
});

test.serial('an address that is taken is told, and what was taken is let go', async t => {
	const rival = net.createServer().listen(0, '127.0.0.1');
	await once(rival, 'listening');
	t.teardown(() => rival.close());
	const {port} = rival.address() as AddressInfo;
	const cwd = await folder(t, {'gateway.config.ts': waiting('undefined')});
	const {exit, stderr} = await run(t, ['--port', String(port)], {cwd});
	t.is(exit, 1);
	t.regex(
		stderr,
		new RegExp(
			`^let go\nerror in gateway\\.config\\.ts\n {2}cannot listen on 127\\.0\\.0\\.1:${port}: .*EADDRINUSE.*\n$`,
		),
	);
});

test.serial('a log level that does not exist is told', async t => {
	const cwd = await folder(t, {'gateway.config.ts': waiting('undefined')});
	const wrong = await run(t, [], {cwd, env: {TAPGATE_LOG_LEVEL: 'warm'}});
	t.is(wrong.exit, 1);
	t.regex(
		wrong.stderr,
		/^error\n {2}environment variable TAPGATE_LOG_LEVEL: expected one of .*, found "warm", did you mean "warn"\?\n$/,
	);
});
