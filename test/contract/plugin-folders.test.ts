/** Every plugin folder has the same files, and its README speaks of every option. */

import test from 'ava';
import {isObject} from 'tapgate';
import * as builtIns from 'tapgate/plugins';
import {serverSchema} from '../../core/server-options.js';
import {list, read, rows} from './repository.js';

const folders = list('plugins').filter(name => !name.includes('.'));

/** Export of `tapgate/plugins` → its folder, where the two differ. */
const homes: Readonly<Record<string, string>> = {
	accessLog: 'access-log',
	apiDocs: 'api-docs',
	anthropic: 'providers',
	anthropicCompatible: 'providers',
	azureOpenai: 'providers',
	bifrost: 'providers',
	deepseek: 'providers',
	gemini: 'providers',
	glm: 'providers',
	grok: 'providers',
	groq: 'providers',
	mock: 'providers/mock',
	ollama: 'providers',
	openai: 'providers',
	openaiCompatible: 'providers',
	requestLog: 'request-log',
};

/** Every property of a schema with its path: `keys[].name`. */
function properties(
	schema: unknown,
	path = '',
): readonly {readonly path: string; readonly name: string; readonly schema: unknown}[] {
	if (!isObject(schema)) return [];
	const own = Object.entries(isObject(schema['properties']) ? schema['properties'] : {}).flatMap(([name, property]) => {
		const at = path === '' ? name : `${path}.${name}`;
		return [{path: at, name, schema: property}, ...properties(property, at)];
	});
	return [
		...own,
		...properties(schema['items'], `${path}[]`),
		...properties(schema['additionalProperties'], `${path}.*`),
	];
}

test('every folder has index.ts and README.md, and belongs to an export', t => {
	for (const folder of folders) {
		t.true(list(`plugins/${folder}`).includes('index.ts'), folder);
		t.true(list(`plugins/${folder}`).includes('README.md'), folder);
	}
	const homesOfAll = Object.keys(builtIns).map(name => (homes[name] ?? name).split('/')[0]);
	t.deepEqual([...new Set(homesOfAll)].sort(), folders);
});

for (const [name, factory] of Object.entries(builtIns)) {
	const folder = homes[name] ?? name;
	const options = properties((factory as {readonly schema?: unknown}).schema);

	test(`${name}: every option is described in the schema and stands in the README`, t => {
		t.true('schema' in factory);
		const readme = read(`plugins/${folder}/README.md`);
		for (const {path, name: option, schema} of options) {
			const description: unknown = isObject(schema) ? schema['description'] : undefined;
			t.true(typeof description === 'string' && description.length > 5, `${path} has a description`);
			t.true(
				new RegExp(`\`[^\`]*\\b${option}\\b[^\`]*\``).test(readme),
				`${path} stands in plugins/${folder}/README.md`,
			);
		}
	});
}

test('every README says what a reader looks for', t => {
	for (const folder of folders) {
		const readme = read(`plugins/${folder}/README.md`);
		t.true(readme.startsWith('# '), folder);
		for (const word of [/option/i, /hook/i, /```/]) t.true(word.test(readme), `${folder}: ${word}`);
	}
});

test('docs/configuration.md lists every option of a provider and of the server', t => {
	const page = read('docs/configuration.md');
	const section = (title: string) => page.split(/^## /m).find(part => part.startsWith(`${title}\n`)) ?? '';
	const listed = (title: string) => rows(section(title)).map(([name]) => name?.replaceAll('`', ''));
	const {openai} = builtIns as unknown as {openai: {schema: {properties: object}}};

	const {properties: ofServer} = serverSchema as unknown as {properties: object};

	t.deepEqual(listed('A provider'), Object.keys(openai.schema.properties));
	t.deepEqual(listed('`server`').sort(), Object.keys(ofServer).sort());
});
