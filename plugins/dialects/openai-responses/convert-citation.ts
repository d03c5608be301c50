/** Annotations of a text: where it comes from. */

import {type Citation, isObject, type JsonObject} from '../../../core/index.js';

const native: ReadonlySet<unknown> = new Set(['url_citation', 'file_citation', 'container_file_citation', 'file_path']);

export function decodeAnnotation(annotation: unknown): Citation | undefined {
	if (!isObject(annotation)) return undefined;
	const {url, title, filename, start_index: start, end_index: end} = annotation;
	const name = typeof title === 'string' ? title : filename;
	return {
		...(typeof url === 'string' ? {url} : {}),
		...(typeof name === 'string' ? {title: name} : {}),
		...(typeof start === 'number' ? {start} : {}),
		...(typeof end === 'number' ? {end} : {}),
		raw: annotation,
	};
}

/**
 * @param textLength how long the text is that the citation backs, for formats that do not say which part of it.
 * @returns `undefined` when there is no URL to cite: files of another provider mean nothing here.
 */
export function encodeAnnotation(citation: Citation, textLength: number): JsonObject | undefined {
	if (isObject(citation.raw) && native.has(citation.raw['type']) && isComplete(citation.raw)) return citation.raw;
	if (citation.url === undefined) return undefined;
	return {
		type: 'url_citation',
		url: citation.url,
		title: citation.title ?? citation.url,
		start_index: citation.start ?? 0,
		end_index: citation.end ?? textLength,
	};
}

/** Chat nests the same facts under the name of the type. */
function isComplete(raw: JsonObject): boolean {
	return raw['type'] !== 'url_citation' || typeof raw['url'] === 'string';
}
