/** The content of a message of Chat Completions, part by part. */

import {type CacheMark, isObject, type JsonObject, type Part, refusal, remember} from '../../../core/index.js';
import {sourceOf} from '../data-url.js';

/** The name that parts remember. */
const dialect = 'openai-chat';

const details = ['auto', 'low', 'high', 'original'] as const;

/**
 * Reads a message's `content`: text, or an array of parts; nothing for null and for empty text.
 * @param path the client's field, such as `messages[2].content`.
 * @throws {GatewayError} 400 naming the field that cannot be read.
 * @see https://platform.openai.com/docs/api-reference/chat/create
 */
export function decodeContent(content: unknown, path: string): readonly Part[] {
	if (content === undefined || content === null) return [];
	if (typeof content === 'string') {
		// An array can say what a string says: a string has no native part of its own to go back to.
		return content === '' ? [] : [remember({type: 'text', text: content}, dialect, undefined, path)];
	}
	if (!Array.isArray(content)) throw invalid(path, 'must be a string or an array of parts');
	return content.map((part: unknown, index) => {
		const field = `${path}[${index}]`;
		if (typeof part === 'string') return remember({type: 'text', text: part}, dialect, undefined, field);
		if (!isObject(part)) throw invalid(field, 'must be an object');
		return remember(decodePart(part, field), dialect, part, field);
	});
}

function decodePart(part: JsonObject, path: string): Part {
	const type = part['type'];
	switch (type) {
		// The Responses API's own names, which clients send here by mistake and servers accept.
		case 'text':
		case 'input_text':
		case 'output_text':
			return withCache({type: 'text', text: text(part, 'text', path)}, part);
		case 'refusal':
			return {type: 'refusal', text: text(part, 'refusal', path)};
		case 'image_url':
			return decodeImage(part, path);
		case 'input_audio':
			return decodeAudio(part['input_audio'], `${path}.input_audio`);
		case 'file':
			return decodeFile(part, path);
		case 'thinking':
			return {type: 'thinking', text: thoughtText(part['thinking'])};
		default:
			if (typeof type !== 'string') throw invalid(`${path}.type`, 'must be a string');
			return {type: 'native', dialect, name: type, value: part};
	}
}

function decodeImage(part: JsonObject, path: string): Part {
	const image = part['image_url'];
	const url = isObject(image) ? image['url'] : image;
	if (typeof url !== 'string') throw invalid(`${path}.image_url.url`, 'must be a string');
	const source = sourceOf(url);
	// Clients that know no other way to send a PDF send it as an image.
	if (source.kind === 'base64' && source.mediaType === 'application/pdf') {
		return withCache({type: 'document', source}, part);
	}
	const detail = details.find(known => isObject(image) && image['detail'] === known);
	return withCache(detail === undefined ? {type: 'image', source} : {type: 'image', source, detail}, part);
}

function decodeAudio(audio: unknown, path: string): Part {
	if (!isObject(audio)) throw invalid(path, 'must be an object');
	const format = text(audio, 'format', path);
	const mediaType = format === 'mp3' ? 'audio/mpeg' : `audio/${format}`;
	return {type: 'audio', source: {kind: 'base64', mediaType, data: text(audio, 'data', path)}, format};
}

function decodeFile(part: JsonObject, path: string): Part {
	const file = part['file'];
	if (!isObject(file)) throw invalid(`${path}.file`, 'must be an object');
	const {file_id: id, file_data: data, filename} = file;
	const name = typeof filename === 'string' ? {name: filename} : undefined;
	if (typeof data === 'string') {
		const source = sourceOf(data);
		// Bare base64 without a type is what the first version of the API took, and that knew PDF only.
		const bare = source.kind === 'url' && !source.url.startsWith('http');
		const content = bare ? {kind: 'base64' as const, mediaType: 'application/pdf', data} : source;
		return withCache(Object.assign({type: 'document' as const, source: content}, name), part);
	}
	if (typeof id !== 'string') throw invalid(`${path}.file`, 'needs file_data or file_id');
	return withCache(Object.assign({type: 'document' as const, source: {kind: 'file' as const, id}}, name), part);
}

/** `prompt_cache_breakpoint` is OpenAI's own; `cache_control` is what OpenRouter and others take in its place. */
export function withCache<Value extends object & {readonly cache?: CacheMark}>(value: Value, part: JsonObject): Value {
	const control = part['cache_control'];
	if (isObject(control)) {
		const ttl = control['ttl'];
		return Object.assign(value, {cache: ttl === '5m' || ttl === '1h' ? {ttl} : {}});
	}
	return isObject(part['prompt_cache_breakpoint']) ? Object.assign(value, {cache: {}}) : value;
}

/** Mistral writes thinking as an array of text parts. */
export function thoughtText(thinking: unknown): string {
	if (typeof thinking === 'string') return thinking;
	if (!Array.isArray(thinking)) return '';
	return thinking.map(part => (isObject(part) && typeof part['text'] === 'string' ? part['text'] : '')).join('');
}

function text(value: JsonObject, name: string, path: string): string {
	const member = value[name];
	if (typeof member !== 'string') throw invalid(`${path}.${name}`, 'must be a string');
	return member;
}

/** A field of the client's request that cannot be read. */
export function invalid(path: string, what: string): Error {
	return refusal('invalid_body', `${path} ${what}.`, {param: path});
}
