/** What `redact` offers to the plugins that keep something of a call. */

import {type Exchange, type Key, key} from '../../core/index.js';

/** Takes personal data and secrets out of text before it is kept. */
export interface Redactor {
	/**
	 * Replaces every value that the config wants gone by its kind: `[email]`, `[card]`, `[name of an own pattern]`. Text without
	 * any comes back as it is; doing it twice changes nothing more.
	 * @param value plain text, JSON text or JSON within JSON, as a whole: cut it afterwards, not before, for half a value is
	 * not recognised; and put the pieces of a stream together first.
	 * @param exchange the call that the text belongs to, when `where` has `traffic`: what its request had replaced is replaced
	 * here too, also where the value alone looks like nothing.
	 */
	text(value: string, exchange?: Exchange): string;
	/**
	 * Tells of text that is at hand as bytes, and need not be made a string for it, that {@link text} would give it back as it is.
	 * @param bytes in UTF-8.
	 * @returns `false` when it would not, or when that is not known.
	 */
	passes(bytes: Buffer, exchange?: Exchange): boolean;
}

/** Provided by `redact`; take it with `gateway.find(redactor)` in `beforeListen`. */
export const redactor: Key<Redactor> = key('redact.redactor');
