/** A message of a Chat Completions reply as parts. */

import {randomUUID} from 'node:crypto';
import {type Citation, type Extra, isObject, type JsonObject, type Part, type TextPart} from '../../../core/index.js';
import {sourceOf} from '../data-url.js';
import {thoughtText} from './decode-content.js';
import {decodeCall, decodeThinking} from './decode-messages.js';

const dialect = 'openai-chat';

/**
 * Reads generously: Mistral's content is an array, others' calls have no ids, reasoning has several names.
 * @param logprobs of the choice; they stay with its text.
 * @see https://platform.openai.com/docs/api-reference/chat/object
 */
export function decodeMessage(message: JsonObject, logprobs: unknown): readonly Part[] {
	const parts: Part[] = [...decodeThinking(message)];
	const text = textAndThinking(message['content'], parts);
	if (text !== '') parts.push(textPart(text, message, logprobs));
	const refusal = message['refusal'];
	if (typeof refusal === 'string' && refusal !== '') parts.push({type: 'refusal', text: refusal});
	if (isObject(message['audio'])) parts.push({type: 'native', dialect, name: 'audio', value: message['audio']});
	for (const image of list(message['images'])) {
		const part = decodeImage(image);
		if (part !== undefined) parts.push(part);
	}
	const legacy = isObject(message['function_call']) ? [{function: message['function_call']}] : [];
	for (const call of [...list(message['tool_calls']), ...legacy]) {
		const part = isObject(call) ? decodeCall(call, newCallId) : undefined;
		if (part !== undefined) parts.push(part);
	}
	return parts;
}

/** The id of a call that came without one. */
export function newCallId(): string {
	return `call_${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}

function textAndThinking(content: unknown, parts: Part[]): string {
	if (typeof content === 'string') return content;
	let text = '';
	for (const part of list(content)) {
		if (!isObject(part)) continue;
		if (part['type'] === 'thinking') parts.push({type: 'thinking', text: thoughtText(part['thinking'])});
		else if (typeof part['text'] === 'string') text += part['text'];
	}
	return text;
}

function textPart(text: string, message: JsonObject, logprobs: unknown): TextPart {
	const citations = decodeAnnotations(message['annotations']);
	return Object.assign(
		{type: 'text' as const, text},
		citations.length === 0 ? undefined : {citations},
		isObject(logprobs) ? {extras: [{dialect, path: 'logprobs', value: logprobs} satisfies Extra]} : undefined,
	);
}

/** Annotations of the answer's text; what is no citation of a page is kept for this format alone. */
export function decodeAnnotations(annotations: unknown): readonly Citation[] {
	return list(annotations)
		.filter(isObject)
		.map(raw => {
			const cited = isObject(raw['url_citation']) ? raw['url_citation'] : {};
			const {url, title, start_index: start, end_index: end} = cited;
			return Object.assign(
				{raw},
				typeof url === 'string' ? {url} : undefined,
				typeof title === 'string' ? {title} : undefined,
				typeof start === 'number' ? {start} : undefined,
				typeof end === 'number' ? {end} : undefined,
			);
		});
}

/** Pictures that a model has drawn, as OpenRouter has them. */
export function decodeImage(image: unknown): Part | undefined {
	const target = isObject(image) ? image['image_url'] : undefined;
	const url = isObject(target) ? target['url'] : undefined;
	return typeof url === 'string' ? {type: 'image', source: sourceOf(url)} : undefined;
}

function list(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
}
