/** The items of a streamed output, one class each: what their events mean for the parts of the hub. */

import {isObject, type JsonObject} from '../../../core/index.js';
import {customInputFrame, escapeInput} from '../custom-input.js';
import {decodeAnnotation} from './convert-citation.js';
import {phaseOf} from './decode-content.js';
import {decodeCall, nativePart} from './decode-items.js';
import {dialect} from './name.js';
import {decodeReasoning, signer} from './reasoning-item.js';
import type {OpenPart, PartWriter} from './stream-parts.js';
import type {ToolTable} from './tool-names.js';

/** An item that is being streamed. */
export interface OpenItem {
	read(type: string, event: JsonObject): void;
	/** @param whole the item as it is at its end; empty when the server has not said. */
	end(whole: JsonObject): void;
}

/**
 * Begins an item with the first event that is about it.
 * @returns `undefined` for an event that does not tell what kind of item it belongs to.
 */
export function openItem(type: string, event: JsonObject, parts: PartWriter, table: ToolTable): OpenItem | undefined {
	const item = isObject(event['item']) ? event['item'] : undefined;
	if (item === undefined) return type.startsWith('response.output_text') ? new MessageItem({}, parts) : undefined;
	switch (item['type']) {
		case 'message':
			return new MessageItem(item, parts);
		case 'reasoning':
			return new ReasoningItem(parts);
		case 'function_call':
			return typeof item['name'] === 'string' ? new CallItem(item, parts, table) : undefined;
		case 'custom_tool_call':
			return typeof item['name'] === 'string' ? new CustomCallItem(item, parts, table) : undefined;
		default:
			return new NativeItem(item, parts);
	}
}

/** One part of a message's content. */
interface Content {
	readonly type: 'text' | 'refusal';
	readonly part: OpenPart;
	citations: number;
	ended: boolean;
}

class MessageItem implements OpenItem {
	readonly #item: JsonObject;
	readonly #parts: PartWriter;
	readonly #contents = new Map<number, Content>();

	constructor(item: JsonObject, parts: PartWriter) {
		this.#item = item;
		this.#parts = parts;
	}

	read(type: string, event: JsonObject): void {
		const place = typeof event['content_index'] === 'number' ? event['content_index'] : 0;
		switch (type) {
			case 'response.output_text.delta':
				this.#add(this.#open(place, 'text'), event);
				break;
			case 'response.refusal.delta':
				this.#add(this.#open(place, 'refusal'), event);
				break;
			case 'response.output_text.done':
				this.#parts.complete(this.#open(place, 'text').part, 'text', event['text']);
				break;
			case 'response.refusal.done':
				this.#parts.complete(this.#open(place, 'refusal').part, 'refusal', event['refusal']);
				break;
			case 'response.output_text.annotation.added':
				this.#cite(this.#open(place, 'text'), event['annotation']);
				break;
			case 'response.content_part.added':
				this.#begin(place, event['part']);
				break;
			case 'response.content_part.done':
				this.#endContent(place, event['part']);
				break;
			default:
		}
	}

	end(whole: JsonObject): void {
		const contents: readonly unknown[] = Array.isArray(whole['content']) ? whole['content'] : [];
		for (const [place, content] of contents.entries()) this.#endContent(place, content);
		for (const [place] of this.#contents) this.#endContent(place, undefined);
	}

	#open(place: number, type: Content['type']): Content {
		const open = this.#contents.get(place);
		if (open !== undefined) return open;
		const phase = type === 'text' ? phaseOf(this.#item) : [];
		const part = phase.length > 0 ? ({type: 'text', text: '', extras: phase} as const) : ({type, text: ''} as const);
		const content: Content = {type, part: this.#parts.start(part), citations: 0, ended: false};
		this.#contents.set(place, content);
		return content;
	}

	#begin(place: number, native: unknown): Content | undefined {
		if (!isObject(native)) return undefined;
		if (native['type'] === 'output_text' || native['type'] === 'text') {
			const content = this.#open(place, 'text');
			this.#parts.complete(content.part, 'text', native['text']);
			return content;
		}
		if (native['type'] !== 'refusal') return undefined;
		const content = this.#open(place, 'refusal');
		this.#parts.complete(content.part, 'refusal', native['refusal']);
		return content;
	}

	#add(content: Content, {delta, logprobs}: JsonObject): void {
		if (typeof delta !== 'string') return;
		const said = Array.isArray(logprobs) && logprobs.length > 0;
		this.#parts.add(
			content.part,
			content.type,
			delta,
			said ? [{dialect, path: 'logprobs', value: logprobs}] : undefined,
		);
	}

	#cite(content: Content, annotation: unknown): void {
		const citation = decodeAnnotation(annotation);
		if (citation === undefined) return;
		content.citations++;
		this.#parts.delta(content.part, {type: 'citation', citation});
	}

	#endContent(place: number, native: unknown): void {
		const open = this.#contents.get(place);
		if (open?.ended === true) return;
		const content = this.#begin(place, native) ?? open;
		if (content === undefined) return;
		const annotations = isObject(native) && Array.isArray(native['annotations']) ? native['annotations'] : [];
		for (const annotation of annotations.slice(content.citations)) this.#cite(content, annotation);
		content.ended = true;
		this.#parts.end(content.part);
	}
}

