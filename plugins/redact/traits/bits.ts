/** What a text may hold: each is one bit. A detector that needs one finds nothing in text without it. */

export const traits = {
	/** `@` behind something, or `%40`. */
	at: 1,
	/** Seven digits as in a number that is called, behind a `+` or a word that may name it, or {@link spacedNumber}. */
	number: 2,
	/** Nine digits with up to three of the characters between them that stand in numbers that are called, and not without any. */
	spacedNumber: 4,
	/** Thirteen digits that begin as a card does, with a blank or a hyphen between two, or nothing. */
	longNumber: 8,
	/** Four groups of up to three digits with dots between them. */
	dotted: 16,
	/** `::`, or three colons with hexadecimal digits between them. */
	colons: 32,
	/** Two digits behind two letters that begin a word. */
	account: 64,
	/** `eyJ`. */
	jwt: 128,
	/** A word in which a vendor's key may be, or one behind what may be the name of a scheme. */
	token: 256,
	/** Forty characters as in keys, behind what may name them or stand in their address. */
	longToken: 512,
	/** `=` between a letter and a value. */
	assignment: 1024,
	/** `://`, in text with an `@`. */
	scheme: 2048,
	/** `-----B`. */
	dashes: 4096,
	/** Every text has it: of what a pattern of the config looks for nothing is known. */
	anything: 8192,
} as const;

/** Of a text of which nothing can be told before it was looked at. */
export const everyTrait = Object.values(traits).reduce((sum, bit) => sum | bit, 0);
