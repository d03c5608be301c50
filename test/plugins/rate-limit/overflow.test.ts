/** A target whose own limit is reached leaves its calls to the fallbacks, as far as theirs go. */

import test from 'ava';
import {reply, startUpstream} from 'tapgate/testing';
import {openaiCompatible} from '../../../plugins/index.js';
import {ask, startLimited, surfaces} from './limited.js';

const fallbacks = {'mock.plain': ['mock.other']};
const target = 'x-tapgate-target';

for (const stream of [false, true]) {
	test(`what is above the limit of a model goes to the fallback${stream ? ', streamed' : ''}`, async t => {
		const gateway = await startLimited(t, {
			options: {rules: [{by: 'model', match: 'mock.plain', requestsPerDay: 2}]},
			fallbacks,
		});
		const answers = await Promise.all(Array.from({length: 6}, () => ask(gateway, {stream})));
		await Promise.all(answers.map(answer => answer.text()));
		t.deepEqual(new Set(answers.map(({status}) => status)), new Set([200]));
		const answered = answers.map(({headers}) => `${headers.get(target)} ${headers.get('x-tapgate-attempts')}`);
		t.is(answered.filter(one => one === 'mock.plain 1').length, 2);
		t.is(answered.filter(one => one === 'mock.other 1').length, 4);
	});
}

test('without a fallback, and when the fallbacks are full too, the limit of the first target is told', async t => {
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'model', requestsPerDay: 1}]},
		fallbacks,
	});
	for (const answered of ['mock.plain', 'mock.other']) t.is((await ask(gateway)).headers.get(target), answered);
	const refused = await ask(gateway);
	t.is(refused.status, 429);
	t.regex(await refused.text(), /for the model \\"mock\.plain\\"/);
	t.is((await ask(gateway, {model: 'mock.other'})).status, 429);
	for (let call = 0; call < 4; call++) await gateway.closed();
	t.deepEqual(
		[gateway.used(0, 'mock.plain'), gateway.used(0, 'mock.other')],
		[{requestsPerDay: 1}, {requestsPerDay: 1}],
	);
});

test('a limit of the caller is one for all targets: no fallback helps', async t => {
	const gateway = await startLimited(t, {
		options: {
			rules: [
				{by: 'key', requestsPerHour: 2},
				{by: 'model', match: 'mock.plain', requestsPerDay: 1},
			],
		},
		fallbacks,
	});
	const told: (string | null)[] = [];
	for (let call = 0; call < 3; call++) {
		const answer = await ask(gateway);
		told.push(answer.status === 200 ? answer.headers.get(target) : await answer.text());
	}
	t.deepEqual(told.slice(0, 2), ['mock.plain', 'mock.other']);
	t.regex(told[2] ?? '', /for the key \\"anybody\\"/);
	for (let call = 0; call < 3; call++) await gateway.closed();
	t.deepEqual(gateway.used(0, 'anybody'), {requestsPerHour: 2});
});

test('of 200 calls at once as many are open at a provider as it has places, and the others are at the fallback', async t => {
	let release = (): void => {};
	const released = new Promise<void>(resolve => {
		release = resolve;
	});
	let elsewhere = 0;
	const local = await startUpstream(async (_request, response) => {
		await released;
		response.setHeader('content-type', 'application/json').end('{"choices":[]}');
	});
	const remote = await startUpstream((request, response, incoming) => {
		if (++elsewhere === 193) release();
		return reply.json({choices: []})(request, response, incoming);
	});
	t.teardown(() => Promise.all([local.stop(), remote.stop()]));
	const gateway = await startLimited(t, {
		options: {rules: [{by: 'provider', match: 'local', concurrency: 7}]},
		fallbacks: {'local.*': ['remote.model']},
		plugins: [
			openaiCompatible({name: 'local', baseUrl: local.url}),
			openaiCompatible({name: 'remote', baseUrl: remote.url}),
		],
	});
	const statuses = await Promise.all(
		Array.from(
			{length: 200},
			async () => (await ask(gateway, {model: 'local.model', body: surfaces.chat.body})).status,
		),
	);
	t.deepEqual(new Set(statuses), new Set([200]));
	t.is(local.requests.length, 7);
	t.is(remote.requests.length, 193);
	for (let call = 0; call < 200; call++) await gateway.closed();
	t.deepEqual(gateway.used(0, 'local'), {concurrency: 0});
});
