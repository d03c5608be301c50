/** One server-sent event as plugins see it: parsed when first read, its own bytes when handed on unchanged. */

/** An event of a stream in the client's dialect. Never changed in place: a changed event is a new one. */
export interface StreamEvent {
	/** The `event:` line; absent when there was none. */
	readonly event: string | undefined;
	/** The `data:` lines, joined by newlines. */
	readonly data: string;
	/** `data` as JSON, parsed when first read; `undefined` when it is not JSON (`[DONE]`). */
	readonly json: unknown;
	/** The event as it goes over the wire. */
	readonly bytes: Buffer;
}

/** An event read from the wire. */
export class WireEvent implements StreamEvent {
	readonly bytes: Buffer;
	#fields: {event: string | undefined; data: string} | undefined;
	#json: {value: unknown} | undefined;

	constructor(bytes: Buffer) {
		this.bytes = bytes;
	}

	get event(): string | undefined {
		return this.#read().event;
	}

	get data(): string {
		return this.#read().data;
	}

	get json(): unknown {
		this.#json ??= {value: parsed(this.data)};
		return this.#json.value;
	}

	#read(): {event: string | undefined; data: string} {
		this.#fields ??= readFields(this.bytes.toString('utf8'));
		return this.#fields;
	}
}

function parsed(data: string): unknown {
	try {
		return JSON.parse(data);
	} catch {
		return undefined;
	}
}

/** Splits an event into its fields. @see https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export function readFields(text: string): {event: string | undefined; data: string} {
	let event: string | undefined;
	let data: string | undefined;
	for (const line of text.split(/\r\n|\n|\r/)) {
		const colon = line.indexOf(':');
		const field = colon === -1 ? line : line.slice(0, colon);
		const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
		if (field === 'data') data = data === undefined ? value : `${data}\n${value}`;
		else if (field === 'event') event = value;
	}
	return {event, data: data ?? ''};
}

/**
 * Makes an event for a `stream` tap to hand on.
 * @param parts `json` or `data`, and the name that the dialect gives the event, if it names its events.
 */
export function streamEvent(
	parts: {readonly event?: string | undefined} & ({readonly json: unknown} | {readonly data: string}),
): StreamEvent {
	const data = 'data' in parts ? parts.data : JSON.stringify(parts.json);
	const name = parts.event === undefined ? '' : `event: ${parts.event.replace(/[\r\n]/g, ' ')}\n`;
	const lines = data.split(/\r\n|\n|\r/).map(line => `data: ${line}\n`);
	return new WireEvent(Buffer.from(`${name}${lines.join('')}\n`));
}

/**
 * Makes an event from its whole text, for who writes many and builds them from pieces made once.
 * @param text field lines and the blank line that ends the event.
 */
export function wireEvent(text: string): StreamEvent {
	return new WireEvent(Buffer.from(text));
}

/** A comment: it means nothing to a client and keeps its connection alive. */
export function comment(text: string): StreamEvent {
	return wireEvent(`: ${text.replace(/[\r\n]/g, ' ')}\n\n`);
}
