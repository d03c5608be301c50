/** Data URLs, in which Chat Completions carries images and files. */

import type {Source} from '../../../core/index.js';

/**
 * Where the content of a URL is: within it, or elsewhere.
 * @returns `undefined` for a data URL that cannot be read.
 * @see https://www.rfc-editor.org/rfc/rfc2397
 */
export function sourceOfUrl(url: string): Source | undefined {
	// The scheme may be written in any case.
	if (url.slice(0, 5).toLowerCase() !== 'data:') return {kind: 'url', url};
	const comma = url.indexOf(',');
	if (comma === -1) return undefined;
	const [type = '', ...parameters] = url.slice(5, comma).split(';');
	const named = type.trim().toLowerCase();
	const mediaType = named === 'image/jpg' ? 'image/jpeg' : named || 'text/plain';
	const content = url.slice(comma + 1);
	if (parameters.some(parameter => parameter.trim().toLowerCase() === 'base64')) {
		return {kind: 'base64', mediaType, data: content};
	}
	try {
		return {kind: 'base64', mediaType, data: Buffer.from(decodeURIComponent(content)).toString('base64')};
	} catch {
		return undefined;
	}
}

export function dataUrl(source: {readonly mediaType: string; readonly data: string}): string {
	return `data:${source.mediaType};base64,${source.data}`;
}
