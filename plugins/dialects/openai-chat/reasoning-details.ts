/**
 * Thinking with its signatures in messages of Chat Completions: `reasoning_details`, as OpenRouter has them. Clients hand them
 * back as they got them, and so signatures survive a format that has no word for them.
 * @see https://openrouter.ai/docs/use-cases/reasoning-tokens
 */

import {isObject, type JsonObject, type Part} from '../../../core/index.js';

/** How OpenRouter names the formats of signatures, by whose they are. */
const signers = ['anthropic', 'openai', 'google', 'xai'] as const;

/** Whose signature an entry holds, from its `format`, such as `anthropic` or `anthropic-claude-v1`. */
export function signerOf(detail: JsonObject): string | undefined {
	const format = detail['format'];
	if (typeof format !== 'string' || format === '' || format === 'unknown') return undefined;
	return signers.find(signer => format.startsWith(signer)) ?? format;
}

/** The entry of a part; `undefined` for a part that is no thinking, or is thinking that nobody has signed. */
export function detailOf(part: Part, index: number): JsonObject | undefined {
	if (part.type === 'redacted-thinking') {
		return withOrigin({type: 'reasoning.encrypted', data: part.data}, part, index);
	}
	if (part.type !== 'thinking' || part.signature === undefined) return undefined;
	if (part.summary !== true) {
		return withOrigin({type: 'reasoning.text', text: part.text, signature: part.signature}, part, index);
	}
	// A summary stands beside encrypted content, which is what its maker reads.
	return withOrigin({type: 'reasoning.summary', summary: part.text, signature: part.signature}, part, index);
}

function withOrigin(
	detail: Record<string, unknown>,
	part: {readonly id?: string; readonly signedBy?: string},
	index: number,
): JsonObject {
	if (part.id !== undefined) detail['id'] = part.id;
	detail['format'] = part.signedBy ?? 'unknown';
	detail['index'] = index;
	return detail;
}

/**
 * The thinking of a message, in order. An entry that came several times (streamed, each time with those before it) counts once.
 */
export function decodeDetails(details: unknown): readonly Part[] {
	if (!Array.isArray(details)) return [];
	const parts = new Map<string, Part>();
	for (const detail of details) {
		if (!isObject(detail)) continue;
		const part = partOf(detail);
		// Two entries of one index are two things when their types differ.
		if (part !== undefined) parts.set(`${detail['type']} ${detail['index'] ?? parts.size}`, part);
	}
	return [...parts.values()];
}

/** An entry as a part; `undefined` for one of an unknown type. */
export function partOf(detail: JsonObject): Part | undefined {
	const signedBy = signerOf(detail);
	const {data, signature, id} = detail;
	const origin = Object.assign(
		{},
		signedBy === undefined ? undefined : {signedBy},
		typeof id === 'string' ? {id} : undefined,
	);
	const signed = typeof signature === 'string' && signature !== '' ? Object.assign({signature}, origin) : undefined;
	switch (detail['type']) {
		case 'reasoning.encrypted':
			return typeof data === 'string' ? Object.assign({type: 'redacted-thinking' as const, data}, origin) : undefined;
		case 'reasoning.text':
			return Object.assign({type: 'thinking' as const, text: textOf(detail['text'])}, signed);
		case 'reasoning.summary':
			return Object.assign({type: 'thinking' as const, text: textOf(detail['summary']), summary: true}, signed);
		default:
			return undefined;
	}
}

function textOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
