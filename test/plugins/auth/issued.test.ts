/** Issued keys against a real Postgres: two gateways share them, and neither asks the database for a call. */

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {auth, health, mock, requestLog, routing} from '../../../plugins/index.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {chat, startGateway} from '../../helpers/whole-gateway.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

type AuthOptions = NonNullable<Parameters<typeof auth>[0]>;

const admin = {authorization: 'Bearer key-of-the-admin'};
const configKeys = [
	{name: 'root', key: 'key-of-the-admin', tags: ['admin']},
	{name: 'ci', key: 'key-of-ci'},
];
let databases = 0;

function create(): Promise<string> {
	databases++;
	return postgres.create(`keys_${databases}`);
}

/** A gateway on a database; `requestLog` stands last, as in most configs. */
async function issuing(t: ExecutionContext, database: string, options: AuthOptions = {keys: configKeys}) {
	const dataDir = await mkdtemp(path.join(tmpdir(), 'tapgate-keys-'));
	t.teardown(() => rm(dataDir, {recursive: true, force: true}));
	const gateway = await startGateway(t, [
		health(),
		auth(options),
		mock(),
		routing(),
		requestLog({database, dataDir, bodies: 'none'}),
	]);
	const ask = async (method: string, at: string, body?: unknown, headers: Record<string, string> = admin) => {
		const answer = await fetch(gateway.url + at, {
			method,
			headers: Object.assign({'content-type': 'application/json'}, headers),
			...(body !== undefined && {body: JSON.stringify(body)}),
		});
		return {status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer};
	};
	const status = async (key: string): Promise<number> => {
		const answer = await chat(gateway.url, {authorization: `Bearer ${key}`});
		await answer.arrayBuffer();
		return answer.status;
	};
	/** Asked often enough with a key that is not known yet, or no longer, the gateway slows whoever asks. */
	const refuses = async (key: string): Promise<boolean> => [401, 429].includes(await status(key));
	const command = async (...args: readonly string[]) => {
		const lines: string[] = [];
		const [first, second, ...rest] = args;
		const code = await gateway.engine.commands.get(`${first} ${second}`)?.run(rest, line => void lines.push(line));
		return {code, lines};
	};
	return Object.assign(gateway, {ask, status, refuses, command});
}

interface Answer {
	readonly id: string;
	readonly key: string;
	readonly name: string;
	readonly prefix: string;
	readonly revoked_at: string | null;
	readonly data: readonly Answer[];
	readonly error: {readonly code: string; readonly message: string};
}

async function until(good: () => Promise<boolean>): Promise<void> {
	while (!(await good())) await new Promise(resolve => setTimeout(resolve, 20));
}

test('a key is shown once, opens every gateway of the database, and is revoked on all of them', async t => {
	const database = await create();
	const [one, other] = [await issuing(t, database), await issuing(t, database)];
	const made = await one.ask('POST', '/admin/keys', {
		name: 'ana',
		team: 'research',
		tags: ['dev'],
		allow: ['mock.*'],
		limits: {requestsPerMinute: 5},
		budget: {dailyUsd: 1},
	});
	t.is(made.status, 201);
	t.is(made.headers.get('cache-control'), 'no-store');
	t.regex(made.body.key, /^tapgate_[0-9a-f]{48}$/);
	const {key, id} = made.body;
	t.is(await one.status(key), 200, 'at once where it was made');
	await until(async () => (await other.status(key)) === 200);

	const list = await other.ask('GET', '/admin/keys');
	t.like(list.body.data[0], {
		id,
		name: 'ana',
		prefix: key.slice(0, 16),
		team: 'research',
		created_by: 'root',
		limits: {requestsPerMinute: 5},
	} as never);
	t.false(JSON.stringify(list.body).includes(key));
	const kept = JSON.stringify([
		await postgres.query(database, 'SELECT * FROM issued_key'),
		one.log.lines,
		other.log.lines,
	]);
	t.false(kept.includes(key), 'the key is kept nowhere');

	const asked = performance.now();
	t.truthy((await one.ask('DELETE', `/admin/keys/${id}`)).body.revoked_at);
	t.is(await one.status(key), 401);
	await until(() => other.refuses(key));
	t.log(`revoked on the other gateway after ${Math.round(performance.now() - asked)} ms`);
	t.is((await one.ask('GET', '/admin/keys')).body.data.length, 0);
	t.is((await one.ask('GET', '/admin/keys?revoked=true')).body.data.length, 1);
});

