/** What a text has at all, told in one pass: most text has nothing that most detectors would look for. */

/** Each is one bit. A detector that needs one finds nothing in text without it. */
export const traits = {
	/** `@` or `%`, which may be `%40`. */
	at: 1,
	/** Seven digits, each at most three characters behind the one before, in one line. */
	number: 2,
	/** The same, in text with digits that are not written together. */
	spacedNumber: 4,
	/** Thirteen digits with at most one character between two. */
	longNumber: 8,
	/** Two dots with digits around them and at most three between. */
	dotted: 16,
	/** `::`, or three colons with hexadecimal digits between them. */
	colons: 32,
	/** Two digits behind two letters. */
	account: 64,
	/** `eyJ`. */
	jwt: 128,
	/** Sixteen characters that keys consist of, and more in them than words that are joined by underscores. */
	token: 256,
	/** Forty of them. */
	longToken: 512,
	/** `=`. */
	assignment: 1024,
	/** `://`. */
	scheme: 2048,
	/** `---`. */
	dashes: 4096,
} as const;

/** @returns the traits that the text has. */
export function traitsOf(text: string): number {
	let found = tokensIn(text);
	if (sevenDigits.test(text)) found |= spaced.test(text) ? traits.number | traits.spacedNumber : traits.number;
	if (thirteenDigits.test(text)) found |= traits.longNumber;
	if (dotted.test(text)) found |= traits.dotted;
	if (text.includes('::') || colons.test(text)) found |= traits.colons;
	if (account.test(text)) found |= traits.account;
	if (text.includes('@') || text.includes('%')) found |= traits.at;
	// The last letter alone is rare, and so is the search for all three.
	if (text.includes('J') && text.includes('eyJ')) found |= traits.jwt;
	if (text.includes('=')) found |= traits.assignment;
	if (text.includes('://')) found |= traits.scheme;
	if (text.includes('---')) found |= traits.dashes;
	return found;
}

const sevenDigits = /\d(?:[^\d\n]{0,3}\d){6}/;
/** Of digits apart there may be some beside the number. */
const spaced = /\d[^\d\n]{1,3}\d/;
const thirteenDigits = /\d(?:\D?\d){12}/;
const dotted = /\d\.\d{1,3}\.\d/;
const colons = /:[0-9a-f]{1,4}:[0-9a-f]{1,4}:/i;
const account = /[a-z]{2}\d\d/i;

/** Classes of characters that keys consist of. */
const [digit, letter, underscore, sign] = [1, 2, 4, 8];
const classes = new Uint8Array(128);
for (let code = 0; code < classes.length; code++) {
	const character = String.fromCharCode(code);
	if (/\d/.test(character)) classes[code] = digit;
	else if (/[a-z]/i.test(character)) classes[code] = letter;
	else if (character === '_') classes[code] = underscore;
	else if (/[.:+/=~-]/.test(character)) classes[code] = sign;
}

const shortest = 16;

/** A run of sixteen covers every sixteenth character: only around those is looked. */
function tokensIn(text: string): number {
	let found = 0;
	for (let at = shortest - 1; at < text.length; at += shortest) {
		if (classAt(text, at) === 0) continue;
		let start = at;
		while (start > 0 && classAt(text, start - 1) !== 0) start--;
		let end = at + 1;
		while (end < text.length && classAt(text, end) !== 0) end++;
		if (end - start >= 40) found |= traits.longToken;
		if (end - start >= shortest && isLikeKey(text, start, end)) found |= traits.token;
		at = end - 1;
	}
	return found;
}

/** A digit or a sign is in it, or one word that is as long as all of it must be. */
function isLikeKey(text: string, start: number, end: number): boolean {
	let word = 0;
	for (let at = start; at < end; at++) {
		const kind = classAt(text, at);
		if (kind === digit || kind === sign) return true;
		word = kind === letter ? word + 1 : 0;
		if (word >= shortest) return true;
	}
	return false;
}

function classAt(text: string, at: number): number {
	return classes[text.charCodeAt(at)] ?? 0;
}
