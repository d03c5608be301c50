/** Members of an answer, read without parsing all of it. */

import {isObject, type JsonObject, stringEnd, walkMembers} from './json.js';

/**
 * Reads top-level members of an answer without parsing all of it.
 * @param names the one that counts first: behind one that is an object nothing more is read.
 * @returns an object with those of them that are there and can be read, also when the answer as a whole cannot; of a
 * member that stands twice the last, as `JSON.parse` has it.
 */
export function readMembers(body: Buffer, names: readonly string[]): JsonObject {
	const found: Record<string, unknown> = {};
	for (const name of names) {
		const value = lastMember(body, name);
		if (value === unclear) return walkedMembers(body, names);
		if (value === undefined) continue;
		found[name] = value;
		if (isObject(value)) break;
	}
	return found;
}

const unclear = Symbol('unclear');
const backslash = 0x5c;
const colon = 0x3a;
const quote = 0x22;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Answers end with what they have used: behind the last place where the name stands only few members follow.
 * @returns `undefined` when nothing has the name, `unclear` when that cannot be told so.
 */
function lastMember(body: Buffer, name: string): unknown {
	const text = quoted(name);
	const at = body.lastIndexOf(text);
	// A name may be spelled with escapes.
	if (at === -1) return body.includes('\\u00') ? unclear : undefined;
	const start = at + text.length;
	// It ends a longer name, or is no name.
	if (body[at - 1] === backslash || body[start] !== colon) return unclear;
	const end = valueEnd(body, start + 1);
	if (end === -1 || !isLastAtTop(body, end)) return unclear;
	try {
		return JSON.parse(body.toString('utf8', start + 1, end));
	} catch {
		return unclear;
	}
}

/** @returns where the value that begins at `start` ends; -1 when it does not. */
function valueEnd(body: Buffer, start: number): number {
	let depth = 0;
	for (let at = start; at < body.length; at++) {
		switch (body[at]) {
			case quote:
				at = stringEnd(body, at) - 1;
				break;
			case openBrace:
			case openBracket:
				depth++;
				break;
			case comma:
				if (depth === 0) return at;
				break;
			case closeBrace:
			case closeBracket:
				if (--depth < 0) return at;
		}
	}
	return -1;
}

/**
 * Tells whether a value that ends at `end` belongs to a member at the top, and its name does not stand once more behind it, spelled with
 * escapes: false, too, when that cannot be told without parsing.
 */
function isLastAtTop(body: Buffer, end: number): boolean {
	let depth = 0;
	let inString = false;
	for (let at = end; at < body.length; at++) {
		const byte = body[at];
		if (byte === backslash) return false;
		if (byte === quote) inString = !inString;
		else if (inString) continue;
		else if (byte === openBrace || byte === openBracket) depth++;
		else if ((byte === closeBrace || byte === closeBracket) && --depth < 0)
			return byte === closeBrace && isBlank(body, at + 1);
	}
	return false;
}

function isBlank(body: Buffer, start: number): boolean {
	for (let at = start; at < body.length; at++) if ((body[at] as number) > 0x20) return false;
	return true;
}

/** Those of dialects, which are few. A string would be made bytes of for each search. */
const quotedNames = new Map<string, Buffer>();

function quoted(name: string): Buffer {
	let bytes = quotedNames.get(name);
	if (bytes === undefined) {
		bytes = Buffer.from(`"${name}"`);
		quotedNames.set(name, bytes);
	}
	return bytes;
}

function walkedMembers(body: Buffer, names: readonly string[]): JsonObject {
	const all: Record<string, unknown> = {};
	try {
		walkMembers(body, (name, start, end) => {
			if (names.includes(name)) all[name] = JSON.parse(body.toString('utf8', start, end));
		});
	} catch {}
	const first = names.findIndex(name => isObject(all[name]));
	if (first !== -1) for (const name of names.slice(first + 1)) delete all[name];
	return all;
}
