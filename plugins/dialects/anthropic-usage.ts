/** Reads the token counts of Anthropic, which counts what came from the cache and what went there beside the input. */

import {isObject, tokenCount, type Usage} from '../../core/index.js';
import {remainder, sum} from './counts.js';

/**
 * Reads a `usage` object of a message; `undefined` when it counts nothing.
 * @see https://platform.claude.com/docs/en/build-with-claude/prompt-caching#tracking-cache-performance
 */
export function anthropicUsage(raw: unknown): Usage | undefined {
	if (!isObject(raw)) return undefined;
	const uncached = tokenCount(raw['input_tokens']);
	const cacheRead = tokenCount(raw['cache_read_input_tokens']);
	const split = isObject(raw['cache_creation']) ? raw['cache_creation'] : {};
	const write5m = tokenCount(split['ephemeral_5m_input_tokens']);
	const cacheWrite1h = tokenCount(split['ephemeral_1h_input_tokens']);
	const written = tokenCount(raw['cache_creation_input_tokens']) ?? sum(write5m, cacheWrite1h);
	// Five minutes is what is written for when nothing is said; and in a stream the total may be newer than the split.
	const cacheWrite5m = cacheWrite1h === undefined ? written : (remainder(written, cacheWrite1h) ?? write5m);
	const output = tokenCount(raw['output_tokens']);
	const details = isObject(raw['output_tokens_details']) ? raw['output_tokens_details'] : {};
	const reasoning = tokenCount(details['thinking_tokens']);
	if (sum(uncached, cacheRead, written, output) === undefined) return undefined;
	return {
		input: {
			total: uncached === undefined ? undefined : sum(uncached, cacheRead, written),
			uncached,
			cacheRead,
			cacheWrite5m,
			cacheWrite1h,
		},
		output: {total: output, text: remainder(output, reasoning), reasoning},
		source: 'reported',
		raw,
	};
}
