/** Names as they are recorded: bounded, and redacted when they are of a client's making, since anything may stand in them. */

import type {Redactor} from '../redact/keys.js';

/** Names end here; the indexes of a database take only so much. */
const longestName = 256;
/** Names come again and again; so many are known at most. */
const mostKnown = 2000;

/** Gives the recorded form of a name as JSON text, in quotes. */
export type Names = (name: string) => string;

/** @param redactor for names of a client's making; none for those that the operator has given. */
export function recordedNames(redactor: Redactor | undefined): Names {
	const known = new Map<string, string>();
	return name => {
		const found = known.get(name);
		if (found !== undefined) return found;
		const redacted = redactor === undefined ? name : redactor.text(name);
		const short = redacted.length <= longestName ? redacted : `${redacted.slice(0, longestName - 1)}…`;
		const json = JSON.stringify(storable(short));
		if (name.length > longestName) return json;
		if (known.size >= mostKnown) known.clear();
		known.set(name, json);
		return json;
	};
}

/** What Postgres takes for text: neither NUL nor half a surrogate pair. */
export function storable(text: string): string {
	return text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '\ufffd').toWellFormed();
}
