/** Writes the events of a streamed answer: blocks one behind the other, each with the next number. */

import type {
	CompletionEvent,
	Delta,
	Extra,
	Finish,
	GatewayError,
	JsonObject,
	Part,
	ReplyContext,
	StreamEncoder,
	StreamEvent,
	Usage,
} from '../../../core/index.js';
import {encodeError, errorType} from '../anthropic.js';
import {namedEvent} from '../named-event.js';
import {anthropic, packThinking} from './carry-signature.js';
import {encodeUsage} from './convert-usage.js';
import {messageId, signatureBlock} from './encode-reply.js';
import {encodeCitation} from './map-citation.js';
import {encodeFinish} from './map-stop-reason.js';
import {dialect} from './names.js';

/** A part of the hub's on its way into blocks. */
interface Writing {
	readonly part: Part;
	/** What has not been written because another block is open. */
	readonly waiting: Delta[];
	/** It waits for its turn. */
	queued: boolean;
	begun: boolean;
	ended: boolean;
	/** What citations refer to. */
	text: string;
	signature: string;
}

const nothing: readonly StreamEvent[] = [];

/**
 * A block that is open gets everything at once. Text gives way to what comes next and goes on in a new block; calls and
 * signed thinking cannot be cut, and what comes meanwhile waits for their end.
 * @see https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export class MessageEncoder implements StreamEncoder {
	readonly #context: ReplyContext;
	readonly #parts = new Map<number, Writing>();
	readonly #queue: Writing[] = [];
	#open: Writing | undefined;
	/** The number of the block that is open, or of the last one. */
	#block = -1;
	#started = false;
	#over = false;
	#calls = false;
	#refused: string | undefined;
	#finish: Finish | undefined;
	#usage: Usage | undefined;
	#extras: readonly Extra[] = [];
	/** Written by the call under way. */
	#out: StreamEvent[] = [];

	constructor(context: ReplyContext) {
		this.#context = context;
	}

	push(event: CompletionEvent): readonly StreamEvent[] {
		if (this.#over) return nothing;
		switch (event.type) {
			case 'part-delta': {
				const writing = this.#parts.get(event.index);
				if (writing !== undefined) this.#write(writing, event.delta);
				break;
			}
			case 'part-start':
				this.#begin(event.index, event.part);
				break;
			case 'part-end':
				this.#end(event.index);
				break;
			case 'start':
				this.#start(event);
				break;
			case 'finish':
				this.#finish = event.finish;
				if (event.extras !== undefined) this.#extras = event.extras;
				break;
			case 'usage':
				this.#usage = event.usage;
				break;
			case 'ping':
				if (this.#started) return [this.keepAlive()];
				break;
			case 'error': {
				const {status, message} = event.error;
				this.#over = true;
				return [namedEvent({type: 'error', error: {type: errorType(status), message}})];
			}
			case 'end':
				this.#complete();
		}
		if (this.#out.length === 0) return nothing;
		const out = this.#out;
		this.#out = [];
		return out;
	}

	end(): readonly StreamEvent[] {
		return nothing;
	}

	fail(error: GatewayError, requestId: string): readonly StreamEvent[] {
		if (this.#over) return nothing;
		this.#over = true;
		return [namedEvent(Object.assign({type: 'error'}, encodeError(error, requestId)))];
	}

	keepAlive(): StreamEvent {
		return namedEvent({type: 'ping'});
	}

	#emit(json: {readonly type: string} & JsonObject): void {
		this.#out.push(namedEvent(json));
	}

	#start(event: Extract<CompletionEvent, {type: 'start'}>): void {
		if (this.#started) return;
		this.#started = true;
		this.#usage = event.usage;
		this.#emit({
			type: 'message_start',
			message: {
				id: messageId(event.id, this.#context),
				type: 'message',
				role: 'assistant',
				model: this.#context.model,
				content: [],
				stop_reason: null,
				stop_sequence: null,
				usage: encodeUsage(event.usage),
			},
		});
	}

	#begin(index: number, part: Part): void {
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
		switch (part.type) {
			case 'tool-call':
				this.#calls = true;
				if (part.signature !== undefined) writing.signature = part.signature;
				this.#take(writing);
				if (part.custom === true) this.#write(writing, {type: 'arguments', text: ''});
				else if (part.arguments !== '') this.#write(writing, {type: 'arguments', text: part.arguments});
				break;
			case 'redacted-thinking':
				this.#take(writing);
				break;
			case 'native':
				if (part.dialect === dialect) this.#take(writing);
				break;
			case 'refusal':
				this.#refused = (this.#refused ?? '') + part.text;
				break;
			// Text and thinking begin with their first words: there may be none, and a block must not be empty.
			case 'text':
				if (part.text !== '') this.#write(writing, {type: 'text', text: part.text});
				break;
			case 'thinking':
				if (part.text !== '') this.#write(writing, {type: 'thinking', text: part.text});
				if (part.signature !== undefined) writing.signature = part.signature;
				break;
		}
	}

	/** Opens the block of a part now, or puts the part in the queue. */
	#take(writing: Writing): void {
		if (this.#makeRoom()) this.#openBlock(writing);
		else if (!writing.queued) {
			writing.queued = true;
			this.#queue.push(writing);
		}
	}

	/** Makes room for a block; false when the open one cannot give way. */
	#makeRoom(): boolean {
		const open = this.#open;
		if (open === undefined) return true;
		const {part} = open;
		if (part.type !== 'text' && (part.type !== 'thinking' || part.signedBy !== undefined)) return false;
		this.#closeBlock();
		return true;
	}

	#write(writing: Writing, delta: Delta): void {
		const {part} = writing;
		if (part.type === 'refusal') {
			if (delta.type === 'refusal' || delta.type === 'text') this.#refused = (this.#refused ?? '') + delta.text;
			return;
		}
		if (delta.type === 'signature') {
			writing.signature = delta.text;
			return;
		}
		if (!fits(part, delta)) return;
		if (this.#open === writing) this.#writeDelta(writing, delta);
		else if (!writing.queued && this.#makeRoom()) {
			this.#openBlock(writing);
			this.#writeDelta(writing, delta);
		} else {
			writing.waiting.push(delta);
			this.#take(writing);
		}
	}

	#end(index: number): void {
		const writing = this.#parts.get(index);
		if (writing === undefined) return;
		this.#parts.delete(index);
		writing.ended = true;
		const {part} = writing;
		if (part.type === 'thinking' && writing.signature !== '' && !writing.begun) this.#take(writing);
		if (this.#open === writing) {
			this.#closeBlock();
			this.#next();
		}
	}

	/** Lets those that wait have their turn, in order. */
	#next(): void {
		while (this.#queue.length > 0 && this.#makeRoom()) {
			const writing = this.#queue.shift();
			if (writing === undefined) return;
			writing.queued = false;
			this.#openBlock(writing);
			for (const delta of writing.waiting) this.#writeDelta(writing, delta);
			writing.waiting.length = 0;
			if (writing.ended) this.#closeBlock();
		}
	}

	#openBlock(writing: Writing): void {
		if (writing.part.type === 'tool-call' && writing.signature !== '') {
			this.#whole(signatureBlock(writing.part.id, writing.signature));
			writing.signature = '';
		}
		const block = startOf(writing);
		if (block === undefined) return;
		if (writing.part.type === 'thinking' && block['type'] !== 'thinking') writing.signature = '';
		writing.begun = true;
		this.#open = writing;
		this.#block++;
		this.#emit({type: 'content_block_start', index: this.#block, content_block: block});
		if (isCustom(writing.part)) this.#emitDelta({type: 'input_json_delta', partial_json: '{"input":"'});
	}

	#closeBlock(): void {
		const writing = this.#open;
		if (writing === undefined) return;
		this.#open = undefined;
		const {part} = writing;
		if (part.type === 'thinking' && writing.signature !== '') {
			const signature = packThinking(Object.assign({}, part, {signature: writing.signature}));
			this.#emitDelta({type: 'signature_delta', signature});
			writing.signature = '';
		}
		if (isCustom(part)) this.#emitDelta({type: 'input_json_delta', partial_json: '"}'});
		this.#emit({type: 'content_block_stop', index: this.#block});
		if (part.type === 'tool-call' && writing.signature !== '') {
			this.#whole(signatureBlock(part.id, writing.signature));
			writing.signature = '';
		}
	}

	/** A block that comes whole. */
	#whole(block: JsonObject): void {
		this.#block++;
		this.#emit({type: 'content_block_start', index: this.#block, content_block: block});
		this.#emit({type: 'content_block_stop', index: this.#block});
	}

	#writeDelta(writing: Writing, delta: Delta): void {
		switch (delta.type) {
			case 'text':
				writing.text += delta.text;
				if (delta.text !== '') this.#emitDelta({type: 'text_delta', text: delta.text});
				return;
			case 'thinking':
				if (delta.text !== '') this.#emitDelta({type: 'thinking_delta', thinking: delta.text});
				return;
			case 'arguments': {
				const text = isCustom(writing.part) ? JSON.stringify(delta.text).slice(1, -1) : delta.text;
				if (text !== '') this.#emitDelta({type: 'input_json_delta', partial_json: text});
				return;
			}
			case 'citation': {
				const citation = encodeCitation(delta.citation, writing.text);
				if (citation !== undefined) this.#emitDelta({type: 'citations_delta', citation});
				return;
			}
			case 'native':
				this.#emitDelta(delta.value);
		}
	}

	#emitDelta(delta: JsonObject): void {
		this.#emit({type: 'content_block_delta', index: this.#block, delta});
	}

	#complete(): void {
		this.#over = true;
		for (const index of [...this.#parts.keys()]) this.#end(index);
		this.#closeBlock();
		this.#next();
		const own = this.#extras.filter(extra => extra.dialect === dialect);
		const finish = encodeFinish(this.#finish, this.#calls, this.#refused);
		this.#emit({
			type: 'message_delta',
			delta: Object.assign(finish, Object.fromEntries(own.map(({path, value}) => [path, value]))),
			usage: encodeUsage(this.#usage),
		});
		this.#emit({type: 'message_stop'});
	}
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

/** A block as it begins; `undefined` for a part that has none. */
function startOf({part, signature, waiting}: Writing): JsonObject | undefined {
	switch (part.type) {
		case 'text':
			return {type: 'text', text: ''};
		case 'thinking':
			// A signature that stands alone is carried as data, unless it is one of Anthropic's, who leave the text out at times.
			if (signature !== '' && waiting.length === 0 && part.signedBy !== anthropic && part.text === '')
				return {type: 'redacted_thinking', data: packThinking(Object.assign({}, part, {signature}))};
			return {type: 'thinking', thinking: '', signature: ''};
		case 'tool-call':
			return {type: 'tool_use', id: part.id, name: part.name, input: {}};
		case 'redacted-thinking':
			return {type: 'redacted_thinking', data: packThinking(part)};
		case 'native':
			return part.value;
		default:
			return undefined;
	}
}
