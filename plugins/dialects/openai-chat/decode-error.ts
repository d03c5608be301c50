/** Errors of Chat Completions and of the many servers that speak it. */

import {GatewayError, isObject, type JsonObject, type NativeError, type StreamError} from '../../../core/index.js';

/**
 * Reads an error envelope generously: codes may be numbers, the error a mere text, and the envelope in an array (Gemini).
 * @returns `undefined` when the body is no error.
 * @see https://platform.openai.com/docs/guides/error-codes
 */
export function decodeError(body: unknown): NativeError | undefined {
	const envelope: unknown = Array.isArray(body) ? body[0] : body;
	if (!isObject(envelope) || envelope['type'] === 'error') return undefined;
	const error = envelope['error'];
	if (typeof error === 'string' && error !== '') return {message: error};
	if (!isObject(error)) return undefined;
	const message = error['message'];
	const code = codeOf(error['code']) ?? codeOf(error['type']);
	const text = typeof message === 'string' ? message : 'The provider reported an error without a message.';
	return code === undefined ? {message: text} : {code, message: text};
}

function codeOf(value: unknown): string | undefined {
	if (typeof value === 'number') return String(value);
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** An error within a stream or within a reply of status 200. */
export function decodeStreamError(body: JsonObject): StreamError {
	const error = decodeError(body) ?? {message: 'The provider reported an error that cannot be read.'};
	return Object.assign({status: statusOf(body['error'])}, error);
}

export function asGatewayError({status, code, message}: StreamError): GatewayError {
	return new GatewayError(code ?? 'upstream_error', status, message);
}

/** Groq says the status that it would have sent, OpenRouter has it as the code. */
function statusOf(error: unknown): number {
	const said = isObject(error) ? [error['status_code'], error['code'], error['status']] : [];
	const status = said.find(value => typeof value === 'number' && value >= 400 && value <= 599);
	return typeof status === 'number' ? status : 502;
}
