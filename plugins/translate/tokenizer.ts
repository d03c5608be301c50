/** Tokens of a text by OpenAI's o200k_base encoding, in slices so that no text costs more than its length. */

/** Counts tokens. */
export interface Tokenizer {
	/** @returns what o200k_base makes of the text; up to two tokens more for each cut where no word begins. */
	count(text: string): number;
}

/**
 * Characters in a slice. Merging byte pairs takes time by the square of a word's length, and a text without spaces is one
 * word: what bounds the slice bounds the time per character. Shorter ones cost no time but some accuracy.
 */
const sliceLength = 256;

/** Words whose merging is remembered: common ones are met again and again. */
const rememberedWords = 4096;

let loading: Promise<Tokenizer> | undefined;

/**
 * Reads the table of the encoding, some megabytes, at the first call; every later call gets the same tokenizer.
 * @throws when the package cannot be read.
 */
export function loadTokenizer(): Promise<Tokenizer> {
	loading ??= load();
	return loading;
}

async function load(): Promise<Tokenizer> {
	const {countTokens, setMergeCacheSize} = await import('gpt-tokenizer/encoding/o200k_base');
	setMergeCacheSize(rememberedWords);
	// What looks like a control token is text when it stands in a text.
	const asText = {disallowedSpecial: new Set<string>()};
	return {
		count(text) {
			let tokens = 0;
			for (const slice of slicesOf(text)) tokens += countTokens(copied(slice), asText);
			return tokens;
		},
	};
}

/** A slice refers to the text that it was cut from, and a remembered word to its slice: a copy lets go of the text. */
function copied(slice: string): string {
	return Buffer.from(slice).toString();
}

/** Cuts a text where a word begins, as its tokens do; where there is no word's beginning, anywhere but inside a character. */
export function* slicesOf(text: string): Generator<string> {
	let start = 0;
	while (start < text.length) {
		const end = sliceEnd(text, start);
		yield text.slice(start, end);
		start = end;
	}
}

function sliceEnd(text: string, start: number): number {
	const end = start + sliceLength;
	if (end >= text.length) return text.length;
	// The search must not walk back through all of a long text that has no spaces.
	const space = text.slice(start, end + 1).lastIndexOf(' ');
	if (space > 0) return start + space;
	const code = text.charCodeAt(end - 1);
	const splitsPair = code >= 0xd800 && code <= 0xdbff;
	return splitsPair ? end - 1 : end;
}
