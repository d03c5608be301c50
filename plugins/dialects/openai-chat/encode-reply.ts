/** Writes a Chat Completions reply. */

import {
	type Candidate,
	type Citation,
	type Completion,
	isObject,
	type JsonObject,
	originOf,
	type Part,
	type ReplyContext,
	type ToolCallPart,
} from '../../../core/index.js';
import {unwrapInput} from '../custom-input.js';
import {urlOf} from '../data-url.js';
import {encodeUsage} from './convert-usage.js';
import {encodeCall} from './encode-assistant.js';
import {encodeFinish} from './map-finish-reason.js';
import {isFreeText, isLegacy} from './map-tools.js';
import {detailOf} from './reasoning-details.js';

const dialect = 'openai-chat';

/** What OpenAI's ids begin with; clients know replies by it. */
const idPrefix = 'chatcmpl-';

/** @see https://platform.openai.com/docs/api-reference/chat/object */
export function encodeReply(completion: Completion, context: ReplyContext): JsonObject {
	const native = originOf(completion, dialect);
	if (isObject(native)) {
		return native['model'] === context.model ? native : Object.assign({}, native, {model: context.model});
	}
	const body: Record<string, unknown> = {
		id: replyId(completion.id, context),
		object: 'chat.completion',
		created: completion.created ?? now(),
		model: context.model,
		choices: completion.candidates.map((candidate, index) => encodeChoice(candidate, index, context)),
	};
	if (completion.usage !== undefined) body['usage'] = encodeUsage(completion.usage);
	for (const extra of completion.extras) if (extra.dialect === dialect) body[extra.path] = extra.value;
	return body;
}

/** An id of OpenAI's form is kept, so that it can be found again at the provider. */
export function replyId(id: string, context: ReplyContext): string {
	return id.startsWith(idPrefix) ? id : context.newId(idPrefix);
}

/** Seconds since the epoch. */
export function now(): number {
	return Math.floor(Date.now() / 1000);
}

function encodeChoice(candidate: Candidate, index: number, context: ReplyContext): JsonObject {
	const {parts, finish} = candidate;
	const calls = parts
		.filter(part => part.type === 'tool-call')
		.map(part => encodeCall(isWrapped(part, context) ? asFreeText(part, part.arguments) : part));
	const legacy = isLegacy(context.conversation);
	return {
		index,
		message: encodeMessage(candidate, calls, legacy),
		logprobs: logprobsOf(parts),
		finish_reason: encodeFinish(finish, calls.length > 0, legacy),
	};
}

/** Whether a call of a tool that takes free text has that text within arguments, because the model's format knows no such tools. */
export function isWrapped(part: ToolCallPart, {conversation}: ReplyContext): boolean {
	return part.custom !== true && isFreeText(part.name, conversation.tools);
}

/** @param args all of the arguments. */
export function asFreeText(part: ToolCallPart, args: string): ToolCallPart {
	return Object.assign({}, part, {custom: true, arguments: unwrapInput(args)});
}

/** @param legacy for a client that knows functions and no tools: one call, and no id. */
function encodeMessage({parts, finish}: Candidate, calls: readonly JsonObject[], legacy: boolean): JsonObject {
	const {text, annotations} = encodeText(parts);
	const refused =
		parts.find(part => part.type === 'refusal')?.text ?? (finish.reason === 'refusal' ? finish.explanation : '');
	const thoughts = parts.flatMap(part => (part.type === 'thinking' && part.text !== '' ? [part.text] : []));
	const details: JsonObject[] = [];
	for (const part of parts) details.push(...list(detailOf(part, details.length)));
	const images = parts.flatMap(part => (part.type === 'image' ? encodeImage(part) : []));
	const message: Record<string, unknown> = {role: 'assistant', content: text || null, refusal: refused || null};
	if (thoughts.length > 0) message['reasoning_content'] = thoughts.join('\n\n');
	if (details.length > 0) message['reasoning_details'] = details;
	if (calls.length > 0 && legacy) message['function_call'] = calls[0]?.['function'];
	else if (calls.length > 0) message['tool_calls'] = calls;
	if (annotations.length > 0) message['annotations'] = annotations;
	if (images.length > 0) message['images'] = images;
	for (const part of parts) if (part.type === 'native' && part.dialect === dialect) message[part.name] = part.value;
	return message;
}

function encodeText(parts: readonly Part[]): {readonly text: string; readonly annotations: readonly JsonObject[]} {
	let text = '';
	const annotations: JsonObject[] = [];
	for (const part of parts) {
		if (part.type !== 'text') continue;
		for (const citation of part.citations ?? []) {
			annotations.push(...list(encodeAnnotation(citation, text.length, part.text.length)));
		}
		text += part.text;
	}
	return {text, annotations};
}

function list<Value>(value: Value | undefined): readonly Value[] {
	return value === undefined ? [] : [value];
}

/**
 * Writes a citation; `undefined` for what backs the text with something else than a page, which the format cannot say.
 * @param start where the cited text begins within the whole content. @param length of the cited text.
 */
export function encodeAnnotation(citation: Citation, start: number, length: number): JsonObject | undefined {
	const {raw, url, title} = citation;
	if (isObject(raw) && isObject(raw['url_citation'])) return raw;
	if (url === undefined) return undefined;
	const from = start + (citation.start ?? 0);
	const to = start + (citation.end ?? length);
	return {type: 'url_citation', url_citation: {start_index: from, end_index: to, url, title: title ?? url}};
}

/** Pictures that the model has drawn; OpenRouter's member, for OpenAI has none. */
export function encodeImage(part: Extract<Part, {type: 'image'}>): readonly JsonObject[] {
	const url = urlOf(part.source);
	return url === undefined ? [] : [{type: 'image_url', image_url: {url}}];
}

function logprobsOf(parts: readonly Part[]): unknown {
	for (const part of parts) {
		if (part.type !== 'text') continue;
		const found = part.extras?.find(extra => extra.dialect === dialect && extra.path === 'logprobs');
		if (found !== undefined) return found.value;
	}
	return null;
}
