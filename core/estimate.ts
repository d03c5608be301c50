/** Guesses how many tokens a call will use before it is made, and how many it has used when nobody says. */

import type {ClosedExchange} from './exchange.js';
import type {JsonObject} from './json.js';
import type {ClientRequest} from './request.js';

/** Tokens that a call is expected to use at most. */
export interface TokenEstimate {
	readonly input: number;
	/** What the client allows, all answers together; `undefined` when it sets no limit. */
	readonly output: number | undefined;
	/** How many answers are asked for: OpenAI's `n` and `best_of`. */
	readonly answers: number;
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
	return request.estimate;
}

/** For {@link ClientRequest.estimate}. */
export function estimateOf(request: ClientRequest): TokenEstimate | undefined {
	if (request.json === undefined) return undefined;
	const {body, maxTokens} = request;
	const answers = answersOf(request.json);
	const output = maxTokens === undefined ? undefined : maxTokens * answers;
	if (body.length <= longStringBytes) return {input: Math.ceil(body.length / bytesPerToken), output, answers};
	const {files, bytes} = encodedFiles(body);
	const input = Math.ceil((body.length - bytes) / bytesPerToken) + files * tokensPerFile;
	return {input, output, answers};
}

/** More than any API gives; a number from outside must not become one that nothing can hold. */
const mostAnswers = 1000;

function answersOf(json: JsonObject): number {
	let answers = 1;
	for (const name of ['n', 'best_of']) {
		const value = json[name];
		if (typeof value === 'number' && Number.isSafeInteger(value))
			answers = Math.max(answers, Math.min(value, mostAnswers));
	}
	return answers;
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

/** Tokens that a call has used. */
export interface UsedTokens {
	readonly input: number;
	readonly output: number;
	/** One of the two was not reported. */
	readonly estimated: boolean;
}

/** Of a whole answer: text, and little else. */
const plainBytesPerToken = 4;
const streamBytesPerToken = 100;

/**
 * What was reported, and an estimate of what was not: an answer that broke off has been written as far as it came.
 * @returns `undefined` for a call whose body was not read and of which nothing was reported.
 */
export function usedTokens(exchange: ClosedExchange): UsedTokens | undefined {
	const {usage, outcome, streamed} = exchange;
	const read = usage?.input.total;
	const generates = exchange.endpoint.kind === 'model' && exchange.endpoint.route.operation === 'generate';
	const written = generates ? usage?.output.total : 0;
	const whole = outcome === 'ok' || !streamed;
	if (read !== undefined && written !== undefined && whole)
		return {input: read, output: written, estimated: usage?.source === 'estimated'};
	const input = read ?? estimateTokens(exchange.request)?.input;
	if (input === undefined) return undefined;
	// Some providers begin a stream with the count of what they have written by then, which is next to nothing.
	const output =
		written !== undefined && (whole || !generates) ? written : Math.max(written ?? 0, writtenUntil(exchange));
	return {input, output, estimated: true};
}

/** By the bytes that the client got. */
function writtenUntil({dialect, request, sentBytes, streamed, status}: ClosedExchange): number {
	if (status >= 400) return 0;
	const perToken = streamed ? (dialect.streamBytesPerToken ?? streamBytesPerToken) : plainBytesPerToken;
	return Math.min(Math.floor(sentBytes / perToken), estimateTokens(request)?.output ?? Infinity);
}
