/** Writes the blocks of a streamed answer: one behind the other, each with the next number. */

import type {Delta, JsonObject, Part} from '../../../core/index.js';
import {anthropic, packThinking} from './carry-signature.js';
import {signatureBlock} from './encode-reply.js';
import {encodeCitation} from './map-citation.js';
import {dialect} from './names.js';

/** A part of the hub's on its way into blocks. */
interface Writing {
	part: Part;
	/** What has not been written because another block is open. */
	readonly waiting: Delta[];
	/** It waits for its turn. */
	queued: boolean;
	begun: boolean;
	ended: boolean;
	/** What citations refer to. */
	text: string;
	/** To be written when the block ends. */
	signature: string;
}

/**
 * A block that is open gets everything at once. Text gives way to what comes next and goes on in a new block; calls and
 * signed thinking cannot be cut, and what comes meanwhile waits for their end.
 */
export class BlockWriter {
	readonly #emit: (event: {readonly type: string} & JsonObject) => void;
	readonly #parts = new Map<number, Writing>();
	readonly #queue: Writing[] = [];
	#open: Writing | undefined;
	/** The number of the block that is open, or of the last one. */
	#block = -1;

	constructor(emit: (event: {readonly type: string} & JsonObject) => void) {
		this.#emit = emit;
	}

	begin(index: number, part: Part): void {
		const writing: Writing = {
			part,
			waiting: [],
			queued: false,
			begun: false,
			ended: false,
			text: '',
			signature: '',
		};
		this.#parts.set(index, writing);
		if ('signature' in part && part.signature !== undefined) writing.signature = part.signature;
		switch (part.type) {
			case 'tool-call':
				this.#take(writing);
				if (part.arguments !== '') this.#write(writing, {type: 'arguments', text: part.arguments});
				break;
			case 'redacted-thinking':
				this.#take(writing);
				break;
			case 'native':
				if (part.dialect === dialect) this.#take(writing);
				break;
			// Text and thinking begin with their first words: there may be none, and a block must not be empty.
			case 'text':
			case 'thinking':
				if (part.text !== '') this.#write(writing, {type: part.type, text: part.text});
		}
	}

	write(index: number, delta: Delta): void {
		const writing = this.#parts.get(index);
		if (writing === undefined) return;
		if (delta.type === 'signature') {
			writing.signature = delta.text;
			if (delta.signedBy !== undefined && writing.part.type === 'thinking')
				writing.part = Object.assign({}, writing.part, {signedBy: delta.signedBy}, nameOf(delta));
		} else if (fits(writing.part, delta)) this.#write(writing, delta);
	}

	end(index: number): void {
		const writing = this.#parts.get(index);
		if (writing === undefined) return;
		this.#parts.delete(index);
		writing.ended = true;
		if (writing.part.type === 'thinking' && writing.signature !== '' && !writing.begun) this.#take(writing);
		if (this.#open !== writing) return;
		this.#close();
		this.#next();
	}

	/** Nothing more comes. */
	endAll(): void {
		for (const index of [...this.#parts.keys()]) this.end(index);
		this.#close();
		this.#next();
	}

	/** Opens the block of a part now, or puts the part in the queue. */
	#take(writing: Writing): void {
		if (this.#makeRoom()) this.#begin(writing);
		else if (!writing.queued) {
			writing.queued = true;
			this.#queue.push(writing);
		}
	}

	/** Makes room for a block; false when the open one cannot give way. */
	#makeRoom(): boolean {
		if (this.#open === undefined) return true;
		const {part} = this.#open;
		if (part.type !== 'text' && (part.type !== 'thinking' || part.signedBy !== undefined)) return false;
		this.#close();
		return true;
	}

	#write(writing: Writing, delta: Delta): void {
		if (this.#open === writing) this.#delta(writing, delta);
		else if (!writing.queued && this.#makeRoom()) {
			this.#begin(writing);
			this.#delta(writing, delta);
		} else {
			writing.waiting.push(delta);
			this.#take(writing);
		}
	}

	/** Lets those that wait have their turn, in order. */
	#next(): void {
		while (this.#queue.length > 0 && this.#makeRoom()) {
			const writing = this.#queue.shift();
			if (writing === undefined) return;
			writing.queued = false;
			this.#begin(writing);
			for (const delta of writing.waiting) this.#delta(writing, delta);
			writing.waiting.length = 0;
			if (writing.ended) this.#close();
		}
	}

	#begin(writing: Writing): void {
		this.#signCall(writing);
		const block = startOf(writing);
		if (writing.part.type === 'thinking' && block['type'] !== 'thinking') writing.signature = '';
		writing.begun = true;
		this.#open = writing;
		this.#emit({type: 'content_block_start', index: ++this.#block, content_block: block});
		if (isCustom(writing.part)) this.#change({type: 'input_json_delta', partial_json: '{"input":"'});
	}

	#close(): void {
		const writing = this.#open;
		if (writing === undefined) return;
		this.#open = undefined;
		const {part} = writing;
		if (part.type === 'thinking' && writing.signature !== '') {
			const signature = packThinking(Object.assign({}, part, {signature: writing.signature}));
			this.#change({type: 'signature_delta', signature});
			writing.signature = '';
		}
		if (isCustom(part)) this.#change({type: 'input_json_delta', partial_json: '"}'});
		this.#emit({type: 'content_block_stop', index: this.#block});
		this.#signCall(writing);
	}

