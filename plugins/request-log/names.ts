/** Names of a client's making, as they are recorded: redacted, since anything may stand in them, and bounded. */

import type {Redactor} from '../redact/keys.js';

/** Names end here; the indexes of a database take only so much. */
export const longestName = 256;
/** Names come again and again; so many are known at most. */
const mostKnown = 2000;

/** Gives the recorded form of a name. */
export type Names = (name: string) => string;

export function recordedNames(redactor: Redactor | undefined): Names {
	const known = new Map<string, string>();
	return name => {
		const found = known.get(name);
		if (found !== undefined) return found;
		const redacted = redactor === undefined ? name : redactor.text(name);
		const short = redacted.length <= longestName ? redacted : `${redacted.slice(0, longestName - 1)}…`;
		if (name.length > longestName) return short;
		if (known.size >= mostKnown) known.clear();
		known.set(name, short);
		return short;
	};
}
