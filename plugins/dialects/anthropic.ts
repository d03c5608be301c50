/** What all Anthropic dialects have in common: the error envelope. */

import {type GatewayError, isObject, type JsonObject} from '../../core/index.js';

/** @see https://platform.claude.com/docs/en/api/errors */
const errorTypes: Readonly<Record<number, string>> = {
	401: 'authentication_error',
	402: 'billing_error',
	403: 'permission_error',
	404: 'not_found_error',
	409: 'conflict_error',
	413: 'request_too_large',
	429: 'rate_limit_error',
	503: 'overloaded_error',
	504: 'timeout_error',
	529: 'overloaded_error',
};

/** `{"type":"error","error":{…},"request_id":…}` */
export function encodeError(error: GatewayError, requestId: string): JsonObject {
	const type = errorTypes[error.status] ?? (error.status >= 500 ? 'api_error' : 'invalid_request_error');
	return {type: 'error', error: {type, message: error.message}, request_id: requestId};
}

/** The last event of a stream that failed; no `message_stop` follows, or clients would take what they have for the whole. */
export function encodeErrorEvent(error: GatewayError, requestId: string): string {
	return `event: error\ndata: ${JSON.stringify(encodeError(error, requestId))}\n\n`;
}

/** Recognises the envelope. */
export function isError(body: unknown): boolean {
	if (!isObject(body) || body['type'] !== 'error') return false;
	const error = body['error'];
	return isObject(error) && typeof error['type'] === 'string' && typeof error['message'] === 'string';
}
