/** The stream of Messages: named events, with the input counted in the first and the output in the last but one. */

import {type EventFacts, isObject, type JsonObject, type StreamWatcher, type Usage} from '../../../core/index.js';
import {anthropicUsage} from '../anthropic-usage.js';
import {eventJson, eventType} from '../event-text.js';

/** Watches a stream of message events; it parses `message_start` and `message_delta` only. */
export class MessageWatcher implements StreamWatcher {
	#raw: JsonObject = {};
	#usage: Usage | undefined;
	#complete = false;

	get usage(): Usage | undefined {
		return this.#usage;
	}

	get complete(): boolean {
		return this.#complete;
	}

	plain(events: string): boolean {
		return !events.includes('message_') && !events.includes('error');
	}

	see(event: string): EventFacts {
		switch (eventType(event)) {
			case undefined:
			case 'ping':
				return 'idle';
			case 'error':
				return 'error';
			case 'message_start': {
				const message = eventJson(event)?.['message'];
				// What it says of the output is a placeholder: 1 in most streams, whatever follows.
				if (isObject(message) && isObject(message['usage']))
					this.#count(Object.assign({}, message['usage'], {output_tokens: undefined}));
				return 'content';
			}
			case 'message_delta': {
				const usage = eventJson(event)?.['usage'];
				if (isObject(usage)) this.#count(Object.assign({}, this.#raw, stated(usage)));
				return 'content';
			}
			case 'message_stop':
				// Without its data the event itself is cut off.
				if (eventJson(event) !== undefined) this.#complete = true;
				return 'content';
			default:
				return 'content';
		}
	}

	#count(raw: JsonObject): void {
		this.#raw = raw;
		this.#usage = anthropicUsage(raw);
	}
}

/** Counts of `message_delta` are those of the whole message; what it leaves out, or open, stays as it was. */
function stated(usage: JsonObject): JsonObject {
	return Object.fromEntries(Object.entries(usage).filter(([, count]) => count !== null));
}
