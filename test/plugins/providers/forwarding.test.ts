import test from 'ava';
import {reply, startGateway} from '../../../config/testing/index.js';
import {Secret} from '../../../core/index.js';
import {anthropic, anthropicCompatible, auth, openai, openaiCompatible, routing} from '../../../plugins/index.js';
import {chatCall, clientKey, keyedGateway, messagesCall, openGateway, upstream} from './gateway.js';

const bearer = {authorization: `Bearer ${clientKey}`};

test('an OpenAI-like provider is shown its own key, and the client key stays at the gateway', async t => {
	const server = await upstream(t);
	const gateway = await keyedGateway(
		t,
		openai({baseUrl: `${server.url}/v1`, apiKey: new Secret('KEY', 'sk-upstream')}),
	);
	const response = await gateway.post('/v1/chat/completions', chatCall('openai.m'), bearer);
	t.is(response.status, 200);
	const [seen] = server.requests;
	t.is(seen?.headers.authorization, 'Bearer sk-upstream');
	t.false(JSON.stringify(seen?.headers).includes(clientKey));
});

test('an Anthropic-like provider is shown its own key, and the client key stays at the gateway', async t => {
	const server = await upstream(t);
	const gateway = await keyedGateway(t, anthropic({baseUrl: server.url, apiKey: 'sk-ant-upstream'}));
	for (const shown of [bearer, {'x-api-key': clientKey}]) {
		const response = await gateway.post('/v1/messages', messagesCall('anthropic.m'), shown);
		t.is(response.status, 200);
		const seen = server.requests.at(-1);
		t.is(seen?.headers['x-api-key'], 'sk-ant-upstream');
		t.false(JSON.stringify(seen?.headers).includes(clientKey));
	}
});

test('without a key of its own a provider is passed the credential of an anonymous caller', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(
		t,
		openaiCompatible({name: 'keyless', baseUrl: `${server.url}/v1`}),
		openaiCompatible({name: 'keyed', baseUrl: `${server.url}/v1`, apiKey: 'sk-upstream'}),
		anthropicCompatible({name: 'keyless-too', baseUrl: server.url}),
	);
	const own = {authorization: 'Bearer sk-own'};
	await gateway.post('/v1/chat/completions', chatCall('keyless.m'), own);
	t.is(server.requests.at(-1)?.headers.authorization, 'Bearer sk-own');
	await gateway.post('/v1/chat/completions', chatCall('keyed.m'), own);
	t.is(server.requests.at(-1)?.headers.authorization, 'Bearer sk-upstream');
	await gateway.post('/v1/messages', messagesCall('keyless-too.m'), {'x-api-key': 'sk-ant-own'});
	t.is(server.requests.at(-1)?.headers['x-api-key'], 'sk-ant-own');
});

test('without a key of its own a provider is passed nothing of a caller who is known', async t => {
	const server = await upstream(t);
	const gateway = await keyedGateway(t, openaiCompatible({name: 'keyless', baseUrl: `${server.url}/v1`}));
	const response = await gateway.post('/v1/chat/completions', chatCall('keyless.m'), bearer);
	t.is(response.status, 200);
	t.is(server.requests[0]?.headers.authorization, undefined);
	t.is(server.requests[0]?.headers['x-api-key'], undefined);
});

test('configured headers are sent with every call, and one that is a credential keeps the credential of a caller back', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(
		t,
		openaiCompatible({
			name: 'other',
			baseUrl: `${server.url}/v1`,
			headers: {'X-Region': 'north', 'Api-Key': 'azure-like', 'x-gate': new Secret('GATE', 'gate-pass')},
		}),
	);
	await gateway.post('/v1/chat/completions', chatCall('other.m'), {authorization: 'Bearer sk-own'});
	const headers = server.requests[0]?.headers;
	t.is(headers?.['x-region'], 'north');
	t.is(headers?.['api-key'], 'azure-like');
	t.is(headers?.['x-gate'], 'gate-pass');
	t.is(headers?.authorization, undefined);
});

test('keys and configured credentials appear in no answer, also when upstream quotes them', async t => {
	const server = await upstream(t, (seen, response, incoming) =>
		reply.json(
			{error: {message: `not these: ${JSON.stringify(seen.headers)}`, type: 'x', param: null, code: null}},
			401,
		)(seen, response, incoming),
	);
	const gateway = await openGateway(
		t,
		openaiCompatible({
			name: 'other',
			baseUrl: `${server.url}/v1`,
			apiKey: 'canary-api-key',
			headers: {'x-access-token': 'canary-token', 'x-gate': new Secret('GATE', 'canary-gate')},
		}),
	);
	const told = await (await gateway.post('/v1/chat/completions', chatCall('other.m'))).text();
	t.regex(told, /not these/);
	const listed = await (await gateway.get('/v1/providers')).text();
	t.regex(listed, /other/);
	t.notRegex(told + listed + JSON.stringify(gateway.log.lines), /canary/);
});

test('anthropic-version is added where the client sends none, and the version of a client is kept', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(
		t,
		anthropic({baseUrl: server.url, apiKey: 'k'}),
		anthropicCompatible({name: 'like', baseUrl: server.url}),
		openai({baseUrl: `${server.url}/v1`, apiKey: 'k'}),
	);
	const version = () => server.requests.at(-1)?.headers['anthropic-version'];
	for (const provider of ['anthropic', 'like']) {
		await gateway.post('/v1/messages', messagesCall(`${provider}.m`));
		t.is(version(), '2023-06-01');
		await gateway.post('/v1/messages', messagesCall(`${provider}.m`), {'anthropic-version': '2024-01-01'});
		t.is(version(), '2024-01-01');
	}
	await gateway.post('/v1/chat/completions', chatCall('openai.m'));
	t.is(version(), undefined);
});

