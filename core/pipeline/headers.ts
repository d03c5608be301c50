/** Which headers travel: what the APIs define goes through, what belongs to one connection or one credential stays. */

import type {ServerResponse} from 'node:http';
import {targetName} from '../provider.js';
import type {HeaderList, Headers} from '../request.js';
import {isList, mergedHeaders} from '../wire-reply.js';
import type {Call} from './call.js';

/** Client headers that a model API defines or that its SDKs send along. Everything else may be somebody's secret. */
const forwarded = new Set([
	'accept',
	'content-type',
	'user-agent',
	'idempotency-key',
	'x-client-request-id',
	'x-app',
	'session_id',
	'session-id',
	'conversation_id',
	'originator',
	'version',
	'mcp-session-id',
]);
const forwardedFamilies = [
	'anthropic-',
	'openai-',
	'x-stainless-',
	'x-openai-',
	'x-anthropic-',
	'x-claude-',
	'x-codex-',
];

/** Client headers that matter beside those when the bytes go through unread. */
const forwardedUnread = new Set([
	'accept-encoding',
	'accept-language',
	'content-encoding',
	'content-length',
	'content-range',
	'content-md5',
	'if-match',
	'if-none-match',
	'if-modified-since',
	'if-range',
	'range',
]);

/** The headers of the client that go upstream. Credentials are none of them: those are a matter of `sign`. */
export function forwardedHeaders(headers: Headers, unread: boolean): Record<string, string | string[]> {
	const kept: Record<string, string | string[]> = {};
	for (const name in headers) {
		const value = headers[name];
		if (value === undefined) continue;
		if (
			forwarded.has(name) ||
			forwardedFamilies.some(family => name.startsWith(family)) ||
			(unread && forwardedUnread.has(name))
		) {
			kept[name] = value as string | string[];
		}
	}
	return kept;
}

/** The headers by which a client shows a credential. */
export const credentialHeaders = ['authorization', 'x-api-key', 'api-key', 'x-goog-api-key'] as const;

/** Belong to one connection, or tell the client about the gateway's account at the provider. */
const kept = new Set([
	'connection',
	'keep-alive',
	'proxy-authenticate',
	'proxy-authorization',
	'proxy-connection',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
	'alt-svc',
	'set-cookie',
	'set-cookie2',
	'www-authenticate',
	'authorization',
	'x-api-key',
	'api-key',
	'x-goog-api-key',
	'openai-organization',
	'openai-project',
	'anthropic-organization-id',
	// Ours is sent; upstream's own id travels under another name.
	'x-request-id',
	'content-length',
]);

/** The headers of upstream's answer that go to the client. */
export function answeredHeaders(headers: Headers): HeaderList {
	const passed: (string | readonly string[])[] = [];
	const named = connectionOptions(headers['connection']);
	const id = headers['x-request-id'];
	for (const name in headers) {
		const value = headers[name];
		if (value === undefined || kept.has(name) || named.includes(name)) continue;
		if (id === undefined || name !== upstreamId) passed.push(name, value);
	}
	if (id !== undefined) passed.push(upstreamId, id);
	return passed;
}

const upstreamId = 'x-upstream-request-id';

/** A `connection` header may name further headers that are for this connection only. */
function connectionOptions(value: string | readonly string[] | undefined): readonly string[] {
	if (value === undefined || value === 'keep-alive' || value === 'close') return [];
	return String(value)
		.toLowerCase()
		.split(',')
		.map(option => option.trim());
}

/** What the gateway says of its own on every answer. */
export function gatewayHeaders(call: Call): HeaderList {
	const headers = ['x-request-id', call.id];
	if (call.dialect.family === 'anthropic' && call.attempts.length === 0) headers.push('request-id', call.id);
	if (call.attempts.length > 0) headers.push('x-tapgate-attempts', String(call.attempts.length));
	if (call.target !== undefined) headers.push('x-tapgate-target', headerSafe(targetName(call.target)));
	if (call.losses.length > 0)
		headers.push('x-tapgate-losses', headerSafe(call.losses.map(({path, reason}) => `${path}: ${reason}`).join('; ')));
	if (call.timings !== undefined && call.timings.size > 0) headers.push('server-timing', serverTiming(call.timings));
	return headers;
}

const plain = /^[\x20-\x7e]*$/;

/** Text of a client's or a provider's making, made fit for a header: ASCII, one line, bounded. */
export function headerSafe(text: string): string {
	if (text.length < 100 && plain.test(text)) return text;
	return text
		.slice(0, 2000)
		.toWellFormed()
		.replace(/[^\x20-\x7e]/gu, encodeURIComponent);
}

/** @see https://www.w3.org/TR/server-timing/ */
function serverTiming(timings: ReadonlyMap<string, number>): string {
	return [...timings].map(([plugin, ms]) => `${plugin.replace(/[^\w.-]/g, '_')};dur=${ms.toFixed(3)}`).join(', ');
}

/**
 * Writes the head of a response, in one go: setting header by header costs Node a table of them, and an object of so many names of ours as well.
 * @param layers each over those before.
 */
export function writeHeaders(
	response: ServerResponse,
	status: number,
	layers: readonly (OwnHeaders | HeaderList)[],
): void {
	const flat = flatHeaders(layers);
	try {
		response.writeHead(status, flat as string[]);
	} catch {
		// One of them cannot be sent, such as a line break in what a plugin or a provider said.
		response.statusCode = status;
		setHeaders(response, mergedHeaders(layers as readonly (Headers | HeaderList)[]));
	}
}

type FlatHeaders = (string | number | readonly string[] | undefined)[];

/** Names and values in turn, in a list that is made as long as it may become: one that grows is copied twice. */
function flatHeaders(layers: readonly (OwnHeaders | HeaderList)[]): FlatHeaders {
	let most = 0;
	for (let index = 0; index < layers.length; index++) {
		const layer = layers[index] as OwnHeaders | HeaderList;
		if (isList(layer)) most += layer.length;
		else for (const _ in layer) most += 2;
	}
	const flat: FlatHeaders = new Array(most);
	let length = 0;
	for (let index = 0; index < layers.length; index++) {
		const layer = layers[index] as OwnHeaders | HeaderList;
		// Within a layer no name stands twice.
		const before = length;
		if (isList(layer))
			for (let at = 0; at < layer.length; at += 2)
				length = place(flat, length, before, layer[at] as string, layer[at + 1]);
		else for (const name in layer) length = place(flat, length, before, name, layer[name]);
	}
	if (length < most) flat.length = length;
	return flat;
}

/**
 * Puts a header where an earlier one of its name stands, or behind all others; one without a value leaves nothing in its place.
 * @param length how much of `flat` there is. @param before how much of it is of the layers before.
 * @returns how much there is then.
 */
function place(
	flat: FlatHeaders,
	length: number,
	before: number,
	name: string,
	value: string | number | readonly string[] | undefined,
): number {
	let index = 0;
	while (index < before && flat[index] !== name) index += 2;
	const known = index < before;
	if (value === undefined) {
		if (!known) return length;
		flat.copyWithin(index, index + 2, length);
		return length - 2;
	}
	if (!known) flat[length] = name;
	flat[known ? index + 1 : length + 1] = value;
	return known ? length : length + 2;
}

type OwnHeaders = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** Sets headers on a response, leaving out what Node would refuse to send rather than failing the call. */
export function setHeaders(response: ServerResponse, headers: OwnHeaders): void {
	for (const name in headers) {
		const value = headers[name];
		if (value === undefined) continue;
		try {
			response.setHeader(name, value as string | string[]);
		} catch {}
	}
}
