/** Makes something of names, and remembers what: a few come again and again. */

/** So many names are known at most; then it begins anew. */
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

type Names = readonly (string | undefined)[];

interface Known<Of extends Names, Made> {
	readonly names: Of;
	readonly made: Made;
}

/** Names that come together have one place, and displace those that were there: a look-up costs as much as one of a single name. */
const placeBits = 10;
/** The golden ratio as 32 bits spreads what differs in its last ones. */
const spread = 0x9e3779b1;

/**
 * The same for names that come together, which need not be joined to be found.
 * @param make what is to be made of them: as good as what was made of the same ones before.
 */
export function oncePerNames<Of extends Names, Made>(make: (...names: Of) => Made): (...names: Of) => Made {
	const known: (Known<Of, Made> | undefined)[] = new Array(1 << placeBits).fill(undefined);
	return (...names) => {
		const place = placeOf(names);
		const found = known[place];
		if (found !== undefined && areSame(found.names, names)) return found.made;
		const made = make(...names);
		if (names.every(name => name === undefined || name.length <= longest)) known[place] = {names, made};
		return made;
	};
}

/** By the ends of the names, where those that are alike differ. */
function placeOf(names: Names): number {
	let mixed = 0;
	for (let index = 0; index < names.length; index++) {
		const name = names[index];
		if (name === undefined) continue;
		const {length} = name;
		const end = name.charCodeAt(length - 1) ^ (name.charCodeAt(length - 2) << 7) ^ (name.charCodeAt(length - 3) << 14);
		mixed = Math.imul(mixed ^ end ^ (length << 21), spread);
	}
	return mixed >>> (32 - placeBits);
}

function areSame(some: Names, others: Names): boolean {
	for (let index = 0; index < some.length; index++) if (some[index] !== others[index]) return false;
	return true;
}
