import {readFileSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {folder, open, repository, run} from './support.js';

const valid = {'gateway.config.ts': `${open}export default defineConfig({server: {port: 0}, plugins: [open]});`};

test.serial('check prints plugins, providers and routes of a valid config', async t => {
	const cwd = await folder(t, {
		'gateway.config.ts': `import {defineConfig} from 'tapgate';
import {auth, mock, openai, routing} from 'tapgate/plugins';
export default defineConfig({plugins: [auth({anonymous: true}), openai({apiKey: 'canary'}), mock(), routing()]});`,
	});
	const {exit, stdout, stderr} = await run(t, ['check'], {cwd});
	t.is(stderr, '');
	t.is(exit, 0);
	t.true(stdout.startsWith('gateway.config.ts is valid (deployment development, would listen on 127.0.0.1:8000)\n'));
	t.regex(stdout, /^ {4}dialects, catalog, stores, redact, auth, openai, mock, routing$/m);
	t.regex(stdout, /^ {4}openai \(openai\) https:\/\/api\.openai\.com\/v1$/m);
	t.regex(stdout, /^ {4}POST \/v1\/chat\/completions$/m);
	t.false(stdout.includes('canary'));
});

test.serial('--validate is check, and a config that cannot be used is one block without a stack', async t => {
	const cwd = await folder(t, {
		'sub/other.config.mts': `import {defineConfig} from 'tapgate';
import {auth} from 'tapgate/plugins';
export default defineConfig({plugins: [auth({anonymous: true})]});`,
	});
	const {exit, stdout, stderr} = await run(t, ['--validate', '-f', 'sub/other.config.mts'], {cwd});
	t.is(exit, 1);
	t.is(stdout, '');
	t.is(
		stderr,
		'error in sub/other.config.mts\n  no plugin taps "resolve": list routing({…}), or no call can go anywhere\n',
	);
});

test.serial('check looks at what listening would need', async t => {
	const config = (server: string) => ({
		'gateway.config.ts': `${open}export default defineConfig({server: ${server}, plugins: [open]});`,
		'cert.pem': '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n',
	});
	const proxies = await run(t, ['check'], {cwd: await folder(t, config(`{trustedProxies: ['10.0.0.0/99']}`))});
	t.is(proxies.exit, 1);
	t.regex(proxies.stderr, /server: trustedProxies: expected an address or a CIDR, found "10\.0\.0\.0\/99"\n$/);
	const tls = await run(t, ['check'], {cwd: await folder(t, config(`{tls: {cert: 'cert.pem', key: 'cert.pem'}}`))});
	t.is(tls.exit, 1);
	t.regex(
		tls.stderr,
		/^error in gateway\.config\.ts\n {2}server: tls: expected a certificate chain and its private key/,
	);
});

test.serial('without a config file it is said where one was looked for', async t => {
	const cwd = await folder(t, {});
	const {exit, stderr} = await run(t, [], {cwd});
	t.is(exit, 1);
	t.regex(
		stderr,
		/^error\n {2}expected one of gateway\.config\.ts, .* in .*, found none; write one or name a file with --config\n$/,
	);
});

const mistakes: readonly (readonly [args: readonly string[], stderr: RegExp])[] = [
	[['serv'], /^error: unknown command 'serv'\n\(Did you mean serve\?\)\n$/],
	[['--prot', '9000'], /^error: unknown option '--prot'\n\(Did you mean --port\?\)\n$/],
	[['serve', '--port', 'abc'], /argument 'abc' is invalid\. Expected a whole number from 0 to 65535\.\n$/],
	[['--port', '70000'], /argument '70000' is invalid\. Expected a whole number from 0 to 65535\.\n$/],
	[['check', 'this'], /^error: too many arguments for 'check'/],
];

for (const [args, expected] of mistakes) {
	test.serial(`refused: tapgate ${args.join(' ')}`, async t => {
		const {exit, stdout, stderr} = await run(t, args, {cwd: await folder(t, valid)});
		t.is(exit, 1);
		t.is(stdout, '');
		t.regex(stderr, expected);
	});
}

test.serial('--version prints the version of the package', async t => {
	const {version} = JSON.parse(readFileSync(path.join(repository, 'package.json'), 'utf8'));
	const {exit, stdout} = await run(t, ['--version'], {cwd: await folder(t, {})});
	t.is(exit, 0);
	t.is(stdout, `${version}\n`);
});

const withCommands = {
	'elsewhere/conf.ts': `${open}
const commands = plugin('keys', ({commands, defer}) => {
	defer(() => say('let go'));
	commands.add('key', {summary: 'is about keys', run: (args, print) => (print('key ' + args.join(' ')), 0)});
	commands.add('key hash', {summary: 'hashes a key', run: async (args, print) => (print('hash ' + args.join(' ')), 3)});
});
export default defineConfig({plugins: [open, commands]});`,
};

test.serial(
	"the longest words name a plugin's command, which gets the other arguments and gives the exit code",
	async t => {
		const cwd = await folder(t, withCommands);
		const hash = await run(t, ['-f', 'elsewhere/conf.ts', 'key', 'hash', 'a', '--port', 'b'], {cwd});
		t.is(hash.stdout, 'hash a --port b\n');
		t.is(hash.exit, 3);
		t.is(hash.stderr, 'let go\n');
		const key = await run(t, ['-f', 'elsewhere/conf.ts', 'key', 'other'], {cwd});
		t.is(key.stdout, 'key other\n');
		t.is(key.exit, 0);
	},
);

test.serial("--help lists plugins' commands when the config loads, and helps without one", async t => {
	const cwd = await folder(t, withCommands);
	const full = await run(t, ['-f', 'elsewhere/conf.ts', '--help'], {cwd});
	t.is(full.exit, 0);
	t.regex(full.stdout, /^ {2}key hash {2}hashes a key$/m);
	const bare = await run(t, ['--help'], {cwd});
	t.is(bare.exit, 0);
	t.is(bare.stderr, '');
	t.regex(bare.stdout, /^ {2}check \[options\]/m);
});

test.serial('an unknown command says why the commands of plugins are not known', async t => {
	const {exit, stderr} = await run(t, ['key', 'hash'], {cwd: await folder(t, {'gateway.config.ts': 'export {};'})});
	t.is(exit, 1);
	t.is(
		stderr,
		"error: unknown command 'key'\nCommands of plugins are not known, because the config cannot be used:\n" +
			'error in gateway.config.ts\n  expected `export default defineConfig({…})`, found no default export\n',
	);
});

test.serial("a plugin's command cannot take the place of the gateway's own", async t => {
	const cwd = await folder(t, {
		'gateway.config.ts': `${open}export default defineConfig({plugins: [open, plugin('bad', ({commands, defer}) => {
			defer(() => say('let go'));
			commands.add('check all', {summary: 'x', run: () => 0});
		})]});`,
	});
	const {exit, stderr} = await run(t, ['check'], {cwd});
	t.is(exit, 1);
	t.is(
		stderr,
		`let go\nerror in gateway.config.ts\n  plugin "bad": the command "check all" is one of the gateway's own\n`,
	);
});
