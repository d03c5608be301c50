/** A key that is revoked at one gateway is refused at the others that name its store, also while their database is away. */

import {mkdtemp, rm} from 'node:fs/promises';
import {connect, createServer, type Socket} from 'node:net';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {definePlugin, Engine, type Plugin, serverSettings} from '../../../core/index.js';
import {auth, dialects, health, mock, requestLog, routing, stores} from '../../../plugins/index.js';
import {provideStores} from '../../../plugins/stores/demands.js';
import {PrimaryMemory} from '../../../plugins/stores/primary-memory.js';
import {PrimaryStore} from '../../../plugins/stores/primary-store.js';
import {type Postgres, startPostgres} from '../../helpers/postgres.js';
import {noRedis, startRedis} from '../../helpers/redis.js';
import {chat, memoryLog, startGateway} from '../../helpers/whole-gateway.js';

let postgres: Postgres;
test.before(async () => {
	postgres = await startPostgres('fsync=off');
});
test.after.always(() => postgres?.remove());

let databases = 0;
const create = (what: string) => postgres.create(`${what}_${++databases}`);

/** A way to a database that can be closed: to whoever goes it, the database is away. */
async function wayTo(t: ExecutionContext, database: string) {
	const url = new URL(database);
	const port = Number(url.port);
	const open = new Set<Socket>();
	const server = createServer(socket => {
		const further = connect(port, url.hostname);
		for (const one of [socket, further]) open.add(one.on('error', () => {}));
		socket.pipe(further).pipe(socket);
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	if (address === null || typeof address === 'string') return t.fail('no port');
	url.port = String(address.port);
	const close = () => {
		server.close();
		for (const socket of open) socket.destroy();
	};
	t.teardown(close);
	return {url: url.href, close};
}

interface Gate {
	readonly database: string;
	/** What the gateway counts in, and the option `store` of `auth`. */
	readonly plugin: Plugin;
	readonly store?: string | undefined;
}

async function start(t: ExecutionContext, {database, plugin, store}: Gate) {
	const dataDir = await mkdtemp(path.join(tmpdir(), 'tapgate-revocations-'));
	t.teardown(() => rm(dataDir, {recursive: true, force: true}));
	const keys = [{name: 'root', key: 'key-of-the-admin', tags: ['admin']}];
	const gateway = await startGateway(t, [
		plugin,
		health(),
		auth({keys, ...(store !== undefined && {store})}),
		mock(),
		routing(),
		requestLog({database, dataDir, bodies: 'none'}),
	]);
	const ask = async (method: string, at: string, body?: object) => {
		const answer = await fetch(gateway.url + at, {
			method,
			headers: {authorization: 'Bearer key-of-the-admin', 'content-type': 'application/json'},
			...(body !== undefined && {body: JSON.stringify(body)}),
		});
		t.true(answer.ok, `${method} ${at}`);
		return (await answer.json()) as {readonly id: string; readonly key: string};
	};
	const status = async (key: string): Promise<number> => {
		const answer = await chat(gateway.url, {authorization: `Bearer ${key}`});
		await answer.arrayBuffer();
		return answer.status;
	};
	/** Who asks often with a wrong key is slowed. */
	const refuses = async (key: string) => [401, 429].includes(await status(key));
	const trouble = async (): Promise<string> => {
		const answer = (await (await fetch(`${gateway.url}/health`)).json()) as {
			checks: {'issued-keys': {status: string; reason?: string}};
		};
		return answer.checks['issued-keys'].reason ?? answer.checks['issued-keys'].status;
	};
	return Object.assign(gateway, {ask, status, refuses, trouble});
}

async function until(good: () => Promise<boolean>): Promise<void> {
	while (!(await good())) await new Promise(resolve => setTimeout(resolve, 20));
}

const databaseAway = 'the database of the issued keys is away';
const storeAway = 'the store of revoked keys is away';

/** The memory of a primary process, as each of its workers has it. */
function workers(): () => Plugin {
	const memory = new PrimaryMemory();
	let count = 0;
	return () => {
		const worker = ++count;
		const store = new PrimaryStore(async question => memory.answer(question, worker));
		return definePlugin({name: 'stores', apply: gateway => provideStores(gateway, () => store)})();
	};
}

type Setup = (t: ExecutionContext) => Promise<{readonly plugin: () => Plugin; readonly store?: string}>;

const setups: Readonly<Record<string, Setup>> = {
	'the memory that workers share': async () => ({plugin: workers()}),
	'one Postgres store': async () => ({plugin: stores, store: await create('store')}),
	...(noRedis === undefined && {
		'one Redis': async (t: ExecutionContext) => {
			const redis = await startRedis();
			t.teardown(() => redis.remove());
			return {plugin: stores, store: redis.url};
		},
	}),
};
if (noRedis !== undefined) test(`left out: ${noRedis}`, t => t.pass());

for (const [name, setup] of Object.entries(setups)) {
	test(`two gateways on ${name}: revoked at one, refused at the other while that has no database`, async t => {
		const {plugin, store} = await setup(t);
		const database = await create('keys');
		const way = await wayTo(t, database);
		const one = await start(t, {database, plugin: plugin(), store});
		const other = await start(t, {database: way.url, plugin: plugin(), store});
		const [leaked, kept] = [
			await one.ask('POST', '/admin/keys', {name: 'ana'}),
			await one.ask('POST', '/admin/keys', {name: 'bob'}),
		];
		await until(async () => (await other.status(kept.key)) === 200);
		t.is(await other.status(leaked.key), 200);

		way.close();
		await until(async () => (await other.trouble()) === databaseAway);
		t.is(await other.status(leaked.key), 200);
		const asked = performance.now();
		await one.ask('DELETE', `/admin/keys/${leaked.id}`);
		t.is(await one.status(leaked.key), 401, 'at once where it was revoked');
		await until(() => other.refuses(leaked.key));
		t.log(`refused at the other after ${Math.round(performance.now() - asked)} ms`);
		t.is(await other.trouble(), databaseAway);
		t.is(await other.status(kept.key), 200);
		t.is(await one.trouble(), 'ok');
	});
}

test('a database that says otherwise, as one that lags behind or was restored, does not open a revoked key again', async t => {
	const database = await create('keys');
	const gateway = await start(t, {database, plugin: stores()});
	const {id, key} = await gateway.ask('POST', '/admin/keys', {name: 'ana'});
	await gateway.ask('DELETE', `/admin/keys/${id}`);
	await postgres.query(database, 'UPDATE issued_key SET revoked_at = NULL, version = 100');
	await postgres.query(database, 'UPDATE issued_key_change SET version = 100');
	// Another key shows that the gateway has looked.
	const {key: later} = await gateway.ask('POST', '/admin/keys', {name: 'bob'});
	t.is(await gateway.status(later), 200);
	t.is(await gateway.status(key), 401);
});

test('the command tells the store', async t => {
	const [database, store] = [await create('keys'), await create('store')];
	const way = await wayTo(t, database);
	const gateway = await start(t, {database: way.url, plugin: stores(), store});
	const {id, key} = await gateway.ask('POST', '/admin/keys', {name: 'ana'});
	way.close();
	const dataDir = await mkdtemp(path.join(tmpdir(), 'tapgate-revocations-'));
	t.teardown(() => rm(dataDir, {recursive: true, force: true}));
	const engine = new Engine({deployment: 'test', server: serverSettings({}), log: memoryLog()});
	await engine.assemble([dialects(), stores(), auth({store}), routing(), requestLog({database, dataDir})]);
	const lines: string[] = [];
	t.is(await engine.commands.get('key revoke')?.run([id], line => void lines.push(line)), 0);
	await engine.close();
	t.is(lines.length, 1);
	await until(() => gateway.refuses(key));
	t.pass();
});

(noRedis === undefined ? test : test.skip)(
	'without the store the database tells; what the store missed it is told when it is back',
	async t => {
		const redis = await startRedis();
		t.teardown(() => redis.remove());
		const database = await create('keys');
		const way = await wayTo(t, database);
		const one = await start(t, {database, plugin: stores(), store: redis.url});
		const other = await start(t, {database: way.url, plugin: stores(), store: redis.url});
		const make = async (name: string) => {
			const made = await one.ask('POST', '/admin/keys', {name});
			await until(async () => (await other.status(made.key)) === 200);
			return made;
		};
		const [first, second] = [await make('ana'), await make('bob')];

		await redis.kill();
		await until(async () => (await one.trouble()) === storeAway && (await other.trouble()) === storeAway);
		await one.ask('DELETE', `/admin/keys/${first.id}`);
		t.is(await one.status(first.key), 401);
		await until(() => other.refuses(first.key));

		way.close();
		await until(async () => (await other.trouble()) === `${databaseAway}; ${storeAway}`);
		await one.ask('DELETE', `/admin/keys/${second.id}`);
		t.is(await one.status(second.key), 401);
		t.is(await other.status(second.key), 200, 'nobody can tell it');
		t.true(one.log.lines.some(({message}) => message.startsWith('the store was not told of a revoked key yet')));

		await redis.start();
		await until(() => other.refuses(second.key));
		t.is(await other.trouble(), databaseAway);
		await until(async () => (await one.trouble()) === 'ok');
	},
);

test('a store without issued keys is of no use, and the log says so', async t => {
	const gateway = await startGateway(t, [stores(), auth({anonymous: true, store: postgres.url()}), mock(), routing()]);
	t.true(gateway.log.lines.some(({message}) => message.startsWith('auth: the store is for issued keys')));
});
