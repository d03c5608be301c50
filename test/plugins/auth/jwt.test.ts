import {createHmac} from 'node:crypto';
import test, {type ExecutionContext} from 'ava';
import {type Caller, definePlugin} from '../../../core/index.js';
import {auth} from '../../../plugins/auth/index.js';
import type {AuthOptions} from '../../../plugins/auth/options.js';
import {health} from '../../../plugins/health/index.js';
import {mock} from '../../../plugins/providers/index.js';
import {routing} from '../../../plugins/routing/index.js';
import {chat, startGateway} from '../../helpers/whole-gateway.js';
import {makeKey, type SigningKey, sign, startIssuer} from './issuer.js';

type Jwt = NonNullable<AuthOptions['jwt']>;

const key = await makeKey('one');

/** A gateway that takes tokens of an issuer. */
async function tokenGateway(
	t: ExecutionContext,
	{
		keys = [key],
		jwt = {},
		options = {},
		instead,
	}: {keys?: readonly SigningKey[]; jwt?: Partial<Jwt>; options?: AuthOptions; instead?: Instead} = {},
) {
	const issuer = await startIssuer(t, keys);
	issuer.instead = instead;
	const callers: Caller[] = [];
	const watcher = definePlugin({
		name: 'watcher',
		apply: ({hooks}) => hooks.admit.tap('watcher', ({caller}) => void callers.push(caller)),
	});
	const settings = Object.assign({issuer: 'https://issuer.example', audience: 'tapgate', jwks: issuer.jwks}, jwt);
	const gateway = await startGateway(t, [
		health(),
		auth(Object.assign({}, options, {jwt: settings})),
		mock(),
		routing(),
		watcher(),
	]);
	const call = async (token: string, headers: Record<string, string> = {}) => {
		const response = await chat(gateway.url, Object.assign({authorization: `Bearer ${token}`}, headers));
		const body = (await response.json()) as {readonly error?: {readonly message: string; readonly code: string}};
		return {
			status: response.status,
			message: body.error?.message ?? '',
			code: body.error?.code,
			headers: response.headers,
		};
	};
	return Object.assign(gateway, {issuer, callers, call});
}

type Instead = Awaited<ReturnType<typeof startIssuer>>['instead'];

test.serial('a token of the issuer opens the gateway; its claims say who calls', async t => {
	const {call, callers} = await tokenGateway(t, {
		jwt: {
			claims: {
				name: 'email',
				team: 'https://example.com/team',
				tags: 'realm_access.roles',
				allow: 'models',
				limits: 'limits',
				budget: 'budget',
			},
		},
	});
	const token = await sign(key, {
		email: 'ana@example.com',
		'https://example.com/team': 'research',
		realm_access: {roles: ['admin', 'dev']},
		models: ['mock.*'],
		limits: {requestsPerMinute: 10},
		budget: {dailyUsd: 2.5},
	});
	t.is((await call(token)).status, 200);
	t.deepEqual(callers[0], {
		name: 'ana@example.com',
		team: 'research',
		tags: ['admin', 'dev'],
		allow: ['mock.*'],
		limits: {requestsPerMinute: 10},
		budget: {dailyUsd: 2.5},
		anonymous: false,
	});
	t.is((await call('', {authorization: '', 'x-api-key': token})).status, 200);
});

test.serial('each kind of key pair is taken', async t => {
	const keys = await Promise.all(
		['RS256', 'RS512', 'PS256', 'ES384', 'EdDSA', 'Ed25519'].map(alg => makeKey(`key-${alg}`, alg)),
	);
	const {call} = await tokenGateway(t, {keys});
	for (const one of keys) t.is((await call(await sign(one))).status, 200, one.alg);
});

test.serial('the same token is checked once: the second call needs neither key nor issuer', async t => {
	const {call, callers, issuer} = await tokenGateway(t);
	const token = await sign(key);
	t.is((await call(token)).status, 200);
	issuer.stop();
	t.is((await call(token)).status, 200);
	t.is(callers[0], callers[1], 'the caller is the remembered one');
	t.is(issuer.fetches, 1);
});

