/** Writes server-sent events that carry JSON: its text holds no line break, so nothing needs to be searched or split. */

import type {JsonObject, StreamEvent} from '../../core/index.js';

class NamedEvent implements StreamEvent {
	readonly event: string | undefined;
	readonly json: JsonObject;
	#data: string | undefined;

	constructor(event: string | undefined, json: JsonObject) {
		this.event = event;
		this.json = json;
	}

	get data(): string {
		this.#data ??= JSON.stringify(this.json);
		return this.#data;
	}

	get bytes(): Buffer {
		const name = this.event === undefined ? '' : `event: ${this.event}\n`;
		return Buffer.from(`${name}data: ${this.data}\n\n`);
	}
}

/** An event whose name is the `type` of its data. */
export function namedEvent(json: {readonly type: string} & JsonObject): StreamEvent {
	return new NamedEvent(json.type, json);
}
