/** Several workers, one answer. */

import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';
import {type Scrape, scrape} from '../helpers/scrape.js';
import {folder, freePort, open, serving} from './support.js';

const config = `${open}
import {accessLog, metrics, mock, routing, auth} from 'tapgate/plugins';
const extra = plugin('extra', ({routes, metrics, workers}) => {
	const add = (path: string, handle: (ctx: {body: unknown}) => void) =>
		routes.add(path, {method: 'GET', path, summary: 'x', access: 'open', handle});
	add('/number', ctx => { ctx.body = String(workers.number); });
	add('/sleep', ctx => {
		ctx.body = 'ok';
		setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4000));
	});
	add('/crash', () => process.exit(7));
	metrics.add('worker_numbers', {kind: 'gauge', help: 'Numbers of the workers, added up.', read: () => workers.number});
});
export default defineConfig({
	server: {workers: 2},
	plugins: [accessLog({console: false, file: {path: 'log/access.log'}}), metrics(), auth({anonymous: true}), mock(), routing({aliases: {echo: 'mock.echo'}}), extra],
});`;

const fresh = {headers: {connection: 'close'}};

/** A busy machine may keep a worker from answering in time. */
async function complete(url: string): Promise<Scrape> {
	for (;;) {
		const found = await scrape(url, fresh.headers);
		if (found.sum('tapgate_workers_missing') === 0) return found;
	}
}

test.serial('a scrape shows the sum over all workers, whichever is asked', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config});
	const gateway = await serving(t, ['--port', String(await freePort())], {cwd});
	const answeredBy = async () => (await fetch(`${gateway.url}/number`, fresh)).text();
	const numbers = [await answeredBy(), await answeredBy(), await answeredBy(), await answeredBy()];
	t.deepEqual([...new Set(numbers)].sort(), ['1', '2']);

	const call = async (): Promise<void> => {
		const response = await fetch(`${gateway.url}/v1/chat/completions`, {
			method: 'POST',
			headers: {'content-type': 'application/json', connection: 'close'},
			body: JSON.stringify({model: 'echo', messages: [{role: 'user', content: 'one two three'}]}),
		});
		t.is(response.status, 200);
		await response.text();
	};
	for (let count = 0; count < 10; count++) await call();
	for (let count = 0; count < 4; count++) {
		const {sum, labels} = await complete(gateway.url);
		t.is(sum('tapgate_requests_total', {model: 'echo', outcome: 'ok'}), 10);
		t.is(labels('tapgate_requests_total').length, 1);
		t.is(sum('tapgate_request_duration_seconds_count'), 10);
		t.is(sum('tapgate_request_duration_seconds_bucket', {le: '+Inf'}), 10);
		t.is(sum('tapgate_worker_numbers'), 3);
		t.is(sum('tapgate_build_info'), 1);
		t.true(sum('process_start_time_seconds') < Date.now() / 1000 + 1);
	}

	t.is(await (await fetch(`${gateway.url}/sleep`, fresh)).text(), 'ok');
	const without = await scrape(gateway.url, fresh.headers);
	t.is(without.sum('tapgate_workers_missing'), 1);
	t.true(without.sum('tapgate_requests_total') < 10);
});

test.serial('a worker that takes the place of another has its number', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config});
	const gateway = await serving(t, ['--port', String(await freePort())], {cwd});
	await t.throwsAsync(fetch(`${gateway.url}/crash`, fresh));
	await gateway.logged('a worker listens again');
	t.is((await complete(gateway.url)).sum('tapgate_worker_numbers'), 3);
});

test.serial('every worker writes an access log file of its own', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config});
	const gateway = await serving(t, ['--port', String(await freePort())], {cwd});
	const ids = ['a-1', 'a-2', 'a-3', 'a-4', 'a-5', 'a-6'];
	for (const id of ids) {
		const headers = {'content-type': 'application/json', connection: 'close', 'x-request-id': id};
		const body = JSON.stringify({model: 'echo', messages: []});
		await (await fetch(`${gateway.url}/v1/chat/completions`, {method: 'POST', headers, body})).text();
	}
	gateway.child.kill('SIGTERM');
	t.is((await gateway.ended).exit, 0);
	t.deepEqual((await readdir(path.join(cwd, 'log'))).sort(), ['access.1.log', 'access.2.log']);
	const texts = await Promise.all(
		[1, 2].map(number => readFile(path.join(cwd, 'log', `access.${number}.log`), 'utf8')),
	);
	t.true(texts.every(text => text !== ''));
	const written = texts.flatMap(text => text.trimEnd().split('\n')).map(line => JSON.parse(line).requestId as string);
	t.deepEqual(written.sort(), ids);
});
