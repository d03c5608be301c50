/** Writes token counts as Anthropic does: what came from the cache or went there is beside the input, not in it. */

import type {JsonObject, Usage} from '../../../core/index.js';
import {remainder, sum} from '../counts.js';

/** The schema demands the two main counts, so that what is unknown reads as 0. */
export function encodeUsage(usage: Usage | undefined): JsonObject {
	const {input, output} = usage ?? {input: {}, output: {}};
	const written = sum(input.cacheWrite5m, input.cacheWrite1h);
	const cached = sum(input.cacheRead, written);
	const uncached = input.uncached ?? (cached === undefined ? input.total : (remainder(input.total, cached) ?? 0));
	return {
		input_tokens: uncached ?? 0,
		cache_creation_input_tokens: written ?? 0,
		cache_read_input_tokens: input.cacheRead ?? 0,
		...(input.cacheWrite1h !== undefined && {
			cache_creation: {
				ephemeral_5m_input_tokens: input.cacheWrite5m ?? 0,
				ephemeral_1h_input_tokens: input.cacheWrite1h,
			},
		}),
		output_tokens: output.total ?? 0,
		...(output.reasoning !== undefined && {output_tokens_details: {thinking_tokens: output.reasoning}}),
	};
}
