/** Reads content blocks, of requests and of answers. */

import {
	type CacheMark,
	type Citation,
	isObject,
	type JsonObject,
	type Part,
	refusal,
	type TextPart,
	type ToolCallPart,
	type ToolResultPart,
} from '../../../core/index.js';
import {anthropic, unpackCallSignature, unpackThinking} from './carry-signature.js';
import {decodeCitation, isOwn} from './map-citation.js';
import {decodeDocumentSource, decodeSource} from './map-source.js';
import {dialect} from './names.js';

/** Notes where a part comes from. @param native `undefined` when it must not be written back as it came. */
export type Note = <Value extends object>(value: Value, native: JsonObject | undefined, path: string) => Value;

/** Reads the parts of a message. Signatures that were carried for other providers go back to where they belong. */
export function decodeContent(
	content: unknown,
	path: string,
	note: Note,
): {readonly parts: readonly Part[]; readonly carried: boolean} {
	if (typeof content === 'string') {
		const native = {type: 'text', text: content};
		return {parts: content === '' ? [] : [note({type: 'text', text: content}, native, path)], carried: false};
	}
	if (!Array.isArray(content))
		throw refusal('invalid_body', `${path} must be a string or an array of blocks.`, {param: path});
	const signatures = callSignatures(content);
	let carried = signatures.size > 0;
	const parts: Part[] = [];
	for (const [index, block] of content.entries()) {
		const at = `${path}[${index}]`;
		if (!isObject(block) || typeof block['type'] !== 'string')
			throw refusal('invalid_body', `${at} must be an object with a type.`, {param: at});
		if (block['type'] === 'redacted_thinking' && unpackCallSignature(String(block['data'])) !== undefined) continue;
		const part = decodePart(block, at, note);
		const signature = part.type === 'tool-call' ? signatures.get(part.id) : undefined;
		const foreign = isForeign(part);
		if (foreign) carried = true;
		const whole = signature === undefined ? part : Object.assign({}, part, {signature});
		parts.push(note(whole, foreign ? undefined : block, at));
	}
	return {parts, carried};
}

function callSignatures(content: readonly unknown[]): ReadonlyMap<string, string> {
	const found = new Map<string, string>();
	for (const block of content) {
		if (!isObject(block) || block['type'] !== 'redacted_thinking' || typeof block['data'] !== 'string') continue;
		const carried = unpackCallSignature(block['data']);
		if (carried !== undefined) found.set(carried.id, carried.signature);
	}
	return found;
}

/** Tells what must not go back to Anthropic as it came: the gateway made it for what another provider said. */
function isForeign(part: Part): boolean {
	if (part.type === 'text') return part.citations?.some(({raw}) => !isOwn(raw)) === true;
	if (part.type !== 'thinking' && part.type !== 'redacted-thinking') return false;
	return part.signedBy !== undefined && part.signedBy !== anthropic;
}

/** Reads one block. What the hub has no word for is a native part. */
export function decodePart(block: JsonObject, path: string, note: Note): Part {
	const type = block['type'];
	const source = block['source'];
	const cache = decodeCache(block['cache_control']);
	const marked = cache === undefined ? {} : {cache};
	switch (type) {
		case 'text':
			return decodeText(block);
		case 'image': {
			const found = decodeSource(source);
			if (found !== undefined) return {type: 'image', source: found, ...marked};
			break;
		}
		case 'document': {
			const found = decodeDocumentSource(source);
			if (found === undefined) break;
			const {title, context, citations} = block;
			return {
				type: 'document',
				source: found,
				...(typeof title === 'string' && {name: title}),
				...(typeof context === 'string' && {context}),
				...(isObject(citations) && typeof citations['enabled'] === 'boolean' && {citations: citations['enabled']}),
				...marked,
			};
		}
		case 'tool_use':
			return decodeCall(block, marked);
		case 'tool_result':
			return decodeResult(block, path, note, marked);
		case 'thinking': {
			const text = stringOf(block['thinking']);
			const signature = stringOf(block['signature']);
			if (signature === '') return {type: 'thinking', text};
			return unpackThinking(signature, text) ?? {type: 'thinking', text, signature, signedBy: anthropic};
		}
		// A text with its source: told so where nobody knows such a block.
		case 'search_result':
			return {type: 'text', text: inWords(block), ...marked};
		case 'redacted_thinking': {
			const data = stringOf(block['data']);
			return unpackThinking(data, '') ?? {type: 'redacted-thinking', data, signedBy: anthropic};
		}
	}
	return {type: 'native', dialect, name: String(type), value: block};
}

/** Reads a text block. */
export function decodeText(block: JsonObject): TextPart {
	const cache = decodeCache(block['cache_control']);
	const citations = Array.isArray(block['citations']) ? block['citations'].map(decodeCitation) : [];
	return {
		type: 'text',
		text: stringOf(block['text']),
		...(citations.length > 0 && {citations: citations as readonly Citation[]}),
		...(cache !== undefined && {cache}),
	};
}

function decodeCall(block: JsonObject, marked: {readonly cache?: CacheMark}): ToolCallPart {
	const input = block['input'];
	return {
		type: 'tool-call',
		id: stringOf(block['id']),
		name: stringOf(block['name']),
		arguments: input === undefined ? '' : JSON.stringify(input),
		...marked,
	};
}

function decodeResult(
	block: JsonObject,
	path: string,
	note: Note,
	marked: {readonly cache?: CacheMark},
): ToolResultPart {
	const content = block['content'] ?? [];
	const {parts} = decodeContent(content, `${path}.content`, note);
	return {
		type: 'tool-result',
		callId: stringOf(block['tool_use_id']),
		content: parts.map(part =>
			part.type === 'text' || part.type === 'image' || part.type === 'document' ? part : worded(part, note),
		),
		...(block['is_error'] === true && {isError: true}),
		...marked,
	};
}

/** References to tools and the like: a tool's result holds text, images and documents only, so that others can read it too. */
function worded(part: Part, note: Note): TextPart {
	if (part.type !== 'native') return {type: 'text', text: ''};
	return note({type: 'text', text: inWords(part.value)}, part.value, '');
}

function inWords(value: JsonObject): string {
	const texts = Array.isArray(value['content'])
		? value['content'].map(inner => (isObject(inner) ? stringOf(inner['text']) : ''))
		: [];
	const lines = [value['title'], value['source'], value['tool_name'], ...texts].map(stringOf);
	return lines.filter(line => line !== '').join('\n');
}

/** Reads a cache breakpoint. */
export function decodeCache(mark: unknown): CacheMark | undefined {
	if (!isObject(mark)) return undefined;
	const ttl = mark['ttl'];
	return ttl === '5m' || ttl === '1h' ? {ttl} : {};
}

export function stringOf(value: unknown): string {
	return typeof value === 'string' ? value : '';
}
