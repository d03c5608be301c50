/** The stream of Responses: named events, the last of which holds the whole response. */

import {type EventFacts, isObject, type StreamWatcher, type Usage} from '../../../core/index.js';
import {eventJson, eventType} from '../event-text.js';
import {openaiUsage} from '../openai-usage.js';

/** Watches a stream of response events; it parses the last one only. */
export class ResponseWatcher implements StreamWatcher {
	#usage: Usage | undefined;
	#complete = false;

	get usage(): Usage | undefined {
		return this.#usage;
	}

	get complete(): boolean {
		return this.#complete;
	}

	plain(events: string): boolean {
		return (
			!events.includes('response.completed') &&
			!events.includes('response.incomplete') &&
			!events.includes('response.failed') &&
			!events.includes('error')
		);
	}

	see(event: string): EventFacts {
		switch (eventType(event)) {
			case 'response.completed':
			case 'response.incomplete':
				this.#end(event);
				return 'content';
			case 'response.failed':
				return this.#end(event) ? 'error' : 'content';
			case 'error':
				return 'error';
			case undefined:
			case 'keepalive':
			case 'ping':
				return 'idle';
			default:
				return 'content';
		}
	}

	/** @returns false when the event itself is cut off, which must not pass for the end. */
	#end(event: string): boolean {
		const json = eventJson(event);
		if (json === undefined) return false;
		this.#complete = true;
		if (isObject(json['response'])) this.#usage = openaiUsage(json['response']['usage']);
		return true;
	}
}
