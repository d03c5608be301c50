/** What a scripted model needs to know of an API format: how to read a request, and how to say something. */

import type {JsonObject} from 'tapgate';

/** A tool call, its arguments as JSON text. */
export interface Call {
	readonly id: string;
	readonly name: string;
	readonly arguments: string;
}

/** What the model says at one go. */
export interface Saying {
	readonly thinking?: string;
	readonly text?: string;
	readonly calls?: readonly Call[];
}

/** A request as the script sees it. */
export interface Asked {
	readonly body: JsonObject;
	readonly stream: boolean;
	/** Names of the tools on offer. */
	readonly tools: readonly string[];
	/** Calls in the history. */
	readonly calls: readonly Call[];
	/** Results in the history: whose, and what. */
	readonly results: readonly {readonly id: string; readonly text: string}[];
	/** What breaks the rules that a schema cannot tell: calls without results, results out of place. */
	readonly disorder: readonly string[];
}

/** One format. */
export interface Format {
	/** Name of the dialect. */
	readonly name: 'openai-chat' | 'openai-responses' | 'anthropic-messages';
	/** Where the model is asked. */
	readonly path: string;
	/** Which validator checks a request. */
	readonly validator: 'reqOpenaiChat' | 'reqResponses' | 'reqAnthropic';
	read(body: JsonObject): Omit<Asked, 'body' | 'stream'>;
	reply(saying: Saying, body: JsonObject): JsonObject;
	/** The stream's bytes. */
	events(saying: Saying, body: JsonObject): string;
}

export const now = 1_760_000_000;

/** The counts of every answer. */
export const counts = {input: 100, output: 20} as const;

/** Text in pieces as a model writes it, none of them empty. */
export function pieces(text: string): readonly string[] {
	return text.match(/[\s\S]{1,7}/g) ?? [];
}

/** An unknown list's objects. */
export function objects(value: unknown): readonly JsonObject[] {
	return Array.isArray(value)
		? value.filter((item): item is JsonObject => typeof item === 'object' && item !== null)
		: [];
}

/** An unknown value as an object. */
export function object(value: unknown): JsonObject {
	return objects([value])[0] ?? {};
}

/** The text of a content member: itself, or that of its parts. */
export function textOf(content: unknown): string {
	if (typeof content === 'string') return content;
	return objects(content)
		.map(part => (typeof part['text'] === 'string' ? part['text'] : ''))
		.join('');
}
