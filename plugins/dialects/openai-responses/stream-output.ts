/** Items of a streamed response that are one part each: reasoning, calls, and what only this format knows. */

import type {
	Delta,
	JsonObject,
	NativePart,
	RedactedThinkingPart,
	ThinkingPart,
	ToolCallPart,
} from '../../../core/index.js';
import {callItem, isFreeText, thinkingItem} from './output-items.js';
import {callSignatureItem} from './reasoning-item.js';
import type {StreamWriter} from './stream-writer.js';
import type {ToolTable} from './tool-names.js';

/** A part that is being written. */
export interface PartOutput {
	add(delta: Delta): void;
	end(): void;
}

/** What was thought, as a summary; what proves it comes with the end. */
export class ReasoningOutput implements PartOutput {
	readonly #part: ThinkingPart | RedactedThinkingPart;
	readonly #writer: StreamWriter;
	readonly #id: string;
	readonly #place: number;
	#text = '';
	#signature: string | undefined;
	#signedBy: string | undefined;

	constructor(part: ThinkingPart | RedactedThinkingPart, writer: StreamWriter) {
		this.#part = part;
		this.#writer = writer;
		const item = thinkingItem(
			part.type === 'thinking' ? {type: 'thinking', text: '', ...idOf(part)} : part,
			writer.newId,
		);
		this.#id = String(item['id']);
		this.#place = writer.begin(item);
		if (part.type === 'thinking') {
			this.#signature = part.signature;
			if (part.text !== '') this.add({type: 'thinking', text: part.text});
		}
	}

	add(delta: Delta): void {
		if (delta.type === 'signature') {
			this.#signature = delta.text;
			this.#signedBy = delta.signedBy;
		}
		if ((delta.type !== 'thinking' && delta.type !== 'text') || delta.text === '') return;
		const writer = this.#writer;
		if (this.#text === '') {
			writer.emit({
				type: 'response.reasoning_summary_part.added',
				sequence_number: writer.next(),
				item_id: this.#id,
				output_index: this.#place,
				summary_index: 0,
				part: {type: 'summary_text', text: ''},
			});
		}
		this.#text += delta.text;
		writer.emit({
			type: 'response.reasoning_summary_text.delta',
			sequence_number: writer.next(),
			item_id: this.#id,
			output_index: this.#place,
			summary_index: 0,
			delta: delta.text,
		});
	}

	end(): void {
		const writer = this.#writer;
		if (this.#text !== '') {
			const at = {item_id: this.#id, output_index: this.#place, summary_index: 0};
			const text = this.#text;
			writer.emit({
				type: 'response.reasoning_summary_text.done',
				sequence_number: writer.next(),
				item_id: at.item_id,
				output_index: at.output_index,
				summary_index: at.summary_index,
				text,
			});
			writer.emit({
				type: 'response.reasoning_summary_part.done',
				sequence_number: writer.next(),
				item_id: at.item_id,
				output_index: at.output_index,
				summary_index: at.summary_index,
				part: {type: 'summary_text', text},
			});
		}
		const part = this.#part;
		const signed = this.#signature === undefined ? {} : {signature: this.#signature};
		const signer = this.#signedBy === undefined ? {} : {signedBy: this.#signedBy};
		const whole = part.type === 'thinking' ? Object.assign({}, part, {text: this.#text}, signed, signer) : part;
		writer.finish(
			this.#place,
			thinkingItem(whole, () => this.#id),
		);
	}
}

function idOf({id}: ThinkingPart): {readonly id?: string} {
	return id === undefined ? {} : {id};
}

/** A call; its arguments pass on as they come, unless the client's tool takes free text, which they must first be whole for. */
export class CallOutput implements PartOutput {
	readonly #part: ToolCallPart;
	readonly #writer: StreamWriter;
	readonly #table: ToolTable;
	readonly #id: string;
	readonly #place: number;
	readonly #freeText: boolean;
	#arguments = '';
	#signature: string | undefined;

	constructor(part: ToolCallPart, writer: StreamWriter, table: ToolTable) {
		this.#part = part;
		this.#signature = part.signature;
		this.#writer = writer;
		this.#table = table;
		this.#freeText = isFreeText(part, table);
		this.#id = writer.newId(this.#freeText ? 'ctc_' : 'fc_');
		this.#place = writer.begin(callItem(this.#whole(''), this.#id, 'in_progress', table));
		if (part.arguments !== '') this.add({type: 'arguments', text: part.arguments});
	}

	add(delta: Delta): void {
		if (delta.type === 'signature') this.#signature = delta.text;
		if (delta.type !== 'arguments' || delta.text === '') return;
		this.#arguments += delta.text;
		if (!this.#freeText || this.#part.custom === true) this.#emit(delta.text);
	}

	#emit(delta: string): void {
		const writer = this.#writer;
		writer.emit({
			type: this.#freeText ? 'response.custom_tool_call_input.delta' : 'response.function_call_arguments.delta',
			sequence_number: writer.next(),
			item_id: this.#id,
			output_index: this.#place,
			delta,
		});
	}

	end(): void {
		const writer = this.#writer;
		// A call without arguments has empty ones: clients parse them.
		if (!this.#freeText && this.#arguments.trim() === '') this.add({type: 'arguments', text: '{}'});
		const item = callItem(this.#whole(this.#arguments), this.#id, 'completed', this.#table);
		if (this.#freeText) {
			const input = String(item['input']);
			if (this.#part.custom !== true && input !== '') this.#emit(input);
			writer.emit({
				type: 'response.custom_tool_call_input.done',
				sequence_number: writer.next(),
				item_id: this.#id,
				output_index: this.#place,
				input,
			});
		} else {
			writer.emit({
				type: 'response.function_call_arguments.done',
				sequence_number: writer.next(),
				item_id: this.#id,
				output_index: this.#place,
				name: item['name'],
				arguments: item['arguments'],
			});
		}
		writer.finish(this.#place, item);
		if (this.#signature === undefined) return;
		const carrier = callSignatureItem(this.#part.id, this.#signature, writer.newId('rs_'));
		writer.finish(writer.begin(carrier), carrier);
	}

	#whole(args: string): ToolCallPart {
		return Object.assign({}, this.#part, {arguments: args});
	}
}

/** An item that only this format knows, with its events as they came. */
export class NativeOutput implements PartOutput {
	readonly #writer: StreamWriter;
	readonly #place: number;
	#item: JsonObject;

	constructor(part: NativePart, writer: StreamWriter) {
		this.#writer = writer;
		this.#item = part.value;
		this.#place = writer.begin(part.value);
	}

	add(delta: Delta): void {
		if (delta.type !== 'native') return;
		const {type, item} = delta.value;
		if (type === 'response.output_item.done') this.#item = item as JsonObject;
		else if (typeof type === 'string') {
			const at = {type, sequence_number: this.#writer.next(), output_index: this.#place};
			this.#writer.emit(Object.assign({}, delta.value, at));
		}
	}

	end(): void {
		this.#writer.finish(this.#place, this.#item);
	}
}
