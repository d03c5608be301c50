/** Secrets that sing when they get out: keys of clients and providers appear nowhere but where they are used. */

import {format, inspect} from 'node:util';
import test from 'ava';
import {ConfigError, definePlugin, Engine, listen, type Plugin, Secret, serverSettings} from 'tapgate';
import {anthropic, auth, catalog, dialects, health, metrics, openai, routing} from 'tapgate/plugins';
import {memoryLog, reply, startUpstream} from 'tapgate/testing';
import {createAccessLog} from '../../plugins/access-log/index.js';
import {MemorySink} from '../helpers/memory-sink.js';

const secrets = {
	client: 'canary-client-8f3b1c6d2e',
	wrong: 'canary-wrong-77aa21c9f0',
	bearer: 'canary-bearer-5e9d0b4a13',
	apiKey: 'canary-apikey-c0ffee1234',
	header: 'canary-header-9182736450',
};

/** The secrets that a text holds, in whatever spelling. */
function heard(text: string): readonly string[] {
	return Object.entries(secrets).flatMap(([name, secret]) => {
		const spellings = [
			secret,
			Buffer.from(secret).toString('base64').replace(/=+$/, ''),
			Buffer.from(secret).toString('hex'),
		];
		return spellings.some(spelling => text.includes(spelling)) ? [name] : [];
	});
}

function everything(value: unknown): string {
	return inspect(value, {
		depth: Number.POSITIVE_INFINITY,
		showHidden: true,
		maxStringLength: null,
		maxArrayLength: null,
	});
}

test('nothing that leaves the gateway, is written down or printed holds a secret', async t => {
	const upstream = await startUpstream();
	t.teardown(upstream.stop);
	const log = memoryLog();
	const sink = new MemorySink();
	const told: string[] = [];
	const clumsy = definePlugin({
		name: 'clumsy',
		apply({hooks}) {
			hooks.admit.tap('clumsy', ({request, caller}) => {
				if (request.headers['x-break'] !== undefined) throw new Error(`it broke for ${inspect(caller)}`);
			});
			hooks.record.tap('clumsy', exchange => {
				const {caller, targets, target, attempts, error, outcome, usage, losses} = exchange;
				told.push(everything({caller, targets, target, attempts, error, outcome, usage, losses}));
				throw new Error(`an observer broke, too: ${exchange.request.path}`);
			});
		},
	});
	const plugins = [
		dialects(),
		catalog(),
		createAccessLog(sink)({level: 'debug', console: 'json'}),
		health(),
		metrics({callers: true, models: ['*']}),
		auth({keys: [{name: 'ci', key: new Secret('CI_KEY', secrets.client), team: 'platform'}]}),
		openai({
			baseUrl: `${upstream.url}/v1`,
			apiKey: new Secret('OPENAI_API_KEY', secrets.bearer),
			headers: {'x-proxy-token': new Secret('PROXY_TOKEN', secrets.header)},
		}),
		anthropic({baseUrl: upstream.url, apiKey: secrets.apiKey}),
		openai({name: 'away', baseUrl: 'http://127.0.0.1:9', apiKey: new Secret('OPENAI_API_KEY', secrets.bearer)}),
		routing({fallbacks: {'away.*': ['openai.gpt-4o']}, defaults: {openai: 'openai', anthropic: 'anthropic'}}),
		clumsy(),
	];
	const engine = new Engine({deployment: 'test', server: serverSettings({port: 0, timing: true}), log});
	await engine.assemble(plugins);
	const {url, stop} = await listen(engine);
	t.teardown(stop);
	const call = async (path: string, body?: object, headers: Readonly<Record<string, string>> = {}) => {
		const response = await fetch(url + path, {
			method: body === undefined ? 'GET' : 'POST',
			headers: {authorization: `Bearer ${secrets.client}`, ...headers},
			...(body !== undefined && {body: JSON.stringify(body)}),
		});
		told.push(everything([...response.headers]), await response.text().catch(String));
		return response.status;
	};
	const chat = {model: 'openai.gpt-4o', messages: []};
	const message = {model: 'anthropic.claude', max_tokens: 1, messages: []};
	const wrong = {authorization: `Bearer ${secrets.wrong}`};
	const quoting = (text: string) => ({error: {type: 'authentication_error', message: text}});

	// Answers that go well, and whose headers show what they were asked with.
	upstream.answer(
		reply.json({choices: []}, 200, {authorization: `Bearer ${secrets.bearer}`, 'set-cookie': `k=${secrets.bearer}`}),
	);
	t.is(await call('/v1/chat/completions', chat), 200);
	t.is(await call('/v1/messages', message, {'x-api-key': secrets.client}), 200);
	t.is(await call('/v1/files'), 200);
	upstream.answer(reply.events([{choices: [{index: 0, delta: {}, finish_reason: 'stop'}]}, '[DONE]']));
	t.is(await call('/v1/chat/completions', {...chat, stream: true}), 200);

	// Errors of providers that quote the key they were given.
	upstream.answer(reply.json(quoting(`wrong key ${secrets.bearer}, token ${secrets.header}`), 401));
	t.is(await call('/v1/chat/completions', chat), 401);
	t.is(await call('/v1/files'), 401);
	upstream.answer(reply.json({type: 'error', ...quoting(`invalid x-api-key ${secrets.apiKey}`)}, 401));
	t.is(await call('/v1/messages', message), 401);
	upstream.answer(reply.bytes(`<h1>${secrets.bearer}</h1>`, {'content-type': 'text/html'}, 403));
	t.is(await call('/v1/chat/completions', chat), 403);

	// Providers that are not there, or break off.
	upstream.answer(reply.reset());
	t.is(await call('/v1/chat/completions', {...chat, model: 'away.x'}), 502);
	upstream.answer(reply.events([{choices: [{index: 0, delta: {content: 'a'}}]}], {cutAfter: 60}));
	t.true((await call('/v1/chat/completions', {...chat, stream: true})) >= 200);

	// Refusals of the gateway's own, and a plugin that fails.
	t.is(await call('/v1/chat/completions', chat, wrong), 401);
	t.is(await call('/v1/messages', message, {...wrong, 'x-api-key': secrets.wrong}), 401);
	t.is(await call('/v1/models', undefined, wrong), 401);
	t.is(await call('/v1/nothing%2f', chat), 400);
	t.is(await call('/v1/chat/completions', chat, {'x-break': 'yes'}), 500);

	// What the gateway tells of itself.
	t.is(await call('/v1/models'), 200);
	t.is(await call('/v1/providers'), 200);
	t.is(await call('/health'), 200);
	t.is(await call('/metrics'), 200);
	told.push(everything(engine), everything(plugins), JSON.stringify(plugins), everything([...engine.providers]));
	await stop();

	for (const line of log.lines) told.push(everything(line), JSON.stringify(line));
	told.push(sink.text);
	t.true(log.lines.length > 10 && sink.lines.length > 10, 'there is something to look at');
	for (const text of told) t.deepEqual(heard(text), [], text);

	const sent = upstream.requests.map(({headers}) => everything(headers)).join();
	t.deepEqual(
		[...heard(sent)].sort(),
		['apiKey', 'bearer', 'header'],
		'providers got their own credentials and no client’s',
	);
	t.true(upstream.requests.length > 8);
});

