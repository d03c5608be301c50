/**
 * A provider written from outside: models behind a gate of one's own, which wants every call signed.
 *
 * In `gateway.config.ts`: `plugins: [auth({…}), inHouse({baseUrl: 'https://…', secret: secret('GATE_SECRET')}), routing()]`.
 */

import {createHmac} from 'node:crypto';
import {defaultTimeouts, definePlugin, reveal, type Secret} from 'tapgate';

/** Serves `in-house.…` models; OpenAI's paths stand right under `baseUrl`. */
export const inHouse = definePlugin<{baseUrl: string; secret: string | Secret}>({
	name: 'in-house',
	options: {
		type: 'object',
		properties: {
			baseUrl: {type: 'string', description: 'where the gate stands, without /v1'},
			secret: {type: 'string', description: 'what calls are signed with'},
		},
		required: ['baseUrl', 'secret'],
	},
	apply({providers, hooks}, {baseUrl, secret}) {
		const [name, kind] = ['in-house', 'openai'] as const;
		const form = {name, kind, baseUrl, dialects: ['openai-chat'], models: ['house-large', 'house-small']};
		const locate = (path: string) => new URL(baseUrl + path);
		providers.add(name, {...form, locate, timeouts: defaultTimeouts, headers: {}, streamUsage: true, signs: true});

		hooks.sign.for(name).tap(name, request => {
			const time = new Date().toISOString();
			const mac = createHmac('sha256', reveal(secret)).update(`${request.method} ${request.url.pathname} ${time}`);
			return request.withHeaders({'x-gate-time': time, 'x-gate-signature': mac.digest('hex')});
		});
	},
});
