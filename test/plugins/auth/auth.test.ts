import test, {type ExecutionContext} from 'ava';
import {
	type Caller,
	ConfigError,
	definePlugin,
	Engine,
	type Plugin,
	Secret,
	serverSettings,
} from '../../../core/index.js';
import {auth} from '../../../plugins/auth/index.js';
import {digestOf} from '../../../plugins/auth/key-ring.js';
import type {AuthOptions} from '../../../plugins/auth/options.js';
import {dialects} from '../../../plugins/dialects/index.js';
import {mock} from '../../../plugins/providers/index.js';
import {routing} from '../../../plugins/routing/index.js';
import {chat, memoryLog, startGateway} from '../../helpers/whole-gateway.js';

/** A gateway with the given keys that tells who it takes a caller for. */
async function gatewayWith(t: ExecutionContext, options: AuthOptions) {
	const callers: Caller[] = [];
	const watcher = definePlugin({
		name: 'watcher',
		apply: ({hooks}) => hooks.admit.tap('watcher', ({caller}) => void callers.push(caller)),
	});
	const gateway = await startGateway(t, [auth(options), mock(), routing({aliases: {fast: 'mock.echo'}}), watcher()]);
	const status = async (headers: Record<string, string>): Promise<number> => {
		const response = await chat(gateway.url, headers);
		await response.arrayBuffer();
		return response.status;
	};
	return Object.assign(gateway, {callers, status});
}

/** Who is called by which headers, or the status of the refusal. */
async function who(
	{callers, status}: Awaited<ReturnType<typeof gatewayWith>>,
	headers: Record<string, string>,
): Promise<string | number> {
	const code = await status(headers);
	return code === 200 ? (callers.at(-1)?.name ?? 'nobody') : code;
}

async function refusedConfig(t: ExecutionContext, options: AuthOptions): Promise<string> {
	const engine = new Engine({deployment: 'test', server: serverSettings({port: 0}), log: memoryLog()});
	const error = await t.throwsAsync(async () => engine.assemble([dialects(), auth(options), mock(), routing()]), {
		instanceOf: ConfigError,
	});
	return error?.message ?? '';
}

test('a key is taken from each header that clients use', async t => {
	const gateway = await gatewayWith(t, {keys: [{name: 'ci', key: 'the-key'}]});
	for (const headers of [
		{authorization: 'Bearer the-key'},
		{authorization: 'bearer  the-key '},
		{'x-api-key': 'the-key'},
		{'api-key': 'the-key'},
		{'x-goog-api-key': 'the-key'},
	]) {
		t.is(await who(gateway, headers as never), 'ci', JSON.stringify(headers));
	}
});

test('a caller has the name, team, tags and allow list of the config', async t => {
	const {callers, status} = await gatewayWith(t, {
		keys: [{name: 'ci', hash: `sha256:${digestOf('the-key')}`, team: 'platform', tags: ['a', 'b'], allow: ['mock.*']}],
	});
	t.is(await status({'x-api-key': 'the-key'}), 200);
	t.is(await status({'x-api-key': 'the-key'}), 200);
	t.deepEqual(callers[0], {name: 'ci', team: 'platform', tags: ['a', 'b'], allow: ['mock.*'], anonymous: false});
	t.is(callers[0], callers[1]);
});

test('a caller has the limits and the budget of its key; two keys of one name have the same ones', async t => {
	const limits = {requestsPerMinute: 10, concurrency: 2};
	const {callers, status} = await gatewayWith(t, {
		keys: [
			{name: 'ci', key: 'old', limits, budget: {dailyUsd: 1.5}},
			{name: 'ci', key: 'new', limits: {concurrency: 2, requestsPerMinute: 10}, budget: {dailyUsd: 1.5}},
		],
	});
	t.is(await status({'x-api-key': 'old'}), 200);
	t.is(await status({'x-api-key': 'new'}), 200);
	t.deepEqual(callers[0], {name: 'ci', tags: [], limits, budget: {dailyUsd: 1.5}, anonymous: false});
	t.is(callers[0], callers[1]);
	const pair = (one: object, other: object) =>
		refusedConfig(t, {
			keys: [Object.assign({name: 'ci', key: 'a'}, one), Object.assign({name: 'ci', key: 'b'}, other)],
		});
	t.regex(await pair({limits}, {}), /keys\[0\] and keys\[1\] share the name "ci".* differ in limits/);
	t.regex(await pair({budget: {dailyUsd: 1}}, {budget: {dailyUsd: 2}}), /differ in budget/);
	t.regex(await pair({allow: []}, {}), /differ in allow/);
	t.regex(await pair({limits: {requestsPerMinute: 0}}, {}), /limits.requestsPerMinute: expected/);
	t.regex(await pair({budget: {dailyUSD: 1}}, {}), /budget.dailyUSD: unknown key, did you mean "dailyUsd"/);
});

