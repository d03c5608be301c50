/** Reads the events of a streamed answer. */

import {
	type CompletionEvent,
	type Delta,
	isObject,
	type JsonObject,
	type Part,
	type StreamDecoder,
	type StreamEvent,
} from '../../../core/index.js';
import {statusOf} from '../anthropic.js';
import {anthropicUsage} from '../anthropic-usage.js';
import {anthropic} from './carry-signature.js';
import {decodePart, stringOf} from './decode-part.js';
import {decodeCitation} from './map-citation.js';
import {decodeFinish} from './map-stop-reason.js';
import {dialect, outputTool} from './names.js';

/** A block that has begun and not ended. */
interface OpenBlock {
	/** What the hub numbers the part. */
	readonly index: number;
	readonly part: Part;
	/** The input of a call that came with its start, as some servers send it; dropped once deltas come. */
	whole: string;
}

const nothing: readonly CompletionEvent[] = [];
const ping: readonly CompletionEvent[] = [{type: 'ping'}];

/** @see https://platform.claude.com/docs/en/build-with-claude/streaming */
export class MessageDecoder implements StreamDecoder {
	readonly #open = new Map<unknown, OpenBlock>();
	#parts = 0;
	#usage: JsonObject = {};
	#started = false;
	#finished = false;
	#over = false;
	#calls = false;
	#answered = false;

	push(event: StreamEvent): readonly CompletionEvent[] {
		if (this.#over) return nothing;
		const {json} = event;
		if (!isObject(json)) {
			if (event.data === '' || event.data === '[DONE]') return nothing;
			return this.#fail({}, 'The provider sent an event that is no JSON object.');
		}
		switch (json['type']) {
			case 'content_block_delta':
				return this.#delta(json);
			case 'content_block_start':
				return this.#begin(json);
			case 'content_block_stop':
				return this.#end(json['index']);
			case 'message_start':
				return this.#start(isObject(json['message']) ? json['message'] : {});
			case 'message_delta':
				return this.#finish(json);
			case 'message_stop':
				return this.#stop();
			case 'ping':
				return ping;
			default:
				return isObject(json['error']) ? this.#fail(json['error'], 'The provider failed.') : nothing;
		}
	}

	end(): readonly CompletionEvent[] {
		return nothing;
	}

	/** A second start, of a stream that a proxy has spliced from two, only begins the count of blocks anew. */
	#start(message: JsonObject): readonly CompletionEvent[] {
		const usage = isObject(message['usage']) ? message['usage'] : {};
		// What it says of the output is a placeholder.
		this.#usage = Object.assign({}, usage, {output_tokens: undefined});
		const counted = anthropicUsage(this.#usage);
		if (this.#started) {
			const closed = this.#closeAll();
			return counted === undefined ? closed : [...closed, {type: 'usage', usage: counted}];
		}
		this.#started = true;
		return [
			{
				type: 'start',
				id: stringOf(message['id']),
				model: stringOf(message['model']),
				...(counted !== undefined && {usage: counted}),
			},
		];
	}

	#begin(json: JsonObject): readonly CompletionEvent[] {
		const block = isObject(json['content_block']) ? json['content_block'] : {};
		const events: CompletionEvent[] = this.#started ? [] : [...this.#start({})];
		events.push(...this.#end(json['index']));
		const decoded = decodePart(block, '', value => value);
		const index = this.#parts++;
		const {part, begun} = emptied(decoded);
		const open: OpenBlock = {index, part, whole: ''};
		this.#open.set(json['index'], open);
		events.push({type: 'part-start', index, part});
		if (decoded.type === 'tool-call') {
			open.whole = decoded.arguments === '{}' ? '' : decoded.arguments;
			if (decoded.name === outputTool) this.#answered = true;
			else this.#calls = true;
		} else if (begun !== undefined) events.push({type: 'part-delta', index, delta: begun});
		return events;
	}

	#delta(json: JsonObject): readonly CompletionEvent[] {
		const open = this.#open.get(json['index']);
		const native = json['delta'];
		if (open === undefined || !isObject(native)) return nothing;
		const delta = decodeDelta(native, open);
		return delta === undefined ? nothing : [{type: 'part-delta', index: open.index, delta}];
	}

