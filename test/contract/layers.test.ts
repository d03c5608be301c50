/** Who may import whom: the rules hold, and the tool that says so has looked. */

import {execFile} from 'node:child_process';
import {cp, mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {root} from './repository.js';

const run = promisify(execFile);

interface Report {
	readonly modules: readonly {readonly source: string}[];
	readonly summary: {readonly error: number; readonly violations: readonly {readonly rule: {readonly name: string}}[]};
}

/** What `npm run lint` runs, with its findings as JSON. */
async function cruise(folder: string): Promise<Report> {
	const tool = path.join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
	const args = [tool, '--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'core', 'plugins', 'config'];
	const {stdout} = await run(process.execPath, args, {cwd: folder, maxBuffer: 2 ** 26}).catch(failed => failed);
	return JSON.parse(stdout) as Report;
}

test('every module keeps to its layer', async t => {
	const {modules, summary} = await cruise(root);
	const ours = modules.map(({source}) => source).filter(source => /^(core|plugins|config)\//.test(source));

	t.deepEqual(summary.violations, []);
	t.true(ours.length > 100, `${ours.length} modules were seen`);
	for (const seen of ['core/hooks.ts', 'core/pipeline/run.ts', 'plugins/routing/index.ts', 'config/cli.ts'])
		t.true(ours.includes(seen), `${seen} was seen`);
});

test('a module that does not keep to its layer is found', async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'tapgate-layers-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json'])
		await cp(path.join(root, file), path.join(folder, file));
	const files = {
		'core/index.ts': "import '../plugins/one/index.js';",
		'core/inner.ts': 'export const inner = 1;',
		'plugins/one/index.ts': "import '../../core/inner.js';\nimport '../two/index.js';",
		'plugins/two/index.ts': "import '../../config/index.js';",
		'plugins/two/keys.ts': 'export const two = 2;',
		'config/index.ts': "import '../test/helper.js';\nimport '../plugins/two/keys.js';",
		'test/helper.ts': 'export const helper = 1;',
	};
	for (const [file, text] of Object.entries(files)) {
		await mkdir(path.dirname(path.join(folder, file)), {recursive: true});
		await writeFile(path.join(folder, file), `${text}\n`);
	}

	const {summary} = await cruise(folder);

	t.deepEqual([...new Set(summary.violations.map(({rule}) => rule.name))].sort(), [
		'a-plugin-imports-another-only-through-its-keys',
		'config-imports-no-test',
		'core-imports-nothing-of-ours',
		'plugins-import-core-through-its-index',
		'plugins-import-no-config',
	]);
});
