/** What the bytes of a text are. */

export const backslash = 0x5c;

/**
 * A number for each byte. A plain array: of a typed one the engine asks at each look whether its memory is still there, once any
 * memory was taken away from another one, which clients of HTTP do.
 */
export function byteTable(): number[] {
	return new Array<number>(256).fill(0);
}

const [letter, digit, hexLetter, underscore, between, escapeLetter] = [1, 2, 4, 8, 16, 32];
const classes = byteTable();
const mark = (characters: string, bit: number): void => {
	for (const character of characters) classes[character.charCodeAt(0)] = (classes[character.charCodeAt(0)] ?? 0) | bit;
};
mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', letter);
mark('0123456789', digit);
mark('abcdefABCDEF', hexLetter);
mark('_', underscore);
mark(' \t"\':=.(\\', between);
mark('nrtbf', escapeLetter);

function is(byte: number | undefined, bits: number): boolean {
	return ((classes[byte ?? 0] ?? 0) & bits) !== 0;
}

export function isLetter(byte: number | undefined): boolean {
	return is(byte, letter);
}

export function isDigit(byte: number | undefined): boolean {
	return is(byte, digit);
}

export function isHex(byte: number | undefined): boolean {
	return is(byte, digit | hexLetter);
}

/** No blank, no quote and no end: a value may begin here, or a name may end. */
export function isValue(byte: number | undefined): boolean {
	return byte !== undefined && byte > 0x20 && byte !== 0x22;
}

/** A letter that is the end of an escape, and stands for a control character: the `n` of `\n`. */
export function isEscape(bytes: Buffer, at: number): boolean {
	return bytes[at - 1] === backslash && is(bytes[at], escapeLetter);
}

/** Something that may belong to a name stands in front. */
export function endsName(bytes: Buffer, at: number): boolean {
	return isValue(bytes[at - 1]) && !isEscape(bytes, at - 1);
}

/** A word begins here: a letter, digit or underscore in front would be part of it. */
export function beginsWord(bytes: Buffer, at: number): boolean {
	return !is(bytes[at - 1], letter | digit | underscore) || isEscape(bytes, at - 1);
}

/**
 * The last letter of the word that may say what stands here: in front of quotes, blanks, `:` and `=`.
 * @returns the byte in lower case; 0 when no letter is there.
 */
export function letterBefore(bytes: Buffer, at: number): number {
	let index = at - 1;
	while (is(bytes[index], between) || isEscape(bytes, index)) index--;
	return is(bytes[index], letter) ? (bytes[index] ?? 0) | 0x20 : 0;
}
