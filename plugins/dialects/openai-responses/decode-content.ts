/** The parts of a message's content. */

import {
	type CacheMark,
	type Extra,
	type ImagePart,
	isObject,
	type JsonObject,
	type Part,
	refusal,
} from '../../../core/index.js';
import {sourceOf} from '../data-url.js';
import {decodeAnnotation} from './convert-citation.js';
import {dialect} from './name.js';

/**
 * Reads one part.
 * @param phase what the message is to the client, see {@link phaseOf}; it belongs to its texts.
 * @throws {GatewayError} 400 when it is no object with a type.
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
 */
export function decodeContent(part: unknown, path: string, phase: readonly Extra[] = []): Part {
	if (!isObject(part) || typeof part['type'] !== 'string') {
		throw refusal('invalid_body', `${path} must be an object with a \`type\`.`, {param: path});
	}
	switch (part['type']) {
		case 'input_text':
		case 'output_text':
		case 'text':
		case 'summary_text':
			return decodeText(part, path, phase);
		case 'refusal':
			return {type: 'refusal', text: text(part, 'refusal', path)};
		case 'input_image':
			return decodeImage(part, path);
		case 'input_file':
			return decodeFile(part, path);
		case 'input_audio':
			return decodeAudio(part);
		default:
			return {type: 'native', dialect, name: part['type'], value: part};
	}
}

function decodeText(part: JsonObject, path: string, phase: readonly Extra[]): Part {
	const annotations = Array.isArray(part['annotations']) ? part['annotations'] : [];
	const citations = annotations.flatMap(annotation => decodeAnnotation(annotation) ?? []);
	const logprobs = part['logprobs'];
	const probable = Array.isArray(logprobs) && logprobs.length > 0 ? [{dialect, path: 'logprobs', value: logprobs}] : [];
	const extras = [...phase, ...probable];
	return {
		type: 'text',
		text: text(part, 'text', path),
		...(citations.length > 0 ? {citations} : {}),
		...cacheOf(part),
		...(extras.length > 0 ? {extras} : {}),
	};
}

function decodeImage(part: JsonObject, path: string): Part {
	const {image_url: url, file_id: id, detail} = part;
	const rest = {...(isDetail(detail) ? {detail} : {}), ...cacheOf(part)};
	if (typeof url === 'string') return {type: 'image', source: sourceOf(url), ...rest};
	if (typeof id === 'string') return {type: 'image', source: {kind: 'file', id}, ...rest};
	throw refusal('invalid_body', `${path} must have \`image_url\` (a string) or \`file_id\`.`, {param: path});
}

function isDetail(value: unknown): value is NonNullable<ImagePart['detail']> {
	return value === 'auto' || value === 'low' || value === 'high' || value === 'original';
}

function decodeFile(part: JsonObject, path: string): Part {
	const {file_data: data, file_url: url, file_id: id, filename} = part;
	const rest = {...(typeof filename === 'string' ? {name: filename} : {}), ...cacheOf(part)};
	if (typeof data === 'string') {
		const source = sourceOf(data);
		// Bare base64 is accepted as well; what it is follows from nothing then, and PDF is what this part is for.
		const bare = {kind: 'base64', mediaType: 'application/pdf', data} as const;
		return {type: 'document', source: source.kind === 'url' ? bare : source, ...rest};
	}
	if (typeof url === 'string') return {type: 'document', source: {kind: 'url', url}, ...rest};
	if (typeof id === 'string') return {type: 'document', source: {kind: 'file', id}, ...rest};
	throw refusal('invalid_body', `${path} must have \`file_data\`, \`file_url\` or \`file_id\`.`, {param: path});
}

function decodeAudio(part: JsonObject): Part {
	const audio = isObject(part['input_audio']) ? part['input_audio'] : {};
	const format = typeof audio['format'] === 'string' ? audio['format'] : 'wav';
	const data = typeof audio['data'] === 'string' ? audio['data'] : '';
	return {type: 'audio', source: {kind: 'base64', mediaType: `audio/${format}`, data}, format};
}

function cacheOf(part: JsonObject): {readonly cache?: CacheMark} {
	return isObject(part['prompt_cache_breakpoint']) ? {cache: {}} : {};
}

function text(part: JsonObject, name: string, path: string): string {
	const value = part[name];
	if (typeof value !== 'string') {
		throw refusal('invalid_body', `${path}.${name} must be a string.`, {param: `${path}.${name}`});
	}
	return value;
}

/** Newer models tell commentary from the final answer, and want to be told so in the history. */
export function phaseOf(item: JsonObject): readonly Extra[] {
	return typeof item['phase'] === 'string' ? [{dialect, path: 'phase', value: item['phase']}] : [];
}
