/**
 * The gateway of this repository: an `.env` file is enough to use it, `.env.example` lists the variables. Every provider
 * is there when its key is; `mock` is always there.
 */

import {defineConfig, env, secret} from 'tapgate';
import {
	accessLog,
	anthropic,
	apiDocs,
	auth,
	bifrost,
	glm,
	grok,
	groq,
	health,
	metrics,
	mock,
	openai,
	requestLog,
	routing,
	translate,
} from 'tapgate/plugins';

const deepseek = 'https://api.deepseek.com';
const timeoutMs = env.int('REQUEST_TIMEOUT_SECONDS', 30) * 1000;
const timeouts = {firstByteMs: timeoutMs, idleMs: timeoutMs};

const throughBifrost = env.bool('USE_BIFROST_FOR_ANTHROPIC', false);
const withOpenai = env.has('OPENAI_API_KEY') || env.has('OPENAI_BACKEND');
const withAnthropic = env.has('ANTHROPIC_API_KEY') || env.has('ANTHROPIC_BACKEND') || throughBifrost;

/** The key of a provider; without one an anonymous caller's own is passed on. */
const keyed = (name: string) => (env.has(name) ? {apiKey: secret(name)} : {});

/** OpenAI-like APIs are versioned: a bare host means its `/v1`. */
const versioned = (url: string): string => (/^https?:\/\/[^/]+\/?$/.test(url) ? `${url.replace(/\/$/, '')}/v1` : url);

/** A Postgres server for the records; without one there is an embedded one in `.tapgate`. */
const dsn = ['DATABASE_DSN', 'POSTGRES_DSN'].find(name => env.has(name));

/** Anthropic's API, at a backend of its own or through a Bifrost gateway. */
const anthropicBackend = () =>
	throughBifrost
		? bifrost({
				name: 'anthropic',
				baseUrl: env('BIFROST_URL', 'http://127.0.0.1:8080'),
				dialects: ['anthropic-messages', 'anthropic-complete'],
				...keyed('ANTHROPIC_API_KEY'),
				timeouts,
			})
		: anthropic({
				baseUrl: env('ANTHROPIC_BACKEND', `${deepseek}/anthropic`),
				...keyed('ANTHROPIC_API_KEY'),
				models: [],
				timeouts,
			});

export default defineConfig({
	server: {host: env('HOST', '127.0.0.1'), port: env.int('PORT', 8000)},
	plugins: [
		accessLog(),
		health(),
		metrics(),
		apiDocs(),
		auth({anonymous: true}),

		// What stands behind these two depends on the environment, so they list no models of their own.
		withOpenai &&
			openai({baseUrl: versioned(env('OPENAI_BACKEND', deepseek)), ...keyed('OPENAI_API_KEY'), models: [], timeouts}),
		withAnthropic && anthropicBackend(),
		env.has('GLM_API_KEY') && glm({apiKey: secret('GLM_API_KEY'), timeouts}),
		env.has('GROQ_API_KEY') && groq({apiKey: secret('GROQ_API_KEY'), timeouts}),
		env.has('GROK_API_KEY') && grok({apiKey: secret('GROK_API_KEY'), timeouts}),
		mock(),

		routing({
			defaults: {...(withOpenai && {openai: 'openai'}), ...(withAnthropic && {anthropic: 'anthropic'})},
		}),
		translate(),
		requestLog(dsn === undefined ? {} : {database: secret(dsn)}),
	],
});
