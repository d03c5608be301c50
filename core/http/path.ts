/** What a path may look like before anything is looked up by it, and whose API it belongs to. */

import type {Family} from '../dialect.js';
import type {Headers} from '../request.js';

/**
 * Refuses paths that two readers may understand differently: what the gateway checks must be what upstream serves.
 * @returns what is wrong, or `undefined`.
 */
export function checkPath(url: string): string | undefined {
	if (!url.startsWith('/') || url.startsWith('//')) return 'The request target must be a path.';
	const path = url.split('?', 1)[0] as string;
	// A model's id may hold a slash, which clients encode; it is looked up and goes nowhere.
	const checked = /^(\/anthropic)?\/v1\/models\/[^/]+$/.test(path) ? path.replace(/%2f/gi, '/') : path;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
	if (/[\\\x00-\x20\x7f]|%(2f|5c|0[0-9a-f]|1[0-9a-f]|7f)/i.test(checked))
		return 'The path holds encoded slashes, backslashes or control characters.';
	let decoded: string;
	try {
		decoded = decodeURIComponent(checked);
	} catch {
		return 'The path is not valid percent-encoded UTF-8.';
	}
	if (/(^|\/)\.{1,2}(\/|$)/.test(decoded)) return 'The path has dot segments.';
	if (decoded.includes('//')) return 'The path has empty segments.';
	return undefined;
}

/** The family whose client this is, where the path alone does not say it. */
export function spokenFamily(path: string, headers: Headers): Family {
	if (path === '/anthropic' || path.startsWith('/anthropic/')) return 'anthropic';
	if (path.startsWith('/v1/messages') || path === '/v1/complete') return 'anthropic';
	const anthropic =
		headers['anthropic-version'] !== undefined ||
		(headers['x-api-key'] !== undefined && headers['authorization'] === undefined);
	return anthropic ? 'anthropic' : 'openai';
}
