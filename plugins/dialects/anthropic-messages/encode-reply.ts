/** Writes an answer of Messages. */

import {
	type Citation,
	type Completion,
	type Finish,
	isObject,
	type JsonObject,
	originOf,
	type Part,
	type ReplyContext,
	refusal,
	type TextPart,
	type ToolCallPart,
} from '../../../core/index.js';
import {packCallSignature, packThinking} from './carry-signature.js';
import {encodeUsage} from './convert-usage.js';
import {inputOf, listed} from './encode-part.js';
import {encodeCitation} from './map-citation.js';
import {encodeFinish} from './map-stop-reason.js';
import {dialect} from './names.js';

/**
 * @see https://platform.claude.com/docs/en/api/messages/create
 * @throws {GatewayError} `upstream_invalid` when the arguments of a call that is complete are no JSON object.
 */
export function encodeReply(completion: Completion, context: ReplyContext): JsonObject {
	const native = originOf(completion, dialect);
	if (isObject(native))
		return native['model'] === context.model ? native : Object.assign({}, native, {model: context.model});
	const [candidate] = completion.candidates;
	const parts = candidate?.parts ?? [];
	const content = parts.flatMap(part => encodeBlocks(part, candidate?.finish));
	const calls = content.some(block => block['type'] === 'tool_use');
	const own = completion.extras.filter(extra => extra.dialect === dialect);
	return {
		id: messageId(completion.id, context),
		type: 'message',
		role: 'assistant',
		model: context.model,
		content,
		...encodeFinish(candidate?.finish, calls, refusedWith(parts)),
		usage: encodeUsage(completion.usage),
		...Object.fromEntries(own.map(({path, value}) => [path, value])),
	};
}

/** An id of Anthropic's kind, which clients know it by. */
export function messageId(id: string, {newId}: ReplyContext): string {
	return id.startsWith('msg_') ? id : newId('msg_');
}

function refusedWith(parts: readonly Part[]): string | undefined {
	const texts = parts.flatMap(part => (part.type === 'refusal' ? [part.text] : []));
	return texts.length === 0 ? undefined : texts.join('');
}

/** What an answer's part looks like to a client; nothing for what Anthropic has no block for. */
function encodeBlocks(part: Part, finish: Finish | undefined): readonly JsonObject[] {
	switch (part.type) {
		case 'text':
			return part.text === '' ? [] : [encodeText(part)];
		case 'tool-call':
			return encodeCall(part, finish);
		case 'thinking': {
			const signature = packThinking(part);
			if (part.text !== '' || part.signedBy === 'anthropic')
				return [{type: 'thinking', thinking: part.text, signature}];
			return signature === '' ? [] : [{type: 'redacted_thinking', data: signature}];
		}
		case 'redacted-thinking':
			return [{type: 'redacted_thinking', data: packThinking(part)}];
		case 'native':
			return part.dialect === dialect ? [part.value] : [];
		default:
			return [];
	}
}

function encodeText(part: TextPart): JsonObject {
	const citations = encodeCitations(part.citations ?? [], part.text);
	return {type: 'text', text: part.text, ...(citations.length > 0 && {citations})};
}

function encodeCitations(citations: readonly Citation[], text: string): readonly JsonObject[] {
	return citations.flatMap(citation => listed(encodeCitation(citation, text)));
}

function encodeCall(part: ToolCallPart, finish: Finish | undefined): readonly JsonObject[] {
	const input = inputOf(part);
	if (input === undefined) {
		// The limit cut the call off: it was never made.
		if (finish?.reason === 'length' || finish?.reason === 'context-window') return [];
		throw refusal('upstream_invalid', `The model called ${part.name} with arguments that are no JSON object.`);
	}
	const call = {type: 'tool_use', id: part.id, name: part.name, input};
	return part.signature === undefined ? [call] : [signatureBlock(part.id, part.signature), call];
}

/** Keeps the signature of a call for when the client sends the call back. */
export function signatureBlock(id: string, signature: string): JsonObject {
	return {type: 'redacted_thinking', data: packCallSignature(id, signature)};
}
