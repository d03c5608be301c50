/** What finds one kind of value in text. */

/** `[start, end)` in the text that was searched. */
export type Span = readonly [start: number, end: number];

/** Finds values of a kind. Steps grow with the length of the text and not faster: what it looks at is bounded for each start. */
export interface Detector {
	/** Stands in the text instead of the value: `[email]`. */
	readonly kind: string;
	/** Of {@link traits}: text that has none of them has no value. */
	readonly needs: number;
	/**
	 * In order, none over another.
	 * @param has the traits of the text, or of one that it is a part of.
	 */
	find(text: string, has: number): Iterable<Span>;
}

/** How {@link matches} looks. */
export interface Matching {
	/** Global; the group `value`, if there is one, is the value, else the whole match is. */
	readonly pattern: RegExp;
	/** The value is one only if this says so. */
	readonly accepts?: (value: string) => boolean;
	/** After a match that was not accepted: look on behind it, or one character further. Only for patterns of bounded length. */
	readonly retries?: boolean;
	/** A text without this has no value: cheaper to look for than a pattern is. */
	readonly needs?: string;
}

/** Searches with a pattern. */
export function* matches(text: string, {pattern, accepts, retries, needs}: Matching): Generator<Span> {
	if (needs !== undefined && !text.includes(needs)) return;
	pattern.lastIndex = 0;
	for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
		const value = match.groups?.['value'] ?? match[0];
		const end = Math.max(match.index + match[0].length, match.index + 1);
		if (accepts === undefined || accepts(value)) {
			const start = match.index + match[0].lastIndexOf(value);
			yield [start, start + value.length];
			pattern.lastIndex = Math.max(start + value.length, match.index + 1);
		} else pattern.lastIndex = retries === true ? match.index + 1 : end;
	}
}

/** Spans of several searches as one, in order; what overlaps is one span, so that nothing of either is left over. */
export function* union(...searches: readonly Iterable<Span>[]): Generator<Span> {
	const spans = searches.flatMap(search => [...search]).sort((a, b) => a[0] - b[0]);
	let open: Span | undefined;
	for (const span of spans) {
		if (open !== undefined && span[0] < open[1]) open = [open[0], Math.max(open[1], span[1])];
		else {
			if (open !== undefined) yield open;
			open = span;
		}
	}
	if (open !== undefined) yield open;
}
