/** Makes something of names, and remembers what: a few come again and again. */

/** So many are known at most; then it begins anew. */
const mostKnown = 2000;
/** What is longer is no name, and does not come again. */
const longest = 256;

/** @param make what is to be made of a name: always the same of the same one. */
export function oncePerName(make: (name: string) => string): (name: string) => string {
	const known = new Map<string, string>();
	return name => {
		const found = known.get(name);
		if (found !== undefined) return found;
		const made = make(name);
		if (name.length > longest) return made;
		if (known.size >= mostKnown) known.clear();
		known.set(name, made);
		return made;
	};
}

/**
 * The same for names in two parts, which need not be put together to be found.
 * @param make what is to be made of the two: always the same of the same ones.
 */
export function oncePerPair(
	make: (first: string, second: string) => string,
): (first: string, second: string) => string {
	const known = new Map<string, Map<string, string>>();
	let size = 0;
	return (first, second) => {
		const found = known.get(first)?.get(second);
		if (found !== undefined) return found;
		const made = make(first, second);
		if (first.length > longest || second.length > longest) return made;
		if (size >= mostKnown) {
			known.clear();
			size = 0;
		}
		const seconds = known.get(first) ?? new Map<string, string>();
		known.set(first, seconds.set(second, made));
		size++;
		return made;
	};
}
