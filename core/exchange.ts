/** One call from the moment its headers are read to the moment its response is closed, as plugins see it. */

import type {Caller} from './caller.js';
import type {Conversation} from './conversation.js';
import type {Dialect} from './dialect.js';
import type {GatewayError} from './errors.js';
import type {JsonObject} from './json.js';
import type {Key} from './key.js';
import type {Provider, Target} from './provider.js';
import type {ClientRequest, Endpoint, Headers} from './request.js';
import type {StreamEvent} from './stream-event.js';
import type {Cost, Usage} from './usage.js';

/** Lets go of something that was taken. Called once; what it throws is logged, and so is that it takes more than 10 seconds. */
export type Release = () => void | Promise<void>;

/** A call, before it is known who sent it. Plugins read it; only the core assigns. */
export interface Exchange {
	/** The request id: the client's own when it sent a sane one, else a UUIDv7. */
	readonly id: string;
	/** Milliseconds since the epoch. */
	readonly startedAt: number;
	readonly endpoint: Endpoint;
	/** The client's API format; errors are told in it. */
	readonly dialect: Dialect;
	readonly request: ClientRequest;
	/** Where the call came from, after `server.trustedProxies`. */
	readonly clientIp: string;
	/** Aborts when the client leaves. */
	readonly signal: AbortSignal;
	/** The model as the client wrote it, whatever `rewrite` made of it; absent until the body has been read. */
	readonly askedModel: string | undefined;
	/**
	 * The request in the hub's words, decoded when first asked for; change it with `request.withConversation(…)`.
	 * `undefined` for calls that carry no conversation.
	 * @throws {GatewayError} 400 when the request means nothing in its own format.
	 */
	conversation(): Conversation | undefined;
	/** Reads what a plugin kept under its key. */
	get<Value>(key: Key<Value>): Value | undefined;
	/** Keeps a value of a plugin's own for the rest of the call. */
	set<Value>(key: Key<Value>, value: Value): void;
	/**
	 * Has `release` called when the exchange closes, however it closes: last deferred first, once. When it has closed
	 * already, `release` is called at once. What was used and what it cost is known by then.
	 */
	defer(release: (exchange: ClosedExchange) => void | Promise<void>): void;
}

/** From `rewrite` on: it is known who sent the call. */
export interface KnownExchange extends Exchange {
	readonly caller: Caller;
}

/** From `admit` on: it is known where the call can go. */
export interface RoutedExchange extends KnownExchange {
	/** In the order in which they are tried; never empty. */
	readonly targets: readonly Target[];
	/** The one that is asked, or that has answered; absent before the first attempt. */
	readonly target?: Target;
	/** Those that are over, in order. */
	readonly attempts: readonly AttemptReport[];
	/** Read from the answer, as far as it has come; absent until one is chosen. */
	readonly usage?: Usage;
	/** The answer has come in full, so that `usage` is all of it; also when the client gets it as a stream. False until one is chosen. */
	readonly answeredWhole: boolean;
}

/** One try to have one target answer. */
export interface Attempt {
	readonly exchange: RoutedExchange;
	readonly target: Target;
	readonly provider: Provider;
	/** 1 for the first. */
	readonly number: number;
	/** The client's dialect, or the one that a translation speaks. */
	readonly dialect: Dialect;
}

/** An answer, before it goes to the client. */
export interface Reply {
	readonly status: number;
	/** Lower-case names. */
	readonly headers: Headers;
	/** The body of a plain JSON answer, parsed when first read; absent for streams and other content. */
	readonly body?: JsonObject | undefined;
}

/** What a `send` tap answers with: as an upstream would have answered. */
export interface UpstreamAnswer {
	readonly status: number;
	readonly headers: Headers;
	/** Whole, or piece by piece. */
	readonly body: Buffer | AsyncIterable<Buffer>;
}

