/**
 * The gateway of this repository: an `.env` file is enough to use it, `.env.example` lists the variables. Every provider
 * is there when its key is; `mock` is always there.
 */

import {defineConfig, env, secret} from 'tapgate';
import {accessLog, anthropic, auth, health, mock, openai, openaiCompatible, routing} from 'tapgate/plugins';

const deepseek = 'https://api.deepseek.com';
const timeoutMs = env.int('REQUEST_TIMEOUT_SECONDS', 30) * 1000;
const timeouts = {firstByteMs: timeoutMs, idleMs: timeoutMs};

const bifrost = env.bool('USE_BIFROST_FOR_ANTHROPIC', false);
const withOpenai = env.has('OPENAI_API_KEY') || env.has('OPENAI_BACKEND');
const withAnthropic = env.has('ANTHROPIC_API_KEY') || env.has('ANTHROPIC_BACKEND') || bifrost;

/** The key of a provider; without one an anonymous caller's own is passed on. */
const keyed = (name: string) => (env.has(name) ? {apiKey: secret(name)} : {});

/** OpenAI-like APIs are versioned: a bare host means its `/v1`. */
const versioned = (url: string): string => (/^https?:\/\/[^/]+\/?$/.test(url) ? `${url.replace(/\/$/, '')}/v1` : url);

const anthropicUrl = bifrost
	? `${env('BIFROST_URL', 'http://127.0.0.1:8080').replace(/\/+$/, '')}/anthropic`
	: env('ANTHROPIC_BACKEND', `${deepseek}/anthropic`);

/** Providers that look like OpenAI and are there when their key is. */
const compatible = [
	{name: 'glm', key: 'GLM_API_KEY', baseUrl: 'https://open.bigmodel.cn/api/paas/v4'},
	{name: 'groq', key: 'GROQ_API_KEY', baseUrl: 'https://api.groq.com/openai/v1'},
	{name: 'grok', key: 'GROK_API_KEY', baseUrl: 'https://api.x.ai/v1'},
];

export default defineConfig({
	server: {host: env('HOST', '127.0.0.1'), port: env.int('PORT', 8000)},
	plugins: [
		accessLog(),
		health(),
		auth({anonymous: true}),

		// What stands behind these two depends on the environment, so they list no models of their own.
		withOpenai &&
			openai({baseUrl: versioned(env('OPENAI_BACKEND', deepseek)), ...keyed('OPENAI_API_KEY'), models: [], timeouts}),
		withAnthropic && anthropic({baseUrl: anthropicUrl, ...keyed('ANTHROPIC_API_KEY'), models: [], timeouts}),
		compatible.map(
			({name, key, baseUrl}) => env.has(key) && openaiCompatible({name, baseUrl, apiKey: secret(key), timeouts}),
		),
		mock(),

		routing({
			defaults: {...(withOpenai && {openai: 'openai'}), ...(withAnthropic && {anthropic: 'anthropic'})},
		}),
	],
});
