/** Reasoning items: what the model thought, in summary, and its encrypted form that only its maker can read. */

import {isObject, type JsonObject, type RedactedThinkingPart, type ThinkingPart} from '../../../core/index.js';

/** Who can read the encrypted content of OpenAI's own reasoning items. */
export const signer = 'openai';

/**
 * Reads a reasoning item of a provider.
 * @returns `undefined` when the item says nothing that another format could say.
 */
export function decodeReasoning(item: JsonObject): ThinkingPart | undefined {
	const summary = textsOf(item['summary']);
	const text = (summary.length > 0 ? summary : textsOf(item['content'])).join('\n\n');
	const encrypted = item['encrypted_content'];
	if (typeof encrypted === 'string' && encrypted !== '') return thinking(item, text, summary.length > 0, encrypted);
	return text === '' ? undefined : thinking(item, text, summary.length > 0, undefined);
}

/**
 * Reads a reasoning item that a client hands back. What another provider has signed has travelled through the client behind
 * its name, see {@link encryptedContent}, and is unpacked here.
 */
export function restoreReasoning(item: JsonObject): ThinkingPart | RedactedThinkingPart | undefined {
	const part = decodeReasoning(item);
	return part?.signature === undefined ? part : (unpack(part.signature, part.text) ?? part);
}

function thinking(item: JsonObject, text: string, summary: boolean, encrypted: string | undefined): ThinkingPart {
	return {
		type: 'thinking',
		text,
		...(encrypted === undefined ? {} : {signature: encrypted, signedBy: signer}),
		...(summary || encrypted !== undefined ? {summary: true} : {}),
		...(typeof item['id'] === 'string' ? {id: item['id']} : {}),
	};
}

function textsOf(list: unknown): readonly string[] {
	if (!Array.isArray(list)) return [];
	return list.flatMap(part => (isObject(part) && typeof part['text'] === 'string' ? [part['text']] : []));
}

/** `<name>.<base64url of JSON>`; OpenAI's own has no dot. */
function pack(name: string, proof: JsonObject): string {
	return `${name}.${Buffer.from(JSON.stringify(proof)).toString('base64url')}`;
}

function unpack(encrypted: string, text: string): ThinkingPart | RedactedThinkingPart | undefined {
	const dot = encrypted.lastIndexOf('.');
	if (dot <= 0) return undefined;
	const signedBy = encrypted.slice(0, dot);
	const proof = parse(encrypted.slice(dot + 1));
	if (typeof proof?.['data'] === 'string') return {type: 'redacted-thinking', data: proof['data'], signedBy};
	if (typeof proof?.['signature'] !== 'string') return undefined;
	return {type: 'thinking', text, signature: proof['signature'], signedBy};
}

/** Stands for the signature of a call, for which this format has no member: a reasoning item of its own carries it. */
const toolCall = 'tool-call';

/** The item that carries the signature of a call through a client. */
export function callSignatureItem(callId: string, signature: string, id: string): JsonObject {
	return {id, type: 'reasoning', summary: [], encrypted_content: pack(toolCall, {id: callId, signature})};
}

/** What {@link callSignatureItem} carries; `undefined` for every other item. */
export function callSignatureOf(item: JsonObject): {readonly id: string; readonly signature: string} | undefined {
	const encrypted = item['encrypted_content'];
	if (typeof encrypted !== 'string' || !encrypted.startsWith(`${toolCall}.`)) return undefined;
	const {id, signature} = parse(encrypted.slice(toolCall.length + 1)) ?? {};
	return typeof id === 'string' && typeof signature === 'string' ? {id, signature} : undefined;
}

function parse(packed: string): JsonObject | undefined {
	try {
		const value: unknown = JSON.parse(Buffer.from(packed, 'base64url').toString('utf8'));
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** A signature as encrypted content: OpenAI's own as it is, another's packed so that it is never taken for OpenAI's. */
export function encryptedContent(part: ThinkingPart | RedactedThinkingPart): string | undefined {
	const proof = part.type === 'thinking' ? part.signature : part.data;
	if (proof === undefined || proof === '') return undefined;
	if (part.signedBy === signer) return proof;
	return pack(part.signedBy ?? 'unknown', part.type === 'thinking' ? {signature: proof} : {data: proof});
}

/** A reasoning item of what was thought. */
export function reasoningItem(part: ThinkingPart | RedactedThinkingPart, id: string): JsonObject {
	const encrypted = encryptedContent(part);
	return {
		id,
		type: 'reasoning',
		summary: part.type === 'thinking' && part.text !== '' ? [{type: 'summary_text', text: part.text}] : [],
		...(encrypted === undefined ? {} : {encrypted_content: encrypted}),
	};
}
