/** A reply whose JSON body is parsed when somebody reads it: most taps change headers only. */

import type {Reply} from './exchange.js';
import type {JsonObject} from './json.js';
import type {Headers} from './request.js';

export class WireReply implements Reply {
	readonly status: number;
	readonly headers: Headers;
	readonly #read: () => JsonObject | undefined;

	/** @param read gives the body; called each time that it is asked for. */
	constructor(status: number, headers: Headers, read: () => JsonObject | undefined) {
		this.status = status;
		this.headers = headers;
		this.#read = read;
	}

	get body(): JsonObject | undefined {
		return this.#read();
	}

	/** What a tap has made of a reply: without a body of its own it has that of the reply before. */
	static after(before: Reply, changed: Reply): Reply {
		if (changed instanceof WireReply || changed.body !== undefined || !(before instanceof WireReply)) return changed;
		return new WireReply(changed.status, changed.headers, before.#read);
	}
}