test.serial('a wrong issuer, audience, time or algorithm is refused and told', async t => {
	const {call} = await tokenGateway(t, {jwt: {algorithms: ['ES256']}});
	const other = await makeKey('other', 'RS256');
	for (const [token, told] of [
		[await sign(key, {aud: 'somebody-else'}), /audience/],
		[await sign(key, {aud: ['a', 'b']}), /audience/],
		[await sign(key, {}, {exp: -60}), /has expired/],
		[await sign(key, {}, {nbf: 60}), /not valid yet/],
		[await sign(key, {}, {exp: Number.POSITIVE_INFINITY}), /no time at which it expires/],
		[await sign(other, {}), /algorithm/],
		[await sign(key, {iss: 'https://evil.example'}), /not one of this gateway/],
		[await sign(key, {sub: 'x'.repeat(101)}), /name: expected/],
		[await sign(key, {sub: 'line\nbreak'}), /name: expected/],
		[await sign(key, {sub: 7 as never}), /name: expected/],
	] as const) {
		const {status, message, headers, code} = await call(token);
		t.is(status, 401, message);
		t.is(code, 'not_authenticated');
		t.regex(message, told);
		t.regex(headers.get('www-authenticate') ?? '', /^Bearer/);
		t.false(message.includes(token));
	}
});

test.serial('clocks may differ a little, as much as the config says', async t => {
	const late = {exp: -20};
	t.is((await (await tokenGateway(t)).call(await sign(key, {}, late))).status, 200);
	const strict = await tokenGateway(t, {jwt: {clockToleranceSeconds: 0}});
	t.is((await strict.call(await sign(key, {}, late))).status, 401);
	t.is((await strict.call(await sign(key, {}, {nbf: 20}))).status, 401);
});

test.serial('forged tokens open nothing', async t => {
	const {call} = await tokenGateway(t);
	const good = await sign(key);
	const [, payload, signature] = good.split('.') as [string, string, string];
	const head = (header: object): string => Buffer.from(JSON.stringify(header)).toString('base64url');
	const hmac = (input: string): string =>
		createHmac('sha256', JSON.stringify(key.jwk)).update(input).digest('base64url');
	const hs = `${head({alg: 'HS256', kid: 'one'})}.${payload}`;
	const impostor = await makeKey('one');
	const more = Buffer.from(JSON.stringify({iss: 'https://issuer.example', sub: 'root', exp: 9e9})).toString(
		'base64url',
	);
	for (const token of [
		`${head({alg: 'none'})}.${payload}.`,
		`${head({alg: 'none', kid: 'one'})}.${payload}.${signature}`,
		`${hs}.${hmac(hs)}`,
		await sign(impostor),
		await sign(key, {}, {header: {kid: 'nobody-has-this'}}),
		await sign(await makeKey('two'), {}, {header: {jwk: impostor.jwk}}),
		`${good.split('.')[0]}.${more}.${signature}`,
		`${good}x`,
	]) {
		t.true([401, 429].includes((await call(token)).status));
	}
	t.is((await call(good)).status, 200, 'the right one behind the same address is let in as before');
});

test.serial('unknown key ids do not have the issuer asked again and again', async t => {
	const {call, issuer} = await tokenGateway(t);
	t.is((await call(await sign(key))).status, 200);
	for (let turn = 0; turn < 5; turn++) await call(await sign(key, {}, {header: {kid: `forged-${turn}`}}));
	t.is(issuer.fetches, 1);
});

test.serial('huge tokens are not looked at', async t => {
	const {call} = await tokenGateway(t);
	const {status, message} = await call(await sign(key, {padding: 'x'.repeat(9000)}));
	t.is(status, 401);
	t.regex(message, /not one of this gateway/);
	t.is((await call(await sign(key, {padding: 'x'.repeat(4000)}))).status, 200);
});

