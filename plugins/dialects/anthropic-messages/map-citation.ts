/** Where a text comes from, in Anthropic's words and the hub's. */

import {type Citation, isObject, type JsonObject} from '../../../core/index.js';

/** @see https://platform.claude.com/docs/en/build-with-claude/citations */
export function decodeCitation(raw: unknown): Citation {
	if (!isObject(raw)) return {raw};
	const url = raw['url'] ?? raw['source'];
	const title = raw['title'] ?? raw['document_title'];
	const citedText = raw['cited_text'];
	return {
		...(typeof url === 'string' && {url}),
		...(typeof title === 'string' && {title}),
		...(typeof citedText === 'string' && {citedText}),
		raw,
	};
}

/**
 * Writes a citation for a client; `undefined` when it names no page and is not Anthropic's own.
 * @param text what is backed by it, for formats that give a range of it.
 */
export function encodeCitation(citation: Citation, text: string): JsonObject | undefined {
	if (isOwn(citation.raw)) return citation.raw;
	if (citation.url === undefined) return undefined;
	return {
		type: 'web_search_result_location',
		url: citation.url,
		title: citation.title ?? null,
		cited_text: citation.citedText ?? (citation.start === undefined ? '' : text.slice(citation.start, citation.end)),
		encrypted_index: '',
	};
}

/** Anthropic's own, which alone a request may hold: those that {@link encodeCitation} makes lack what proves them. */
export function isOwn(raw: unknown): raw is JsonObject {
	return (
		isObject(raw) &&
		typeof raw['type'] === 'string' &&
		raw['type'].endsWith('_location') &&
		raw['encrypted_index'] !== ''
	);
}