/** What a `translate` tap answers with: the request in a dialect that the provider speaks, and the way back. */
export interface Translation {
	/** One of `attempt.provider.dialects`. */
	readonly dialect: Dialect;
	/** Path of the provider's API, such as `/v1/chat/completions`. */
	readonly path: string;
	readonly body: JsonObject;
	/** What could not be carried over. */
	readonly losses: readonly Loss[];
	/** A plain answer of the provider as the client shall read it. @throws {GatewayError} when it cannot be said. */
	reply(body: JsonObject): JsonObject;
	/** The same as a stream, for a provider that answers plainly although a stream was asked for. */
	replyAsStream(body: JsonObject): readonly StreamEvent[];
	/** Called once per stream. */
	stream(): StreamTranslation;
	/** What the provider says went wrong, when its error is in its dialect's envelope. */
	error(body: unknown): string | undefined;
	/** Counts of the answer, where the provider reported none and they were estimated. */
	readonly usage?: Usage | undefined;
}

/** The way back of a stream: native events in, events in the client's dialect out. */
export interface StreamTranslation {
	push(event: StreamEvent): readonly StreamEvent[];
	/** The provider's stream has ended by itself. */
	end(): readonly StreamEvent[];
	/** The stream breaks off: the client's own error event. */
	fail(error: GatewayError, requestId: string): readonly StreamEvent[];
	/** An event that means nothing, for when the provider is silent. */
	keepAlive(): StreamEvent;
}

/** What a `translate` tap answers with when nobody need be asked: the answer itself, in the client's dialect. */
export interface Substitute {
	readonly answer: JsonObject;
	readonly headers?: Readonly<Record<string, string>>;
	readonly losses: readonly Loss[];
}

/** Something of the request that the target's format cannot express. */
export interface Loss {
	/** The client's field. */
	readonly path: string;
	readonly reason: string;
}

/** Why an attempt did not lead to an answer. */
export interface AttemptFailure {
	readonly attempt: Attempt;
	/** Upstream's status; absent when it did not answer. */
	readonly status?: number;
	/** Upstream's headers; empty when it did not answer. */
	readonly headers: Headers;
	/** The gateway's error for it. */
	readonly error: GatewayError;
	/** A kept-alive connection had died: nothing was read from upstream, the same target may be asked again at once. */
	readonly staleConnection: boolean;
	/** A tap of `prepare`, `sign` or `send` has refused it with {@link error}: the target was not asked. */
	readonly refused: boolean;
}

/** What is to be done after a failed attempt. */
export type Recovery = 'next-target' | 'same-target' | 'give-up';

/** What became of an attempt, for the record. */
export interface AttemptReport {
	readonly provider: string;
	readonly model: string;
	/** Upstream's status; absent when it did not answer. */
	readonly status?: number;
	readonly ms: number;
	/** The code of what went wrong; absent for the attempt that answered. */
	readonly error?: string;
}

/** How an exchange ended. */
export type Outcome = 'ok' | 'refused' | 'failed' | 'aborted';

/** An exchange that is over. */
export interface ClosedExchange extends Exchange {
	/** Absent when the call was refused before it was known. */
	readonly caller?: Caller;
	readonly targets?: readonly Target[];
	/** `refused` by the gateway, `failed` in it or upstream, `aborted` by the client. */
	readonly outcome: Outcome;
	/** What the client saw; 499 when it left before a status was sent. */
	readonly status: number;
	readonly streamed: boolean;
	/** What was told to the client, or why the stream broke off. */
	readonly error?: GatewayError;
	/** Every attempt in order. */
	readonly attempts: readonly AttemptReport[];
	/** The target that answered. */
	readonly target?: Target;
	readonly losses: readonly Loss[];
	/** Read from the answer, as far as it came. */
	readonly usage?: Usage;
	/** What `price` said; `undefined` is unknown, never nothing. */
	readonly cost?: Cost;
	readonly latencyMs: number;
	/** Bytes of the answer that were handed to the client's connection, the head among them. */
	readonly sentBytes: number;
	/** The first bytes of what the client was sent, while a plugin has asked for them with `gateway.keepAnswers`. */
	readonly answer?: Buffer;
	/** Until the first byte of the answer was handed to the client's connection. */
	readonly firstByteMs?: number;
}
