/** Names as they are recorded: bounded, and redacted when they are of a client's making, since anything may stand in them. */

import {oncePerName} from '../../core/index.js';

/** Names end here; the indexes of a database take only so much. */
const longestName = 256;

/** Gives the recorded form of a name as JSON text. */
export type Names = (name: string) => string;

/**
 * Gives names in quotes.
 * @param redact for names of a client's making; none for those that the operator has given.
 */
export function recordedNames(redact?: (name: string) => string): Names {
	return oncePerName(name => {
		const redacted = redact?.(name) ?? name;
		const short = redacted.length <= longestName ? redacted : `${redacted.slice(0, longestName - 1)}…`;
		return JSON.stringify(storable(short));
	});
}

/** Gives the member of a row that a name is: `,"model":"echo"`. Of the same name it is the same text, which costs nothing to make. */
export function recordedMember(column: string, redact?: (name: string) => string): Names {
	const names = recordedNames(redact);
	return oncePerName(name => `,"${column}":${names(name)}`);
}

/** What Postgres takes for text: neither NUL nor half a surrogate pair. */
export function storable(text: string): string {
	return text.isWellFormed() && !text.includes('\0') ? text : text.replaceAll('\0', '\ufffd').toWellFormed();
}
