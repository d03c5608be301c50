/** Limits and budgets of a caller hold wherever the caller comes from: a key of the config, an issued key, a token. */

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import test from 'ava';
import {auth, cost, mock, rateLimit, requestLog, routing} from 'tapgate/plugins';
import {startGateway} from 'tapgate/testing';
import {limitNames} from '../../../plugins/rate-limit/limit-kinds.js';
import {startPostgres} from '../../helpers/postgres.js';
import {makeKey, sign, startIssuer} from './issuer.js';

const limits = {requestsPerDay: 1};
const budget = {dailyUsd: 0.05};

test('a caller is held to the limits and the budget of its key or token', async t => {
	const key = await makeKey('one');
	const issuer = await startIssuer(t, [key]);
	const postgres = await startPostgres('fsync=off');
	const dataDir = await mkdtemp(path.join(tmpdir(), 'tapgate-limits-'));
	t.teardown(() => rm(dataDir, {recursive: true, force: true}));
	t.teardown(() => postgres.remove());
	const gateway = await startGateway({
		plugins: [
			auth({
				keys: [
					{name: 'root', key: 'key-of-root', tags: ['admin']},
					{name: 'config-limited', key: 'key-with-limits', limits},
					{name: 'config-poor', key: 'key-with-budget', budget},
				],
				jwt: {
					issuer: 'https://issuer.example',
					audience: 'tapgate',
					jwks: issuer.jwks,
					claims: {limits: 'may', budget: 'money'},
					defaults: {limits: {requestsPerDay: 100}, budget: {dailyUsd: 100}},
				},
			}),
			mock({models: {call: {usage: {input: 1000, output: 1000}}}}),
			routing(),
			rateLimit(),
			cost({prices: {'mock.*': {input: 10, output: 10}}}),
			requestLog({database: postgres.url(), dataDir, bodies: 'none'}),
		],
	});
	t.teardown(gateway.stop);
	const issued = async (wish: object): Promise<string> => {
		const answer = await gateway.post('/admin/keys', wish, {authorization: 'Bearer key-of-root'});
		return ((await answer.json()) as {key: string}).key;
	};
	const statuses = async (credential: string): Promise<readonly number[]> => {
		const found = [];
		for (let call = 0; call < 3; call++) {
			const body = {model: 'mock.call', max_tokens: 1500, messages: [{role: 'user', content: 'hello'}]};
			const answer = await gateway.post('/v1/chat/completions', body, {authorization: `Bearer ${credential}`});
			await answer.text();
			found.push(answer.status);
		}
		return found;
	};

	const oneRequest = [200, 429, 429];
	t.deepEqual(await statuses('key-with-limits'), oneRequest);
	t.deepEqual(await statuses(await issued({name: 'issued-limited', limits})), oneRequest);
	t.deepEqual(await statuses(await sign(key, {sub: 'token-limited', may: limits})), oneRequest);
	const twoCalls = [200, 200, 402];
	t.deepEqual(await statuses('key-with-budget'), twoCalls);
	t.deepEqual(await statuses(await issued({name: 'issued-poor', budget})), twoCalls);
	t.deepEqual(await statuses(await sign(key, {sub: 'token-poor', money: budget})), twoCalls);
	t.deepEqual(await statuses('key-of-root'), [200, 200, 200]);
});

test('whatever a rule can limit, a caller can be limited by', async t => {
	for (const name of limitNames) {
		const {post, stop} = await startGateway({
			plugins: [
				auth({keys: [{name: 'limited', key: 'key', limits: {[name]: 1}}]}),
				mock({models: {call: {usage: {input: 1, output: 1}, delayMs: 200}}}),
				routing(),
				rateLimit(),
			],
		});
		t.teardown(stop);
		const call = async (): Promise<number> => {
			const body = {model: 'mock.call', max_tokens: 1, messages: []};
			const answer = await post('/v1/chat/completions', body, {authorization: 'Bearer key'});
			await answer.text();
			return answer.status;
		};
		t.deepEqual((await Promise.all([call(), call()])).sort(), [200, 429], name);
	}
});
