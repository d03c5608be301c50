/** Reads a stream of response events. */

import {
	type CompletionEvent,
	isObject,
	type JsonObject,
	type StreamDecoder,
	type StreamEvent,
} from '../../../core/index.js';
import {openaiUsage} from '../openai-usage.js';
import {errorOf} from './decode-error.js';
import {replyExtras} from './decode-reply.js';
import {decodeFinish} from './map-stop-reason.js';
import {type OpenItem, openItem} from './stream-items.js';
import {PartWriter} from './stream-parts.js';
import {ToolTable} from './tool-names.js';

/**
 * Items are told apart by their place in the output: some servers give them another id with every event.
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export class ResponseStreamDecoder implements StreamDecoder {
	readonly #items = new Map<number, OpenItem>();
	/** Places of items that have ended. */
	readonly #ended = new Set<number>();
	#parts = new PartWriter();
	#table = new ToolTable(undefined);
	#started = false;
	#over = false;

	push(event: StreamEvent): readonly CompletionEvent[] {
		if (this.#over) return [];
		const {json} = event;
		if (!isObject(json)) return [{type: 'ping'}];
		const type = typeof json['type'] === 'string' ? json['type'] : (event.event ?? '');
		switch (type) {
			case 'response.created':
			case 'response.queued':
			case 'response.in_progress':
				return this.#start(json['response']);
			case 'response.completed':
			case 'response.incomplete':
				return this.#end(json['response']);
			case 'response.failed':
				return this.#fail(isObject(json['response']) ? json['response']['error'] : undefined);
			case 'error':
				return this.#fail(isObject(json['error']) ? json['error'] : json);
			case 'keepalive':
			case 'ping':
				return [{type: 'ping'}];
			default:
				return typeof json['output_index'] === 'number' ? this.#readItem(type, json['output_index'], json) : [];
		}
	}

	end(): readonly CompletionEvent[] {
		return [];
	}

	#start(response: unknown): readonly CompletionEvent[] {
		if (this.#started) return [];
		this.#started = true;
		const {id, model, created_at: created, tools} = isObject(response) ? response : ({} as JsonObject);
		this.#table = new ToolTable(tools);
		return [
			{
				type: 'start',
				id: typeof id === 'string' ? id : '',
				model: typeof model === 'string' ? model : '',
				...(typeof created === 'number' ? {created: Math.floor(created)} : {}),
			},
		];
	}

	#readItem(type: string, place: number, event: JsonObject): readonly CompletionEvent[] {
		const begun = this.#started ? [] : this.#start(undefined);
		let item = this.#items.get(place);
		if (item === undefined) {
			if (this.#ended.has(place)) return begun;
			item = openItem(type, event, this.#parts, this.#table);
			if (item === undefined) return begun;
			this.#items.set(place, item);
		}
		if (type === 'response.output_item.done') {
			item.end(isObject(event['item']) ? event['item'] : {});
			this.#items.delete(place);
			this.#ended.add(place);
		} else if (type !== 'response.output_item.added') item.read(type, event);
		const events = this.#parts.take();
		return begun.length === 0 ? events : [...begun, ...events];
	}

	#end(value: unknown): readonly CompletionEvent[] {
		const response = isObject(value) ? value : {};
		const begun = this.#started ? [] : this.#start(value);
		const output: readonly unknown[] = Array.isArray(response['output']) ? response['output'] : [];
		for (const [place, item] of this.#items) {
			const whole = output[place];
			item.end(isObject(whole) ? whole : {});
		}
		// Servers that stream nothing but the end say everything there.
		if (this.#items.size === 0 && this.#ended.size === 0) {
			for (const item of output) {
				const event = {item};
				if (isObject(item)) openItem('response.output_item.added', event, this.#parts, this.#table)?.end(item);
			}
		}
		this.#items.clear();
		this.#over = true;
		const extras = replyExtras(response);
		const usage = openaiUsage(response['usage']);
		return [
			...begun,
			...this.#parts.take(),
			{
				type: 'finish',
				finish: decodeFinish(response, this.#parts.finished),
				...(extras.length > 0 ? {extras} : {}),
			},
			...(usage === undefined ? [] : [{type: 'usage' as const, usage}]),
			{type: 'end'},
		];
	}

	#fail(error: unknown): readonly CompletionEvent[] {
		this.#over = true;
		return [{type: 'error', error: errorOf(error)}];
	}
}
