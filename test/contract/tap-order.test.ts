/** The order of all taps of the repository's own gateway, written out: a change of order is a visible one. */

import test from 'ava';
import {type ConfigDefinition, Engine, serverSettings} from 'tapgate';
import {memoryLog} from 'tapgate/testing';
import {tapOrder} from './taps.js';

/** The variables that the config reads; with every key set, every provider is there. */
const keys = ['OPENAI_API_KEY', 'ANTHROPIC_API_KEY', 'GLM_API_KEY', 'GROQ_API_KEY', 'GROK_API_KEY'];
const others = [
	'HOST',
	'PORT',
	'OPENAI_BACKEND',
	'ANTHROPIC_BACKEND',
	'USE_BIFROST_FOR_ANTHROPIC',
	'BIFROST_URL',
	'DATABASE_DSN',
	'POSTGRES_DSN',
];

test('hook by hook, plugin after plugin', async t => {
	for (const name of others) delete process.env[name];
	for (const name of keys) process.env[name] = 'opens-nothing';
	const {default: definition} = (await import('../../gateway.config.js')) as {default: ConfigDefinition};
	const {server, plugins} = await definition.read({deployment: 'test'});
	const engine = new Engine({deployment: 'test', server: serverSettings(server), log: memoryLog()});
	await engine.assemble(plugins);
	t.teardown(() => engine.close());

	t.deepEqual(engine.plugins, [
		'dialects',
		'catalog',
		'redact',
		'access-log',
		'health',
		'metrics',
		'api-docs',
		'auth',
		'openai',
		'anthropic',
		'glm',
		'groq',
		'grok',
		'mock',
		'routing',
		'translate',
		'request-log',
	]);
	t.deepEqual(Object.fromEntries(tapOrder(engine)), {
		authenticate: ['auth'],
		rewrite: [],
		resolve: ['routing'],
		admit: [],
		translate: ['translate'],
		prepare: ['anthropic'],
		'sign[openai]': ['openai'],
		'sign[anthropic]': ['anthropic'],
		'sign[glm]': ['glm'],
		'sign[groq]': ['groq'],
		'sign[grok]': ['grok'],
		'sign[mock]': [],
		send: ['mock'],
		recover: ['routing'],
		reply: [],
		stream: [],
		chunk: [],
		price: [],
		record: ['access-log', 'health', 'metrics', 'request-log'],
	});
});
