/** Parts of a turn as the content of a Chat Completions message. */

import {
	type DocumentPart,
	type ImagePart,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	type Part,
	pathOf,
	refusal,
} from '../../../core/index.js';
import {urlOf} from '../data-url.js';
import {describeDocument} from '../describe-document.js';
import {refuseForeignContent} from '../untranslatable.js';

const dialect = 'openai-chat';

/** What a content is written for, and what gets lost on the way. */
export interface Writing {
	readonly traits: ModelTraits;
	readonly losses: Loss[];
}

/**
 * Writes what a user says: one text as a string, all else as an array of parts.
 * @throws {GatewayError} 400 for content that the format or the model cannot take at all.
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function encodeContent(parts: readonly Part[], writing: Writing): unknown {
	const content = parts.flatMap(part => encodePart(part, writing));
	if (content.length === 0) return '';
	const texts = content.flatMap(plainText);
	if (texts.length < content.length) return content;
	// Servers of models that know nothing but text often know no arrays either.
	return texts.length === 1 || writing.traits.modalities?.images === false ? texts.join('\n\n') : content;
}

/** The text of a content part that is text and nothing else. */
function plainText(part: unknown): readonly string[] {
	const {type, text} = part as JsonObject;
	return type === 'text' && typeof text === 'string' && Object.keys(part as JsonObject).length === 2 ? [text] : [];
}

function encodePart(part: Part, writing: Writing): readonly unknown[] {
	const native = originOf(part, dialect);
	if (native !== undefined) return [native];
	switch (part.type) {
		case 'text':
			return [withCache({type: 'text', text: part.text}, part, writing)];
		case 'image':
			return [withCache(encodeImage(part, writing), part, writing)];
		case 'document':
			return encodeDocument(part, writing);
		case 'audio':
			if (writing.traits.modalities?.audio === false) throw refused(part, 'this model takes no audio');
			if (part.source.kind !== 'base64') throw refused(part, 'audio must be sent within the request');
			return [
				{type: 'input_audio', input_audio: {data: part.source.data, format: part.format ?? audioFormat(part.source)}},
			];
		case 'native':
			if (part.dialect === dialect) return [part.value];
			refuseForeignContent(part, field(part));
			return lost(part, `"${part.name}" has no counterpart in the format of this model`, writing);
		default:
			return lost(part, `a user cannot say "${part.type}" in the format of this model`, writing);
	}
}

function audioFormat(source: {readonly mediaType: string}): string {
	const subtype = source.mediaType.slice(source.mediaType.indexOf('/') + 1);
	return subtype === 'mpeg' ? 'mp3' : subtype;
}

function encodeImage(part: ImagePart, {traits}: Writing): Record<string, unknown> {
	if (traits.modalities?.images === false) throw refused(part, 'this model takes no images');
	const url = urlOf(part.source);
	if (url === undefined) throw refused(part, 'an image that is kept at a provider cannot be named in Chat Completions');
	return {type: 'image_url', image_url: part.detail === undefined ? {url} : {url, detail: part.detail}};
}

function encodeDocument(part: DocumentPart, writing: Writing): readonly unknown[] {
	if (part.citations === true)
		lost(part, 'citations of documents cannot be asked for in the format of this model', writing);
	return [
		...describeDocument(part).map(text => ({type: 'text', text})),
		withCache(encodeFile(part, writing), part, writing),
	];
}

function encodeFile(part: DocumentPart, {traits}: Writing): Record<string, unknown> {
	const {source} = part;
	if (source.kind === 'text') return {type: 'text', text: source.text};
	if (traits.modalities?.documents === false) throw refused(part, 'this model takes no documents');
	if (source.kind === 'url')
		throw refused(part, 'Chat Completions takes documents only within the request, not by URL');
	const filename = part.name ?? 'document.pdf';
	if (source.kind === 'base64') return {type: 'file', file: {filename, file_data: urlOf(source)}};
	// A file of OpenAI's is known to OpenAI's other API too; one of Anthropic's is known to nobody else.
	if (originOf(part, 'anthropic-messages') !== undefined)
		throw refused(part, 'a file kept at Anthropic is unknown elsewhere');
	return {type: 'file', file: part.name === undefined ? {file_id: source.id} : {file_id: source.id, filename}};
}

function withCache(
	content: Record<string, unknown>,
	part: {readonly cache?: unknown},
	{traits}: Writing,
): Record<string, unknown> {
	if (part.cache !== undefined && traits.cacheBreakpoints === true)
		content['prompt_cache_breakpoint'] = {mode: 'explicit'};
	return content;
}

/** Notes a part as lost; nothing is written for it. */
export function lost(part: Part, reason: string, {losses}: Writing): readonly [] {
	losses.push({path: field(part), reason});
	return [];
}

function refused(part: Part, why: string): Error {
	return refusal('invalid_body', `${field(part)} cannot be sent: ${why}.`, {param: field(part)});
}

function field(part: object): string {
	return pathOf(part) ?? 'turns';
}
