/** Groq. */

import {defineProvider} from './provider.js';

/**
 * GroqCloud: open models, fast. Its Responses API is a beta; add `openai-responses` to `dialects` to use it natively.
 * @see https://console.groq.com/docs/openai
 */
export const groq = defineProvider({
	name: 'groq',
	kind: 'openai',
	baseUrl: 'https://api.groq.com/openai/v1',
	dialects: ['openai-chat'],
	auth: 'bearer',
	// Production models of https://console.groq.com/docs/models, 2026-11.
	models: ['openai/gpt-oss-120b', 'openai/gpt-oss-20b', 'llama-3.3-70b-versatile', 'llama-3.1-8b-instant'],
	countsTokens: false,
});
