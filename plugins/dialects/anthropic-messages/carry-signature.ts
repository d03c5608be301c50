/**
 * Carries what another provider signed through an Anthropic client and back, in the members that Anthropic has for its own
 * signatures: clients return them unread. The signer's name and a dot stand before it; Anthropic's own are base64, which
 * has no dot.
 */

import {isObject, type JsonObject, type RedactedThinkingPart, type ThinkingPart} from '../../../core/index.js';

export const anthropic = 'anthropic';

/** Stands for a signature that belongs to a tool call rather than to thinking. */
const toolCall = 'tool-call';

function pack(name: string, value: JsonObject): string {
	return `${name}.${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
}

function unpack(text: string): {readonly name: string; readonly value: JsonObject} | undefined {
	const dot = text.lastIndexOf('.');
	if (dot < 1) return undefined;
	try {
		const value: unknown = JSON.parse(Buffer.from(text.slice(dot + 1), 'base64url').toString('utf8'));
		return isObject(value) ? {name: text.slice(0, dot), value} : undefined;
	} catch {
		return undefined;
	}
}

/** What stands as `signature` of a thinking block, or as `data` of a redacted one. */
export function packThinking(part: ThinkingPart | RedactedThinkingPart): string {
	const signer = part.signedBy;
	if (part.type === 'redacted-thinking') {
		return signer === undefined || signer === anthropic ? part.data : pack(signer, {id: part.id, data: part.data});
	}
	if (part.signature === undefined) return '';
	if (signer === anthropic) return part.signature;
	return pack(signer ?? 'unknown', {id: part.id, encrypted_content: part.signature, summary: part.summary});
}

/** The part that {@link packThinking} has packed; `undefined` for what Anthropic itself has signed. */
export function unpackThinking(packed: string, text: string): ThinkingPart | RedactedThinkingPart | undefined {
	const found = unpack(packed);
	if (found === undefined || found.name === toolCall) return undefined;
	const {id, data, encrypted_content: signature, summary} = found.value;
	const named = typeof id === 'string' ? {id} : {};
	if (typeof data === 'string') return {type: 'redacted-thinking', data, signedBy: found.name, ...named};
	if (typeof signature !== 'string') return undefined;
	return {type: 'thinking', text, signature, signedBy: found.name, ...(summary === true && {summary}), ...named};
}

/** `data` of a redacted block that keeps the signature of a tool call, which has no member for it. */
export function packCallSignature(id: string, signature: string): string {
	return pack(toolCall, {id, signature});
}

/** What {@link packCallSignature} has packed. */
export function unpackCallSignature(packed: string): {readonly id: string; readonly signature: string} | undefined {
	const found = unpack(packed);
	if (found?.name !== toolCall) return undefined;
	const {id, signature} = found.value;
	return typeof id === 'string' && typeof signature === 'string' ? {id, signature} : undefined;
}
