/** Servers that look like Anthropic's. */

import {defineProvider} from './provider.js';

/** Any server with an Anthropic-like API: `anthropicCompatible({name: 'claude-proxy', baseUrl: 'https://…/anthropic'})`. */
export const anthropicCompatible = defineProvider({
	name: 'anthropic-compatible',
	kind: 'anthropic',
	dialects: ['anthropic-messages'],
	auth: 'x-api-key',
	models: [],
	defaultHeaders: {'anthropic-version': '2023-06-01'},
});