test('paths are joined to base URLs', async t => {
	const server = await upstream(t);
	const table = [
		{base: '/v1', chat: '/v1/chat/completions', file: '/v1/files/f-1?limit=2'},
		{base: '/v1/', chat: '/v1/chat/completions', file: '/v1/files/f-1?limit=2'},
		{base: '', chat: '/chat/completions', file: '/files/f-1?limit=2'},
		{base: '/', chat: '/chat/completions', file: '/files/f-1?limit=2'},
		{base: '/openai/v1', chat: '/openai/v1/chat/completions', file: '/openai/v1/files/f-1?limit=2'},
		{base: '/api/paas/v4//', chat: '/api/paas/v4/chat/completions', file: '/api/paas/v4/files/f-1?limit=2'},
	];
	for (const {base, chat, file} of table) {
		const provider = openaiCompatible({name: 'p', baseUrl: server.url + base});
		const gateway = await startGateway({
			plugins: [auth({anonymous: true}), provider, routing({defaults: {openai: 'p'}})],
		});
		t.teardown(() => gateway.stop());
		await gateway.post('/v1/chat/completions', chatCall('p.m'));
		t.is(server.requests.at(-1)?.url, chat, base);
		await gateway.post('/v1/chat/completions?api-version=7', chatCall('p.m'));
		t.is(server.requests.at(-1)?.url, `${chat}?api-version=7`, base);
		await gateway.get('/v1/files/f-1?limit=2');
		t.is(server.requests.at(-1)?.url, file, base);
	}
	const anthropicTable = [
		{base: '', messages: '/v1/messages?beta=true'},
		{base: '/', messages: '/v1/messages?beta=true'},
		{base: '/anthropic', messages: '/anthropic/v1/messages?beta=true'},
		{base: '/anthropic/', messages: '/anthropic/v1/messages?beta=true'},
	];
	for (const {base, messages} of anthropicTable) {
		const gateway = await openGateway(t, anthropicCompatible({name: 'p', baseUrl: server.url + base}));
		for (const prefix of ['', '/anthropic']) {
			await gateway.post(`${prefix}/v1/messages?beta=true`, messagesCall('p.m'));
			t.is(server.requests.at(-1)?.url, messages, base);
		}
	}
});

test('a server that speaks the formats of both families is reached under one base URL', async t => {
	const server = await upstream(t);
	const dialects = ['openai-chat', 'anthropic-messages'];
	const gateway = await openGateway(
		t,
		openaiCompatible({name: 'o', baseUrl: `${server.url}/v1`, dialects}),
		anthropicCompatible({name: 'a', baseUrl: server.url, dialects}),
	);
	for (const name of ['o', 'a']) {
		await gateway.post('/v1/chat/completions', chatCall(`${name}.m`));
		t.is(server.requests.at(-1)?.url, '/v1/chat/completions');
		await gateway.post('/v1/messages', messagesCall(`${name}.m`));
		t.is(server.requests.at(-1)?.url, '/v1/messages');
	}
});

test('a provider that does not answer within its timeouts is a 504', async t => {
	const server = await upstream(t, reply.silence());
	const gateway = await openGateway(
		t,
		openaiCompatible({name: 'first', baseUrl: `${server.url}/v1`, timeouts: {firstByteMs: 30}}),
		openaiCompatible({name: 'total', baseUrl: `${server.url}/v1`, timeouts: {totalMs: 30}}),
	);
	for (const name of ['first', 'total']) {
		for (const stream of [false, true]) {
			const response = await gateway.post('/v1/chat/completions', chatCall(`${name}.m`, {stream}));
			t.is(response.status, 504);
			const {error} = (await response.json()) as {error: {code: string}};
			t.is(error.code, 'upstream_timeout');
		}
	}
});

test('streams are asked for usage unless the config says that the server refuses the field', async t => {
	const events = reply.events([{id: 'c', choices: [{index: 0, delta: {}, finish_reason: 'stop'}]}, '[DONE]']);
	const server = await upstream(t, events);
	const gateway = await openGateway(
		t,
		openaiCompatible({name: 'asks', baseUrl: `${server.url}/v1`}),
		openaiCompatible({name: 'quiet', baseUrl: `${server.url}/v1`, streamUsage: false}),
	);
	await (await gateway.post('/v1/chat/completions', chatCall('asks.m', {stream: true}))).text();
	t.like(server.requests.at(-1)?.json(), {stream_options: {include_usage: true}});
	await (await gateway.post('/v1/chat/completions', chatCall('quiet.m', {stream: true}))).text();
	t.false(server.requests.at(-1)?.body.includes('stream_options'));
});

test('listed models are short names', async t => {
	const first = await upstream(t);
	const second = await upstream(t);
	const gateway = await openGateway(
		t,
		openaiCompatible({name: 'one', baseUrl: `${first.url}/v1`, models: ['glm-4.5']}),
		openaiCompatible({name: 'two', baseUrl: `${second.url}/v1`, models: ['glm-4.5-air', 'gpt-4']}),
	);
	for (const model of ['glm-4.5', 'glm-4.5-air', 'gpt-4']) await gateway.post('/v1/chat/completions', chatCall(model));
	t.deepEqual(
		[...first.requests, ...second.requests].map(request => (request.json() as {model: string}).model),
		['glm-4.5', 'glm-4.5-air', 'gpt-4'],
	);
	t.is(first.requests.length, 1);
});
