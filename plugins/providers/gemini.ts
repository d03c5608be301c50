/** Gemini, by its API that looks like OpenAI's. */

import {isObject, type ProviderError} from '../../core/index.js';
import {defineProvider} from './provider.js';

/**
 * Google's Gemini API, in its OpenAI-compatible form.
 * @see https://ai.google.dev/gemini-api/docs/openai
 */
export const gemini = defineProvider({
	name: 'gemini',
	kind: 'openai',
	baseUrl: 'https://generativelanguage.googleapis.com/v1beta/openai',
	dialects: ['openai-chat', 'openai-embeddings'],
	auth: 'bearer',
	// https://ai.google.dev/gemini-api/docs/models and …/docs/deprecations, 2026-09.
	models: [
		'gemini-3.8-flash',
		'gemini-3.7-flash',
		'gemini-3.6-flash',
		'gemini-3.5-flash',
		'gemini-3.5-flash-lite',
		'gemini-3.1-pro-preview',
		'gemini-3.1-flash-lite',
		'gemini-2.5-pro',
		'gemini-2.5-flash',
		'gemini-2.5-flash-lite',
		'gemini-embedding-001',
	],
	countsTokens: false,
	readError,
});

/** Some of its errors come in a list: `[{"error": {"code": 400, "message": "…", "status": "INVALID_ARGUMENT"}}]`. */
function readError(status: number, body: unknown): ProviderError | undefined {
	const first: unknown = Array.isArray(body) ? body[0] : undefined;
	const error = isObject(first) ? first['error'] : undefined;
	if (!isObject(error) || typeof error['message'] !== 'string') return undefined;
	const code = error['status'];
	return {status, message: error['message'], ...(typeof code === 'string' && {code})};
}