test('without a key, with a wrong one and with another scheme: 401 that says what to do', async t => {
	const {url} = await gatewayWith(t, {keys: [{name: 'ci', key: 'the-key'}]});
	const told = async (headers: Record<string, string>) => {
		const response = await chat(url, headers);
		t.is(response.status, 401);
		t.is(response.headers.get('www-authenticate'), 'Bearer');
		const {error} = (await response.json()) as {error: {message: string; code: string}};
		t.is(error.code, 'not_authenticated');
		return error.message;
	};
	t.regex(await told({}), /^No key was sent; send a key of this gateway as `Authorization: Bearer/);
	const unknown = /^The key is not one of this gateway/;
	t.regex(await told({authorization: 'Bearer wrong'}), unknown);
	t.regex(await told({authorization: 'the-key'}), unknown);
	t.regex(await told({authorization: 'Basic dGhlLWtleTo='}), unknown);
	t.regex(await told({authorization: 'Bearer '}), unknown);
	t.regex(await told({'x-api-key': ''}), unknown);
	t.regex(await told({'x-api-key': 'k'.repeat(10_000)}), unknown);
	t.regex(await told({authorization: 'Bearer the-key other'}), /holds more than one credential/);
	t.regex(await told({'x-api-key': 'wrong, the-key'}), /holds more than one credential/);
});

test('an Anthropic client is refused in its own envelope', async t => {
	const {url} = await gatewayWith(t, {keys: [{name: 'ci', key: 'the-key'}]});
	const response = await fetch(`${url}/v1/messages`, {method: 'POST', headers: {'x-api-key': 'wrong'}, body: '{}'});
	t.is(response.status, 401);
	t.is(response.headers.get('www-authenticate'), 'Bearer');
	const body = (await response.json()) as {type: string; error: {type: string}};
	t.is(body.type, 'error');
	t.is(body.error.type, 'authentication_error');
});

test('of two credentials the first that is a valid key counts', async t => {
	const gateway = await gatewayWith(t, {
		keys: [
			{name: 'one', key: 'key-one'},
			{name: 'two', key: 'key-two'},
			{name: 'gone', key: 'key-gone', expires: '2020-01-01'},
		],
	});
	const pair = (authorization: string, apiKey: string) =>
		who(gateway, {authorization: `Bearer ${authorization}`, 'x-api-key': apiKey});
	t.is(await pair('key-one', 'key-one'), 'one');
	t.is(await pair('key-one', 'key-two'), 'one');
	t.is(await pair('key-one', 'sk-somebody-elses'), 'one');
	t.is(await pair('sk-somebody-elses', 'key-two'), 'two');
	t.is(await pair('key-gone', 'key-two'), 'two');
	t.is(await pair('sk-somebody-elses', 'sk-other'), 401);
	t.is(await pair('key-gone', 'sk-other'), 401);
});

test('a rotation: the old and the new key are the same caller', async t => {
	const {callers, status} = await gatewayWith(t, {
		keys: [
			{name: 'ci', key: 'old', team: 'platform'},
			{name: 'ci', key: 'new', team: 'platform', expires: '2999-12-31'},
		],
	});
	t.is(await status({'x-api-key': 'old'}), 200);
	t.is(await status({'x-api-key': 'new'}), 200);
	t.is(callers[0], callers[1]);
});

test.serial('a key is good until it expires and says so afterwards', async t => {
	const {url, status, log} = await gatewayWith(t, {
		keys: [{name: 'ci', key: 'the-key', expires: '2999-12-31T12:00:00+01:00'}],
	});
	const expires = Date.parse('2999-12-31T11:00:00Z');
	const now = Date.now;
	t.teardown(() => {
		Date.now = now;
	});
	Date.now = () => expires - 1;
	t.is(await status({'x-api-key': 'the-key'}), 200);
	Date.now = () => expires;
	const response = await chat(url, {'x-api-key': 'the-key'});
	t.is(response.status, 401);
	t.is(response.headers.get('www-authenticate'), 'Bearer');
	const {error} = (await response.json()) as {error: {message: string}};
	t.is(error.message, 'The key "ci" has expired on 2999-12-31T11:00:00.000Z; ask for a new one.');
	t.deepEqual(log.lines, []);
});

test('a key that has expired when the gateway starts is warned of and refused', async t => {
	const {status, log} = await gatewayWith(t, {keys: [{name: 'ci', key: 'the-key', expires: '2020-01-01'}]});
	t.deepEqual(log.lines, [
		{level: 'warn', message: 'a key of the config has expired', fields: {key: 'ci', expires: '2020-01-01'}},
	]);
	t.is(await status({'x-api-key': 'the-key'}), 401);
});

test('anonymous: true lets in whoever shows no key of this gateway, and nobody with an expired one', async t => {
	const gateway = await gatewayWith(t, {
		anonymous: true,
		keys: [
			{name: 'ci', key: 'the-key'},
			{name: 'gone', key: 'key-gone', expires: '2020-01-01'},
		],
	});
	t.is(await who(gateway, {}), 'anonymous');
	t.deepEqual(gateway.callers[0], {name: 'anonymous', tags: [], anonymous: true});
	t.is(await who(gateway, {authorization: 'Bearer sk-the-providers-own'}), 'anonymous');
	t.is(await who(gateway, {authorization: 'Basic dGhlLWtleTo='}), 'anonymous');
	t.is(await who(gateway, {'x-api-key': 'k'.repeat(2000)}), 'anonymous');
	t.is(await who(gateway, {authorization: 'Bearer sk-the-providers-own', 'x-api-key': 'the-key'}), 'ci');
	t.is(await who(gateway, {'x-api-key': 'key-gone'}), 401);
	t.is(await who(gateway, {authorization: 'Bearer sk-the-providers-own', 'x-api-key': 'key-gone'}), 401);
	t.is(await who(gateway, {'x-api-key': 'sk-the-providers-own, the-key'}), 401);
	t.is(gateway.callers[0], gateway.callers[1]);
});

/** A provider without a credential of its own, which remembers what it was sent. */
function openProvider(sent: Record<string, string | string[]>[]): Plugin {
	return definePlugin({
		name: 'open-provider',
		apply({providers, hooks}) {
			providers.add('local', {
				name: 'local',
				kind: 'openai',
				dialects: ['openai-chat'],
				baseUrl: 'http://127.0.0.1:1/v1',
				models: ['m'],
				timeouts: {connectMs: 1000, firstByteMs: 1000, idleMs: 1000, totalMs: 0},
				headers: {},
				streamUsage: true,
				signs: false,
				locate: path => new URL(`http://127.0.0.1:1${path}`),
			});
			hooks.send.tap('open-provider', request => {
				sent.push(request.headers);
				return {status: 200, headers: {'content-type': 'application/json'}, body: Buffer.from('{}')};
			});
		},
	})();
}

