/** A Bifrost gateway. */

import {defineProvider} from './provider.js';

/**
 * Another gateway, Bifrost, by its routes for clients of OpenAI and of Anthropic. It names models `provider/model`:
 * `bifrost.anthropic/claude-sonnet-5`. A virtual key of Bifrost is the `apiKey`.
 * @see https://docs.getbifrost.ai/quickstart/gateway/integrations
 */
export const bifrost = defineProvider({
	name: 'bifrost',
	kind: 'openai',
	baseUrl: 'http://127.0.0.1:8080',
	dialects: [
		'openai-chat',
		'openai-responses',
		'openai-completions',
		'openai-embeddings',
		'anthropic-messages',
		'anthropic-complete',
	],
	auth: 'bearer',
	surfaces: {
		openai: {root: '/openai/v1'},
		anthropic: {root: '/anthropic', auth: 'x-api-key', defaultHeaders: {'anthropic-version': '2023-06-01'}},
	},
	models: [],
});
