/** What all OpenAI dialects have in common: the error envelope. */

import {type GatewayError, isObject, type JsonObject} from '../../core/index.js';

/**
 * `type` of an error by its status. OpenAI has no type of its own for a wrong key; and a 429 of its own names the limit that
 * was hit (`requests`, `tokens`), which a status does not tell.
 * @see https://platform.openai.com/docs/guides/error-codes
 */
function errorType(status: number): string {
	if (status >= 500) return 'server_error';
	if (status === 429) return 'rate_limit_error';
	if (status === 403) return 'permission_error';
	// What OpenAI calls it when there is no money left.
	if (status === 402) return 'insufficient_quota';
	return 'invalid_request_error';
}

/** The `error` member of the envelope; OpenAI's schema requires all four. */
export function errorObject(error: GatewayError): JsonObject {
	return {message: error.message, type: errorType(error.status), param: error.param ?? null, code: error.code};
}

/** `{"error":{…}}` */
export function encodeError(error: GatewayError): JsonObject {
	return {error: errorObject(error)};
}

/**
 * The last event of a stream of chunks that failed: neither a finish reason nor `[DONE]` follows, or clients would take what
 * they have for the whole.
 */
export function encodeErrorEvent(error: GatewayError): string {
	return `data: ${JSON.stringify(encodeError(error))}\n\n`;
}

/**
 * Recognises the envelope generously: servers that speak OpenAI's APIs leave out `param`, `type` or `code`, or number their
 * codes. An Anthropic envelope has a message in the same place but is not one of these.
 */
export function isError(body: unknown): boolean {
	if (!isObject(body) || body['type'] === 'error') return false;
	const error = body['error'];
	return isObject(error) && typeof error['message'] === 'string';
}
