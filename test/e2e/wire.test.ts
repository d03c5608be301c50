/** What goes over the wires: the bytes of a request but for the model's name, and the headers that are the provider's or the client's business. */

import test from 'ava';
import fc from 'fast-check';
import {reply} from 'tapgate/testing';
import {calls, gatewayKey, providerKey, rig, send} from './support.js';

const paths = {
	chat: '/v1/chat/completions',
	responses: '/v1/responses',
	completions: '/v1/completions',
	embeddings: '/v1/embeddings',
	messages: '/v1/messages',
	count: '/v1/messages/count_tokens',
	complete: '/v1/complete',
	inputTokens: '/v1/responses/input_tokens',
};

const oddities = [
	'{"model":"NAME"}',
	'\n{ "model" :\t"NAME" , "temperature":1.0,"top_p": 1e0, "seed":12345678901234567890 }\r\n',
	'{"messages":[{"content":"caf\\u00e9 \\ud83d\\ude00 \\/ ","role":"user"}],"model":"NAME","zz":{"model":"NAME"}}',
	'{"b":[{"model":"NAME"}],"unknown_field":{"deep":[1,2.50,-0]},"model":"NAME","":null}',
	'{"text":"\\"model\\":\\"NAME\\"","model":"NAME","tools":[]}',
	'{"é":"ü€😀","model":"NAME"}',
];

for (const [name, path] of Object.entries(paths)) {
	const provider = path.startsWith('/v1/messages') || path === '/v1/complete' ? 'anthropic' : 'openai';

	test(`${name}: a request keeps its bytes, but for the model's name`, async t => {
		const {gateway, upstream} = await rig(t);
		for (const oddity of oddities) {
			const topLevel = /"model"\s*:\s*"NAME"(?![^{]*\}[\],}])/;
			for (const [asked, sent] of [
				[`${provider}.m-1.5`, 'm-1.5'],
				[`${provider}.${provider}.m`, 'm'],
				['unheard-of', 'unheard-of'],
			] as const) {
				const got = await send({gateway}, path, {body: oddity.replaceAll('NAME', asked)});
				t.is(got.status, 200);
				const seen = upstream.requests.at(-1);
				const expected = oddity.replace(topLevel, match => match.replace('NAME', sent)).replaceAll('NAME', asked);
				t.is(seen?.body.toString(), expected);
				t.is(seen?.headers['content-length'], String(seen?.body.length));
				t.is(seen?.url, path);
			}
		}
	});
}

test('any JSON keeps its bytes, however it is spaced', async t => {
	const {gateway, upstream} = await rig(t);
	const space = fc.constantFrom('', ' ', '\n', '\t', ' \r\n ');
	await fc.assert(
		fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), space, fc.nat(10), async (members, blank, place) => {
			const entries = Object.entries(members)
				.filter(([name]) => name !== 'model' && name !== 'N' && name !== '__proto__')
				.map(([name, value]) => `${JSON.stringify(name)}${blank}:${JSON.stringify(value, null, blank)}`);
			const text = (model: string): string =>
				`{${entries.toSpliced(place, 0, `"model"${blank}:${blank}"${model}"`).join(`${blank},${blank}`)}${blank}}`;
			// Nothing of these is asked of the gateway itself.
			if ('stream' in members) return;
			const got = await send({gateway}, '/v1/chat/completions', {body: text('openai.gpt-4o')});
			t.is(got.status, 200);
			t.is(upstream.requests.at(-1)?.body.toString(), text('gpt-4o'));
		}),
		{numRuns: 40},
	);
});

