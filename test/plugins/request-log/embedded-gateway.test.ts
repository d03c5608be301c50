/** A gateway without a database server: its records go to the embedded one, and move to a server when it has outgrown that. */

import {existsSync} from 'node:fs';
import path from 'node:path';
import test from 'ava';
import {folder, launch} from '../../config/support.js';
import {adminKey, callerKey, recording, temporary, until} from './support.js';

test.serial('calls are answered at once, and are rows as soon as the database is there', async t => {
	const dataDir = await temporary(t);
	const gateway = await recording(t, {dataDir});
	t.is((await gateway.chat({}, {'x-request-id': 'early'})).status, 200);
	t.is((await gateway.admin('/admin/requests')).status, 503, 'the answer did not wait for the database');

	const found = await until(
		() => gateway.admin('/admin/requests/early'),
		({status}) => status === 200,
	);
	t.like(await found.json(), {id: 'early', status: 200, key_name: 'ci'});
	t.true(gateway.log.lines.some(({message}) => message.startsWith('the embedded database runs')));
	await gateway.stop();
	t.false(existsSync(path.join(dataDir, '.s.PGSQL.5432')));

	const again = await recording(t, {dataDir});
	await (await again.chat({}, {'x-request-id': 'late'})).text();
	const list = await until(
		async () => {
			const answer = await again.admin('/admin/requests');
			return answer.status === 200 ? ((await answer.json()) as {data: {id: string}[]}).data : [];
		},
		rows => rows.length === 2,
	);
	t.deepEqual(
		list.map(({id}) => id),
		['late', 'early'],
	);
});

const config = `import {defineConfig} from 'tapgate';
import {auth, mock, requestLog, routing} from 'tapgate/plugins';
export default defineConfig({server: {port: 0}, plugins: [
	auth({keys: [{name: 'ci', key: '${callerKey}'}, {name: 'admin', key: '${adminKey}', tags: ['admin']}]}), mock(), routing(), requestLog()]});
`;

test.serial('a second gateway on the same folder is refused, and told who has it', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config});
	const first = launch(t, ['serve'], {cwd});
	await first.logged('the embedded database runs: for trying and for one small instance');

	const second = await launch(t, ['serve'], {cwd}).ended;

	t.is(second.exit, 1);
	t.regex(second.stderr, new RegExp(`in use by the gateway with process id ${first.child.pid}`));
	first.child.kill('SIGTERM');
	t.is((await first.ended).exit, 0);

	const exported = await launch(t, ['log', 'export'], {cwd}).ended;
	t.deepEqual([exported.exit, exported.stdout], [0, ''], exported.stderr);
});