test('only callers with the tag admin may issue, see and revoke keys', async t => {
	const {ask} = await issuing(t, await create());
	for (const [method, at] of [
		['GET', '/admin/keys'],
		['POST', '/admin/keys'],
		['DELETE', '/admin/keys/key_x'],
	] as const) {
		t.is((await ask(method, at, method === 'POST' ? {name: 'x'} : undefined, {})).status, 401);
		const {status, body} = await ask(method, at, method === 'POST' ? {name: 'x'} : undefined, {
			authorization: 'Bearer key-of-ci',
		});
		t.is(status, 403);
		t.is(body.error.code, 'admin_only');
	}
	const {body: mighty} = await ask('POST', '/admin/keys', {name: 'second-admin', tags: ['admin']});
	t.is((await ask('GET', '/admin/keys', undefined, {authorization: `Bearer ${mighty.key}`})).status, 200);
});

test('keys of one name are one caller: the second gets what the first has, and nothing else', async t => {
	const {ask, status} = await issuing(t, await create());
	const {body: old} = await ask('POST', '/admin/keys', {name: 'ana', team: 'research'});
	const {body: young} = await ask('POST', '/admin/keys', {name: 'ana'});
	t.like(young, {name: 'ana', team: 'research'} as never);
	const other = await ask('POST', '/admin/keys', {name: 'ana', team: 'sales'});
	t.is(other.status, 409);
	t.is(other.body.error.code, 'key_conflict');
	await ask('DELETE', `/admin/keys/${old.id}`);
	t.is(await status(old.key), 401);
	t.is(await status(young.key), 200);
});

test('pages hold every key once, newest first, while keys come; the command prints all', async t => {
	const database = await create();
	const {ask, command} = await issuing(t, database);
	// Several in the same microsecond, and in one millisecond.
	await postgres.query(
		database,
		`INSERT INTO issued_key (id, name, prefix, hash, caller, created_at, created_by, version)
			SELECT 'k' || n, 'old', 'p', 'h' || n, '{}', now() - interval '1 hour' - (n / 3) * interval '1 microsecond', 'test', 0
			FROM generate_series(0, 99) AS n`,
	);
	const seen: string[] = [];
	for (let cursor: string | null = ''; cursor !== null; ) {
		const {status, body} = await ask('GET', `/admin/keys?limit=30${cursor === '' ? '' : `&cursor=${cursor}`}`);
		t.is(status, 200);
		const page = body as unknown as {data: {id: string}[]; has_more: boolean; next_cursor: string | null};
		seen.push(...page.data.map(({id}) => id));
		t.is(page.has_more, page.next_cursor !== null);
		cursor = page.next_cursor;
		await ask('POST', '/admin/keys', {name: `new-${seen.length}`});
	}
	const expected = await postgres.query(
		database,
		"SELECT id FROM issued_key WHERE name = 'old' ORDER BY created_at DESC, id DESC",
	);
	t.deepEqual(
		seen,
		expected.map(({id}) => String(id)),
	);
	t.is((await ask('GET', '/admin/keys')).body.data.length, 50);
	t.is((await command('key', 'list')).lines.length, 104);
	for (const query of ['limit=0', 'limit=201', 'limit=many', 'cursor=abc', 'limit=1&limit=2']) {
		const {status, body} = await ask('GET', `/admin/keys?${query}`);
		t.is(status, 400, query);
		t.is(body.error.code, 'invalid_parameter');
	}
});

test('a wish that cannot be met says why', async t => {
	const {ask} = await issuing(t, await create());
	for (const [wish, told] of [
		[{}, /name: is missing/],
		[[], /expected an object/],
		[{name: 'ci'}, /"ci" belongs to a key of the config/],
		[{name: 'anonymous'}, /"anonymous" belongs/],
		[{name: 'x', tag: ['a']}, /tag: unknown key, did you mean "tags"/],
		[{name: 'x', limits: {requestsPerMinute: 0}}, /limits.requestsPerMinute/],
		[{name: 'x', expires: '2020-01-01'}, /still to come/],
		[{name: 'x', expires: 'soon'}, /expected a date/],
	] as const) {
		const {status, body} = await ask('POST', '/admin/keys', wish);
		t.is(status, 400);
		t.is(body.error.code, 'invalid_key_request');
		t.regex(body.error.message, told);
	}
	t.is((await ask('DELETE', '/admin/keys/key_x')).status, 404);
	t.is((await ask('GET', '/admin/keys?revoked=maybe')).status, 400);
	t.is((await ask('GET', '/admin/keys?name=%00')).status, 400);
	t.is((await ask('GET', '/admin/keys?name=a&name=b')).status, 400);
});

