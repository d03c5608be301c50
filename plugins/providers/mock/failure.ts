/** Errors in the envelopes of the two API families. */

import type {Family, JsonObject} from '../../../core/index.js';
import type {MockError} from './options.js';

const openaiTypes: Readonly<Record<number, string>> = {
	402: 'insufficient_quota',
	403: 'permission_error',
	429: 'rate_limit_error',
};

const anthropicTypes: Readonly<Record<number, string>> = {
	401: 'authentication_error',
	402: 'billing_error',
	403: 'permission_error',
	404: 'not_found_error',
	409: 'conflict_error',
	413: 'request_too_large',
	429: 'rate_limit_error',
	504: 'timeout_error',
	529: 'overloaded_error',
};

/** The error object of OpenAI's APIs. @see https://platform.openai.com/docs/guides/error-codes */
export function openaiError({status, message, type, code}: MockError): JsonObject {
	const fallback = openaiTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'server_error');
	return {message, type: type ?? fallback, param: null, code: code ?? null};
}

/** The error object of Anthropic's API. @see https://platform.claude.com/docs/en/api/errors */
export function anthropicError({status, message, type}: MockError): JsonObject {
	return {type: type ?? anthropicTypes[status] ?? (status < 500 ? 'invalid_request_error' : 'api_error'), message};
}

/** The body of an error answer. */
export function errorBody(family: Family, error: MockError, requestId: string): JsonObject {
	return family === 'openai'
		? {error: openaiError(error)}
		: {type: 'error', error: anthropicError(error), request_id: requestId};
}
