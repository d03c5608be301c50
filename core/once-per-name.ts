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
