import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {StartFailure} from '../../config/failure.js';
import {type LoadedConfig, type LoadOptions, loadConfig} from '../../config/load.js';
import * as testing from '../../config/testing/index.js';
import * as core from '../../core/index.js';
import * as builtIns from '../../plugins/index.js';
import {folder, open} from './support.js';

type Files = Readonly<Record<string, string>>;

/** Loads `gateway.config.ts` of a folder with these files. */
async function load(t: ExecutionContext, files: Files, options: LoadOptions = {}): Promise<LoadedConfig> {
	const root = await folder(t, files);
	return loadConfig({config: path.join(root, 'gateway.config.ts'), ...options});
}

/** What is printed of a config that cannot be used, the folder taken out. */
async function refusal(t: ExecutionContext, files: Files, options: LoadOptions = {}): Promise<string> {
	const root = await folder(t, files);
	const error = await t.throwsAsync(loadConfig({config: path.join(root, 'gateway.config.ts'), ...options}), {
		instanceOf: StartFailure,
	});
	return error.block.replaceAll(`${root}/`, '');
}

test('a TypeScript config outside the repository shares the modules of the running gateway', async t => {
	const config = await load(t, {
		'gateway.config.ts': `
			import * as main from 'tapgate';
			import {GatewayError, defineConfig, type Plugin} from 'tapgate';
			import * as builtIns from 'tapgate/plugins';
			import * as testing from 'tapgate/testing';
			const found: Plugin & Record<string, unknown> = {
				name: 'found', apply() {},
				same: [GatewayError, main.Secret, main.key, builtIns.routing, testing.startGateway],
				error: new GatewayError('x', 400, 'x'),
			} satisfies Plugin;
			export default defineConfig({plugins: [found]});`,
	});
	const found = config.plugins.at(-1) as unknown as {readonly same: readonly unknown[]; readonly error: unknown};
	t.deepEqual(found.same, [core.GatewayError, core.Secret, core.key, builtIns.routing, testing.startGateway]);
	t.true(found.error instanceof core.GatewayError);
});

test('a config imports TypeScript files beside it, by any spelling', async t => {
	const config = await load(t, {
		'gateway.config.ts': `
			import {defineConfig} from 'tapgate';
			import {one} from './parts/one.js';
			import {two} from './parts/two.ts';
			export default defineConfig({plugins: [one, two]});`,
		'parts/one.ts': `import {definePlugin} from 'tapgate'; export const one = definePlugin({name: 'one', apply() {}})();`,
		'parts/two.ts': `
			import {one} from './one.js';
			enum Name {Two = 'two'}
			export const two = {...one, name: await Promise.resolve(Name.Two as string)};`,
	});
	t.deepEqual(
		config.plugins.slice(4).map(({name}) => name),
		['one', 'two'],
	);
});

test('the command line has the last word on host, port and deployment', async t => {
	const config = await load(
		t,
		{
			'gateway.config.ts': `${open}export default defineConfig(({deployment}) => ({server: {host: '::1', port: 1}, plugins: [plugin(deployment, () => {})]}));`,
		},
		{host: '127.0.0.2', port: 0, deployment: 'production'},
	);
	t.is(config.server.host, '127.0.0.2');
	t.is(config.server.port, 0);
	t.is(config.deployment, 'production');
	t.is(config.plugins.at(-1)?.name, 'production');
});

test('a .env file beside the config is read first, and the environment wins over it', async t => {
	process.env['TAPGATE_TEST_B'] = 'environment';
	process.env['TAPGATE_TEST_C'] = '';
	t.teardown(() => {
		for (const letter of ['A', 'B', 'C']) delete process.env[`TAPGATE_TEST_${letter}`];
	});
	const config = await load(t, {
		'.env': 'TAPGATE_TEST_A="from the file"\nTAPGATE_TEST_B=file\nTAPGATE_TEST_C=file\n',
		'gateway.config.ts': `${open}export default defineConfig({plugins: [
			plugin([env('TAPGATE_TEST_A'), env('TAPGATE_TEST_B'), env('TAPGATE_TEST_C', 'emptied')].join(), () => {})]});`,
	});
	t.is(config.plugins.at(-1)?.name, 'from the file,environment,emptied');
});

