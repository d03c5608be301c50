/** Several workers, one limit: what names no store is counted by the primary for all of them. */

import test from 'ava';
import {folder, freePort, serving} from './support.js';

const config = (plugins: string): string => `
import {defineConfig, definePlugin} from 'tapgate';
import {auth, cost, mock, rateLimit, routing} from 'tapgate/plugins';

const who = definePlugin({
	name: 'who',
	apply({routes, hooks}) {
		hooks.reply.tap('who', reply => Object.assign({}, reply, {headers: {...reply.headers, 'x-pid': String(process.pid)}}));
		routes.add('/pid', {method: 'GET', path: '/pid', summary: 'x', access: 'open', handle: ctx => { ctx.body = String(process.pid); }});
	},
});
const slow = {chunks: Array.from({length: 10_000}, () => 'word '), intervalMs: 20};
export default defineConfig({
	server: {workers: 2},
	plugins: [who(), auth({anonymous: true}), mock({models: {call: {usage: {input: 1000, output: 1000}}, slow}}), routing(), ${plugins}],
});`;

/** Calls on connections of their own, which the workers take in turn. */
function call(url: string, model = 'mock.call', signal?: AbortSignal): Promise<Response> {
	return fetch(`${url}/v1/chat/completions`, {
		method: 'POST',
		headers: {'content-type': 'application/json', connection: 'close'},
		body: JSON.stringify({model, max_tokens: 2000, stream: model === 'mock.slow', messages: []}),
		...(signal !== undefined && {signal}),
	});
}

async function callAtOnce(url: string, many: number): Promise<readonly number[]> {
	return await Promise.all(
		Array.from({length: many}, async () => {
			const answer = await call(url);
			await answer.text();
			return answer.status;
		}),
	);
}

/** The processes of both workers, when both answer. */
async function pids(url: string): Promise<ReadonlySet<number>> {
	const found = new Set<number>();
	while (found.size < 2) {
		// A connection that was handed to a worker as it died is never answered.
		const how = {headers: {connection: 'close'}, signal: AbortSignal.timeout(1000)};
		const pid = await fetch(`${url}/pid`, how).then(
			answer => answer.text(),
			() => undefined,
		);
		if (pid !== undefined) found.add(Number(pid));
	}
	return found;
}

const count = (statuses: readonly number[], status: number): number => statuses.filter(one => one === status).length;

test.serial('of 200 calls at once to two workers as many pass as the limit says', async t => {
	const cwd = await folder(t, {
		'gateway.config.ts': config(`rateLimit({rules: [{by: 'global', requestsPerDay: 30}]})`),
	});
	const {url} = await serving(t, ['--port', String(await freePort())], {cwd});
	t.is((await pids(url)).size, 2);
	const statuses = await callAtOnce(url, 200);
	t.is(count(statuses, 200), 30);
	t.is(count(statuses, 429), 170);
	const refused = await call(url);
	t.is(refused.headers.get('x-ratelimit-remaining-requests'), '0');
	t.true(Number(refused.headers.get('retry-after')) > 2000);
});

test.serial('500 calls of two cents at once to two workers spend no more than the dollar', async t => {
	const cwd = await folder(t, {
		'gateway.config.ts': config(
			`cost({prices: {'mock.*': {input: 10, output: 10}}, budgets: [{by: 'global', dailyUsd: 1}]})`,
		),
	});
	const {url} = await serving(t, ['--port', String(await freePort())], {cwd});
	const statuses = await callAtOnce(url, 500);
	const passed = count(statuses, 200);
	t.is(passed + count(statuses, 402), 500);
	t.true(passed >= 40 && passed <= 50, String(passed));
});

test.serial('the places of a worker that was killed are free, and those of calls that go on are not', async t => {
	const cwd = await folder(t, {'gateway.config.ts': config(`rateLimit({rules: [{by: 'global', concurrency: 6}]})`)});
	const {url} = await serving(t, ['--port', String(await freePort())], {cwd});
	await pids(url);
	const leaving = new AbortController();
	t.teardown(() => leaving.abort());
	const open = (): Promise<Response[]> =>
		Promise.all(Array.from({length: 6}, () => call(url, 'mock.slow', leaving.signal)));
	const first = await open();
	t.deepEqual(new Set(first.map(({status}) => status)), new Set([200]));
	t.is((await call(url)).status, 429);

	const victim = first[0]?.headers.get('x-pid');
	const theirs = first.filter(({headers}) => headers.get('x-pid') === victim);
	process.kill(Number(victim), 'SIGKILL');
	await Promise.all(theirs.map(answer => answer.text().catch(() => undefined)));
	while ((await pids(url)).has(Number(victim)));
	const statuses = (await open()).map(({status}) => status);
	t.is(count(statuses, 200), theirs.length);
	t.is(count(statuses, 429), 6 - theirs.length);
});
