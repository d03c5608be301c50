/** Every kind through a whole gateway: where its calls go, what they show, and what its provider is said to be. */

import test, {type ExecutionContext} from 'ava';
import {startGateway} from '../../../config/testing/index.js';
import type {Plugin} from '../../../core/index.js';
import {
	auth,
	azureOpenai,
	bifrost,
	deepseek,
	gemini,
	glm,
	grok,
	groq,
	ollama,
	openai,
	routing,
} from '../../../plugins/index.js';
import {chatCall, messagesCall, openGateway, upstream} from './gateway.js';

const apiKey = 'key-of-the-vendor';

test('what each kind is said to be', async t => {
	const gateway = await openGateway(
		t,
		glm(),
		glm({name: 'glm-zai', endpoint: 'zai'}),
		glm({name: 'glm-coding', endpoint: 'bigmodel-coding'}),
		glm({name: 'glm-zai-coding', endpoint: 'zai-coding'}),
		groq(),
		grok(),
		deepseek(),
		azureOpenai({resource: 'acme'}),
		gemini(),
		ollama(),
		bifrost(),
		bifrost({name: 'bifrost-a', dialects: ['anthropic-messages']}),
	);
	const {data} = (await (await gateway.get('/v1/providers')).json()) as {data: Record<string, unknown>[]};
	const told = data.map(({name, kind, base_url: url}) => `${name} ${kind} ${url}`);
	t.deepEqual(told, [
		'glm openai https://open.bigmodel.cn/api/paas/v4',
		'glm-zai openai https://api.z.ai/api/paas/v4',
		'glm-coding openai https://open.bigmodel.cn/api/coding/paas/v4',
		'glm-zai-coding openai https://api.z.ai/api/coding/paas/v4',
		'groq openai https://api.groq.com/openai/v1',
		'grok openai https://api.x.ai/v1',
		'deepseek openai https://api.deepseek.com/v1',
		'azure-openai openai https://acme.openai.azure.com',
		'gemini openai https://generativelanguage.googleapis.com/v1beta/openai',
		'ollama openai http://127.0.0.1:11434/v1',
		'bifrost openai http://127.0.0.1:8080/openai/v1',
		'bifrost-a anthropic http://127.0.0.1:8080/anthropic',
	]);
	t.deepEqual(data[6]?.['dialects'], ['openai-chat', 'anthropic-messages']);
	const short = data.flatMap(({models}) => models as string[]);
	for (const model of ['glm-4.5', 'llama-3.3-70b-versatile', 'grok-4.3', 'deepseek-v4-pro', 'gemini-2.5-flash'])
		t.true(short.includes(model), model);
});

const bearer = {authorization: `Bearer ${apiKey}`};

/** Kind → root of its API, where chat calls arrive there, and what they show. */
const chats: readonly [string, (root: string) => Plugin, string, Readonly<Record<string, string>>][] = [
	['glm', root => glm({baseUrl: `${root}/api/paas/v4`, apiKey}), '/api/paas/v4/chat/completions', bearer],
	['groq', root => groq({baseUrl: `${root}/openai/v1`, apiKey}), '/openai/v1/chat/completions', bearer],
	['grok', root => grok({baseUrl: `${root}/v1`, apiKey}), '/v1/chat/completions', bearer],
	['deepseek', root => deepseek({baseUrl: root, apiKey}), '/v1/chat/completions', bearer],
	['gemini', root => gemini({baseUrl: `${root}/v1beta/openai`, apiKey}), '/v1beta/openai/chat/completions', bearer],
	['ollama', root => ollama({baseUrl: `${root}/v1`}), '/v1/chat/completions', {}],
	['bifrost', root => bifrost({baseUrl: root, apiKey}), '/openai/v1/chat/completions', bearer],
	[
		'azure-openai',
		root => azureOpenai({baseUrl: root, apiKey}),
		'/openai/deployments/m%2Fx.1/chat/completions?api-version=2024-10-21',
		{'api-key': apiKey},
	],
];

/** The headers by which a call shows who it is. */
function shown(headers: Readonly<Record<string, unknown>>): object {
	return Object.fromEntries(
		Object.entries(headers).filter(([name]) => /^(authorization|x-api-key|api-key|anthropic-version)$/.test(name)),
	);
}

for (const [name, make, url, headers] of chats) {
	test(`${name}: where chat calls go and what they show`, async t => {
		const server = await upstream(t);
		const gateway = await openGateway(t, make(server.url));
		const response = await gateway.post('/v1/chat/completions', chatCall(`${name}.m/x.1`));
		t.is(response.status, 200);
		const [seen] = server.requests;
		t.is(seen?.url, url);
		t.deepEqual(shown(seen?.headers ?? {}), headers);
		t.like(seen?.json(), {model: 'm/x.1'});
		await gateway.post('/v1/embeddings', {model: `${name}.e`, input: 'hello'});
		t.is(server.requests[1]?.url, url.replace('chat/completions', 'embeddings').replace('m%2Fx.1', 'e'));
	});
}

/** Servers of both families, by any of the roots that people know them by. */
const both = [
	['deepseek', deepseek, ['', '/', '/v1', '/anthropic', '/anthropic/'], '/v1', '/anthropic'],
	['bifrost', bifrost, ['', '/openai/v1', '/anthropic'], '/openai/v1', '/anthropic'],
] as const;

