/** Reads the events of a streamed answer: pieces of text, the last of which says why it is the last. */

import {type CompletionEvent, isObject, type StreamDecoder, type StreamEvent} from '../../../core/index.js';
import {statusOf} from '../anthropic.js';
import {decodeFinish, stringOf} from './decode-reply.js';

const nothing: readonly CompletionEvent[] = [];

/** @see https://platform.claude.com/docs/en/api/completions */
export class CompletionDecoder implements StreamDecoder {
	#started = false;
	#speaking = false;
	#over = false;

	push(event: StreamEvent): readonly CompletionEvent[] {
		if (this.#over) return nothing;
		const {json} = event;
		if (!isObject(json)) return event.data === '' ? nothing : this.#fail(undefined, undefined);
		if (json['type'] === 'ping') return [{type: 'ping'}];
		if (isObject(json['error'])) return this.#fail(json['error']['type'], json['error']['message']);
		if (typeof json['completion'] !== 'string') return nothing;
		const events: CompletionEvent[] = [];
		if (!this.#started) {
			this.#started = true;
			events.push({type: 'start', id: stringOf(json['id']), model: stringOf(json['model'])});
		}
		if (json['completion'] !== '') {
			if (!this.#speaking) events.push({type: 'part-start', index: 0, part: {type: 'text', text: ''}});
			this.#speaking = true;
			events.push({type: 'part-delta', index: 0, delta: {type: 'text', text: json['completion']}});
		}
		if (typeof json['stop_reason'] !== 'string') return events;
		this.#over = true;
		if (this.#speaking) events.push({type: 'part-end', index: 0});
		events.push({type: 'finish', finish: decodeFinish(json)}, {type: 'end'});
		return events;
	}

	end(): readonly CompletionEvent[] {
		return nothing;
	}

	#fail(type: unknown, message: unknown): readonly CompletionEvent[] {
		this.#over = true;
		const said = typeof message === 'string' ? message : 'The provider sent an event that is no JSON object.';
		const code = typeof type === 'string' ? {code: type} : {};
		return [{type: 'error', error: {status: statusOf(type), ...code, message: said}}];
	}
}
