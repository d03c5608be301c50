/** Reads the root of a provider's API, and joins the paths of API calls to it. */

import {ConfigError, type Family} from '../../core/index.js';

/**
 * Checks a base URL.
 * @returns it without its trailing slashes.
 * @throws {ConfigError} that never quotes credentials.
 */
export function readBaseUrl(text: string): string {
	const wrong = (problem: string): ConfigError =>
		new ConfigError(
			`baseUrl: ${problem}; expected the http or https URL of an API's root, such as https://api.example.com/v1`,
		);
	if (!URL.canParse(text)) throw wrong('is not a URL');
	const url = new URL(text);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') throw wrong(`has the scheme ${url.protocol}`);
	if (url.username !== '' || url.password !== '')
		throw wrong('holds credentials (give the key as apiKey, or as a header in headers)');
	if (text.includes('?')) throw wrong('has a query');
	if (text.includes('#')) throw wrong('has a fragment');
	return url.href.replace(/\/+$/, '');
}

/** A base URL without the root of one of its surfaces, which people may have written along. */
export function withoutRoot(baseUrl: string, roots: readonly string[]): string {
	const root = roots.find(candidate => baseUrl.endsWith(candidate));
	return root === undefined ? baseUrl : baseUrl.slice(0, -root.length);
}

/**
 * The URL of a call. The roots of OpenAI-like APIs end in a version (`/v1`, `/api/paas/v4`), those of Anthropic-like ones
 * do not; the paths of both begin with `/v1`.
 */
export function joinPath(baseUrl: string, kind: Family, path: string): URL {
	const versioned = kind === 'openai' && (path === '/v1' || path.startsWith('/v1/'));
	const rest = versioned ? path.slice('/v1'.length) : path;
	// A path without its slash would become part of the host.
	return new URL(rest === '' || rest.startsWith('/') ? baseUrl + rest : `${baseUrl}/${rest}`);
}
