/** The stream of Text Completions: pieces of text, the last of which says why it is the last. */

import type {EventFacts, StreamWatcher} from '../../../core/index.js';
import {eventJson, eventType, hasMember} from '../event-text.js';

/** Watches a stream of completion events; it parses the last one only. */
export class CompletionWatcher implements StreamWatcher {
	/** The API has no counts. */
	readonly usage = undefined;
	#complete = false;

	get complete(): boolean {
		return this.#complete;
	}

	plain(events: string): boolean {
		return !events.includes('error') && !hasMember(events, 'stop_reason"');
	}

	see(event: string): EventFacts {
		switch (eventType(event)) {
			case undefined:
			case 'ping':
				return 'idle';
			case 'error':
				return 'error';
			default:
				if (hasMember(event, 'stop_reason"') && typeof eventJson(event)?.['stop_reason'] === 'string')
					this.#complete = true;
				return 'content';
		}
	}
}
