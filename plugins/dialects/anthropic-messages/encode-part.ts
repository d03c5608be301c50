/** Writes parts as content blocks of a request. */

import {
	type CacheMark,
	type DocumentPart,
	type ImagePart,
	isObject,
	type JsonObject,
	type Loss,
	type ModelTraits,
	originOf,
	type Part,
	pathOf,
	type RedactedThinkingPart,
	refusal,
	type TextPart,
	type ThinkingPart,
	type ToolCallPart,
	type ToolResultPart,
} from '../../../core/index.js';
import {anthropic} from './carry-signature.js';
import {isOwn} from './map-citation.js';
import {encodeDocumentSource, encodeImageSource, isPdf} from './map-source.js';
import {dialect} from './names.js';

/** Writes the parts of one request; notes what it leaves out. */
export class PartEncoder {
	readonly #traits: ModelTraits;
	readonly #losses: Loss[];

	constructor(traits: ModelTraits, losses: Loss[]) {
		this.#traits = traits;
		this.#losses = losses;
	}

	/**
	 * @returns `undefined` when nothing is left of it.
	 * @throws {GatewayError} 400 for what the model cannot take at all.
	 */
	encode(part: Part): JsonObject | undefined {
		const native = originOf(part, dialect);
		if (isObject(native) && this.accepts(part)) return native;
		const at = pathOf(part) ?? 'turns';
		switch (part.type) {
			case 'text':
				if (part.citations?.some(({raw}) => !isOwn(raw)) === true)
					this.#losses.push({path: at, reason: 'citations that Anthropic has not made are not accepted'});
				return encodeText(part);
			case 'refusal':
				return encodeText(part);
			case 'image':
				return this.#image(part, at);
			case 'document':
				return this.#document(part, at);
			case 'audio':
				throw refusal('invalid_body', `${at}: this model takes no audio.`, {param: at});
			case 'tool-call':
				return encodeCall(part, at);
			case 'tool-result':
				return this.result(part);
			case 'thinking':
			case 'redacted-thinking':
				return this.#thinking(part, at);
			case 'native':
				if (part.dialect === dialect) return part.value;
				this.#losses.push({path: at, reason: `${part.name} has no counterpart in the format of this model`});
				return undefined;
		}
	}

	/** Tells whether a part may go back as it came: a signature must be one that the model knows. */
	accepts(part: Part): boolean {
		if (part.type !== 'thinking' && part.type !== 'redacted-thinking') return true;
		const {signatures} = this.#traits;
		if (part.signedBy === undefined) return this.#traits.returnsReasoning === true;
		return signatures === undefined || part.signedBy === signatures;
	}

	/** A result of a call that an assistant's turn holds. */
	result(part: ToolResultPart): JsonObject {
		const native = originOf(part, dialect);
		if (isObject(native)) return native;
		const content = this.resultContent(part);
		return {
			type: 'tool_result',
			tool_use_id: part.callId,
			...(content.length > 0 && {content}),
			...(part.isError === true && {is_error: true}),
			...encodeCache(part.cache),
		};
	}

	/** What a tool gave back, as blocks. */
	resultContent(part: ToolResultPart): readonly JsonObject[] {
		return part.content.flatMap(inner => listed(this.encode(inner)));
	}

	#image(part: ImagePart, path: string): JsonObject {
		if (isPdf(part)) return this.#document({...part, type: 'document'}, path);
		if (this.#traits.modalities?.images === false)
			throw refusal('invalid_body', `${path}: this model takes no images.`, {param: path});
		if (part.detail !== undefined && part.detail !== 'auto')
			this.#losses.push({path, reason: 'how closely an image is looked at cannot be said'});
		return {type: 'image', source: encodeImageSource(part.source, path), ...encodeCache(part.cache)};
	}

	#document(part: DocumentPart, path: string): JsonObject {
		if (this.#traits.modalities?.documents === false && part.source.kind !== 'text')
			throw refusal('invalid_body', `${path}: this model takes no documents.`, {param: path});
		return {
			type: 'document',
			source: encodeDocumentSource(part.source, path),
			...(part.name !== undefined && part.name !== '' && {title: part.name.slice(0, 500)}),
			...(part.context !== undefined && part.context !== '' && {context: part.context}),
			...(part.citations !== undefined && {citations: {enabled: part.citations}}),
			...encodeCache(part.cache),
		};
	}

	#thinking(part: ThinkingPart | RedactedThinkingPart, path: string): JsonObject | undefined {
		const known = part.signedBy !== undefined && part.signedBy === this.#traits.signatures;
		if (part.type === 'redacted-thinking') {
			if (known) return {type: 'redacted_thinking', data: part.data};
		} else if (known && part.signature !== undefined) {
			// Who calls the format's provider by another name has signed as that.
			return {type: 'thinking', thinking: part.text, signature: part.signature};
		} else if (this.#traits.returnsReasoning === true) {
			return part.text === '' ? undefined : {type: 'thinking', thinking: part.text, signature: ''};
		}
		const reason =
			part.signedBy === undefined
				? 'thinking without a signature is not accepted'
				: `what ${part.signedBy === anthropic ? 'Anthropic' : part.signedBy} has signed means nothing to this model`;
		this.#losses.push({path, reason});
		return undefined;
	}
}

/** `undefined` for blank text, which is refused. */
export function encodeText(part: TextPart | {readonly type: 'refusal'; readonly text: string}): JsonObject | undefined {
	if (isBlank(part.text)) return undefined;
	if (part.type === 'refusal') return {type: 'text', text: part.text};
	const citations = part.citations?.map(({raw}) => raw).filter(isOwn) ?? [];
	return {
		type: 'text',
		text: part.text,
		...(citations.length > 0 && {citations}),
		...encodeCache(part.cache),
	};
}

function encodeCall(part: ToolCallPart, path: string): JsonObject {
	return {
		type: 'tool_use',
		id: part.id,
		name: part.name,
		input: callInput(part, path),
		...encodeCache(part.cache),
	};
}

/** The arguments as an object. @throws {GatewayError} 400 when they are none: a call with other arguments is another call. */
function callInput(part: ToolCallPart, path: string): JsonObject {
	const input = inputOf(part);
	if (input !== undefined) return input;
	throw refusal('invalid_body', `${path}: the arguments of the call of ${part.name} are no JSON object.`, {
		param: path,
	});
}

/** The arguments of a call as an object; `undefined` when they are none. Nothing, and null, are no arguments. */
export function inputOf(part: ToolCallPart): JsonObject | undefined {
	if (part.custom === true) return {input: part.arguments};
	if (isBlank(part.arguments)) return {};
	try {
		const value: unknown = JSON.parse(part.arguments);
		if (value === null) return {};
		return isObject(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

/** A cache breakpoint, as members of a block. */
export function encodeCache(cache: CacheMark | undefined): JsonObject {
	if (cache === undefined) return {};
	return {cache_control: {type: 'ephemeral', ...(cache.ttl !== undefined && {ttl: cache.ttl})}};
}

/** A block that may not be there, as a list. */
export function listed(block: JsonObject | undefined): readonly JsonObject[] {
	return block === undefined ? [] : [block];
}

export function isBlank(text: string): boolean {
	return text.trim() === '';
}