test('a key expires by itself', async t => {
	const {ask, status} = await issuing(t, await create());
	// On a machine that has much to do, it may be over before it has opened anything.
	for (let lifeMs = 1500, opened = false; !opened; lifeMs *= 2) {
		const expires = new Date(Date.now() + lifeMs).toISOString();
		const {body} = await ask('POST', '/admin/keys', {name: 'ana', expires});
		opened = (await status(body.key)) === 200;
		t.true(opened || Date.now() >= Date.parse(expires));
		await until(async () => (await status(body.key)) === 401);
		t.true(Date.now() >= Date.parse(expires));
	}
});

test('without the database, calls go on: keys that are known open, and what changed meanwhile is found afterwards', async t => {
	const own = await startPostgres('fsync=off');
	t.teardown(() => own.remove());
	const database = await own.create('away');
	const gateway = await issuing(t, database);
	const {body} = await gateway.ask('POST', '/admin/keys', {name: 'ana'});
	await own.stop();
	t.is(await gateway.status(body.key), 200);
	t.is(await gateway.status(`tapgate_${'0'.repeat(48)}`), 401);
	await until(async () =>
		JSON.stringify(await (await fetch(`${gateway.url}/health`)).json()).includes('issued keys is away'),
	);
	const refused = await gateway.ask('POST', '/admin/keys', {name: 'bob'});
	t.is(refused.status, 503);
	t.is(refused.body.error.code, 'identity_unavailable');
	await own.start();
	await own.query(database, 'UPDATE issued_key_change SET version = version + 1');
	await own.query(
		database,
		'UPDATE issued_key SET revoked_at = now(), version = (SELECT version FROM issued_key_change)',
	);
	await until(() => gateway.refuses(body.key));
	t.pass();
});

test('a database that goes back in time, as a backup does, is believed', async t => {
	const database = await create();
	const {ask, status, refuses} = await issuing(t, database);
	const {body: first} = await ask('POST', '/admin/keys', {name: 'ana'});
	const {body: second} = await ask('POST', '/admin/keys', {name: 'bob'});
	await postgres.query(database, `DELETE FROM issued_key WHERE name = 'bob'`);
	await postgres.query(database, 'UPDATE issued_key_change SET version = 1');
	await until(() => refuses(second.key));
	t.is(await status(first.key), 200);
});

test('a config without keys opens to issued ones only; the command line makes the first', async t => {
	const {command, status, refuses} = await issuing(t, await create(), {});
	const made = await command(
		'key',
		'create',
		'ana',
		'--team',
		'research',
		'--tag',
		'admin',
		'--allow',
		'mock.*',
		'--limit',
		'requestsPerMinute=60',
		'--budget',
		'dailyUsd=2.5',
		'--expires',
		'2099-01-01',
	);
	t.is(made.code, 0, made.lines.join('\n'));
	const [key = '', told] = made.lines;
	t.regex(
		told ?? '',
		/ana {2}team research {2}tags admin .* expires 2099-01-01T00:00:00.000Z; the key is not shown again$/,
	);
	await until(async () => (await status(key)) === 200);
	const list = await command('key', 'list');
	t.is(list.code, 0);
	t.is(list.lines.length, 1);
	t.false(list.lines.join().includes(key));
	const id = list.lines[0]?.split(' ')[0] ?? '';
	t.is((await command('key', 'revoke', id)).code, 0);
	await until(() => refuses(key));
	t.deepEqual((await command('key', 'list')).lines, ['there are none']);
	t.regex((await command('key', 'list', '--revoked')).lines[0] ?? '', /revoked 20/);
	for (const [args, problem] of [
		[['create'], /expected the name/],
		[['create', 'a', 'b'], /unexpected argument "b"/],
		[['create', 'a', '--limit', 'many'], /--limit: expected/],
		[['create', 'a', '--teem', 'x'], /Unknown option/],
		[['revoke'], /expected the id/],
		[['revoke', 'key_x'], /no issued key has the id "key_x"/],
	] as const) {
		const {code, lines} = await command('key', ...args);
		t.is(code, 1);
		t.regex(lines.join('\n'), problem);
	}
});

test('without a database the commands say what to do, and there is no route', async t => {
	const gateway = await startGateway(t, [auth({keys: configKeys}), mock(), routing()]);
	const lines: string[] = [];
	t.is(await gateway.engine.commands.get('key list')?.run([], line => void lines.push(line)), 1);
	t.regex(lines.join(), /list requestLog\(\) in the config/);
	t.is((await fetch(`${gateway.url}/admin/keys`, {headers: admin})).status, 404);
});
