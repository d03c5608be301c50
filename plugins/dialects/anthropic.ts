/** What all Anthropic dialects have in common: the error envelope. */

import {type GatewayError, isObject, type JsonObject, type NativeError} from '../../core/index.js';

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

/** What Anthropic calls an error of this status. */
export function errorType(status: number): string {
	return errorTypes[status] ?? (status >= 500 ? 'api_error' : 'invalid_request_error');
}

const statuses: ReadonlyMap<unknown, number> = new Map([
	['invalid_request_error', 400],
	['authentication_error', 401],
	['billing_error', 402],
	['permission_error', 403],
	['not_found_error', 404],
	['conflict_error', 409],
	['request_too_large', 413],
	['rate_limit_error', 429],
	['timeout_error', 504],
	['overloaded_error', 529],
]);

/** The status that an error of this type has outside a stream. */
export function statusOf(type: unknown): number {
	return statuses.get(type) ?? 500;
}

/**
 * Code of the refusal to keep a conversation for the client. Anthropic's own, and told as Anthropic tells it: its clients look
 * for it and go on by sending the whole conversation.
 */
export const threadsUnsupported = 'thread_unsupported_request';

/** `{"type":"error","error":{…},"request_id":…}` */
export function encodeError(error: GatewayError, requestId: string): JsonObject {
	const {code, status, message} = error;
	const type = errorType(status);
	const told =
		code === threadsUnsupported ? {type, message, details: {error_code: code, unsupported: []}} : {type, message};
	return {type: 'error', error: told, request_id: requestId};
}

/** Reads the envelope; `undefined` when it is another's. */
export function decodeError(body: unknown): NativeError | undefined {
	if (!isError(body) || !isObject(body)) return undefined;
	const error = body['error'];
	if (!isObject(error)) return undefined;
	return {code: String(error['type']), message: String(error['message'])};
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
