/** How a dialect speaks with the hub: one decoder and one encoder each for request, reply, stream and error. */

import type {CompletionEvent} from './completion-event.js';
import type {Completion, Conversation} from './conversation.js';
import type {GatewayError} from './errors.js';
import type {Loss} from './exchange.js';
import type {JsonObject, Splice} from './json.js';
import type {ModelTraits} from './model-traits.js';
import type {StreamEvent} from './stream-event.js';

/** An encoded request, and what of the conversation it does not hold. */
export interface EncodedRequest {
	readonly body: JsonObject;
	/** `path` is what {@link pathOf} says of the value, else the name of the member of Conversation. */
	readonly losses: readonly Loss[];
}

/** What a native request must be without, and goes on without. */
export interface Cleaned {
	/** Top-level members; every other byte stays as it is. */
	readonly changes: readonly Splice[];
	/** `path` is the client's field. */
	readonly losses: readonly Loss[];
}

/** What an answer is written for. */
export interface ReplyContext {
	/** What the client asked; answers echo parts of it. */
	readonly conversation: Conversation;
	/** The request as the client sent it, for formats whose answers repeat it. */
	readonly request: JsonObject;
	/** The model's name as the client shall read it. */
	readonly model: string;
	/** Makes ids that are unique to this answer. */
	readonly newId: (prefix: string) => string;
}

/** Turns native events into hub events, one at a time. One per stream. */
export interface StreamDecoder {
	push(event: StreamEvent): readonly CompletionEvent[];
	/** The source has ended; gives what was held back. Never invents an end that was not said. */
	end(): readonly CompletionEvent[];
}

/** Turns hub events into native events, one at a time. One per stream. */
export interface StreamEncoder {
	push(event: CompletionEvent): readonly StreamEvent[];
	/** The hub stream has ended; gives what was held back, the terminal event included when the stream was complete. */
	end(): readonly StreamEvent[];
	/** The stream breaks off: gives the client's own error event, the last that it gets. */
	fail(error: GatewayError, requestId: string): readonly StreamEvent[];
	/** What keeps a client patient without meaning anything. */
	keepAlive(): StreamEvent;
}

/** What a provider's error says, whatever its envelope. */
export interface NativeError {
	readonly code?: string;
	readonly message: string;
}

/** What names and ids may look like in a format. */
export interface NameRule {
	readonly pattern: RegExp;
	readonly maxLength: number;
}

/** A dialect's way to and from the hub. Pure: no state outlives a call. */
export interface Codec {
	/** What the format calls the members of a Conversation: `{topK: 'top_k'}`; names losses as the client knows them. */
	readonly fields: Readonly<Partial<Record<keyof Conversation, string>>>;
	/** What tools may be called; other names are replaced on the way there and restored on the way back. */
	readonly toolNames: NameRule;
	/** What ids of tool calls may look like; likewise. */
	readonly callIds: NameRule;
	/** @throws {GatewayError} 400 naming the field, when the request means nothing in this format. */
	decodeRequest(body: JsonObject): Conversation;
	/**
	 * @param traits what the target model can take.
	 * @throws {GatewayError} 400 for what would change the meaning if it were left out.
	 */
	encodeRequest(conversation: Conversation, traits: ModelTraits): EncodedRequest;
	/**
	 * Finds what the gateway itself has put into a client's hands for another provider, who alone can read it: signed thinking, in
	 * a format that has no word for it. It must not go to a provider that speaks this format. Every native call is looked at.
	 * @returns `undefined` when there is none.
	 */
	withoutForeign?(body: JsonObject): Cleaned | undefined;
	decodeReply(body: JsonObject): Completion;
	encodeReply(completion: Completion, context: ReplyContext): JsonObject;
	decodeStream(): StreamDecoder;
	encodeStream(context: ReplyContext): StreamEncoder;
	/** `undefined` when the body is no error of this format. */
	decodeError(body: unknown): NativeError | undefined;
}
