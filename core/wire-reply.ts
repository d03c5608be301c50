/** A reply that costs what is asked of it: its body is parsed when somebody reads it, and headers are put together once, at the end. */

import type {Reply} from './exchange.js';
import {type HeaderLayer, type HeaderList, mergedHeaders} from './header-list.js';
import type {JsonObject} from './json.js';
import type {Headers} from './request.js';

export class WireReply implements Reply {
	readonly status: number;
	/** Over those of the reply before. */
	readonly #own: HeaderLayer;
	readonly #before: WireReply | undefined;
	readonly #read: () => JsonObject | undefined;
	#headers: Headers | undefined;

	/** @param read gives the body; called each time that it is asked for. */
	constructor(status: number, own: HeaderLayer, read: () => JsonObject | undefined, before?: WireReply) {
		this.status = status;
		this.#own = own;
		this.#before = before;
		this.#read = read;
	}

	/** Headers as they were added, each over those before. */
	get layers(): HeaderLayer[] {
		const layers = this.#before === undefined ? [] : this.#before.layers;
		layers.push(this.#own);
		return layers;
	}

	get headers(): Headers {
		this.#headers ??= mergedHeaders(this.layers);
		return this.#headers;
	}

	get body(): JsonObject | undefined {
		return this.#read();
	}

	/** The same reply with headers over its own. */
	with(headers: HeaderLayer): WireReply {
		return new WireReply(this.status, headers, this.#read, this);
	}

	/** What a tap has made of a reply: what it leaves out, as a copy of this one does, is that of the reply before. */
	static after(before: Reply, changed: Partial<Reply> & Pick<Reply, 'status'>): Reply {
		const {status, headers = before.headers, body} = changed;
		if (body !== undefined || !(before instanceof WireReply)) return {status, headers, body: body ?? before.body};
		return new WireReply(status, headers, before.#read);
	}
}

/**
 * The same reply with headers added or replaced, for what a `reply` tap answers with. Cheaper than a copy of them, and leaves the body unread.
 * @param headers names in lower case; an object, or a list of names and values in turn.
 */
export function withHeaders(reply: Reply, headers: Headers | HeaderList): Reply {
	if (reply instanceof WireReply) return reply.with(headers);
	return {status: reply.status, headers: mergedHeaders([reply.headers ?? {}, headers]), body: reply.body};
}
