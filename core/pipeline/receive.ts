/** Looks at what upstream answered far enough to tell an answer from a failure; nothing goes to the client yet. */

import {pipeline, type Readable} from 'node:stream';
import {createBrotliDecompress, createGunzip, createInflate} from 'node:zlib';
import type {StreamError} from '../conversation.js';
import {GatewayError, refusal} from '../errors.js';
import type {Attempt, Translation} from '../exchange.js';
import {isObject, type JsonObject} from '../json.js';
import type {Headers} from '../request.js';
import type {StreamEvent} from '../stream-event.js';
import {asStream, readBody} from '../upstream/body.js';
import type {Call} from './call.js';
import {withoutCredentials} from './credentials.js';
import {EventStream} from './event-stream.js';
import {type Response, upstreamRefusal} from './send.js';

/** What upstream answered. */
export interface Answered {
	readonly status: number;
	readonly headers: Headers;
	/** `whole`: read, and translated when need be; `events`: a stream with its first event in hand; `bytes`: relayed unread. */
	readonly content:
		| WholeAnswer
		| {readonly kind: 'events'; readonly events: EventStream}
		| {readonly kind: 'bytes'; readonly body: Readable};
	/** It is a failure. */
	readonly error?: GatewayError;
	/** The failure can be passed to the client as it is. */
	readonly passable?: boolean;
}

/** An answer that has been read. */
export interface WholeAnswer {
	readonly kind: 'whole';
	readonly body: Buffer;
	/** When somebody had to look at it. */
	readonly json?: JsonObject;
	/** In the client's format, when that is another. */
	readonly translated?: JsonObject | readonly StreamEvent[];
}

const mostReplyBytes = 256 * 1024 * 1024;
const mostErrorBytes = 1024 * 1024;

/** @throws {GatewayError} when the body breaks off, stalls or cannot be read before anything of it is of use. */
export async function receive(
	call: Call,
	attempt: Attempt,
	response: Response,
	translation: Translation | undefined,
): Promise<Answered> {
	const {status} = response;
	// An error may arrive when nobody is listening any more, such as after the client has left.
	if (!Buffer.isBuffer(response.body)) response.body.on('error', () => {});
	try {
		if (status >= 400) return await failure(call, attempt, response, translation);
		if (call.endpoint.kind === 'passthrough')
			return {status, headers: response.headers, content: {kind: 'bytes', body: asStream(response.body)}};
		if (status >= 300)
			throw refusal('upstream_invalid', `${attempt.provider.name} answered with a redirection (${status}).`);
		const {headers, body} = decoded(attempt, response);
		if (isEventStream(headers)) return await eventStream(attempt, response, headers, asStream(body), translation);
		const bytes = await readBody(body, mostReplyBytes);
		if (!startsObject(bytes))
			throw refusal(
				'upstream_invalid',
				`${attempt.provider.name} answered ${status} with ${contentType(headers)} where JSON or an event stream was expected.`,
			);
		if (translation === undefined && !mayHoldError(bytes))
			return {status, headers, content: {kind: 'whole', body: bytes}};
		const json = parsed(bytes.toString('utf8'));
		if (holdsErrorOnly(json)) {
			const shown = withoutCredentials(bytes, response.credentials());
			return judged(attempt, {status, headers, bytes: shown}, translation);
		}
		if (translation === undefined)
			return {status, headers, content: {kind: 'whole', body: bytes, ...(isObject(json) && {json})}};
		if (!isObject(json))
			throw refusal('upstream_invalid', `${attempt.provider.name} answered ${status} with JSON that cannot be read.`);
		return translated(call, translation, {status, headers, content: {kind: 'whole', body: bytes, json}}, json);
	} catch (error) {
		throw upstreamRefusal(error);
	}
}

/** What cannot be said in the client's format is no answer: another target may have one. */
function translated(
	{request}: Call,
	translation: Translation,
	{status, headers, content}: {readonly status: number; readonly headers: Headers; readonly content: WholeAnswer},
	json: JsonObject,
): Answered {
	try {
		const translated = request.stream ? translation.replyAsStream(json) : translation.reply(json);
		return {status, headers, content: Object.assign({}, content, {translated})};
	} catch (error) {
		if (!GatewayError.is(error)) throw error;
		return {status: error.status, headers, content, error};
	}
}

function isEventStream(headers: Headers): boolean {
	return String(headers['content-type'] ?? '').startsWith('text/event-stream');
}

/** A page of some proxy is no answer. White space may stand before the JSON: DeepSeek keeps connections alive with it. */
function startsObject(body: Buffer): boolean {
	for (const byte of body) {
		if (byte === 0x7b) return true;
		if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return false;
	}
	return false;
}