test.serial(
	'an issuer that is away: 503 at once, the second time without asking; keys of the config still open',
	async t => {
		const {call, issuer, url} = await tokenGateway(t, {
			options: {keys: [{name: 'ci', key: 'the-key'}]},
			instead: (_, response) => void response.writeHead(500).end('<h1>no</h1>'),
		});
		for (let turn = 0; turn < 3; turn++) {
			const {status, code, headers, message} = await call(await sign(key));
			t.is(status, 503);
			t.is(code, 'identity_unavailable');
			t.is(headers.get('retry-after'), '5');
			t.regex(message, /cannot be checked now/);
		}
		t.is(issuer.fetches, 1);
		t.is((await call('the-key')).status, 200);
		const report = (await (
			await fetch(`${url}/health`, {headers: {authorization: 'Bearer the-key'}})
		).json()) as object;
		t.regex(JSON.stringify(report), /the issuer answered with the status 500/);
	},
);

for (const [what, instead] of Object.entries<NonNullable<Instead>>({
	'no JSON': (_, response) => void response.end('<html>'),
	'no key set': (_, response) => void response.end('{"keys": "none"}'),
	'a redirection': (_, response) => void response.writeHead(302, {location: '/elsewhere'}).end(),
	'too much': (_, response) => void response.end(`{"keys": [], "x": "${'x'.repeat(1024 * 1024)}"}`),
	'a connection that breaks': request => void request.socket.destroy(),
})) {
	test.serial(`an issuer that answers with ${what} is away`, async t => {
		const {call} = await tokenGateway(t, {instead});
		t.is((await call(await sign(key))).status, 503);
	});
}

test.serial('an issuer that never answers does not hold the call', async t => {
	const {call} = await tokenGateway(t, {instead: () => {}});
	const {status, code} = await call(await sign(key));
	t.is(status, 503);
	t.is(code, 'identity_unavailable');
});

test.serial(
	'with anonymous callers a token of somebody else is no key, one of the issuer that is wrong is refused',
	async t => {
		const {call, callers} = await tokenGateway(t, {options: {anonymous: true}});
		t.is((await call(await sign(key, {iss: 'https://openai.example'}))).status, 200);
		t.true(callers[0]?.anonymous);
		t.is((await call(await sign(key, {aud: 'x'}))).status, 401);
		t.is((await call(await sign(await makeKey('one')))).status, 401);
	},
);

test.serial('a token does not speak for the holder of a key, nor for nobody', async t => {
	const {call} = await tokenGateway(t, {options: {keys: [{name: 'ci', key: 'the-key'}]}});
	const {status, message} = await call(await sign(key, {sub: 'ci'}));
	t.is(status, 401);
	t.regex(message, /the name of a key/);
	t.is((await call(await sign(key, {sub: 'anonymous'}))).status, 401);
});

test.serial('a claim that narrows and is missing refuses the token, unless the config has a default', async t => {
	const claims = {allow: 'models', limits: 'limits', tags: 'scope'};
	const strict = await tokenGateway(t, {jwt: {claims}});
	t.regex((await strict.call(await sign(key))).message, /no claim "models", which says the allow/);
	t.regex(
		(await strict.call(await sign(key, {models: ['*'], limits: {requestPerMinute: 1}}))).message,
		/limits.requestPerMinute: unknown key/,
	);
	const mild = await tokenGateway(t, {
		jwt: {claims, defaults: {allow: ['mock.*'], limits: {concurrency: 3}, team: 'staff'}},
	});
	t.is((await mild.call(await sign(key, {scope: 'chat  admin', models: ['mock.echo']}))).status, 200);
	t.deepEqual(mild.callers[0], {
		name: 'ana',
		team: 'staff',
		tags: ['chat', 'admin'],
		allow: ['mock.echo'],
		limits: {concurrency: 3},
		anonymous: false,
	});
});

test.serial(
	'a valid key beside a token of the issuer that is wrong still opens, and the first valid one counts every time',
	async t => {
		const {call, callers} = await tokenGateway(t, {options: {keys: [{name: 'ci', key: 'the-key'}]}});
		t.is((await call(await sign(key, {aud: 'x'}), {'x-api-key': 'the-key'})).status, 200);
		const token = await sign(key);
		for (let turn = 0; turn < 2; turn++) t.is((await call(token, {'x-api-key': 'the-key'})).status, 200);
		t.deepEqual(
			callers.map(({name}) => name),
			['ci', 'ana', 'ana'],
		);
	},
);
