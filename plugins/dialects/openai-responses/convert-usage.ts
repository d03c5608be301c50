/** Token counts as Responses says them. */

import type {JsonObject, Usage} from '../../../core/index.js';
import {sum} from '../counts.js';

/**
 * @returns null when nothing is known.
 * @see https://platform.openai.com/docs/api-reference/responses/object
 */
export function convertUsage(usage: Usage | undefined): JsonObject | null {
	if (usage === undefined) return null;
	const {input, output} = usage;
	const written = sum(input.cacheWrite5m, input.cacheWrite1h);
	const read = input.total ?? sum(input.uncached, input.cacheRead, written) ?? 0;
	const said = output.total ?? sum(output.text, output.reasoning) ?? 0;
	return {
		input_tokens: read,
		input_tokens_details: {cached_tokens: input.cacheRead ?? 0, cache_write_tokens: written ?? 0},
		output_tokens: said,
		output_tokens_details: {reasoning_tokens: output.reasoning ?? 0},
		total_tokens: read + said,
	};
}
