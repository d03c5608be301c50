/** Token counts as Chat Completions writes them. */

import type {JsonObject, Usage} from '../../../core/index.js';
import {sum} from '../counts.js';

/**
 * `prompt_tokens` holds what was read from and written to the cache, `completion_tokens` holds reasoning. A count that nobody
 * knows is left out where the format allows it.
 * @see https://platform.openai.com/docs/api-reference/chat/object
 */
export function encodeUsage(usage: Usage): JsonObject {
	const {input, output} = usage;
	const written = sum(input.cacheWrite5m, input.cacheWrite1h);
	const prompt = input.total ?? sum(input.uncached, input.cacheRead, written) ?? 0;
	const completion = output.total ?? sum(output.text, output.reasoning) ?? 0;
	const counts: Record<string, unknown> = {
		prompt_tokens: prompt,
		completion_tokens: completion,
		total_tokens: prompt + completion,
	};
	if (input.cacheRead !== undefined || written !== undefined) {
		const details: Record<string, number> = {};
		if (input.cacheRead !== undefined) details['cached_tokens'] = input.cacheRead;
		if (written !== undefined) details['cache_write_tokens'] = written;
		counts['prompt_tokens_details'] = details;
	}
	if (output.reasoning !== undefined) counts['completion_tokens_details'] = {reasoning_tokens: output.reasoning};
	return counts;
}
