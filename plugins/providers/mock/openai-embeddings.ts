/** Embeddings: vectors that depend on the text and mean nothing. @see https://platform.openai.com/docs/api-reference/embeddings */

import {createHash} from 'node:crypto';
import type {JsonObject} from '../../../core/index.js';
import {estimateTokens, inputText} from './text.js';

const defaultDimensions = 8;
const mostDimensions = 4096;

/** Answers with one vector of length 1 for every input; the same text has the same vector. */
export function embed(model: string, body: JsonObject, usage: {readonly input: number} | undefined): JsonObject {
	const inputs = inputsOf(body['input']);
	const asked = body['dimensions'];
	const dimensions =
		typeof asked === 'number' && Number.isInteger(asked) && asked > 0
			? Math.min(asked, mostDimensions)
			: defaultDimensions;
	const base64 = body['encoding_format'] === 'base64';
	const tokens = usage?.input ?? inputs.reduce((sum, input) => sum + estimateTokens(input), 0);
	return {
		object: 'list',
		data: inputs.map((input, index) => {
			const values = vector(input, dimensions);
			const embedding = base64 ? Buffer.from(values.buffer).toString('base64') : [...values];
			return {object: 'embedding', index, embedding};
		}),
		model,
		usage: {prompt_tokens: tokens, total_tokens: tokens},
	};
}

/** A text, a list of texts, a list of tokens, or a list of lists of tokens. */
function inputsOf(input: unknown): readonly string[] {
	if (!Array.isArray(input) || typeof input[0] === 'number') return [inputText(input)];
	return input.map(item => inputText(item));
}

function vector(text: string, dimensions: number): Float32Array {
	const values = new Float32Array(dimensions);
	let digest = Buffer.alloc(0);
	for (let at = 0; at < dimensions; at++) {
		const offset = (at % 8) * 4;
		if (offset === 0) digest = createHash('sha256').update(`${at} ${text}`).digest();
		values[at] = digest.readInt32LE(offset) / 2 ** 31;
	}
	const length = Math.hypot(...values);
	return values.map(value => value / length);
}
