/** Names as they are recorded: bounded, and redacted when they are of a client's making, since anything may stand in them. */

import {oncePerName} from '../../core/index.js';

/** Names end here; the indexes of a database take only so much. */
const longestName = 256;

/** Gives the recorded form of a name as JSON text, in quotes. */
export type Names = (name: string) => string;

/** @param redact for names of a client's making; none for those that the operator has given. */
export function recordedNames(redact?: (name: string) => string): Names {
	return oncePerName(name => {
		const redacted = redact?.(name) ?? name;
		const short = redacted.length <= longestName ? redacted : `${redacted.slice(0, longestName - 1)}…`;
		return JSON.stringify(storable(short));
	});
}

/** What Postgres takes for text: neither NUL nor half a surrogate pair. */
export function storable(text: string): string {
	return text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '\ufffd').toWellFormed();
}
