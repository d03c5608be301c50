/** Which headers travel: what the APIs define goes through, what belongs to one connection or one credential stays. */

import type {HeaderList} from '../header-list.js';
import {targetName} from '../provider.js';
import type {Headers} from '../request.js';
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
