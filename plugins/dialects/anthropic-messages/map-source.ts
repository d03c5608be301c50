/** Where images and documents are, in Anthropic's words and the hub's. */

import {
	type DocumentPart,
	type ImagePart,
	isObject,
	type JsonObject,
	refusal,
	type Source,
} from '../../../core/index.js';
import {sourceOf} from '../data-url.js';

type DocumentSource = DocumentPart['source'];

/** `undefined` for a source that the hub has no word for. */
export function decodeSource(source: unknown): Source | undefined {
	if (!isObject(source)) return undefined;
	const {type, data, media_type: mediaType, url, file_id: id} = source;
	if (type === 'base64' && typeof data === 'string' && typeof mediaType === 'string')
		return {kind: 'base64', mediaType, data};
	if (type === 'url' && typeof url === 'string') return {kind: 'url', url};
	if (type === 'file' && typeof id === 'string') return {kind: 'file', id};
	return undefined;
}

/** Likewise; plain text may stand in the document itself. */
export function decodeDocumentSource(source: unknown): DocumentSource | undefined {
	if (!isObject(source)) return undefined;
	if (source['type'] === 'text' && typeof source['data'] === 'string') return {kind: 'text', text: source['data']};
	if (source['type'] !== 'content') return decodeSource(source);
	const {content} = source;
	if (typeof content === 'string') return {kind: 'text', text: content};
	if (!Array.isArray(content) || !content.every(isText)) return undefined;
	return {kind: 'text', text: content.map(({text}) => text).join('\n\n')};
}

function isText(block: unknown): block is {readonly text: string} {
	return isObject(block) && block['type'] === 'text' && typeof block['text'] === 'string';
}

const imageTypes = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

/**
 * Writes the source of an image.
 * @throws {GatewayError} 400 for a type that Anthropic does not take and for a file of another provider.
 */
export function encodeImageSource(source: Source, path: string): JsonObject {
	const plain = inlined(source);
	if (plain.kind === 'base64') {
		const said = plain.mediaType.toLowerCase();
		const mediaType = said === 'image/jpg' ? 'image/jpeg' : said;
		if (!imageTypes.has(mediaType))
			throw refusal('invalid_body', `${path}: an image may be JPEG, PNG, GIF or WebP, not ${said}.`, {param: path});
		return {type: 'base64', media_type: mediaType, data: plain.data};
	}
	return elsewhere(plain, path);
}

/**
 * Writes the source of a document.
 * @throws {GatewayError} as above.
 */
export function encodeDocumentSource(source: DocumentSource, path: string): JsonObject {
	if (source.kind === 'text') return {type: 'text', media_type: 'text/plain', data: source.text};
	const plain = inlined(source);
	if (plain.kind !== 'base64') return elsewhere(plain, path);
	const mediaType = plain.mediaType.toLowerCase();
	if (mediaType === 'application/pdf') return {type: 'base64', media_type: mediaType, data: plain.data};
	if (mediaType.startsWith('text/') || mediaType === 'application/json')
		return {type: 'text', media_type: 'text/plain', data: Buffer.from(plain.data, 'base64').toString('utf8')};
	throw refusal('invalid_body', `${path}: a document may be PDF or plain text, not ${mediaType}.`, {param: path});
}

/** Tells an image part that holds a PDF: some clients know no other way to send one. */
export function isPdf(part: ImagePart): boolean {
	const source = inlined(part.source);
	return source.kind === 'base64' && source.mediaType.toLowerCase() === 'application/pdf';
}

function elsewhere(source: Exclude<Source, {kind: 'base64'}>, path: string): JsonObject {
	if (source.kind === 'url') return {type: 'url', url: source.url};
	// Anthropic's own ids begin so; those of others mean nothing to it.
	if (source.id.startsWith('file_')) return {type: 'file', file_id: source.id};
	throw refusal('invalid_body', `${path}: the file ${source.id} is kept at another provider; send its content.`, {
		param: path,
	});
}

/** A data URL as what it holds. */
function inlined(source: Source): Source {
	return source.kind === 'url' ? sourceOf(source.url) : source;
}