test('the credential of an anonymous caller goes on to the provider, a key of this gateway never does', async t => {
	const sent: Record<string, string | string[]>[] = [];
	const options: AuthOptions = {anonymous: true, keys: [{name: 'ci', key: 'the-key'}]};
	const {url} = await startGateway(t, [auth(options), openProvider(sent), routing()]);
	const body = {model: 'local.m'};
	t.is((await chat(url, {authorization: 'Bearer sk-own'}, body)).status, 200);
	t.is(sent[0]?.['authorization'], 'Bearer sk-own');
	for (const name of ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key']) {
		t.is((await chat(url, {[name]: name === 'authorization' ? 'Bearer the-key' : 'the-key'}, body)).status, 200);
		t.false(JSON.stringify(sent.at(-1)).includes('the-key'), name);
	}
	t.is(sent.length, 5);
});

test('the allow list is enforced', async t => {
	const {url} = await gatewayWith(t, {keys: [{name: 'ci', key: 'the-key', allow: ['openai.*', 'fast']}]});
	const status = async (model: string) => (await chat(url, {'x-api-key': 'the-key'}, {model})).status;
	t.is(await status('fast'), 200);
	t.is(await status('mock.echo'), 403);
});

test('a gateway that nobody could call is refused', async t => {
	const message =
		/^plugin "auth": expected keys, jwt, anonymous: true, or requestLog\(\) for issued keys, found none: nobody could call this gateway$/;
	t.regex(await refusedConfig(t, {}), message);
	t.regex(await refusedConfig(t, {keys: []}), message);
	t.regex(await refusedConfig(t, {keys: [], anonymous: false}), message);
});

