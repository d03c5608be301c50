/** The hub's answers as they come step by step: see conversation.ts. */

import type {Citation, Extra, Finish, Part} from './conversation.js';
import type {JsonObject} from './json.js';
import type {Usage} from './usage.js';

/**
 * A step of a streamed answer. Order: `start`, then parts (each `part-start`, its deltas, `part-end`; several may be open
 * at once and are told apart by `index`), `finish`, and at last `end` — or `error`, after which nothing comes.
 */
export type CompletionEvent =
	| {
			readonly type: 'start';
			readonly id: string;
			readonly model: string;
			readonly created?: number;
			readonly usage?: Usage;
			readonly extras?: readonly Extra[];
	  }
	/** A part begins; what is known of it stands in `part` (a call's id and name; text empty), complete for parts that come whole. */
	| {
			readonly type: 'part-start';
			readonly index: number;
			readonly part: Part;
			/** Whose part it is, where several candidates were asked for; the first one's (0) when absent. */
			readonly candidate?: number;
	  }
	| {readonly type: 'part-delta'; readonly index: number; readonly delta: Delta}
	| {readonly type: 'part-end'; readonly index: number}
	/** Once; where several candidates were asked for, once for each. */
	| {readonly type: 'finish'; readonly finish: Finish; readonly candidate?: number; readonly extras?: readonly Extra[]}
	/** Counts so far; the last one holds. */
	| {readonly type: 'usage'; readonly usage: Usage}
	| {readonly type: 'ping'}
	| {readonly type: 'error'; readonly error: StreamError}
	/** The provider said that the stream is complete. */
	| {readonly type: 'end'};

export type Delta =
	| {
			readonly type: 'text' | 'thinking' | 'arguments' | 'refusal' | 'signature';
			readonly text: string;
			readonly extras?: readonly Extra[];
			/** Whose signature it is, where that was not known when the part began. */
			readonly signedBy?: string;
			/** The name of what was signed, likewise: its maker may want it back with the signature. */
			readonly id?: string;
	  }
	| {readonly type: 'citation'; readonly citation: Citation}
	/** A step of a part that only its own format knows. */
	| {readonly type: 'native'; readonly dialect: string; readonly value: JsonObject};

/** What a provider said went wrong after it had begun to answer. */
export interface StreamError {
	/** HTTP status that it would have had. */
	readonly status: number;
	readonly code?: string;
	readonly message: string;
}
