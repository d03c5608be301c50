/** What the assistant has said, as a message of a Chat Completions request. */

import {type JsonObject, originOf, type Part, type ToolCallPart, type Turn} from '../../../core/index.js';
import {lost, type Writing} from './encode-content.js';
import {detailOf} from './reasoning-details.js';

const dialect = 'openai-chat';

const written: ReadonlySet<Part['type']> = new Set(['refusal', 'tool-call', 'thinking', 'redacted-thinking']);

/**
 * Writes an assistant turn; `undefined` when nothing of it can be said in this format.
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function encodeAssistant(turn: Turn, writing: Writing): JsonObject | undefined {
	const message: Record<string, unknown> = {role: 'assistant', content: null};
	const texts = turn.parts.flatMap(part => (part.type === 'text' && part.text !== '' ? [part.text] : []));
	const refusals = turn.parts.flatMap(part => (part.type === 'refusal' ? [part.text] : []));
	const calls = turn.parts.flatMap(part =>
		part.type === 'tool-call' ? [originOf(part, dialect) ?? encodeCall(part)] : [],
	);
	writeThinking(turn.parts, calls.length > 0, message, writing);
	for (const part of turn.parts) writeOther(part, message, writing);
	if (texts.length > 0) message['content'] = texts.join('\n\n');
	if (refusals.length > 0) message['refusal'] = refusals.join('\n\n');
	if (calls.length > 0) message['tool_calls'] = calls;
	return texts.length + refusals.length + calls.length === 0 && message['audio'] === undefined ? undefined : message;
}

/** Writes or loses what is neither text, refusal, call nor thinking. */
function writeOther(part: Part, message: Record<string, unknown>, writing: Writing): void {
	if (part.type === 'text') {
		if (part.citations !== undefined) lost(part, 'citations have no place in the history of Chat Completions', writing);
	} else if (part.type === 'native' && part.dialect === dialect && part.name === 'audio') {
		message['audio'] = part.value;
	} else if (!written.has(part.type)) {
		const what = part.type === 'native' ? part.name : part.type;
		lost(part, `what the assistant did as "${what}" has no counterpart in the format of this model`, writing);
	}
}

/** Thinking goes back only to models that ask for it: in tool turns as text, or signed by who accepts the signature. */
function writeThinking(
	parts: readonly Part[],
	calls: boolean,
	message: Record<string, unknown>,
	writing: Writing,
): void {
	const {returnsReasoning, signatures} = writing.traits;
	const texts: string[] = [];
	const details: JsonObject[] = [];
	for (const part of parts) {
		if (part.type !== 'thinking' && part.type !== 'redacted-thinking') continue;
		const detail =
			signatures !== undefined && part.signedBy === signatures ? detailOf(part, details.length) : undefined;
		const text = part.type === 'thinking' ? part.text : '';
		if (detail !== undefined) details.push(detail);
		if (returnsReasoning === true && calls && text !== '') texts.push(text);
		else if (detail === undefined) lost(part, 'thinking has no place in the history of this model', writing);
	}
	// Such models refuse a tool turn without their reasoning, also one that another model has thought up.
	if (returnsReasoning === true && calls) message['reasoning_content'] = texts.join('\n\n') || ' ';
	if (details.length > 0) message['reasoning_details'] = details;
}

/** Writes a call, of a request or a reply. A function without arguments has the empty object, which strict readers demand. */
export function encodeCall(part: ToolCallPart): JsonObject {
	const call: Record<string, unknown> = {id: part.id};
	if (part.custom === true) {
		call['type'] = 'custom';
		call['custom'] = {name: part.name, input: part.arguments};
	} else {
		call['type'] = 'function';
		call['function'] = {name: part.name, arguments: part.arguments.trim() === '' ? '{}' : part.arguments};
	}
	if (part.signature !== undefined) call['extra_content'] = {google: {thought_signature: part.signature}};
	return call;
}
