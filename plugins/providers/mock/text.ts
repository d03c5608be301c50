/** Finds the text of a request, whatever shape its content has, and cuts and counts text. */

import {isObject} from '../../../core/index.js';

/** The text of a message's content: a string, or a list of parts of which some hold text. */
export function contentText(content: unknown): string {
	if (typeof content === 'string') return content;
	if (!Array.isArray(content)) return '';
	return content
		.flatMap(part =>
			typeof part === 'string' ? [part] : isObject(part) && typeof part['text'] === 'string' ? [part['text']] : [],
		)
		.join('\n');
}

/** The text of the last message of a user that has text. */
export function lastUserText(messages: unknown): string {
	if (!Array.isArray(messages)) return '';
	for (const message of messages.toReversed()) {
		if (!isObject(message) || message['role'] !== 'user') continue;
		const text = contentText(message['content']);
		if (text !== '') return text;
	}
	return '';
}

/** Everything of a request that a model would read, as text; only its length matters. */
export function inputText(...parts: readonly unknown[]): string {
	return parts
		.filter(part => part !== undefined && part !== null)
		.map(part => (typeof part === 'string' ? part : JSON.stringify(part)))
		.join('\n');
}

/** Words with the white space that follows them; joined again they are the text. */
export function words(text: string): readonly string[] {
	return text.match(/^\s+|\S+\s*/gu) ?? [];
}

/** A rough count: four characters to a token, and at least one for any text. */
export function estimateTokens(text: string): number {
	return Math.ceil(text.length / 4);
}
