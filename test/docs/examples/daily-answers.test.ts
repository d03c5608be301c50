import test from 'ava';
import {auth, openaiCompatible, routing} from 'tapgate/plugins';
import {reply, startGateway, startUpstream} from 'tapgate/testing';
import {dailyAnswers} from '../../../docs/examples/daily-answers.js';
import {startPostgres} from '../../helpers/postgres.js';
import {asking} from './calls.js';

test('answers are counted by all replicas together, and a call that gets none counts for nothing', async t => {
	const server = await startPostgres('fsync=off');
	const upstream = await startUpstream(reply.json({choices: []}));
	t.teardown(() => Promise.all([server.remove(), upstream.stop()]));
	const keys = [
		{name: 'ana', key: 'key-of-ana'},
		{name: 'bob', key: 'key-of-bob'},
	];
	const replica = async () => {
		const gateway = await startGateway({
			plugins: [
				auth({keys}),
				openaiCompatible({name: 'up', baseUrl: upstream.url}),
				routing(),
				dailyAnswers({most: 3, store: server.url()}),
			],
		});
		t.teardown(gateway.stop);
		return async (key = 'key-of-ana'): Promise<Response> => {
			const answer = await gateway.post('/v1/chat/completions', asking('hello', 'up.model'), {
				authorization: `Bearer ${key}`,
			});
			await answer.clone().text();
			return answer;
		};
	};
	const [one, other] = await Promise.all([replica(), replica()]);

	upstream.answer(reply.json({error: {message: 'no'}}, 500), reply.json({choices: []}));
	t.is((await one()).status, 500);
	const statuses = [];
	for (const call of [one, other, one, other, one]) statuses.push((await call()).status);

	t.deepEqual(statuses, [200, 200, 200, 429, 429]);
	const refused = await other();
	t.regex(await refused.text(), /no_answers_left.*|all 3 answers of the day/);
	t.true(Number(refused.headers.get('retry-after')) > 0);
	t.is((await other('key-of-bob')).status, 200);
});

test('without a store the process counts alone', async t => {
	const upstream = await startUpstream(reply.json({choices: []}));
	t.teardown(upstream.stop);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			openaiCompatible({name: 'up', baseUrl: upstream.url}),
			routing(),
			dailyAnswers({most: 1}),
		],
	});
	t.teardown(gateway.stop);
	const call = async () => (await gateway.post('/v1/chat/completions', asking('hello', 'up.model'))).status;
	t.deepEqual([await call(), await call()], [200, 429]);
});
