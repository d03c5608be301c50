/** Text with the escapes of JSON undone, and those of URLs that stand in values; knows where each character stands in the text. */

/** Also JSON within JSON, where every escape has more backslashes; the blanks and signs of numbers in a URL. */
const written = /(?<!\\)\\+(?:u[0-9a-fA-F]{4}|["/nrtbf])|%2[0Bb]/g;

const plain: Readonly<Record<string, string>> = {n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '"': '"', '/': '/'};
const ofUrls: Readonly<Record<string, string>> = {'%20': ' ', '%2B': '+', '%2b': '+'};

/** What is read, and where it stands. */
export interface Unescaped {
	readonly text: string;
	/** Where in the source the character at this place begins. */
	source(at: number): number;
}

/** @param source any text; without an escape it is its own reading. */
export function unescaped(source: string): Unescaped {
	if (!source.includes('\\') && !source.includes('%2')) return {text: source, source: at => at};
	/** Where escapes stand in the reading, and how much longer the source is behind each. */
	const places: number[] = [];
	const longer: number[] = [];
	let shift = 0;
	const text = source.replace(written, (sequence, offset: number) => {
		const last = sequence.at(-1) ?? '';
		const unit = /\\u(....)$/.exec(sequence)?.[1];
		places.push(offset - shift);
		shift += sequence.length - 1;
		longer.push(shift);
		return unit === undefined
			? (ofUrls[sequence] ?? plain[last] ?? last)
			: String.fromCharCode(Number.parseInt(unit, 16));
	});
	return {text, source: at => at + (longer[before(places, at) - 1] ?? 0)};
}

/** How many of ascending numbers are below a limit. */
function before(numbers: readonly number[], limit: number): number {
	let low = 0;
	let high = numbers.length;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((numbers[middle] ?? 0) < limit) low = middle + 1;
		else high = middle;
	}
	return low;
}
