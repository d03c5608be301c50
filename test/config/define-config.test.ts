import test from 'ava';
import {ConfigDefinition, defineConfig, definePlugin} from '../../config/index.js';
import {ConfigError} from '../../core/index.js';
import {redact} from '../../plugins/index.js';

const named = (name: string) => definePlugin({name, apply() {}})();
const context = {deployment: 'staging'};

async function namesOf(definition: ConfigDefinition): Promise<readonly string[]> {
	return (await definition.read(context)).plugins.map(({name}) => name);
}

test('the dialects, the catalog, the stores and redaction are always there, first', async t => {
	t.deepEqual(await namesOf(defineConfig({plugins: [named('a')]})), ['dialects', 'catalog', 'stores', 'redact', 'a']);
});

test('a config that lists redact has it where it stands, however deep, and once', async t => {
	const definition = defineConfig({plugins: [named('a'), [[redact({what: []})]], named('b')]});
	t.deepEqual(await namesOf(definition), ['dialects', 'catalog', 'stores', 'a', 'redact', 'b']);
});

test('what is falsy is switched off and lists are laid flat, in order', async t => {
	const definition = defineConfig({
		plugins: [false, named('a'), null, [named('b'), undefined, ['', 0, named('c')]], named('d')],
	});
	t.deepEqual((await namesOf(definition)).slice(4), ['a', 'b', 'c', 'd']);
});

test('a function is told the deployment and may be async', async t => {
	const plain = defineConfig(({deployment}) => ({plugins: [named(deployment)]}));
	const slow = defineConfig(async ({deployment}) => {
		await new Promise(resolve => setImmediate(resolve));
		return {server: {port: 1}, plugins: [named(`${deployment}-later`)]};
	});
	t.deepEqual((await namesOf(plain)).slice(4), ['staging']);
	t.deepEqual((await namesOf(slow)).slice(4), ['staging-later']);
	t.deepEqual((await slow.read(context)).server, {port: 1});
});

const mistakes: readonly (readonly [what: string, config: unknown, message: string])[] = [
	['a misspelled key', {plugin: []}, 'plugin: unknown key, did you mean "plugins"? (known: server, plugins)'],
	['no plugins', {server: {}}, 'plugins: is missing'],
	['plugins that are no list', {plugins: {}}, 'plugins: expected a list, found an object'],
	['a server that is no object', {server: 8000, plugins: []}, 'server: expected an object, found a number'],
	['nothing', () => undefined, 'config: expected an object, found undefined'],
	[
		'a plugin that was not called',
		{plugins: [false, function health() {}]},
		'plugins[1]: expected a plugin, found the function health; call it: health()',
	],
	['true', {plugins: [[true]]}, 'plugins[0][0]: expected a plugin, found true; write `condition && plugin()`'],
	[
		'a promise of a plugin',
		{plugins: [Promise.resolve()]},
		'plugins[0]: expected a plugin, found a promise; make the config an async function and await it',
	],
	['an object that is no plugin', {plugins: [{name: 'x'}]}, 'plugins[0]: expected a plugin, found an object'],
];

for (const [what, config, message] of mistakes) {
	test(`refused: ${what}`, async t => {
		await t.throwsAsync(defineConfig(config as never).read(context), {instanceOf: ConfigError, message});
	});
}

test('a definition is known by its mark', t => {
	t.true(ConfigDefinition.is(defineConfig({plugins: []})));
	t.false(ConfigDefinition.is({plugins: []}));
	t.false(ConfigDefinition.is(null));
});
