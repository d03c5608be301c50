/** A reply that costs what is asked of it: its body is parsed when somebody reads it, and headers are put together once, at the end. */

import type {Reply} from './exchange.js';
import type {JsonObject} from './json.js';
import type {Headers} from './request.js';

export class WireReply implements Reply {
	readonly status: number;
	/** Each over those before. */
	readonly layers: readonly Headers[];
	readonly #read: () => JsonObject | undefined;
	#headers: Headers | undefined;

	/** @param read gives the body; called each time that it is asked for. */
	constructor(status: number, layers: readonly Headers[], read: () => JsonObject | undefined) {
		this.status = status;
		this.layers = layers;
		this.#read = read;
	}

	get headers(): Headers {
		this.#headers ??= this.layers.length === 1 ? this.layers[0] : Object.assign({}, ...this.layers);
		return this.#headers as Headers;
	}

	get body(): JsonObject | undefined {
		return this.#read();
	}

	/** The same reply with headers over its own. */
	with(headers: Headers): WireReply {
		return new WireReply(this.status, [...this.layers, headers], this.#read);
	}

	/** What a tap has made of a reply: what it leaves out, as a copy of this one does, is that of the reply before. */
	static after(before: Reply, changed: Partial<Reply> & Pick<Reply, 'status'>): Reply {
		const {status, headers = before.headers, body} = changed;
		if (body !== undefined || !(before instanceof WireReply)) return {status, headers, body: body ?? before.body};
		return new WireReply(status, [headers], before.#read);
	}
}

/**
 * The same reply with headers added or replaced, for what a `reply` tap answers with. Cheaper than a copy of them, and leaves the body unread.
 * @param headers names in lower case.
 */
export function withHeaders(reply: Reply, headers: Headers): Reply {
	if (reply instanceof WireReply) return reply.with(headers);
	return {status: reply.status, headers: Object.assign({}, reply.headers, headers), body: reply.body};
}