	/** The signature of a call is a block of its own, before the call or, where it comes later, behind it. */
	#signCall(writing: Writing): void {
		if (writing.part.type !== 'tool-call' || writing.signature === '') return;
		const block = signatureBlock(writing.part.id, writing.signature);
		writing.signature = '';
		this.#emit({type: 'content_block_start', index: ++this.#block, content_block: block});
		this.#emit({type: 'content_block_stop', index: this.#block});
	}

	#delta(writing: Writing, delta: Delta): void {
		switch (delta.type) {
			case 'text':
				writing.text += delta.text;
				if (delta.text !== '') this.#change({type: 'text_delta', text: delta.text});
				break;
			case 'thinking':
				if (delta.text !== '') this.#change({type: 'thinking_delta', thinking: delta.text});
				break;
			case 'arguments': {
				const text = isCustom(writing.part) ? JSON.stringify(delta.text).slice(1, -1) : delta.text;
				if (text !== '') this.#change({type: 'input_json_delta', partial_json: text});
				break;
			}
			case 'citation': {
				const citation = encodeCitation(delta.citation, writing.text);
				if (citation !== undefined) this.#change({type: 'citations_delta', citation});
				break;
			}
			case 'native':
				this.#change(delta.value);
		}
	}

	#change(delta: JsonObject): void {
		this.#emit({type: 'content_block_delta', index: this.#block, delta});
	}
}

function nameOf({id}: {readonly id?: string}): {readonly id?: string} {
	return id === undefined ? {} : {id};
}

/** Tells whether a delta belongs into blocks of a part. */
function fits(part: Part, delta: Delta): boolean {
	switch (delta.type) {
		case 'text':
		case 'citation':
			return part.type === 'text';
		case 'thinking':
			return part.type === 'thinking';
		case 'arguments':
			return part.type === 'tool-call';
		case 'native':
			return delta.dialect === dialect && (part.type !== 'native' || part.dialect === dialect);
		default:
			return false;
	}
}

function isCustom(part: Part): boolean {
	return part.type === 'tool-call' && part.custom === true;
}

/** A block as it begins. */
function startOf({part, signature, waiting, ended}: Writing): JsonObject {
	switch (part.type) {
		case 'thinking':
			// A signature that stands alone is carried as data, unless it is Anthropic's, who leaves the text out at times.
			if (ended && signature !== '' && waiting.length === 0 && part.signedBy !== anthropic)
				return {type: 'redacted_thinking', data: packThinking(Object.assign({}, part, {signature}))};
			return {type: 'thinking', thinking: '', signature: ''};
		case 'tool-call':
			return {type: 'tool_use', id: part.id, name: part.name, input: {}};
		case 'redacted-thinking':
			return {type: 'redacted_thinking', data: packThinking(part)};
		case 'native':
			return part.value;
		default:
			return {type: 'text', text: ''};
	}
}
