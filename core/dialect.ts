/** What the gateway must know of an API format to carry its calls: a dialect is the folder that knows it. */

import type {Codec} from './codec.js';
import type {GatewayError} from './errors.js';
import type {JsonObject} from './json.js';
import type {RouteDescription} from './route-description.js';
import type {Usage} from './usage.js';

/** The two families of API surfaces; headers, error envelopes and URL rules are common to a family. */
export type Family = 'openai' | 'anthropic';

/**
 * What an endpoint does. `generate` answers with model output (streamed on request), `count` with a number of tokens,
 * `embed` with vectors.
 */
export type Operation = 'generate' | 'count' | 'embed';

/** A path that belongs to a dialect. */
export interface DialectRoute {
	readonly method: 'POST';
	/** As the client calls it, such as `/v1/messages`. */
	readonly path: string;
	readonly operation: Operation;
	/** Where a provider of this family serves it, such as `/v1/messages`; when absent the same path. */
	readonly upstreamPath?: string;
	/** One sentence for the API description. */
	readonly summary?: string;
	readonly description?: RouteDescription;
}

/** The few facts of a request that every pipeline step may ask for, read cheaply from the native JSON. */
export interface RequestFacts {
	/** As the client wrote it; `undefined` when it is missing or not a string. */
	readonly model: string | undefined;
	readonly stream: boolean;
	/** The most output tokens that the client asked for. */
	readonly maxTokens: number | undefined;
}

/** Reads a stream of native events on the side. One per stream; it sees every event once, in order. */
export interface StreamWatcher {
	/** @param event the bytes of one whole event as latin1 text (fast to search; decode before reading text from it). */
	see(event: string): EventFacts;
	/**
	 * Tells of several whole events at once whether they are content and nothing that {@link see} would note: then none of them
	 * is looked at. Must be sure when it says yes; a no costs time only.
	 * @param events as latin1 text, with line feeds only.
	 */
	plain(events: string): boolean;
	/** Token counts seen so far. */
	readonly usage: Usage | undefined;
	/** True once the stream has said that it is complete; a stream that ends before is truncated. */
	readonly complete: boolean;
}

/** What one event is. `idle` carries nothing (a ping, a comment); `error` is the provider's own error event. */
export type EventFacts = 'content' | 'idle' | 'usage-only' | 'error';

/** An API format: all that the gateway knows of it. */
export interface Dialect {
	/** Such as `openai-chat`. */
	readonly name: string;
	readonly family: Family;
	readonly routes: readonly DialectRoute[];
	/** True when every provider of the family serves it, so that a provider need not list it (`embeddings`). */
	readonly common?: boolean;

	readRequest(body: JsonObject): RequestFacts;
	/** The top-level members of a reply that {@link readUsage} looks at; it is not given those behind one that is an object. */
	readonly usageMembers: readonly string[];
	/** Reads the counts of a whole reply, or of these members of it; `undefined` when they hold none. */
	readUsage(reply: JsonObject): Usage | undefined;
	/** @param request what was asked for in this format: when a stream is complete may depend on it. */
	watchStream(request?: JsonObject): StreamWatcher;
	/**
	 * The JSON text that a request member must have so that the stream reports usage, when the client did not ask for it;
	 * `undefined` when the stream reports usage anyway.
	 */
	askForUsage?(body: JsonObject): {readonly name: string; readonly json: string} | undefined;
	/** Tells whether a body is an error in this dialect's own envelope. */
	isError(body: unknown): boolean;
	/** Bytes of a stream per token, framing included, as recorded streams have them; for answers that broke off uncounted. */
	readonly streamBytesPerToken?: number;
	/** The way to and from other formats; absent for a format that carries no conversation. */
	readonly codec?: Codec;
	/** The client's own error envelope. */
	encodeError(error: GatewayError, requestId: string): JsonObject;
	/** The bytes of the client's own error event, for a stream that has begun. */
	encodeErrorEvent(error: GatewayError, requestId: string): string;
}