for (const [name, kind, roots, openaiRoot, anthropicRoot] of both) {
	test(`${name}: each family is served natively, under its own root and with its own headers`, async t => {
		const server = await upstream(t);
		for (const root of roots) {
			const gateway = await openGateway(t, kind({baseUrl: server.url + root, apiKey}));
			const asked = chatCall(`${name}.m`, {unknown: [1]});
			await gateway.post('/v1/chat/completions', asked);
			t.is(server.requests.at(-1)?.url, `${openaiRoot}/chat/completions`, root);
			t.deepEqual(shown(server.requests.at(-1)?.headers ?? {}), bearer);
			t.deepEqual(server.requests.at(-1)?.json(), {...asked, model: 'm'});

			const message = messagesCall(`${name}.m`, {unknown: [1]});
			await gateway.post('/v1/messages?beta=true', message);
			t.is(server.requests.at(-1)?.url, `${anthropicRoot}/v1/messages?beta=true`, root);
			t.deepEqual(shown(server.requests.at(-1)?.headers ?? {}), {
				'x-api-key': apiKey,
				'anthropic-version': '2023-06-01',
			});
			t.deepEqual(server.requests.at(-1)?.json(), {...message, model: 'm'});
		}
	});
}

test('a passed-through call goes to the surface of the family that it belongs to', async t => {
	const server = await upstream(t);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			bifrost({baseUrl: server.url, apiKey}),
			routing({defaults: {openai: 'bifrost', anthropic: 'bifrost'}}),
		],
	});
	t.teardown(gateway.stop);
	await gateway.get('/v1/files?limit=1');
	t.is(server.requests.at(-1)?.url, '/openai/v1/files?limit=1');
	t.deepEqual(shown(server.requests.at(-1)?.headers ?? {}), bearer);
	await gateway.get('/anthropic/v1/messages/batches');
	t.is(server.requests.at(-1)?.url, '/anthropic/v1/messages/batches');
	t.like(server.requests.at(-1)?.headers, {'x-api-key': apiKey});
});

test('azureOpenai: deployments have paths of their own, everything else has none', async t => {
	const server = await upstream(t);
	const gateway = await startGateway({
		plugins: [
			auth({anonymous: true}),
			azureOpenai({baseUrl: server.url, apiKey, apiVersion: '2025-04-01-preview', models: ['short']}),
			azureOpenai({name: 'new', baseUrl: `${server.url}/`, apiKey, apiVersion: 'v1'}),
			routing({defaults: {openai: 'azure-openai'}}),
		],
	});
	t.teardown(gateway.stop);
	const url = async (call: Promise<Response>): Promise<string | undefined> => {
		t.is((await call).status, 200);
		return server.requests.at(-1)?.url;
	};
	const dated = '?api-version=2025-04-01-preview';
	const image = {model: 'azure-openai.d', prompt: 'a cat'};
	t.is(
		await url(gateway.post('/v1/chat/completions?x=1', chatCall('short'))),
		`/openai/deployments/short/chat/completions${dated}&x=1`,
	);
	t.is(
		await url(gateway.post('/v1/completions', {model: 'azure-openai.d', prompt: 'hello'})),
		`/openai/deployments/d/completions${dated}`,
	);
	t.is(await url(gateway.post('/v1/images/generations', image)), `/openai/deployments/d/images/generations${dated}`);
	t.is(await url(gateway.post('/v1/responses', {model: 'azure-openai.d', input: 'hello'})), '/openai/v1/responses');
	t.like(server.requests.at(-1)?.json(), {model: 'd'});
	t.is(await url(gateway.get('/v1/files')), '/openai/v1/files');
	t.is(await url(gateway.post('/v1/chat/completions', chatCall('new.d'))), '/openai/v1/chat/completions');
});

test('a provider that cannot count tokens says so', async t => {
	const server = await upstream(t);
	const gateway = await openGateway(t, deepseek({baseUrl: server.url, apiKey}));
	const response = await gateway.post('/v1/messages/count_tokens', messagesCall('deepseek.m'));
	t.is(response.status, 400);
	t.regex(await response.text(), /deepseek does not count tokens/);
	t.is(server.requests.length, 0);
});

test('options that exclude each other or say nothing are refused', async t => {
	const cases: readonly [() => Plugin, RegExp][] = [
		[() => azureOpenai({apiKey}), /plugin "azure-openai": give one of resource and baseUrl/],
		[() => azureOpenai({resource: 'a', baseUrl: 'https://a.openai.azure.com'}), /give one of resource and baseUrl/],
		[() => azureOpenai({baseUrl: 'https://a.openai.azure.com/openai/v1'}), /baseUrl: ends before \/openai/],
		[() => azureOpenai({resource: 'a.b'}), /resource: expected/],
		[() => azureOpenai({resource: 'a', apiVersion: 'latest'}), /apiVersion: expected/],
		[() => glm({endpoint: 'zai', baseUrl: 'https://api.z.ai'}), /plugin "glm": give one of endpoint and baseUrl/],
		[() => glm({endpoint: 'z.ai' as 'zai'}), /endpoint: expected one of bigmodel, zai/],
		[() => glm({auth: 'jwt'}), /auth: 'jwt' needs an apiKey/],
		[() => glm({auth: 'jwt', apiKey: 'canary'}), /apiKey: is not of the form id\.secret/],
		[() => glm({auth: 'jwt', apiKey: 'can.ary.x'}), /apiKey: is not of the form id\.secret/],
		[
			() => deepseek({apiKey, headers: {'X-Api-Key': 'canary'}}),
			/headers\["X-Api-Key"\]: apiKey sets this header already/,
		],
		[() => openai({resource: 'a'} as object), /resource: unknown key/],
	];
	for (const [make, expected] of cases) {
		const error = await t.throwsAsync(startWith(t, make));
		t.regex(error?.message ?? '', expected);
		t.notRegex(error?.message ?? '', /canary/);
	}
});

async function startWith(t: ExecutionContext, make: () => Plugin): Promise<void> {
	await openGateway(t, make());
}
