/** Counts for answers whose provider reports none: from sizes, because a tokenizer on every such stream would cost more than it tells. */

import type {Part, Usage} from '../../core/index.js';

/** Characters per token, on the safe side of what models make of English, code and JSON. */
const charactersPerToken = 3.5;

/**
 * @param requestBytes size of the request body.
 * @param textLength characters of the answer; `undefined` when it has not begun.
 */
export function estimatedUsage(requestBytes: number, textLength: number | undefined): Usage {
	const output = textLength === undefined ? undefined : Math.ceil(textLength / charactersPerToken);
	const input = Math.ceil(requestBytes / charactersPerToken);
	return {
		input: {total: input, uncached: input},
		output: output === undefined ? {} : {total: output},
		source: 'estimated',
		raw: {request_bytes: requestBytes, answer_characters: textLength ?? null},
	};
}

/** Characters that a model wrote. */
export function textOf(parts: readonly Part[]): number {
	let length = 0;
	for (const part of parts) {
		if ('text' in part) length += part.text.length;
		else if (part.type === 'tool-call') length += part.name.length + part.arguments.length;
	}
	return length;
}