test('a config that is refused does not print the secrets in it', async t => {
	const mistakes: readonly (() => Plugin)[] = [
		() => auth({keys: [{name: 'ci', key: new Secret('CI_KEY', `${secrets.client} with spaces`)}]}),
		() => auth({keys: [{name: 'ci', key: `${secrets.client} with spaces`}]}),
		() => auth({keys: [{name: 'ci', hash: secrets.client}]}),
		() => auth({keys: ['a', 'b'].map(name => ({name, key: secrets.client}))}),
		() => openai({apiKey: [secrets.bearer] as never}),
		() => openai({apiKey: new Secret('KEY', `${secrets.bearer}\nsecond line`)}),
		() => openai({headers: {'x-token': {value: secrets.header} as never}}),
		() => openai({headers: {'x-token': new Secret('TOKEN', `${secrets.header}\0`)}}),
		() => openai({apiKye: secrets.bearer} as never),
	];
	for (const mistake of mistakes) {
		const engine = new Engine({deployment: 'test', server: serverSettings(), log: memoryLog()});
		const error = await t.throwsAsync(async () => engine.assemble([dialects(), mistake()]), {instanceOf: ConfigError});
		t.deepEqual(heard(everything(error)), [], error?.message);
	}
});

test('a secret prints as its name, in every way in which a value is turned into text', t => {
	const secret = new Secret('API_KEY', secrets.bearer);
	const ways: readonly string[] = [
		String(secret),
		`${secret}`,
		JSON.stringify({secret}),
		inspect(secret),
		format('%s %o %O %j', secret, secret, secret, secret),
		everything({nested: [secret], map: new Map([[secret, secret]])}),
		everything(new Error('failed', {cause: secret})),
	];
	for (const text of ways) {
		t.deepEqual(heard(text), [], text);
		t.true(text.includes('[secret API_KEY]'), text);
	}
	t.deepEqual(heard(JSON.stringify([Object.entries(secret), Object.getOwnPropertyNames(secret)])), []);
	t.deepEqual(heard(JSON.stringify(Object.assign({}, secret))), []);
});
