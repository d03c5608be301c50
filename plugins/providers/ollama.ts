/** Ollama. */

import {defineProvider} from './provider.js';

/**
 * Models on this machine, or on another one at its `baseUrl`. It needs no key, and serves what has been pulled.
 * @see https://docs.ollama.com/api/openai-compatibility
 */
export const ollama = defineProvider({
	name: 'ollama',
	kind: 'openai',
	baseUrl: 'http://127.0.0.1:11434/v1',
	dialects: ['openai-chat', 'openai-completions', 'openai-embeddings'],
	auth: 'bearer',
	models: [],
	countsTokens: false,
});