	#end(block: unknown): readonly CompletionEvent[] {
		const open = this.#open.get(block);
		if (open === undefined) return nothing;
		this.#open.delete(block);
		const end: CompletionEvent = {type: 'part-end', index: open.index};
		if (open.whole === '') return [end];
		const type = open.part.type === 'text' ? 'text' : 'arguments';
		return [{type: 'part-delta', index: open.index, delta: {type, text: open.whole}}, end];
	}

	#closeAll(): readonly CompletionEvent[] {
		return [...this.#open.keys()].flatMap(block => this.#end(block));
	}

	#finish(json: JsonObject): readonly CompletionEvent[] {
		const events: CompletionEvent[] = this.#started ? [] : [...this.#start({})];
		if (isObject(json['usage'])) {
			// Counts of the whole message; what is left out, or open, stays as it was.
			const stated = Object.entries(json['usage']).filter(([, count]) => count !== null);
			this.#usage = Object.assign({}, this.#usage, Object.fromEntries(stated));
			const usage = anthropicUsage(this.#usage);
			if (usage !== undefined) events.push({type: 'usage', usage});
		}
		const delta = isObject(json['delta']) ? json['delta'] : {};
		if (this.#finished || typeof delta['stop_reason'] !== 'string') return events;
		this.#finished = true;
		const {container} = delta;
		const extras = isObject(container) ? {extras: [{dialect, path: 'container', value: container}]} : {};
		const finish = decodeFinish(delta, this.#calls, this.#answered);
		events.push(...this.#closeAll(), {type: 'finish', finish, ...extras});
		return events;
	}

	#stop(): readonly CompletionEvent[] {
		const events: CompletionEvent[] = this.#started ? [] : [...this.#start({})];
		events.push(...this.#closeAll());
		if (!this.#finished) events.push({type: 'finish', finish: decodeFinish({}, this.#calls, this.#answered)});
		events.push({type: 'end'});
		this.#over = true;
		return events;
	}

	#fail(error: JsonObject, message: string): readonly CompletionEvent[] {
		this.#over = true;
		const {type, message: said} = error;
		return [
			{
				type: 'error',
				error: {
					status: statusOf(type),
					...(typeof type === 'string' && {code: type}),
					message: typeof said === 'string' ? said : message,
				},
			},
		];
	}
}

/** A part as it is known when it begins; what came with it is its first delta. */
function emptied(part: Part): {readonly part: Part; readonly begun?: Delta} {
	switch (part.type) {
		case 'text':
			return part.text === ''
				? {part: {type: 'text', text: ''}}
				: {part: {type: 'text', text: ''}, begun: {type: 'text', text: part.text}};
		case 'thinking': {
			// What another provider has signed without a word comes whole, see carry-signature.ts.
			if (part.signature !== undefined) return {part};
			const empty: Part = {type: 'thinking', text: '', signedBy: anthropic};
			return part.text === '' ? {part: empty} : {part: empty, begun: {type: 'thinking', text: part.text}};
		}
		case 'tool-call':
			if (part.name === outputTool) return {part: {type: 'text', text: ''}};
			return {part: {type: 'tool-call', id: part.id, name: part.name, arguments: ''}};
		default:
			return {part};
	}
}

function decodeDelta(native: JsonObject, open: OpenBlock): Delta | undefined {
	switch (native['type']) {
		case 'text_delta':
			return piece('text', native['text']);
		case 'thinking_delta':
			return piece('thinking', native['thinking']);
		case 'signature_delta':
			return piece('signature', native['signature']);
		case 'citations_delta':
			return {type: 'citation', citation: decodeCitation(native['citation'])};
		case 'input_json_delta': {
			if (open.part.type === 'native') return {type: 'native', dialect, value: native};
			const delta = piece(open.part.type === 'text' ? 'text' : 'arguments', native['partial_json']);
			if (delta !== undefined) open.whole = '';
			return delta;
		}
		default:
			return {type: 'native', dialect, value: native};
	}
}

function piece(type: 'text' | 'thinking' | 'arguments' | 'signature', text: unknown): Delta | undefined {
	return typeof text === 'string' && text !== '' ? {type, text} : undefined;
}