test('keys that cannot be meant are refused by their index, without the key', async t => {
	const hash = `sha256:${digestOf('canary-b')}`;
	const cases: [AuthOptions, RegExp][] = [
		[{keys: [{name: 'a'}]}, /^plugin "auth": keys\[0\]: expected a key or the hash of one, found neither$/],
		[
			{keys: [{name: 'a', key: 'canary-a', hash}]},
			/^plugin "auth": keys\[0\]: expected either key or hash, found both$/,
		],
		[
			{
				keys: [
					{name: 'x', key: 'canary-x'},
					{name: 'a', key: new Secret('B', 'canary-b')},
					{name: 'b', hash},
				],
			},
			/^plugin "auth": keys\[1\] and keys\[2\] are the same key; remove one of them$/,
		],
		[
			{
				keys: [
					{name: 'a', key: 'canary-a', team: 'x'},
					{name: 'a', key: 'canary-b', team: 'y'},
				],
			},
			/keys\[0\] and keys\[1\] share the name "a" and so are one caller, but differ in team/,
		],
		[
			{keys: [{name: 'a', key: 'canary-a', expires: 'soon'}]},
			/^plugin "auth": keys\[0\]\.expires: expected a date such as 2030-01-31 or .*, found "soon"$/,
		],
		[{keys: [{name: 'anonymous', key: 'canary-a'}], anonymous: true}, /the name "anonymous" is taken/],
		[
			{keys: [{name: 'a', key: 'canary a'}]},
			/keys\[0\]\.key: expected up to 512 visible ASCII characters without blanks and commas$/,
		],
		[{keys: [{name: 'a', key: new Secret('CI_KEY', 'canary,')}]}, /keys\[0\]\.key: expected up to 512 visible/],
		[{keys: [{name: 'a', key: 'canary'.repeat(100)}]}, /keys\[0\]\.key: expected up to 512 visible/],
		[{keys: [{name: 'a', hash: 'canary'}]}, /keys\[0\]\.hash: expected .*sha256.* found a string$/],
		[{keys: [{name: 'a', key: null}]} as never, /keys\[0\]\.key: expected string, found a object$/],
		[{keys: [{name: 'a', kee: 'canary'}]} as never, /keys\[0\]\.kee: unknown key, did you mean "key"\?/],
	];
	for (const [options, message] of cases) {
		const told = await refusedConfig(t, options);
		t.regex(told, message);
		t.false(/canary/.test(told), told);
	}
});

test('allow patterns that match nothing are warned of, with what may have been meant', async t => {
	const {log} = await gatewayWith(t, {
		keys: [
			{name: 'good', key: 'a', allow: ['mock.*', 'fast', '*', 'openai.mock.echo']},
			{name: 'bad', key: 'b', allow: ['mcok.echo', 'echo']},
		],
	});
	t.deepEqual(log.lines, [
		{
			level: 'warn',
			message: 'an allow pattern matches no provider and no alias',
			fields: {at: 'auth: keys[1].allow', key: 'bad', pattern: 'mcok.echo', closest: ['mock.*']},
		},
		{
			level: 'warn',
			message: 'an allow pattern matches no provider and no alias',
			fields: {at: 'auth: keys[1].allow', key: 'bad', pattern: 'echo', closest: []},
		},
	]);
});

test('anonymous callers on an address that others can reach are warned of', async t => {
	const warned = async (host: string, options: AuthOptions): Promise<boolean> => {
		const log = memoryLog();
		const engine = new Engine({deployment: 'test', server: serverSettings({host, port: 0}), log});
		await engine.assemble([dialects(), auth(options), mock(), routing()]);
		await engine.close();
		return log.lines.some(({level, message}) => level === 'warn' && message.startsWith('anonymous callers'));
	};
	for (const host of ['0.0.0.0', '::', '192.168.1.2', 'example.org', '127.0.0.1.example.org'])
		t.true(await warned(host, {anonymous: true}), host);
	for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost'])
		t.false(await warned(host, {anonymous: true}), host);
	t.false(await warned('0.0.0.0', {keys: [{name: 'ci', key: 'k'}]}));
});

test('the command that hashes keys is there', async t => {
	const {engine} = await gatewayWith(t, {anonymous: true});
	const printed: string[] = [];
	t.is(await engine.commands.get('key hash')?.run(['abc'], line => printed.push(line)), 0);
	t.deepEqual(printed, [`sha256:${digestOf('abc')}`]);
});
