/** Servers that look like OpenAI's. */

import {defineProvider} from './provider.js';

/** Any server with an OpenAI-like API: `openaiCompatible({name: 'ark', baseUrl: 'https://…/v1', apiKey: secret('ARK_KEY')})`. */
export const openaiCompatible = defineProvider({
	name: 'openai-compatible',
	kind: 'openai',
	dialects: ['openai-chat'],
	auth: 'bearer',
	models: [],
});
