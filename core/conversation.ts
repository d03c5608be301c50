/**
 * The hub: what a model call means, free of any wire format. Every dialect decodes into it and encodes from it, so a sixth
 * dialect is one more folder and a guardrail is written once. Values are read-only: a changed part is a new object, and
 * everything that was left alone is written back as it was read (see origin.ts).
 */

import type {JsonObject} from './json.js';
import type {Usage} from './usage.js';

/** A breakpoint of the provider's prompt cache: everything up to and including this part may be reused. */
export interface CacheMark {
	/** How long it shall live; the provider's own default when absent. */
	readonly ttl?: '5m' | '1h';
}

/** Where binary content is. */
export type Source =
	| {readonly kind: 'base64'; readonly mediaType: string; readonly data: string}
	| {readonly kind: 'url'; readonly url: string}
	/** A file kept at a provider; it means nothing to another one. */
	| {readonly kind: 'file'; readonly id: string};

export interface TextPart {
	readonly type: 'text';
	readonly text: string;
	readonly citations?: readonly Citation[];
	readonly cache?: CacheMark;
	/** Log probabilities and the like: what one format says of a text and no other does. */
	readonly extras?: readonly Extra[];
}

/** Where a piece of text comes from. */
export interface Citation {
	readonly url?: string;
	readonly title?: string;
	readonly citedText?: string;
	/** Character range of the text that is backed, where the format says one. */
	readonly start?: number;
	readonly end?: number;
	/** As the provider wrote it. */
	readonly raw: unknown;
}

export interface ImagePart {
	readonly type: 'image';
	readonly source: Source;
	readonly detail?: 'auto' | 'low' | 'high' | 'original';
	readonly cache?: CacheMark;
}

export interface DocumentPart {
	readonly type: 'document';
	readonly source: Source | {readonly kind: 'text'; readonly text: string};
	readonly name?: string;
	readonly context?: string;
	readonly citations?: boolean;
	readonly cache?: CacheMark;
}

export interface AudioPart {
	readonly type: 'audio';
	readonly source: Source;
	readonly format?: string;
}

/** A function that the model wants called. */
export interface ToolCallPart {
	readonly type: 'tool-call';
	/** As the client's side knows it. */
	readonly id: string;
	readonly name: string;
	/** The arguments as JSON text, exactly as the model wrote them; empty for none. */
	readonly arguments: string;
	/** Free text for a custom tool instead of JSON. */
	readonly custom?: boolean;
	readonly cache?: CacheMark;
	/** What a provider wants back with the call, such as Gemini's thought signature. */
	readonly signature?: string;
}

export interface ToolResultPart {
	readonly type: 'tool-result';
	readonly callId: string;
	readonly content: readonly (TextPart | ImagePart | DocumentPart)[];
	readonly isError?: boolean;
	readonly custom?: boolean;
	readonly cache?: CacheMark;
}

/** What the model thought aloud. `signature` proves to its maker that it is unchanged. */
export interface ThinkingPart {
	readonly type: 'thinking';
	readonly text: string;
	readonly signature?: string;
	/** Whose signature it is: a family or provider; only they can read it. */
	readonly signedBy?: string;
	/** The text is a summary of what was thought. */
	readonly summary?: boolean;
	readonly id?: string;
}

/** What the model thought, readable only by its maker. */
export interface RedactedThinkingPart {
	readonly type: 'redacted-thinking';
	readonly data: string;
	readonly signedBy?: string;
	readonly id?: string;
}

export interface RefusalPart {
	readonly type: 'refusal';
	readonly text: string;
}

/** A tool that the provider ran itself, its result, or anything else that only its own format can say. */
export interface NativePart {
	readonly type: 'native';
	readonly dialect: string;
	/** The type that the format gives it. */
	readonly name: string;
	readonly value: JsonObject;
}

export type Part =
	| TextPart
	| ImagePart
	| DocumentPart
	| AudioPart
	| ToolCallPart
	| ToolResultPart
	| ThinkingPart
	| RedactedThinkingPart
	| RefusalPart
	| NativePart;

/** What one side says before the other one speaks. A `system` turn stands where it was said, not at the head. */
export interface Turn {
	readonly role: 'user' | 'assistant' | 'system';
	readonly parts: readonly Part[];
	readonly name?: string;
}

/** A function that the model may call, or a tool that only one format knows. */
export type Tool =
	| {
			readonly type: 'function';
			readonly name: string;
			readonly description?: string;
			/** JSON schema of the arguments; absent when the function takes none. */
			readonly parameters?: JsonObject;
			readonly strict?: boolean;
			readonly cache?: CacheMark;
	  }
	| {readonly type: 'native'; readonly dialect: string; readonly name: string; readonly value: JsonObject};

export type ToolChoice =
	| {readonly type: 'auto' | 'required' | 'none'}
	| {readonly type: 'tool'; readonly name: string}
	| {readonly type: 'allowed'; readonly mode: 'auto' | 'required'; readonly names: readonly string[]};

/** What the answer must look like. */
export type OutputFormat =
	| {readonly type: 'text'}
	| {readonly type: 'json'}
	| {
			readonly type: 'schema';
			readonly name?: string;
			readonly description?: string;
			readonly schema: JsonObject;
			readonly strict?: boolean;
	  };

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

/** How much the model shall think. */
export interface Reasoning {
	/** `off` forbids it, `on` asks for it, `adaptive` leaves it to the model. */
	readonly mode?: 'off' | 'on' | 'adaptive';
	readonly effort?: Effort;
	readonly budgetTokens?: number;
	/** How much of the thinking is shown. */
	readonly display?: 'summarized' | 'omitted';
}

/** A request member that the hub has no word for. */
export interface Extra {
	readonly dialect: string;
	/** The client's field. */
	readonly path: string;
	readonly value: unknown;
}

/** A request. */
export interface Conversation {
	readonly model: string;
	/** Instructions that stand before everything, in order. */
	readonly system: readonly TextPart[];
	readonly turns: readonly Turn[];
	readonly tools: readonly Tool[];
	readonly toolChoice?: ToolChoice;
	/** False forbids several calls in one turn. */
	readonly parallelTools?: boolean;
	readonly maxTokens?: number;
	readonly temperature?: number;
	readonly topP?: number;
	readonly topK?: number;
	readonly stop?: readonly string[];
	readonly output?: OutputFormat;
	readonly verbosity?: 'low' | 'medium' | 'high';
	readonly reasoning?: Reasoning;
	/** Who the end user is, as the client's application names them. */
	readonly user?: string;
	readonly cacheKey?: string;
	readonly stream: boolean;
	/** The client asked for usage in the stream (formats that always send it: true). */
	readonly streamUsage: boolean;
	readonly extras: readonly Extra[];
}

export type FinishReason = 'stop' | 'stop-sequence' | 'length' | 'context-window' | 'tool-calls' | 'refusal' | 'pause';

export interface Finish {
	readonly reason: FinishReason;
	/** As the provider said it. */
	readonly raw?: string;
	/** The stop sequence that was met, when the provider names it. */
	readonly sequence?: string;
	/** Why it was refused, in words. */
	readonly explanation?: string;
}

/** An answer. */
export interface Completion {
	readonly id: string;
	readonly model: string;
	/** Seconds since the epoch. */
	readonly created?: number;
	/** One, unless several were asked for. */
	readonly candidates: readonly Candidate[];
	readonly usage?: Usage;
	readonly extras: readonly Extra[];
}

export interface Candidate {
	readonly parts: readonly Part[];
	readonly finish: Finish;
}
