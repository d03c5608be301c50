/** Guesses how many tokens a call will use before it is made, from what is known without reading the request again. */

import type {ClientRequest} from './request.js';

/** Tokens that a call is expected to use at most. */
export interface TokenEstimate {
	readonly input: number;
	/** What the client allows, or `undefined` when it sets no limit. */
	readonly output: number | undefined;
}

/** Bytes of JSON per token: English text has four, code and most other scripts fewer. */
const bytesPerToken = 3;
/** A picture costs about as many tokens whatever its file weighs; most of a longer body is pictures or documents. */
const longStringBytes = 16 * 1024;
const tokensPerFile = 1600;

/**
 * Estimates from the size of the body; what a call really used settles the difference.
 * @returns `undefined` for a call whose body was not read.
 */
export function estimateTokens(request: ClientRequest): TokenEstimate | undefined {
	if (request.json === undefined) return undefined;
	const {body, maxTokens} = request;
	if (body.length <= longStringBytes) return {input: Math.ceil(body.length / bytesPerToken), output: maxTokens};
	const {files, bytes} = encodedFiles(body);
	return {input: Math.ceil((body.length - bytes) / bytesPerToken) + files * tokensPerFile, output: maxTokens};
}

/** Base64 strings in a long body: how many, and how many bytes they take. */
function encodedFiles(body: Buffer): {files: number; bytes: number} {
	let files = 0;
	let bytes = 0;
	// An escaped quote ends a piece too: only pieces without a quote are long enough to be files.
	for (let start = body.indexOf(0x22); start !== -1; ) {
		const end = body.indexOf(0x22, start + 1);
		if (end === -1) break;
		if (end - start > longStringBytes && isBase64(body.subarray(start + 1, start + 1 + 4096))) {
			files++;
			bytes += end - start;
		}
		start = end;
	}
	return {files, bytes};
}

/** Text has spaces, and JSON escapes; base64 has neither, but for the head of a data URL. */
function isBase64(sample: Buffer): boolean {
	return !sample.includes(0x20) && !sample.includes(0x5c);
}
