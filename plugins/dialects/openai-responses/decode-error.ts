/** Errors of OpenAI: as a reply, as an event, and within a response that has failed. */

import {isObject, type NativeError, type StreamError} from '../../../core/index.js';

/** Status by code: a stream has begun with 200 and says no other. */
const statusOf: Readonly<Record<string, number>> = {
	rate_limit_exceeded: 429,
	insufficient_quota: 429,
	usage_not_included: 429,
	server_is_overloaded: 503,
	slow_down: 503,
	overloaded_error: 529,
	vector_store_timeout: 504,
	context_length_exceeded: 400,
	invalid_prompt: 400,
	invalid_request_error: 400,
	content_filter: 400,
	bio_policy: 400,
	cyber_policy: 400,
	image_content_policy_violation: 400,
	invalid_image: 400,
	invalid_image_format: 400,
	image_too_large: 400,
};

/** @returns `undefined` when the body is no error of this format. */
export function decodeError(body: unknown): NativeError | undefined {
	if (!isObject(body) || !isObject(body['error'])) return undefined;
	const {message, code, type} = body['error'];
	if (typeof message !== 'string') return undefined;
	const name = code ?? type;
	return typeof name === 'string' || typeof name === 'number' ? {code: String(name), message} : {message};
}

/** Reads the error of an event or of a failed response; a provider may give no reason at all. */
export function errorOf(error: unknown): StreamError {
	const members = isObject(error) ? error : {};
	const message = typeof members['message'] === 'string' ? members['message'] : 'The provider says that it has failed.';
	const code = typeof members['code'] === 'string' ? members['code'] : undefined;
	const type = typeof members['type'] === 'string' ? members['type'] : undefined;
	const status = statusOf[code ?? ''] ?? statusOf[type ?? ''] ?? 500;
	return code === undefined ? {status, message} : {status, code, message};
}
