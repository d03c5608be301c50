/** OpenAI. */

import {defineProvider} from './provider.js';

/**
 * OpenAI's own API, or one that speaks all of it, at another `baseUrl`.
 * @see https://platform.openai.com/docs/api-reference
 */
export const openai = defineProvider({
	name: 'openai',
	kind: 'openai',
	baseUrl: 'https://api.openai.com/v1',
	dialects: ['openai-chat', 'openai-responses', 'openai-completions', 'openai-embeddings'],
	auth: 'bearer',
	models: [
		'gpt-5.6-sol',
		'gpt-5.6-terra',
		'gpt-5.6-luna',
		'gpt-5.4',
		'gpt-5.4-mini',
		'gpt-5.4-nano',
		'gpt-5.2',
		'gpt-5.2-pro',
		'gpt-5.1',
		'gpt-5',
		'gpt-5-mini',
		'gpt-5-nano',
		'gpt-4.1',
		'gpt-4.1-mini',
		'gpt-4.1-nano',
		'gpt-4o',
		'gpt-4o-mini',
		'gpt-3.5-turbo-instruct',
		'o3',
		'o4-mini',
		'text-embedding-3-large',
		'text-embedding-3-small',
	],
});
