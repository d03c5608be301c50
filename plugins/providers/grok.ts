/** Grok, of xAI. */

import {defineProvider} from './provider.js';

/**
 * xAI's API, which has both of OpenAI's formats.
 * @see https://docs.x.ai/docs/api-reference
 */
export const grok = defineProvider({
	name: 'grok',
	kind: 'openai',
	baseUrl: 'https://api.x.ai/v1',
	dialects: ['openai-chat', 'openai-responses'],
	auth: 'bearer',
	// https://docs.x.ai/developers/models, 2026-07; 4.6 from genai-prices 0.1.8, 2026-11.
	models: [
		'grok-4.6',
		'grok-4.5',
		'grok-4.3',
		'grok-4.20-0309-reasoning',
		'grok-4.20-0309-non-reasoning',
		'grok-build-0.1',
	],
	countsTokens: false,
});
