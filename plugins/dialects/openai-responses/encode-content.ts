/** Parts as the content of a message or of a tool's output. */

import {
	type DocumentPart,
	type ImagePart,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	type Part,
	pathOf,
	refusal,
	type Source,
	type ToolResultPart,
} from '../../../core/index.js';
import {urlOf} from '../data-url.js';
import {describeDocument} from '../describe-document.js';
import {refuseForeignContent} from '../untranslatable.js';
import {dialect} from './name.js';

/** What writing content depends on, and what it leaves behind. */
export interface ContentWriter {
	readonly traits: ModelTraits;
	readonly losses: Loss[];
}

/**
 * Writes a part of a message that is not the assistant's; nothing for what only another format knows.
 * @throws {GatewayError} 400 for content that the model cannot take.
 */
export function encodeContent(part: Part, writer: ContentWriter): readonly JsonObject[] {
	const origin = originOf(part, dialect);
	if (isContent(origin)) return [origin];
	switch (part.type) {
		case 'text':
			return [Object.assign({type: 'input_text', text: part.text}, breakpoint(part, writer))];
		case 'image':
			return [encodeImage(part, writer)];
		case 'document':
			return encodeDocument(part, writer);
		case 'refusal':
		case 'thinking':
			return [{type: 'input_text', text: part.text}];
		case 'audio':
			throw refusal('invalid_body', 'This model takes no audio.', param(part));
		case 'native':
			if (part.dialect === dialect && isContent(part.value)) return [part.value];
			refuseForeignContent(part, pathOf(part) ?? 'turns');
			return [];
		default:
			return [];
	}
}

/** Content parts stand within messages, items beside them; a native value may be either. */
export function isContent(value: unknown): value is JsonObject {
	if (!isObject(value) || typeof value['type'] !== 'string') return false;
	const {type} = value;
	return type.startsWith('input_') || type === 'output_text' || type === 'text' || type === 'refusal';
}

function encodeImage(part: ImagePart, writer: ContentWriter): JsonObject {
	if (writer.traits.modalities?.images === false) {
		throw refusal('invalid_body', 'This model takes no images.', param(part));
	}
	const where = part.source.kind === 'file' ? {file_id: fileId(part, part.source)} : {image_url: urlOf(part.source)};
	return Object.assign({type: 'input_image'}, where, {detail: part.detail ?? 'auto'}, breakpoint(part, writer));
}

function encodeDocument(part: DocumentPart, writer: ContentWriter): readonly JsonObject[] {
	if (part.citations === true) {
		writer.losses.push({path: pathOf(part) ?? 'turns', reason: 'citations of documents cannot be asked for'});
	}
	const context = describeDocument(part).map(text => ({type: 'input_text', text}));
	const {source} = part;
	if (source.kind === 'text') return [...context, {type: 'input_text', text: source.text}];
	if (writer.traits.modalities?.documents === false) {
		throw refusal('invalid_body', 'This model takes no documents.', param(part));
	}
	return [...context, Object.assign({type: 'input_file'}, fileMembers(part, source), breakpoint(part, writer))];
}

function fileMembers(part: DocumentPart, source: Source): JsonObject {
	if (source.kind === 'file') return {file_id: fileId(part, source)};
	if (source.kind === 'url') return {file_url: source.url};
	return {filename: part.name ?? 'document.pdf', file_data: urlOf(source)};
}

/** A file kept at Anthropic is not to be found at OpenAI. */
function fileId(part: Part, source: Extract<Source, {kind: 'file'}>): string {
	if (originOf(part, 'anthropic-messages') === undefined) return source.id;
	throw refusal('invalid_body', `The file "${source.id}" is kept at another provider; send its content.`, param(part));
}

function param(part: Part): {readonly param?: string} {
	const path = pathOf(part);
	return path === undefined ? {} : {param: path};
}

function breakpoint(part: Extract<Part, {cache?: unknown}>, {traits}: ContentWriter): JsonObject {
	return part.cache !== undefined && traits.cacheBreakpoints === true
		? {prompt_cache_breakpoint: {mode: 'explicit'}}
		: {};
}

/** The `output` of a tool: a string where that says it all. There is no member for a failure, so the text tells. */
export function encodeOutput(part: ToolResultPart, writer: ContentWriter): string | readonly JsonObject[] {
	const error = part.isError === true ? 'Error: ' : '';
	const [first] = part.content;
	if (first === undefined) return error.trimEnd();
	if (part.content.length === 1 && first.type === 'text') return error + first.text;
	const content = part.content.flatMap(each => encodeContent(each, writer));
	return error === '' ? content : [{type: 'input_text', text: error.trimEnd()}, ...content];
}