test('wrong options name file, line, plugin, path, expectation and finding', async t => {
	const block = await refusal(t, {
		'gateway.config.ts': `import {defineConfig} from 'tapgate';
import {auth, routing} from 'tapgate/plugins';

export default defineConfig({
	plugins: [
		auth({anonymous: true}),
		routing({alias: {}, defaults: {openai: 7}} as never),
	],
});`,
	});
	t.is(
		block,
		[
			'error in gateway.config.ts:7',
			'  plugin "routing": alias: unknown key, did you mean "aliases"? (known: aliases, fallbacks, paths, defaults)',
			'  plugin "routing": defaults.openai: expected string, found 7',
		].join('\n'),
	);
});

test('unknown keys of the server part are refused', async t => {
	t.is(
		(
			await refusal(t, {
				'gateway.config.ts': `${open}export default defineConfig({server: {prot: 80} as never, plugins: [open]});`,
			})
		).replace(/ \(known: .*/, ''),
		'error in gateway.config.ts\n  server: prot: unknown key, did you mean "port"?',
	);
});

test('a missing variable is named with the line that wants it', async t => {
	t.is(
		await refusal(t, {
			'gateway.config.ts': `import {defineConfig, secret} from 'tapgate';\n\nconst key = secret('TAPGATE_TEST_MISSING');\nexport default defineConfig({plugins: []});`,
		}),
		'error in gateway.config.ts:3\n  environment variable TAPGATE_TEST_MISSING: expected a secret, found nothing; set it in the environment or in a .env file',
	);
});

test('a name that the gateway does not export is told with the nearest one', async t => {
	t.is(
		await refusal(t, {
			'gateway.config.ts': `import {defineConfig} from 'tapgate';\nimport {opnai} from 'tapgate/plugins';\nexport default defineConfig({plugins: [opnai()]});`,
		}),
		'error in gateway.config.ts:3\n  "tapgate/plugins" exports no "opnai", did you mean "openai"?',
	);
});

test('syntax errors name file, line and column', async t => {
	t.is(
		await refusal(t, {
			'gateway.config.ts': `import './part.ts';\nexport default 1;`,
			'part.ts': 'const a = 1;\n\nconst b = ][;\n',
		}),
		'error in part.ts:3:11\n  Unexpected token',
	);
});

test('thrown errors name file and line of the throw and of its callers, and no frame of the gateway', async t => {
	const files = {
		'gateway.config.ts': `import {defineConfig} from 'tapgate';\nimport {part} from './part.js';\nexport default defineConfig(() => {\n\treturn part();\n});`,
		'part.ts': `interface Shape {\n\ta: string;\n}\nexport const part = (): never => {\n\tthrow new RangeError('too far');\n};`,
	};
	t.is(await refusal(t, files), 'error in part.ts:5\n  RangeError: too far\n  called at gateway.config.ts:4');
});

test('a missing import names the file that wants it', async t => {
	t.is(
		await refusal(t, {'gateway.config.ts': `import './part.ts';`, 'part.ts': `import 'no-such-package';`}),
		"error in part.ts\n  Cannot find module 'no-such-package'",
	);
});

for (const [what, text, found] of [
	['nothing', 'export const a = 1;', 'no default export'],
	['a plain object', 'export default {plugins: []};', 'a default export of another kind (object)'],
] as const) {
	test(`a file that exports ${what} is told to use defineConfig`, async t => {
		t.is(
			await refusal(t, {'gateway.config.ts': text}),
			`error in gateway.config.ts\n  expected \`export default defineConfig({…})\`, found ${found}`,
		);
	});
}

test('several workers need a fixed port', async t => {
	const files = {'gateway.config.ts': `${open}export default defineConfig({server: {workers: 2}, plugins: [open]});`};
	t.is(
		await refusal(t, files, {port: 0}),
		'error in gateway.config.ts\n  server: port: expected a fixed port because server.workers is more than 1, found 0',
	);
	t.is((await load(t, files, {port: 9000})).server.workers, 2);
});

test('a config that is not there is told with its path', async t => {
	const root = await folder(t, {});
	await t.throwsAsync(loadConfig({config: path.join(root, 'other.ts')}), {
		instanceOf: core.ConfigError,
		message: `--config: expected a file, found none at ${root}/other.ts`,
	});
});
