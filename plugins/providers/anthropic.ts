/** Anthropic. */

import {defineProvider} from './provider.js';

/**
 * Anthropic's own API, or one that speaks all of it, at another `baseUrl`.
 * @see https://platform.claude.com/docs/en/api/overview
 */
export const anthropic = defineProvider({
	name: 'anthropic',
	kind: 'anthropic',
	baseUrl: 'https://api.anthropic.com',
	dialects: ['anthropic-messages', 'anthropic-complete'],
	auth: 'x-api-key',
	models: [
		'claude-opus-5-5',
		'claude-opus-5',
		'claude-opus-4-8',
		'claude-opus-4-7',
		'claude-opus-4-6',
		'claude-opus-4-5',
		'claude-sonnet-5-5',
		'claude-sonnet-5',
		'claude-sonnet-4-6',
		'claude-sonnet-4-5',
		'claude-haiku-5-5',
		'claude-haiku-4-5',
	],
	defaultHeaders: {'anthropic-version': '2023-06-01'},
});
