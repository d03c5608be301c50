/** Holds streams against the order that their format prescribes: what any client of it would stumble over. */

import type {StreamEvent} from '../../core/index.js';
import {EventSplitter} from '../../core/sse.js';
import {WireEvent} from '../../core/stream-event.js';
import {readMessages} from './grammar/anthropic-messages.js';
import {readComplete, readCompletions} from './grammar/legacy.js';
import {readChat} from './grammar/openai-chat.js';
import {readResponses} from './grammar/openai-responses.js';
import type {Reading} from './grammar/reading.js';

export type {Reading};

const grammars: Readonly<Record<string, (events: readonly StreamEvent[]) => Reading>> = {
	'openai-chat': readChat,
	'openai-responses': readResponses,
	'anthropic-messages': readMessages,
	'openai-completions': readCompletions,
	'anthropic-complete': readComplete,
};

/** Reads a stream as strictly as its format allows. */
export function readStream(dialect: string, events: readonly StreamEvent[]): Reading {
	const grammar = grammars[dialect];
	if (grammar === undefined) throw new Error(`no grammar for ${dialect}`);
	const {faults, ending} = grammar(events);
	return {faults, ending};
}

/** The events of bytes as they came over the wire. */
export function eventsIn(bytes: Uint8Array): readonly StreamEvent[] {
	const splitter = new EventSplitter();
	const events = [...splitter.push(Buffer.from(bytes))];
	const rest = splitter.rest();
	if (rest.length > 0) events.push(rest);
	return events.map(event => new WireEvent(event));
}
