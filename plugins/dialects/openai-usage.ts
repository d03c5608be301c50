/** Reads the token counts of OpenAI and of the many servers that speak its APIs. */

import {isObject, type JsonObject, tokenCount, type Usage} from '../../core/index.js';
import {remainder, sum} from './counts.js';

/**
 * Reads a `usage` object of Chat Completions, Completions, Embeddings or Responses; `undefined` when it counts nothing.
 * @see https://platform.openai.com/docs/api-reference/chat/object
 */
export function openaiUsage(raw: unknown): Usage | undefined {
	if (!isObject(raw)) return undefined;
	const input = tokenCount(raw['prompt_tokens']) ?? tokenCount(raw['input_tokens']);
	const stated = tokenCount(raw['completion_tokens']) ?? tokenCount(raw['output_tokens']);
	if (input === undefined && stated === undefined) return undefined;
	const inputDetails = object(raw['prompt_tokens_details'] ?? raw['input_tokens_details']);
	const outputDetails = object(raw['completion_tokens_details'] ?? raw['output_tokens_details']);
	const cacheRead = tokenCount(inputDetails['cached_tokens']) ?? tokenCount(raw['prompt_cache_hit_tokens']);
	// OpenAI does not say how long what was written is kept; the shorter of the two lifetimes promises less.
	const cacheWrite5m = tokenCount(inputDetails['cache_write_tokens']);
	const reasoning = tokenCount(outputDetails['reasoning_tokens']);
	const [audioRead, imageRead] = [media(inputDetails['audio_tokens']), media(inputDetails['image_tokens'])];
	const [audio, image] = [media(outputDetails['audio_tokens']), media(outputDetails['image_tokens'])];
	const output = withReasoning(stated, reasoning, remainder(tokenCount(raw['total_tokens']), input));
	return {
		input: withMedia(
			{total: input, uncached: remainder(input, cacheRead, cacheWrite5m), cacheRead, cacheWrite5m},
			audioRead,
			imageRead,
		),
		output: withMedia({total: output, text: remainder(output, reasoning, audio, image), reasoning}, audio, image),
		source: 'reported',
		raw,
	};
}

/** Tokens of sound or of pictures; most calls have none, and their counts stay as short as they are. */
function media(count: unknown): number | undefined {
	return tokenCount(count) || undefined;
}

function withMedia<Counts extends object>(
	counts: Counts & {audio?: number; image?: number},
	audio: number | undefined,
	image: number | undefined,
): Counts & {audio?: number; image?: number} {
	if (audio !== undefined) counts.audio = audio;
	if (image !== undefined) counts.image = image;
	return counts;
}

/**
 * xAI leaves reasoning out of `completion_tokens` but not out of `total_tokens`; everybody else has it in both.
 * @param produced what `total_tokens` leaves for the output.
 */
function withReasoning(
	stated: number | undefined,
	reasoning: number | undefined,
	produced: number | undefined,
): number | undefined {
	return produced !== undefined && produced === sum(stated, reasoning) ? produced : stated;
}

/** The usage of a Chat Completions reply or chunk; Groq has put it under a name of its own. */
export function chatUsage(reply: JsonObject): Usage | undefined {
	return openaiUsage(reply['usage']) ?? openaiUsage(object(reply['x_groq'])['usage']);
}

function object(value: unknown): JsonObject {
	return isObject(value) ? value : {};
}
