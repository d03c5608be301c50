/** Tells an answer from a failure, and says what a failure means to the client. */

import type {StreamError} from '../completion-event.js';
import {GatewayError} from '../errors.js';
import type {Attempt, Translation} from '../exchange.js';
import {isObject} from '../json.js';
import type {ProviderError} from '../provider.js';
import type {Headers} from '../request.js';
import type {Call} from './call.js';
import {withoutCredentials} from './credentials.js';
import type {EventStream} from './event-stream.js';
import type {Answered} from './receive.js';
import type {Response} from './send.js';

const errorMember = Buffer.from('"error"');

/**
 * A member `error` that is an object or a text stands somewhere in a body: worth a closer look. Within a text the quotes would be
 * escaped, and `"error":null` is part of many good answers.
 */
export function mayHoldError(body: Buffer): boolean {
	for (let at = body.indexOf(errorMember); at !== -1; at = body.indexOf(errorMember, at)) {
		at += errorMember.length;
		while ((body[at] ?? 0x7f) <= 0x20 || body[at] === 0x3a) at++;
		if (body[at] === 0x7b || body[at] === 0x22) return true;
	}
	return false;
}

/** What answers hold; an error beside it is part of an answer, as in a response that has failed half-way. */
const contentMembers = ['choices', 'content', 'output', 'data', 'completion', 'object'];

/** Some servers and proxies tell of a failure with status 200. */
export function holdsErrorOnly(json: unknown): boolean {
	if (!isObject(json)) return false;
	const {error} = json;
	const readable = typeof error === 'string' || (isObject(error) && typeof error['message'] === 'string');
	return readable && !contentMembers.some(name => json[name] !== undefined && json[name] !== 'error');
}

/** The status that an error says of itself; it came with one that says nothing. */
function statedStatus(json: unknown): number {
	const error = isObject(json) ? json['error'] : undefined;
	const code = isObject(error) ? (error['status'] ?? error['code']) : undefined;
	return typeof code === 'number' && Number.isInteger(code) && code >= 400 && code <= 599 ? code : 502;
}

/** The content type without its parameters, for messages. */
export function contentType(headers: Headers): string {
	return String(headers['content-type'] ?? 'no content type').split(';')[0] ?? '';
}

/** An error, told so that it can be judged, passed on or wrapped. */
export function failure(
	call: Call,
	attempt: Attempt,
	{status, credentials}: Response,
	headers: Headers,
	body: Buffer,
	translation: Translation | undefined,
): Answered {
	const bytes = withoutCredentials(body, credentials());
	const json = parsed(bytes.toString('utf8'));
	const read = attempt.provider.readError?.(status, json);
	const content = {kind: 'whole', body: bytes} as const;
	if (read !== undefined) return Object.assign(meaning(attempt, status, headers, read), {content});
	// One that came as a success is never passed on as it is: the client would believe the status.
	const passable = status >= 400 && (call.endpoint.kind === 'passthrough' || attempt.dialect.isError(json));
	const known = status >= 400 ? status : statedStatus(json);
	const said = translation?.error(json) ?? message(json);
	const error = new GatewayError(
		'upstream_error',
		known > 599 ? 502 : known,
		told(attempt, String(status), headers, said),
		{headers: passedOn(headers)},
	);
	return {status: known, headers, content, error, passable};
}

/** What the error event says that a stream began with. */
export function heldError(attempt: Attempt, events: EventStream): StreamError | undefined {
	const decoder = attempt.dialect.codec?.decodeStream();
	if (decoder === undefined) return undefined;
	for (const event of events.held()) {
		for (const decoded of decoder.push(event)) if (decoded.type === 'error') return decoded.error;
	}
	return undefined;
}

/** A failure that the provider's own code tells better than the status: of an error, of a success, or of a stream that begins with it. */
export function meaning(
	attempt: Attempt,
	status: number,
	headers: Headers,
	{status: meant, message, code}: ProviderError,
) {
	const answered = code === undefined ? String(status) : `${status} (code ${code})`;
	const error = new GatewayError(
		'upstream_error',
		meant > 599 ? 502 : meant,
		told(attempt, answered, headers, message),
		{
			headers: passedOn(headers),
		},
	);
	return {status: meant, headers, error, passable: false};
}

/** What the client is told of an error that is not in its own format: never a proxy's HTML. */
function told(attempt: Attempt, status: string, headers: Headers, said: string | undefined): string {
	return said === undefined
		? `${attempt.provider.name} answered ${status} (${contentType(headers)}).`
		: `${attempt.provider.name} answered ${status}: ${said.slice(0, 1000)}`;
}

/** The message of an error in any of the shapes that servers use. */
function message(json: unknown): string | undefined {
	if (!isObject(json)) return undefined;
	for (const candidate of [json['error'], json['message'], json['detail'], json['msg']]) {
		if (typeof candidate === 'string') return candidate;
		if (isObject(candidate) && typeof candidate['message'] === 'string') return candidate['message'];
	}
	return undefined;
}

const retryHeaders = ['retry-after', 'retry-after-ms', 'x-should-retry'];

/** What a client must know to try again in time, also when the error is wrapped. */
function passedOn(headers: Headers): Record<string, string> {
	const passed: Record<string, string> = {};
	for (const [name, value] of Object.entries(headers)) {
		if (typeof value === 'string' && (retryHeaders.includes(name) || /^(x|anthropic)-ratelimit-/.test(name)))
			passed[name] = value;
	}
	return passed;
}

/** Whatever JSON a text holds, or nothing. */
export function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
