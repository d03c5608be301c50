import path from 'node:path';
import test from 'ava';
import {loadConfig} from '../../config/load.js';
import {assemble} from '../../config/start.js';
import {memoryLog} from '../../config/testing/index.js';
import type {Engine} from '../../core/index.js';
import {folder, launch, repository, serving} from './support.js';

const file = path.join(repository, 'gateway.config.ts');
const variables = [
	'HOST PORT REQUEST_TIMEOUT_SECONDS OPENAI_API_KEY OPENAI_BACKEND ANTHROPIC_API_KEY ANTHROPIC_BACKEND',
	'USE_BIFROST_FOR_ANTHROPIC BIFROST_URL GLM_API_KEY GROQ_API_KEY GROK_API_KEY TAPGATE_DEPLOYMENT',
	'DATABASE_DSN POSTGRES_DSN',
].flatMap(line => line.split(' '));

/** The gateway of the repository's own config, with these variables and no others. */
async function assembled(env: Readonly<Record<string, string>>): Promise<{engine: Engine; urls: object}> {
	for (const name of variables) process.env[name] = env[name] ?? '';
	const engine = await assemble(await loadConfig({config: file}), memoryLog());
	await engine.close();
	const urls = Object.fromEntries([...engine.providers].map(({name, baseUrl}) => [name, baseUrl]));
	return {engine, urls};
}

test.serial('with nothing set only the mock is there', async t => {
	const {engine, urls} = await assembled({});
	t.deepEqual(urls, {mock: 'mock:'});
	t.like(engine.options, {deployment: 'development', server: {host: '127.0.0.1', port: 8000}});
});

test.serial('every provider is there when its key is', async t => {
	const {engine, urls} = await assembled({
		PORT: '9001',
		HOST: '::1',
		REQUEST_TIMEOUT_SECONDS: '7',
		OPENAI_API_KEY: 'k',
		ANTHROPIC_API_KEY: 'k',
		GLM_API_KEY: 'a.b',
		GROQ_API_KEY: 'k',
		GROK_API_KEY: 'k',
	});
	t.deepEqual(urls, {
		openai: 'https://api.deepseek.com/v1',
		anthropic: 'https://api.deepseek.com/anthropic',
		glm: 'https://open.bigmodel.cn/api/paas/v4',
		groq: 'https://api.groq.com/openai/v1',
		grok: 'https://api.x.ai/v1',
		mock: 'mock:',
	});
	t.like(engine.options.server, {host: '::1', port: 9001});
	for (const name of ['openai', 'anthropic', 'glm']) {
		t.like(engine.providers.get(name)?.timeouts, {firstByteMs: 7000, idleMs: 7000});
	}
});

test.serial('backends are taken with and without their version, and need no key', async t => {
	const bare = await assembled({OPENAI_BACKEND: 'http://10.0.0.1:9000/', ANTHROPIC_BACKEND: 'http://10.0.0.2/api'});
	t.deepEqual(bare.urls, {openai: 'http://10.0.0.1:9000/v1', anthropic: 'http://10.0.0.2/api', mock: 'mock:'});
	t.false(bare.engine.providers.get('openai')?.signs);
	const versioned = await assembled({OPENAI_BACKEND: 'https://example.com/api/v3'});
	t.like(versioned.urls, {openai: 'https://example.com/api/v3'});
});

test.serial('Anthropic calls go through Bifrost when that is asked for', async t => {
	const usual = await assembled({USE_BIFROST_FOR_ANTHROPIC: 'true'});
	t.like(usual.urls, {anthropic: 'http://127.0.0.1:8080/anthropic'});
	const other = await assembled({
		USE_BIFROST_FOR_ANTHROPIC: '1',
		BIFROST_URL: 'http://bifrost:9/',
		ANTHROPIC_BACKEND: 'http://not-this',
	});
	t.like(other.urls, {anthropic: 'http://bifrost:9/anthropic'});
});

test.serial('without a key, a database or a network it answers', async t => {
	const gateway = await serving(t, ['-f', file], {cwd: await folder(t, {'.env': 'PORT=0\n'}), env: {HOST: ''}});
	const ask = (model: string): Promise<Response> =>
		fetch(`${gateway.url}/v1/messages`, {
			method: 'POST',
			headers: {'content-type': 'application/json', 'anthropic-version': '2023-06-01'},
			body: JSON.stringify({model, max_tokens: 9, messages: [{role: 'user', content: 'are you there?'}]}),
		});
	const answer = await ask('mock.echo');
	t.is(answer.status, 200);
	t.like(await answer.json(), {type: 'message', content: [{text: 'are you there?'}]});
	t.is((await ask('gpt-4o')).status, 404);
});

for (const [name, dsn] of [
	['DATABASE_DSN', 'postgres://user:hush@127.0.0.1:9/records'],
	['POSTGRES_DSN', "host=127.0.0.1 port=9 user=user password='hush' dbname=records"],
] as const) {
	test.serial(`records go where ${name} says`, async t => {
		const cwd = await folder(t, {'.env': `PORT=0\n${name}=${dsn}\n`});
		const {exit, stderr} = await launch(t, ['serve', '-f', file], {cwd, env: {HOST: ''}}).ended;
		t.is(exit, 1);
		t.regex(stderr, /database: .*127\.0\.0\.1.* cannot be used/);
		t.notRegex(stderr, /hush/);
	});
}
