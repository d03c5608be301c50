/** Limits of several gateways that share a store are one limit. */

import anyTest, {type TestFn} from 'ava';
import {auth, mock, rateLimit, routing, stores} from '../../../plugins/index.js';
import type {RateLimitOptions} from '../../../plugins/rate-limit/index.js';
import {noRedis, startRedis} from '../../helpers/redis.js';
import {chat, exchangeRecorder, startGateway} from '../../helpers/whole-gateway.js';

const test = (noRedis === undefined ? anyTest : anyTest.skip) as TestFn;

test('of 200 calls at once to two gateways on one Redis exactly as many pass as the limit says', async t => {
	const redis = await startRedis();
	t.teardown(() => redis.remove());
	const rules = [{by: 'global', requestsPerDay: 30, tokensPerDay: 8000, concurrency: 100}] as const;
	const options: RateLimitOptions = {store: redis.url, degraded: 'refuse', deadlineMs: 5000, rules};
	const replica = async () => {
		const recorder = exchangeRecorder();
		const plugins = [stores(), auth({anonymous: true}), mock(), routing(), rateLimit(options), recorder.plugin];
		const {url} = await startGateway(t, plugins);
		return {url, closed: recorder.next};
	};
	const replicas = await Promise.all([replica(), replica()]);
	const calls = Array.from({length: 200}, (_, index) => replicas[index % 2 === 0 ? 0 : 1] ?? replicas[0]);

	const answers = await Promise.all(
		calls.map(async ({url}, index) => {
			const answer = await chat(url, {}, {stream: index % 3 === 0, max_tokens: 50});
			await answer.text();
			return answer.status;
		}),
	);
	let used = 0;
	for (const {closed} of calls) {
		const {usage} = await closed();
		used += (usage?.input.total ?? 0) + (usage?.output.total ?? 0);
	}

	t.is(answers.filter(status => status === 200).length, 30);
	t.is(answers.filter(status => status === 429).length, 170);
	const refused = await chat(replicas[0].url);
	t.is(refused.headers.get('x-ratelimit-remaining-requests'), '0');
	// Eleven seconds bring one token back.
	const left = Number(refused.headers.get('x-ratelimit-remaining-tokens'));
	t.true(used > 0 && left >= 8000 - used && left <= 8000 - used + 5, `${left} are left of 8000, ${used} were used`);
});
