/** Makes the upstream request of one attempt and has it answered: by a plugin, or over the network. */

import {Readable} from 'node:stream';
import {refusal} from '../errors.js';
import type {Attempt, Translation, UpstreamAnswer} from '../exchange.js';
import type {Engine} from '../gateway.js';
import type {Splice} from '../json.js';
import {type Headers, UpstreamRequest} from '../request.js';
import {UpstreamError} from '../upstream/errors.js';
import type {Call} from './call.js';
import {forwardedHeaders} from './headers.js';

/** What came back, its body not yet read. */
export interface Response {
	readonly status: number;
	readonly headers: Headers;
	readonly body: Buffer | Readable;
	/** The gateway asked the stream to report usage; the client did not. */
	readonly usageAsked: boolean;
	/** Values that `sign` added: they must not come back to the client in an error. */
	readonly credentials: () => readonly string[];
}

/**
 * Builds, prepares, signs and sends.
 * @param cleaning what is replaced in the client's own bytes.
 * @throws {GatewayError} when upstream cannot be reached or does not answer in time.
 */
export async function send(
	engine: Engine,
	call: Call,
	attempt: Attempt,
	translation: Translation | undefined,
	cleaning: readonly Splice[] = [],
): Promise<Response> {
	const {prepare, sign, send} = engine.hooks;
	const {bytes, usageAsked} = body(call, attempt, translation, cleaning);
	let request = new UpstreamRequest(
		call.request.method,
		url(call, attempt, translation),
		headers(call, attempt),
		bytes,
	);
	if (prepare.taps.length > 0) request = await prepare.call(request, attempt);
	const unsigned = request.headers;
	if (!attempt.provider.signs) request = request.withHeaders(call.anonymousCredentials());
	call.present();
	const signer = sign.get(attempt.provider.name);
	if (signer !== undefined && signer.taps.length > 0) {
		const answer = signer.call(request, attempt);
		request = answer instanceof Promise ? await answer : answer;
	}
	const signed = request.headers;
	const credentials = (): readonly string[] => added(unsigned, signed);
	call.present();
	const own = send.taps.length > 0 ? await unlessStalled(call, send.promise(request, attempt)) : undefined;
	if (own !== undefined) return {...own, body: readable(call, own), usageAsked, credentials};
	const answer = await overNetwork(engine, call.present(), attempt, request);
	return {status: answer.status, headers: answer.headers, body: answer.body, usageAsked, credentials};
}

async function overNetwork(engine: Engine, call: Call, attempt: Attempt, request: UpstreamRequest) {
	const pending = engine.transport(attempt.provider).send({
		method: request.method,
		url: request.url,
		headers: request.headers as Record<string, string | string[]>,
		stream: call.request.stream || call.endpoint.kind === 'passthrough',
		...(request.body !== undefined && {body: request.body}),
	});
	call.cancel = () => pending.abort();
	try {
		return await unlessStalled(call, pending.response);
	} catch (error) {
		throw upstreamRefusal(error);
	}
}

/** An answer, unless the client first stops sending what is to be answered. */
function unlessStalled<Value>({stalled}: Call, answer: Promise<Value>): Promise<Value> {
	return stalled === undefined ? answer : Promise.race([stalled, answer]);
}

/** What the transport reports, as the error that the client is told. */
export function upstreamRefusal(error: unknown): unknown {
	if (!(error instanceof UpstreamError)) return error;
	if (error.kind === 'timeout') return refusal('upstream_timeout', error.message, {cause: error});
	const invalid = error.kind === 'too-large' || error.kind === 'truncated';
	return refusal(invalid ? 'upstream_invalid' : 'upstream_unreachable', error.message, {cause: error});
}

function url(call: Call, {provider, target, dialect}: Attempt, translation: Translation | undefined): URL {
	const {endpoint} = call;
	const path =
		translation?.path ??
		(endpoint.kind === 'passthrough'
			? endpoint.upstreamPath
			: endpoint.kind === 'model'
				? (endpoint.route.upstreamPath ?? endpoint.route.path)
				: call.request.path);
	const located = provider.locate(path, dialect.family, target.model);
	const {query} = call.request;
	if (query === '' || translation !== undefined) return located;
	const url = new URL(located);
	url.search = url.search === '' ? query : `${url.search}&${query.slice(1)}`;
	return url;
}

/** The client's bytes, with the model named as upstream names it and, but for what is cleaned, everything else as it came. */
function body(
	call: Call,
	attempt: Attempt,
	translation: Translation | undefined,
	cleaning: readonly Splice[],
): {bytes: Buffer | Readable | undefined; usageAsked: boolean} {
	const {request} = call;
	if (translation !== undefined) return {bytes: Buffer.from(JSON.stringify(translation.body)), usageAsked: false};
	if (request.json === undefined) return {bytes: request.upload, usageAsked: false};
	const changes: Splice[] = [...cleaning];
	if (request.model !== undefined && attempt.target.model !== '' && request.model !== attempt.target.model) {
		changes.push({name: 'model', json: JSON.stringify(attempt.target.model)});
	}
	const ask = request.stream && attempt.provider.streamUsage ? attempt.dialect.askForUsage?.(request.json) : undefined;
	if (ask !== undefined) changes.push(ask);
	return {bytes: request.spliced(changes), usageAsked: ask !== undefined};
}

function headers(call: Call, {provider}: Attempt): Record<string, string | string[]> {
	const unread = call.endpoint.kind === 'passthrough';
	const forwarded = forwardedHeaders(call.request.headers, unread);
	// Usage is read from the bytes as they pass, so they must come uncompressed.
	if (!unread) forwarded['accept-encoding'] = 'identity';
	if (call.request.json !== undefined) delete forwarded['content-length'];
	return Object.assign(forwarded, provider.headers);
}

/** The header values, and the secrets within them, that were not there before signing. */
function added(before: UpstreamRequest['headers'], after: UpstreamRequest['headers']): readonly string[] {
	return Object.entries(after).flatMap(([name, value]) =>
		before[name] === value ? [] : [String(value).replace(/^(Bearer|Basic) /i, '')],
	);
}

/** A plugin's answer, as if it had come over the network. */
function readable(call: Call, answer: UpstreamAnswer): Buffer | Readable {
	if (Buffer.isBuffer(answer.body)) return answer.body;
	const body = Readable.from(answer.body, {objectMode: false});
	call.cancel = () => body.destroy();
	return body;
}