const forwarded = {
	'anthropic-version': '2023-06-01',
	'anthropic-beta': 'a-2025-01-01, b-2025-02-02,c',
	'anthropic-dangerous-direct-browser-access': 'true',
	'openai-organization': 'org-1',
	'openai-project': 'proj-1',
	'openai-beta': 'responses=v1',
	'idempotency-key': 'stainless-node-retry-1',
	'x-client-request-id': 'c-1',
	'x-stainless-lang': 'js',
	'user-agent': 'Some/1.0',
	accept: 'application/json',
};
const kept = {
	cookie: 'session=1',
	'x-forwarded-for': '203.0.113.1',
	'x-forwarded-host': 'internal.example',
	'x-real-ip': '203.0.113.1',
	forwarded: 'for=203.0.113.1',
	'x-internal-tenant': 'secret',
	'x-request-id': 'mine-1',
	'proxy-authorization': 'Basic abc',
	'keep-alive': 'timeout=5',
	te: 'trailers',
	'x-hop': 'mine',
	connection: 'close, x-hop',
	origin: 'https://app.example',
	referer: 'https://app.example/page',
	'api-key': gatewayKey,
	'x-goog-api-key': gatewayKey,
	'accept-encoding': 'gzip, br, zstd',
	traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

for (const [form, path, body] of [
	['chat', '/v1/chat/completions', calls.chat],
	['messages', '/v1/messages', calls.messages],
	['a passed-through route', '/v1/moderations', {model: 'openai.m'}],
] as const) {
	for (const stream of [false, true]) {
		test(`${form}, ${stream ? 'streamed' : 'plain'}: which headers of the client go on`, async t => {
			const {gateway, upstream} = await rig(t);
			const headers = {...forwarded, ...kept};
			await send({gateway}, path, {body: {...body, stream}, headers});
			const seen = upstream.requests[0]?.headers ?? {};
			t.like(seen, forwarded);
			for (const name of Object.keys(kept)) {
				if (['connection', 'accept-encoding'].includes(name)) continue;
				t.is(seen[name], undefined, name);
			}
			t.notRegex(seen['connection'] ?? '', /x-hop|close/);
			t.is(seen['accept-encoding'], form.startsWith('a ') ? 'gzip, br, zstd' : 'identity');
			t.is(seen.host, new URL(upstream.url).host);
			t.false(JSON.stringify(seen).includes(gatewayKey));
			const [shown, other] = form === 'messages' ? ['x-api-key', 'authorization'] : ['authorization', 'x-api-key'];
			t.true(String(seen[shown]).endsWith(providerKey));
			t.is(seen[other], undefined);
		});
	}
}

test('a header that is sent twice goes on as one list', async t => {
	const {gateway, upstream} = await rig(t);
	await send({gateway}, '/v1/messages', {body: calls.messages, headers: {'anthropic-beta': ['a-1', 'b-2']}});
	t.is(upstream.requests[0]?.headers['anthropic-beta'], 'a-1, b-2');
});

const passed = {
	'retry-after': '7',
	'retry-after-ms': '7001',
	'x-should-retry': 'false',
	'x-ratelimit-limit-requests': '100',
	'x-ratelimit-remaining-tokens': '5',
	'x-ratelimit-reset-requests': '6m0s',
	'anthropic-ratelimit-input-tokens-remaining': '9',
	'anthropic-ratelimit-requests-reset': '2026-02-17T23:44:11Z',
	'request-id': 'req_1',
	'openai-processing-ms': '123',
	'openai-version': '2020-10-01',
	'openai-model': 'gpt',
};
const dropped = {
	'set-cookie': '__cf_bm=secret; path=/',
	'keep-alive': 'timeout=99',
	'x-hop': 'theirs',
	connection: 'keep-alive, x-hop',
	'proxy-authenticate': 'Basic',
	'openai-organization': 'org-of-the-gateway',
	'openai-project': 'proj-of-the-gateway',
	'anthropic-organization-id': 'org-of-the-gateway',
	'alt-svc': 'h3=":443"',
};

const event =
	'data: {"choices":[{"index":0,"finish_reason":"stop"}]}\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n';
const answers = {
	plain: reply.json({ok: true}, 200, {...passed, ...dropped}),
	streamed: reply.events(event, {headers: {...passed, ...dropped}}),
	'an error': reply.json({type: 'error', error: {type: 'a', message: 'b'}}, 429, {...passed, ...dropped}),
	'a wrapped error': reply.bytes('<html>', {...passed, ...dropped, 'content-type': 'text/html'}, 503),
};

for (const [form, path, body] of [
	['chat', '/v1/chat/completions', calls.chat],
	['messages', '/v1/messages', calls.messages],
	['a passed-through route', '/v1/files', {}],
] as const) {
	for (const [what, answer] of Object.entries(answers)) {
		test(`${form}, ${what}: which headers of the provider go on`, async t => {
			const {gateway, closed} = await rig(t, {answer});
			const [{headers}, {id}] = await Promise.all([
				send({gateway}, path, {body: {...body, stream: what === 'streamed'}}),
				closed(),
			]);
			const wrapped = form.startsWith('a ')
				? false
				: what === 'a wrapped error' || (what === 'an error' && form === 'chat');
			// Of an answer that the gateway words itself only what says when to try again is the provider's.
			for (const [name, value] of Object.entries(passed))
				t.is(headers[name], wrapped && !/ratelimit|retry/.test(name) ? undefined : value, name);
			for (const name of Object.keys(dropped))
				if (name !== 'connection' && name !== 'keep-alive') t.is(headers[name], undefined, name);
			t.notRegex(headers['connection'] ?? '', /x-hop/);
			t.not(headers['keep-alive'], 'timeout=99');
			t.is(headers['x-request-id'], id);
			t.is(headers['x-tapgate-attempts'], '1');
			t.regex(String(headers['x-tapgate-target']), form === 'messages' ? /^anthropic\./ : /^openai/);
			t.notRegex(JSON.stringify(headers), /of-the-gateway|secret/);
		});
	}
}

test('an id of the provider travels beside that of the gateway', async t => {
	const {gateway} = await rig(t, {answer: reply.json({}, 200, {'x-request-id': 'req_up'})});
	const {headers} = await send({gateway}, '/v1/chat/completions', {body: calls.chat});
	t.is(headers['x-upstream-request-id'], 'req_up');
	t.regex(String(headers['x-request-id']), /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
});