const errorMember = Buffer.from('"error"');

/**
 * A member `error` that is an object or a text stands somewhere in a body: worth a closer look. Within a text the quotes would be
 * escaped, and `"error":null` is part of many good answers.
 */
function mayHoldError(body: Buffer): boolean {
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
function holdsErrorOnly(json: unknown): boolean {
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

function contentType(headers: Headers): string {
	return String(headers['content-type'] ?? 'no content type').split(';')[0] ?? '';
}

async function eventStream(
	attempt: Attempt,
	response: Response,
	headers: Headers,
	body: Readable,
	translation: Translation | undefined,
): Promise<Answered> {
	const events = new EventStream(body, {
		watcher: attempt.dialect.watchStream(),
		hideUsage: response.usageAsked,
		credentials: response.credentials,
		translation: translation?.stream(),
	});
	const first = await events.first();
	const answered = {status: response.status, headers, content: {kind: 'events', events}} as const;
	if (first === 'error') {
		const said = heldError(attempt, events);
		const message = said === undefined ? 'began its stream with an error.' : `answered: ${said.message}`;
		const error = new GatewayError('upstream_error', said?.status ?? 502, `${attempt.provider.name} ${message}`);
		return {...answered, error, passable: true};
	}
	if (first === 'idle' && !events.settled && !events.waiting)
		throw refusal('upstream_invalid', `${attempt.provider.name} ended its stream without any event.`);
	return answered;
}

/** Reads an error so that it can be judged, passed on or wrapped. */
async function failure(
	call: Call,
	attempt: Attempt,
	response: Response,
	translation: Translation | undefined,
): Promise<Answered> {
	const {status} = response;
	const {headers, body} = decoded(attempt, response);
	const bytes = withoutCredentials(await readBody(body, mostErrorBytes), response.credentials());
	return judged(attempt, {status, headers, bytes}, translation, call.endpoint.kind === 'passthrough');
}

/** What is known of an error that has been read. One that came as a success is never passed on as it is: the client would believe the status. */
function judged(
	attempt: Attempt,
	{status, headers, bytes}: {readonly status: number; readonly headers: Headers; readonly bytes: Buffer},
	translation: Translation | undefined,
	unread = false,
): Answered {
	const json = parsed(bytes.toString('utf8'));
	const read = attempt.provider.readError?.(status, json);
	const passable = read === undefined && status >= 400 && (unread || attempt.dialect.isError(json));
	const known = read?.status ?? (status >= 400 ? status : statedStatus(json));
	const said = read?.message ?? translation?.error(json) ?? message(json);
	const answered = read?.code === undefined ? String(status) : `${status} (code ${read.code})`;
	const error = new GatewayError('upstream_error', known > 599 ? 502 : known, told(attempt, answered, headers, said), {
		headers: passedOn(headers),
	});
	return {status: known, headers, content: {kind: 'whole', body: bytes}, error, passable};
}

/** What the error event says that a stream began with. */
function heldError(attempt: Attempt, events: EventStream): StreamError | undefined {
	const decoder = attempt.dialect.codec?.decodeStream();
	if (decoder === undefined) return undefined;
	for (const event of events.held()) {
		for (const decoded of decoder.push(event)) if (decoded.type === 'error') return decoded.error;
	}
	return undefined;
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

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

/** A body that came compressed although it was asked for plain is unpacked, and the headers no longer say otherwise. */
function decoded(attempt: Attempt, response: Response): {headers: Headers; body: Buffer | Readable} {
	const encoding = String(response.headers['content-encoding'] ?? 'identity')
		.trim()
		.toLowerCase();
	if (encoding === 'identity' || encoding === '') return response;
	const decoders: Readonly<Record<string, () => NodeJS.ReadWriteStream>> = {
		gzip: createGunzip,
		'x-gzip': createGunzip,
		deflate: createInflate,
		br: createBrotliDecompress,
	};
	const decoder = decoders[encoding]?.();
	const packed = asStream(response.body);
	if (decoder === undefined) {
		packed.destroy();
		throw refusal(
			'upstream_invalid',
			`${attempt.provider.name} answered in the encoding "${encoding}", which was not asked for.`,
		);
	}
	const headers = Object.assign({}, response.headers, {'content-encoding': undefined, 'content-length': undefined});
	// The pipeline destroys both ends with the first error; whoever reads the decoder sees it there.
	pipeline(packed, decoder, () => {});
	return {headers, body: decoder as unknown as Readable};
}
