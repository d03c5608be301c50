/** How a call to a provider failed below HTTP; an answer of status 500 is an answer, not a failure. */
export type UpstreamFailureKind = 'unreachable' | 'timeout' | 'reset' | 'truncated' | 'too-large';

/** How far a call had come: for timeouts which limit ran out, for everything else where it broke. */
export type UpstreamPhase = 'connect' | 'first-byte' | 'idle' | 'total' | 'body';

/** What is known about a call when it fails. */
export interface FailurePlace {
	/** Host and port, without path, query or credentials. */
	readonly host: string;
	readonly connected: boolean;
	/** The head of the answer has arrived. */
	readonly answered: boolean;
	readonly reusedSocket: boolean;
}

/**
 * What went wrong between the gateway and a provider. Message and cause never hold headers or credentials:
 * only the host and the code and text of the system error.
 */
export class UpstreamError extends Error {
	override readonly name = 'UpstreamError';
	readonly kind: UpstreamFailureKind;
	readonly phase: UpstreamPhase;
	/** A kept-alive connection died before any byte of the answer: the provider has not seen the call, try it again. */
	readonly reusedSocket: boolean;

	constructor(
		kind: UpstreamFailureKind,
		phase: UpstreamPhase,
		message: string,
		options: {readonly reusedSocket?: boolean; readonly cause?: Error} = {},
	) {
		super(message, options.cause === undefined ? undefined : {cause: options.cause});
		this.kind = kind;
		this.phase = phase;
		this.reusedSocket = options.reusedSocket ?? false;
	}
}

const timeoutTexts = {
	connect: 'could not be connected to',
	'first-byte': 'did not answer',
	idle: 'sent nothing more of its answer',
	total: 'did not finish its answer',
} as const;

/** The phases that have a time limit. */
export type TimedPhase = keyof typeof timeoutTexts;

/** The error for a limit of `limitMs` milliseconds that ran out. */
export function timeoutError(host: string, phase: TimedPhase, limitMs: number): UpstreamError {
	return new UpstreamError('timeout', phase, `${host} ${timeoutTexts[phase]} within ${limitMs} ms`);
}

/** The error of a call that its own caller cancelled. */
export function abortError(host: string, phase: UpstreamPhase): UpstreamError {
	return new UpstreamError('reset', phase, `the call to ${host} was aborted`);
}

const resetCodes = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ETIMEDOUT', 'ENETDOWN', 'EHOSTUNREACH']);
const endedEarlyCodes = new Set(['HPE_INVALID_EOF_STATE', 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH']);
const headerOverflowCodes = new Set(['HPE_HEADER_OVERFLOW', 'UND_ERR_HEADERS_OVERFLOW']);

/**
 * Names a failure that a socket, a TLS handshake, a parser or a client library reported.
 *
 * Only code and message of the original are kept: parser errors carry raw bytes, library errors whole option
 * objects with the credentials in them.
 */
export function describeFailure(error: unknown, place: FailurePlace): UpstreamError {
	const {host, connected, answered, reusedSocket} = place;
	const {code, text} = digest(error);
	const cause = Object.assign(new Error(text), code === undefined ? {} : {code});
	const label = code ?? text;
	if (!connected) {
		if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') {
			return new UpstreamError('timeout', 'connect', `${host} could not be connected to in time (${label})`, {cause});
		}
		const detail = code === undefined || text.includes(code) ? text : `${text} (${code})`;
		return new UpstreamError('unreachable', 'connect', `${host} could not be reached: ${detail}`, {cause});
	}
	const phase = answered ? 'body' : 'first-byte';
	if (code !== undefined && headerOverflowCodes.has(code)) {
		return new UpstreamError('reset', phase, `${host} sent too many or too large headers (${code})`, {cause});
	}
	// undici's parser errors have no code; their name and text tell them.
	const parser = code?.startsWith('HPE_') || (error instanceof Error && error.name === 'HTTPParserError');
	const endedEarly = (code !== undefined && endedEarlyCodes.has(code)) || text.includes('Invalid EOF state');
	if (parser && !endedEarly) {
		return new UpstreamError('reset', phase, `${host} sent something that is not HTTP: ${text}`, {cause});
	}
	if (!answered) {
		const message = `${host} closed the connection without an answer (${label})`;
		return new UpstreamError('reset', phase, message, {reusedSocket, cause});
	}
	if (code !== undefined && resetCodes.has(code)) {
		return new UpstreamError('reset', phase, `${host} reset the connection in the middle of its answer (${code})`, {
			cause,
		});
	}
	return new UpstreamError('truncated', phase, `${host} closed the connection before the end of its answer`, {cause});
}

/** Code and text of an error; an `AggregateError` (every address of a host refused) has an empty text of its own. */
function digest(error: unknown): {code: string | undefined; text: string} {
	if (!(error instanceof Error)) return {code: undefined, text: 'unknown error'};
	const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
	if (error.message !== '') return {code, text: error.message};
	const first: unknown = error instanceof AggregateError ? error.errors[0] : undefined;
	return {code, text: first instanceof Error ? first.message : (code ?? error.name)};
}
