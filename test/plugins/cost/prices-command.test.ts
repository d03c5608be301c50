/** `tapgate prices update` writes the lists of the repository. */

import {mkdir, mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {pricesCommand} from '../../../plugins/cost/prices-command.js';
import {folder, run} from '../../config/support.js';
import {root} from '../../contract/repository.js';

/** The day on which they were written is another one. */
const undated = (text: string): string => text.replace(/\tdate: '[\d-]+',/, '');

test('what it writes is what the repository has, but for the date', async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'tapgate-prices-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	const prices = path.join(folder, 'plugins/cost/prices');
	await mkdir(prices, {recursive: true});
	await writeFile(path.join(prices, 'index.ts'), '');
	const lines: string[] = [];
	t.is(await pricesCommand(folder).run([], line => void lines.push(line)), 0);
	const files = (await readdir(prices)).filter(name => name !== 'index.ts');
	t.is(files.length, 9);
	t.is(lines.length, 10);
	for (const file of files) {
		const [written, kept] = await Promise.all(
			[prices, path.join(root, 'plugins/cost/prices')].map(where => readFile(path.join(where, file), 'utf8')),
		);
		t.is(undated(written ?? ''), undated(kept ?? ''), file);
	}
});

test('outside of a checkout it says so and writes nothing', async t => {
	const folder = await mkdtemp(path.join(tmpdir(), 'tapgate-prices-'));
	t.teardown(() => rm(folder, {recursive: true, force: true}));
	const lines: string[] = [];
	t.is(await pricesCommand(folder).run([], line => void lines.push(line)), 1);
	t.regex(lines[0] ?? '', /expected a checkout/);
	t.deepEqual(await readdir(folder), []);
});

test('the command line has it', async t => {
	const config = `
import {defineConfig} from 'tapgate';
import {auth, cost, mock, routing} from 'tapgate/plugins';
export default defineConfig({plugins: [auth({anonymous: true}), mock(), routing(), cost()]});
`;
	const cwd = await folder(t, {'gateway.config.ts': config});
	const {exit, stdout, stderr} = await run(t, ['prices', 'update'], {cwd});
	t.regex(stdout, /expected a checkout of the gateway, found no .*plugins.cost.prices/, stderr);
	t.is(exit, 1);
});
