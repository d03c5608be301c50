/** Looks at what upstream answered far enough to tell an answer from a failure; nothing goes to the client yet. */

import type {Readable} from 'node:stream';
import type {EventFacts} from '../dialect.js';
import {GatewayError, refusal} from '../errors.js';
import type {Attempt, Translation} from '../exchange.js';
import {isObject, type JsonObject} from '../json.js';
import type {Headers} from '../request.js';
import type {StreamEvent} from '../stream-event.js';
import {asStream, readBody} from '../upstream/body.js';
import type {Call} from './call.js';
import {EventStream} from './event-stream.js';
import {contentType, failure, heldError, holdsErrorOnly, mayHoldError, meaning, parsed} from './judge.js';
import {type Response, upstreamRefusal} from './send.js';
import {decoded} from './unpack.js';

/** A stream that has begun, or one that is so late that its client is not left without a byte any longer. */
export interface UpstreamEvents {
	readonly events: EventStream;
	/** Settles with the first event; absent when that is there. */
	readonly late?: Promise<unknown>;
}

/** What upstream answered. */
export interface Answered {
	readonly status: number;
	readonly headers: Headers;
	/** `whole`: read, and translated when need be; `events`: a stream, as a rule with its first event in hand; `bytes`: relayed unread. */
	readonly content:
		| WholeAnswer
		| ({readonly kind: 'events'} & UpstreamEvents)
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

/** Proxies and clients take a connection for dead that is silent for a minute; some do after half of one. */
export const patienceMs = 15_000;

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
		if (status >= 400) {
			const {headers, body} = decoded(attempt, response);
			return failure(call, attempt, response, headers, await readBody(body, mostErrorBytes), translation);
		}
		if (call.endpoint.kind === 'passthrough')
			return {status, headers: response.headers, content: {kind: 'bytes', body: asStream(response.body)}};
		if (status >= 300)
			throw refusal('upstream_invalid', `${attempt.provider.name} answered with a redirection (${status}).`);
		const {headers, body} = decoded(attempt, response);
		if (isEventStream(headers)) return await eventStream(call, attempt, response, headers, asStream(body), translation);
		const bytes = await readBody(body, mostReplyBytes);
		if (!startsObject(bytes))
			throw refusal(
				'upstream_invalid',
				`${attempt.provider.name} answered ${status} with ${contentType(headers)} where JSON or an event stream was expected.`,
			);
		const whole = {kind: 'whole', body: bytes} as const;
		const {readError} = attempt.provider;
		if (translation === undefined && readError === undefined && !mayHoldError(bytes))
			return {status, headers, content: whole};
		const json = parsed(bytes.toString('utf8'));
		if (readError?.(status, json) !== undefined || holdsErrorOnly(json))
			return failure(call, attempt, response, headers, bytes, translation);
		if (translation === undefined)
			return {status, headers, content: isObject(json) ? Object.assign({json}, whole) : whole};
		if (!isObject(json))
			throw refusal('upstream_invalid', `${attempt.provider.name} answered ${status} with JSON that cannot be read.`);
		return translated(call, translation, {status, headers, content: Object.assign({json}, whole)}, json);
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
async function eventStream(
	call: Call,
	attempt: Attempt,
	response: Response,
	headers: Headers,
	body: Readable,
	translation: Translation | undefined,
): Promise<Answered> {
	const events = new EventStream(body, {
		watcher: attempt.dialect.watchStream(translation?.body ?? call.request.json),
		hideUsage: response.usageAsked,
		credentials: response.credentials,
		translation: translation?.stream(),
	});
	const begun = events.first();
	const first = await withPatience(begun);
	const {status} = response;
	if (first === undefined) return {status, headers, content: {kind: 'events', events, late: begun}};
	const answered = {status, headers, content: {kind: 'events', events}} as const;
	if (first === 'error') {
		const said = heldError(attempt, events);
		const meant = said === undefined ? undefined : attempt.provider.readError?.(said.status, {error: said});
		if (meant !== undefined) return {...answered, ...meaning(attempt, status, headers, meant)};
		const message = said === undefined ? 'began its stream with an error.' : `answered: ${said.message}`;
		const error = new GatewayError('upstream_error', said?.status ?? 502, `${attempt.provider.name} ${message}`);
		return {...answered, error, passable: true};
	}
	if (first === 'idle' && !events.settled && !events.waiting)
		throw refusal('upstream_invalid', `${attempt.provider.name} ended its stream without any event.`);
	return answered;
}

/** `undefined` when a stream that was promised says nothing for so long that its client must hear that somebody is there. */
async function withPatience(begun: Promise<EventFacts>): Promise<EventFacts | undefined> {
	let timer: NodeJS.Timeout | undefined;
	const patience = new Promise<undefined>(resolve => {
		timer = setTimeout(() => resolve(undefined), patienceMs);
	});
	// Whoever delivers the stream hears of its failure; until then nobody may be listening.
	begun.catch(() => {});
	try {
		return await Promise.race([begun, patience]);
	} finally {
		clearTimeout(timer);
	}
}
