/** DeepSeek. */

import {defineProvider} from './provider.js';

/**
 * DeepSeek's API in both of its formats, each under its own root.
 * @see https://api-docs.deepseek.com
 */
export const deepseek = defineProvider({
	name: 'deepseek',
	kind: 'openai',
	baseUrl: 'https://api.deepseek.com',
	dialects: ['openai-chat', 'anthropic-messages'],
	auth: 'bearer',
	surfaces: {
		openai: {root: '/v1'},
		anthropic: {root: '/anthropic', auth: 'x-api-key', defaultHeaders: {'anthropic-version': '2023-06-01'}},
	},
	// https://api-docs.deepseek.com, 2026-09; deepseek-chat and deepseek-reasoner were retired on 2026-07-24.
	models: ['deepseek-flash', 'deepseek-v4-pro', 'deepseek-v4-flash'],
	countsTokens: false,
});
