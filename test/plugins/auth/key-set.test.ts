import test from 'ava';
import {jwtVerify} from 'jose';
import {KeySet, KeySetUnavailable} from '../../../plugins/auth/jwt/key-set.js';
import type {JwtOptions} from '../../../plugins/auth/jwt/options.js';
import {Tokens} from '../../../plugins/auth/jwt/tokens.js';
import {makeKey, sign, startIssuer} from './issuer.js';

test.serial('a key that the issuer adds is found by the next refresh, one that it withdraws is gone', async t => {
	const [old, young] = [await makeKey('old'), await makeKey('young')];
	const issuer = await startIssuer(t, [old]);
	const set = new KeySet(new URL(issuer.jwks));
	await jwtVerify(await sign(old), set.getKey);
	issuer.keys = [old, young];
	await set.refresh();
	await jwtVerify(await sign(young), set.getKey);
	issuer.keys = [young];
	await set.refresh();
	await t.throwsAsync(async () => jwtVerify(await sign(old), set.getKey), {code: 'ERR_JWKS_NO_MATCHING_KEY'});
	t.is(issuer.fetches, 3);
});

test.serial('an outage of the issuer leaves the keys that were had', async t => {
	const key = await makeKey('one');
	const issuer = await startIssuer(t, [key]);
	const set = new KeySet(new URL(issuer.jwks));
	await set.refresh();
	issuer.stop();
	const error = await t.throwsAsync(() => set.refresh(), {instanceOf: KeySetUnavailable});
	t.is(set.trouble, error?.message ?? 'no error');
	t.regex(error?.message ?? '', /cannot be reached \(E|UND_ERR/);
	await jwtVerify(await sign(key), set.getKey);
	t.pass('a token that was never seen before is checked by them');
});

const options: JwtOptions = {
	issuer: 'https://issuer.example',
	audience: 'tapgate',
	jwks: 'https://issuer.example/jwks',
};

test.serial(
	'a token is remembered until it expires and no longer than five minutes, whichever comes first',
	async t => {
		const key = await makeKey('one');
		const issuer = await startIssuer(t, [key]);
		const tokens = new Tokens(options, new KeySet(new URL(issuer.jwks)), () => false);
		const now = Date.now();
		const [short, long] = [await sign(key, {}, {exp: 60}), await sign(key, {}, {exp: 3600})];
		for (const token of [short, long]) {
			t.is(tokens.find(token, now), undefined);
			t.like(await tokens.check(token, now), {name: 'ana'});
			t.is(tokens.find(token, now)?.name, 'ana');
		}
		t.is(tokens.find(short, now + 92_000), undefined, 'the tolerance of 30 seconds is over');
		t.is(tokens.find(long, now + 299_000)?.name, 'ana');
		t.is(tokens.find(long, now + 301_000), undefined);
	},
);

test.serial('a name that a key takes later is no longer believed of a token that is remembered', async t => {
	const key = await makeKey('one');
	const issuer = await startIssuer(t, [key]);
	let taken = '';
	const tokens = new Tokens(options, new KeySet(new URL(issuer.jwks)), name => name === taken);
	const token = await sign(key);
	await tokens.check(token, Date.now());
	t.is(tokens.find(token, Date.now())?.name, 'ana');
	taken = 'ana';
	t.is(tokens.find(token, Date.now()), undefined);
});

test.serial('tokens that are remembered are bounded', async t => {
	const key = await makeKey('one', 'EdDSA');
	const issuer = await startIssuer(t, [key]);
	const tokens = new Tokens(options, new KeySet(new URL(issuer.jwks)), () => false, 3);
	const made = await Promise.all([1, 2, 3, 4].map(number => sign(key, {sub: `caller-${number}`})));
	const now = Date.now();
	for (const token of made) await tokens.check(token, now);
	t.deepEqual(
		made.map(token => tokens.find(token, now)?.name),
		[undefined, 'caller-2', 'caller-3', 'caller-4'],
	);
});
