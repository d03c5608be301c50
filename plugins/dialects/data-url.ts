/** Data URLs, in which the OpenAI formats carry images and files. */

import type {Source} from '../../core/index.js';

/**
 * Reads where content is. The scheme may be in any case; a data URL that is not base64 stays a URL.
 * @see https://www.rfc-editor.org/rfc/rfc2397
 */
export function sourceOf(url: string): Source {
	const comma = url.indexOf(',');
	const head = comma > 0 && comma < 256 ? url.slice(0, comma).toLowerCase() : '';
	if (!head.startsWith('data:') || !head.endsWith(';base64')) return {kind: 'url', url};
	const [mediaType = ''] = head.slice('data:'.length).split(';');
	return {kind: 'base64', mediaType: mediaType === 'image/jpg' ? 'image/jpeg' : mediaType, data: url.slice(comma + 1)};
}

/** A source as one URL; `undefined` for a file that is kept at a provider. */
export function urlOf(source: Source): string | undefined {
	if (source.kind === 'base64') return `data:${source.mediaType};base64,${source.data}`;
	return source.kind === 'url' ? source.url : undefined;
}
