/** What each API format knows how to say of the same answer. */

import {randomUUID} from 'node:crypto';
import type {JsonObject, StreamEvent} from '../../../core/index.js';
import type {MockError} from './options.js';

/** What is to be said, free of any format. */
export interface Script {
	readonly model: string;
	/** The text, in the pieces in which it is streamed. */
	readonly pieces: readonly string[];
	readonly toolCall: {readonly name: string; readonly arguments: JsonObject} | undefined;
	readonly usage: {readonly input: number; readonly output: number};
}

/** What the mock provider must know of a request. */
export interface Question {
	/** The text of the last user message. */
	readonly lastText: string;
	/** Everything that counts as input. */
	readonly allText: string;
}

/** A stream in parts: a delay or a break may come between any two chunks. */
export interface Stream {
	readonly opening: readonly StreamEvent[];
	readonly chunks: readonly (readonly StreamEvent[])[];
	readonly closing: readonly StreamEvent[];
	/**
	 * How the API reports an error within a stream.
	 * @param sent how many events have been sent.
	 */
	errorEvents(error: MockError, sent: number): readonly StreamEvent[];
}

/** An API format that generates text. */
export interface Shape {
	read(body: JsonObject): Question;
	reply(script: Script, body: JsonObject): JsonObject;
	stream(script: Script, body: JsonObject): Stream;
}

/** An id as the APIs make them: a prefix and some random characters. */
export function newId(prefix: string): string {
	return prefix + randomUUID().replaceAll('-', '').slice(0, 24);
}

/** Now, as the OpenAI APIs tell it. */
export function seconds(): number {
	return Math.floor(Date.now() / 1000);
}

/** The arguments of a call in two pieces, so that whoever joins them is put to the test. */
export function argumentPieces(value: JsonObject): readonly [string, string] {
	const text = JSON.stringify(value);
	const middle = Math.ceil(text.length / 2);
	return [text.slice(0, middle), text.slice(middle)];
}
