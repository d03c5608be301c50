/** The plugin: opens stores for others, and tells how they are. */

import anyTest, {type TestFn} from 'ava';
import {ConfigError, definePlugin, Engine, type Gateway, Secret, serverSettings} from '../../../core/index.js';
import {auth} from '../../../plugins/auth/index.js';
import {health} from '../../../plugins/health/index.js';
import {routing} from '../../../plugins/routing/index.js';
import {stores} from '../../../plugins/stores/index.js';
import {type Store, type Stores, stores as storesKey} from '../../../plugins/stores/keys.js';
import {noRedis, startRedis} from '../../helpers/redis.js';
import {memoryLog, startGateway} from '../../helpers/whole-gateway.js';
import {freshKey, hourly, takeOf} from './contract.js';

const test = anyTest;
const withRedis = (noRedis === undefined ? anyTest : anyTest.skip) as TestFn;

/** A plugin that opens what the test says, and shows what the gateway gave it. */
function opener(open: (stores: Stores, gateway: Gateway) => void) {
	return definePlugin({
		name: 'opener',
		apply: gateway => open(gateway.use(storesKey), gateway),
	})();
}

const others = () => [auth({anonymous: true}), routing(), health()];

test('without a URL all plugins share the memory, and nothing is checked or counted', async t => {
	const opened: Store[] = [];
	let seen: Gateway | undefined;
	const plugin = opener((stores, gateway) => {
		for (let time = 0; time < 2; time++) opened.push(stores.open(undefined, {degraded: 'local'}));
		seen = gateway;
	});
	await startGateway(t, [stores(), plugin, ...others()]);

	t.is(opened[0], opened[1]);
	t.is(opened[0]?.kind, 'memory');
	t.deepEqual(seen?.checks.names(), []);
	t.false(seen?.metrics.names().some(name => name.startsWith('store_')));
});

test('a URL of another kind stops the start, and no part of any URL is told', async t => {
	for (const url of [
		'mysql://me:s3cret@host',
		's3cret',
		'redis://:s3cret@:x',
		'postgres://me:s3cret@[host/x',
		'host=db user=me passwort=s3cret',
		'host=db user=me password=s3cret sslmode=maybe-s3cret',
		new Secret('URL', 'http://s3cret'),
	]) {
		const engine = new Engine({deployment: 'test', server: serverSettings({}), log: memoryLog()});
		const error = await t.throwsAsync(
			engine.assemble([stores(), opener(opens => void opens.open(url, {degraded: 'local'}))]),
			{instanceOf: ConfigError, message: /store: /},
		);
		t.notRegex(`${error?.message} ${error?.stack} ${String(error?.cause)}`, /s3cret/);
	}
});

withRedis('plugins that name the same store share it; health and metrics tell when it is away', async t => {
	const server = await startRedis();
	t.teardown(() => server.remove());
	const opened: Store[] = [];
	let seen: Gateway | undefined;
	const plugin = opener((stores, gateway) => {
		opened.push(stores.open(server.url, {deadlineMs: 5000, degraded: 'local'}));
		opened.push(stores.open(new Secret('URL', server.url), {deadlineMs: 5000, degraded: 'allow'}));
		seen = gateway;
	});
	const gateway = await startGateway(t, [stores(), plugin, ...others()]);
	const asked = async () => {
		const answer = await fetch(`${gateway.url}/health`);
		const {status, checks} = (await answer.json()) as {status: string; checks: {stores: {stores: readonly object[]}}};
		return {code: answer.status, status, stores: checks.stores.stores};
	};
	const metric = (name: string) => seen?.metrics.get(name)?.read();
	const value = (number: number) => [{labels: {store: 'redis'}, value: number}];
	const take = takeOf(hourly(freshKey(), 1));

	t.like(await asked(), {code: 200, status: 'ok', stores: [{name: 'redis', status: 'ok', settlementsWaiting: 0}]});
	t.true((await opened[0]?.take([take]))?.granted);
	t.false((await opened[1]?.take([take]))?.granted);
	t.deepEqual(
		[metric('store_up'), metric('store_calls_total'), metric('store_failures_total')],
		[value(1), value(2), value(0)],
	);

	await server.kill();
	for (let call = 0; call < 10; call++) await opened[0]?.look([take.holding]);
	const {stores: list, ...rest} = await asked();
	t.deepEqual(rest, {code: 200, status: 'degraded'});
	t.like(list[0], {name: 'redis', status: 'away'});
	t.deepEqual([metric('store_up'), metric('store_fallbacks_total')], [value(0), value(10)]);
	t.true((await opened[1]?.take([take]))?.granted);
	t.notRegex(JSON.stringify([list, gateway.log.lines]), /redis:\/\//);
});

test('a gateway starts while its store is away', async t => {
	let store: Store | undefined;
	const plugin = opener(opens => {
		store = opens.open('redis://127.0.0.1:1', {degraded: 'local'});
	});
	const gateway = await startGateway(t, [stores(), plugin, ...others()]);

	t.true((await store?.take([takeOf(hourly(freshKey(), 1))]))?.granted);
	t.deepEqual(
		gateway.log.lines.map(({level, message}) => [level, message]),
		[['warn', 'a store is away']],
	);
});
