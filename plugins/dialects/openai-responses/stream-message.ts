/** A message of a streamed response: its texts and refusals, in the order in which they begin. */

import type {Delta, JsonObject, RefusalPart, TextPart} from '../../../core/index.js';
import {encodeAnnotation} from './convert-citation.js';
import {logprobsOf, messageItem} from './output-items.js';
import type {PartOutput} from './stream-output.js';
import type {StreamWriter} from './stream-writer.js';

/** Stays open for further texts until something else begins. */
export class MessageOutput {
	readonly phase: string | undefined;
	readonly #writer: StreamWriter;
	readonly #id: string;
	readonly #place: number;
	readonly #contents: JsonObject[] = [];
	#open = 0;
	#closing = false;

	constructor(phase: string | undefined, writer: StreamWriter) {
		this.phase = phase;
		this.#writer = writer;
		this.#id = writer.newId('msg_');
		this.#place = writer.begin(messageItem(this.#id, phase, 'in_progress', []));
	}

	/** Begins another content part. */
	content(part: TextPart | RefusalPart): PartOutput {
		const index = this.#contents.length;
		this.#contents.push({});
		this.#open++;
		const at = {writer: this.#writer, id: this.#id, place: this.#place, index};
		const end = (content: JsonObject): void => {
			this.#contents[index] = content;
			this.#open--;
			if (this.#closing && this.#open === 0) this.#finish('completed');
		};
		return part.type === 'text' ? new TextOutput(part, at, end) : new RefusalOutput(part, at, end);
	}

	/** Nothing more is added; ends at once, or with the last of its parts that is still open. */
	close(status: 'completed' | 'incomplete' = 'completed'): void {
		if (this.#closing) return;
		this.#closing = true;
		if (this.#open === 0) this.#finish(status);
	}

	#finish(status: string): void {
		this.#writer.finish(this.#place, messageItem(this.#id, this.phase, status, this.#contents));
	}
}

/** Where a content part stands. */
interface Place {
	readonly writer: StreamWriter;
	readonly id: string;
	readonly place: number;
	readonly index: number;
}

class TextOutput implements PartOutput {
	readonly #at: Place;
	readonly #end: (content: JsonObject) => void;
	readonly #annotations: JsonObject[] = [];
	readonly #logprobs: unknown[] = [];
	#text = '';

	constructor(part: TextPart, at: Place, end: (content: JsonObject) => void) {
		this.#at = at;
		this.#end = end;
		const {writer, id, place, index} = at;
		const empty = {type: 'output_text', text: '', annotations: [], logprobs: []};
		writer.emit({
			type: 'response.content_part.added',
			sequence_number: writer.next(),
			item_id: id,
			output_index: place,
			content_index: index,
			part: empty,
		});
		if (part.text !== '') this.add({type: 'text', text: part.text, extras: part.extras ?? []});
		for (const citation of part.citations ?? []) this.add({type: 'citation', citation});
	}

	add(delta: Delta): void {
		const {writer, id, place, index} = this.#at;
		if (delta.type === 'text') {
			this.#text += delta.text;
			const logprobs = delta.extras === undefined ? [] : logprobsOf(delta.extras);
			if (logprobs.length > 0) this.#logprobs.push(...logprobs);
			writer.emit({
				type: 'response.output_text.delta',
				sequence_number: writer.next(),
				item_id: id,
				output_index: place,
				content_index: index,
				delta: delta.text,
				logprobs,
			});
		} else if (delta.type === 'citation') {
			const annotation = encodeAnnotation(delta.citation, this.#text.length);
			if (annotation === undefined) return;
			writer.emit({
				type: 'response.output_text.annotation.added',
				sequence_number: writer.next(),
				item_id: id,
				output_index: place,
				content_index: index,
				annotation_index: this.#annotations.length,
				annotation,
			});
			this.#annotations.push(annotation);
		}
	}

	end(): void {
		const {writer, id, place, index} = this.#at;
		const content = {
			type: 'output_text',
			text: this.#text,
			annotations: this.#annotations,
			logprobs: this.#logprobs,
		};
		writer.emit({
			type: 'response.output_text.done',
			sequence_number: writer.next(),
			item_id: id,
			output_index: place,
			content_index: index,
			text: this.#text,
			logprobs: this.#logprobs,
		});
		endContent(this.#at, content);
		this.#end(content);
	}
}

class RefusalOutput implements PartOutput {
	readonly #at: Place;
	readonly #end: (content: JsonObject) => void;
	#text = '';

	constructor(part: RefusalPart, at: Place, end: (content: JsonObject) => void) {
		this.#at = at;
		this.#end = end;
		const {writer, id, place, index} = at;
		writer.emit({
			type: 'response.content_part.added',
			sequence_number: writer.next(),
			item_id: id,
			output_index: place,
			content_index: index,
			part: {type: 'refusal', refusal: ''},
		});
		if (part.text !== '') this.add({type: 'refusal', text: part.text});
	}

	add(delta: Delta): void {
		if (delta.type !== 'refusal' && delta.type !== 'text') return;
		this.#text += delta.text;
		const {writer, id, place, index} = this.#at;
		writer.emit({
			type: 'response.refusal.delta',
			sequence_number: writer.next(),
			item_id: id,
			output_index: place,
			content_index: index,
			delta: delta.text,
		});
	}

	end(): void {
		const {writer, id, place, index} = this.#at;
		const content = {type: 'refusal', refusal: this.#text};
		writer.emit({
			type: 'response.refusal.done',
			sequence_number: writer.next(),
			item_id: id,
			output_index: place,
			content_index: index,
			refusal: this.#text,
		});
		endContent(this.#at, content);
		this.#end(content);
	}
}

function endContent({writer, id, place, index}: Place, part: JsonObject): void {
	writer.emit({
		type: 'response.content_part.done',
		sequence_number: writer.next(),
		item_id: id,
		output_index: place,
		content_index: index,
		part,
	});
}
