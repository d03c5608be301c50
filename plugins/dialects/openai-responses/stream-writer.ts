/** Numbers the events of a streamed response and keeps what it has come to. */

import type {JsonObject, StreamEvent} from '../../../core/index.js';
import {namedEvent} from '../named-event.js';

/** Common to all that writes a part of the stream. */
export class StreamWriter {
	readonly newId: (prefix: string) => string;
	#output: (JsonObject | undefined)[] = [];
	#events: StreamEvent[] = [];
	#sequence = 0;

	constructor(newId: (prefix: string) => string) {
		this.newId = newId;
	}

	/** The number of the next event; each is used once. */
	next(): number {
		return this.#sequence++;
	}

	emit(event: {readonly type: string; readonly sequence_number: number} & JsonObject): void {
		this.#events.push(namedEvent(event));
	}

	/** Events since the last time. */
	take(): readonly StreamEvent[] {
		const events = this.#events;
		this.#events = [];
		return events;
	}

	/** Begins an item; gives its place in the output. */
	begin(item: JsonObject): number {
		const place = this.#output.length;
		this.#output.push(undefined);
		this.emit({type: 'response.output_item.added', sequence_number: this.next(), output_index: place, item});
		return place;
	}

	finish(place: number, item: JsonObject): void {
		this.#output[place] = item;
		this.emit({type: 'response.output_item.done', sequence_number: this.next(), output_index: place, item});
	}

	/** The items that are whole. */
	get output(): readonly JsonObject[] {
		return this.#output.filter(item => item !== undefined);
	}
}
