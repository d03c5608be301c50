/** What a person may have meant by a name that does not exist. */

/** Number of single-character edits between two names, at most `limit + 1`. */
function distance(a: string, b: string, limit: number): number {
	if (Math.abs(a.length - b.length) > limit) return limit + 1;
	let row = Array.from({length: b.length + 1}, (_, index) => index);
	for (let i = 1; i <= a.length; i++) {
		const next = [i];
		for (let j = 1; j <= b.length; j++) {
			const substitution = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
			next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
		}
		row = next;
	}
	return row[b.length] as number;
}

/**
 * The known names that are most like a given one: a typo away, or holding it as a part.
 * @param most how many at most.
 */
export function closest(name: string, known: readonly string[], most: number): readonly string[] {
	const wanted = name.slice(0, 100).toLowerCase();
	const limit = Math.max(2, Math.floor(wanted.length / 3));
	return known
		.map(candidate => {
			const lower = candidate.toLowerCase();
			const part = wanted.length > 2 && (lower.includes(wanted) || lower.endsWith(`.${wanted.split('.').at(-1)}`));
			return {candidate, score: part ? 1 : distance(wanted, lower, limit)};
		})
		.filter(({score}) => score <= limit)
		.sort((a, b) => a.score - b.score)
		.slice(0, most)
		.map(({candidate}) => candidate);
}
