/** Recognises regular expressions that can be read in so many ways that a text exists on which they do not end. */

/** More repetitions than these count as endless: 8 within 8 are millions of readings already. */
const few = 4;

/** A group that is being read. */
interface Group {
	/** Something in it can be longer or shorter. */
	varies: boolean;
	/** Where each alternative begins. */
	readonly starts: number[];
}

/** An atom's repetition, and where the reading goes on. */
interface Repetition {
	readonly least: number;
	readonly most: number;
	readonly next: number;
}

/**
 * Says what is dangerous about a pattern: a repeated group that holds something of variable length, or alternatives that begin
 * alike. Errs to the safe side; such a pattern can be written otherwise.
 * @returns `undefined` when nothing was found.
 */
export function ambiguity(pattern: string, flags: string): string | undefined {
	const groups: Group[] = [{varies: false, starts: [0]}];
	for (let at = 0; at < pattern.length; ) {
		const character = pattern[at];
		const group = groups[groups.length - 1] as Group;
		if (character === '(') {
			at = opening(pattern, at);
			groups.push({varies: false, starts: [at]});
			continue;
		}
		if (character === '|') {
			group.starts.push(++at);
			continue;
		}
		if (character === ')') {
			groups.pop();
			const {least, most, next} = repetition(pattern, at + 1);
			if (most > few && group.varies)
				return `"${pattern.slice((group.starts[0] ?? 0) - 1, next)}" repeats what itself varies in length, which can take exponential time; repeat one of the two a fixed number of times`;
			if (most > few && alike(pattern, group.starts, flags))
				return `"${pattern.slice((group.starts[0] ?? 0) - 1, next)}" repeats alternatives that begin alike, which can take exponential time; let them begin differently`;
			const outer = groups[groups.length - 1];
			if (outer !== undefined && (group.varies || least !== most)) outer.varies = true;
			at = next;
			continue;
		}
		const {least, most, next} = repetition(pattern, atomEnd(pattern, at));
		if (least !== most) group.varies = true;
		at = next;
	}
	return undefined;
}

/** Behind the head of a group. */
function opening(pattern: string, at: number): number {
	return at + (/^\((?:\?(?:[:=!]|<[=!]|<[^>]*>))?/.exec(pattern.slice(at, at + 80))?.[0].length ?? 1);
}

/** Behind one atom: a class, an escape or a character. */
function atomEnd(pattern: string, at: number): number {
	if (pattern[at] === '\\')
		return (
			at +
			(/^\\(?:[pPu]\{[^}]*\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|k<[^>]*>|.)/s.exec(pattern.slice(at))?.[0].length ?? 1)
		);
	if (pattern[at] !== '[') return at + 1;
	let end = at + 1;
	while (end < pattern.length && pattern[end] !== ']') end += pattern[end] === '\\' ? 2 : 1;
	return end + 1;
}

function repetition(pattern: string, at: number): Repetition {
	const [written = '', sign, from, comma, to] = /^(?:([*+?])|\{(\d+)(?:(,)(\d*))?\})\??/.exec(pattern.slice(at)) ?? [];
	const next = at + written.length;
	if (written === '') return {least: 1, most: 1, next};
	if (sign !== undefined) return {least: sign === '+' ? 1 : 0, most: sign === '?' ? 1 : Number.POSITIVE_INFINITY, next};
	const least = Number(from);
	if (comma === undefined) return {least, most: least, next};
	return {least, most: to === '' || to === undefined ? Number.POSITIVE_INFINITY : Number(to), next};
}

/** Whether two alternatives can begin with the same character. Tried with every ASCII character. */
function alike(pattern: string, starts: readonly number[], flags: string): boolean {
	if (starts.length < 2) return false;
	const firsts = starts.map(start => {
		const atom = pattern.slice(start, atomEnd(pattern, start));
		return /^[(^$|)]|^\\[bBk\d]/.test(atom) ? undefined : new RegExp(`^(?:${atom})$`, flags.replace('m', ''));
	});
	for (let code = 1; code < 128; code++) {
		const character = String.fromCharCode(code);
		if (firsts.filter(first => first?.test(character) ?? true).length > 1) return true;
	}
	return false;
}