/** What it is becomes known with its first text, or at its end: a summary, the thinking itself, or only a cipher. */
class ReasoningItem implements OpenItem {
	readonly #parts: PartWriter;
	#open: OpenPart | undefined;
	#kind: 'summary' | 'content' | undefined;
	#place = 0;

	constructor(parts: PartWriter) {
		this.#parts = parts;
	}

	read(type: string, event: JsonObject): void {
		const {delta, item_id: id} = event;
		if (typeof delta !== 'string') return;
		if (type === 'response.reasoning_summary_text.delta') this.#add('summary', event['summary_index'], delta, id);
		else if (type === 'response.reasoning_text.delta') this.#add('content', event['content_index'], delta, id);
	}

	#add(kind: 'summary' | 'content', index: unknown, delta: string, id: unknown): void {
		this.#kind ??= kind;
		if (this.#kind !== kind) return;
		const named = typeof id === 'string' ? {id} : {};
		this.#open ??= this.#parts.start({
			type: 'thinking',
			text: '',
			// Summaries are OpenAI's; what proves them comes with the end.
			...(kind === 'summary' ? {summary: true, signedBy: signer} : {}),
			...named,
		});
		const place = typeof index === 'number' ? index : 0;
		if (place > this.#place) {
			if (this.#open.text !== '') this.#parts.add(this.#open, 'thinking', '\n\n');
			this.#place = place;
		}
		this.#parts.add(this.#open, 'thinking', delta);
	}

	end(whole: JsonObject): void {
		const part = decodeReasoning(whole);
		if (part !== undefined) {
			const {signature, text, ...rest} = part;
			this.#open ??= this.#parts.start(Object.assign({text: ''}, rest));
			this.#parts.complete(this.#open, 'thinking', text);
			if (signature !== undefined) this.#parts.delta(this.#open, {type: 'signature', text: signature});
		} else if (this.#open === undefined && typeof whole['type'] === 'string') {
			this.#open = this.#parts.start(nativePart(whole, 'reasoning'));
		}
		if (this.#open !== undefined) this.#parts.end(this.#open);
	}
}

class CallItem implements OpenItem {
	readonly #parts: PartWriter;
	readonly #open: OpenPart;

	constructor(item: JsonObject, parts: PartWriter, table: ToolTable) {
		this.#parts = parts;
		const call = decodeCall(item, 'output', table);
		this.#open = parts.start(Object.assign({}, call, {arguments: ''}));
		parts.complete(this.#open, 'arguments', item['arguments']);
	}

	read(type: string, event: JsonObject): void {
		if (type === 'response.function_call_arguments.delta') {
			if (typeof event['delta'] === 'string') this.#parts.add(this.#open, 'arguments', event['delta']);
		} else if (type === 'response.function_call_arguments.done') {
			this.#parts.complete(this.#open, 'arguments', event['arguments']);
		}
	}

	end(whole: JsonObject): void {
		this.#parts.complete(this.#open, 'arguments', whole['arguments']);
		this.#parts.end(this.#open);
	}
}

/** Free text becomes the one argument as it comes. */
class CustomCallItem implements OpenItem {
	readonly #parts: PartWriter;
	readonly #open: OpenPart;
	#said = '';

	constructor(item: JsonObject, parts: PartWriter, table: ToolTable) {
		this.#parts = parts;
		this.#open = parts.start(Object.assign({}, decodeCall(item, 'output', table), {arguments: ''}));
		parts.add(this.#open, 'arguments', customInputFrame.begin);
		this.#complete(item['input']);
	}

	read(type: string, event: JsonObject): void {
		if (type === 'response.custom_tool_call_input.delta') this.#add(event['delta']);
		else if (type === 'response.custom_tool_call_input.done') this.#complete(event['input']);
	}

	end(whole: JsonObject): void {
		this.#complete(whole['input']);
		this.#parts.add(this.#open, 'arguments', customInputFrame.end);
		this.#parts.end(this.#open);
	}

	#add(text: unknown): void {
		if (typeof text !== 'string') return;
		this.#said += text;
		this.#parts.add(this.#open, 'arguments', escapeInput(text));
	}

	#complete(whole: unknown): void {
		if (typeof whole === 'string' && whole.startsWith(this.#said)) this.#add(whole.slice(this.#said.length));
	}
}

/** An item that only this format knows: its events are handed on as they are. */
class NativeItem implements OpenItem {
	readonly #parts: PartWriter;
	readonly #open: OpenPart;

	constructor(item: JsonObject, parts: PartWriter) {
		this.#parts = parts;
		this.#open = parts.start(nativePart(item, typeof item['type'] === 'string' ? item['type'] : 'unknown'));
	}

	read(_type: string, event: JsonObject): void {
		this.#parts.delta(this.#open, {type: 'native', dialect, value: event});
	}

	end(whole: JsonObject): void {
		if (typeof whole['type'] === 'string') {
			const value = {type: 'response.output_item.done', item: whole};
			this.#parts.delta(this.#open, {type: 'native', dialect, value});
		}
		this.#parts.end(this.#open);
	}
}
