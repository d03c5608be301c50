/** Members of an answer, read without parsing all of it. */

import {isObject, type JsonObject, walkMembers} from './json.js';

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

/**
 * Answers end with what they have used: what stands from the name on is JSON, but for the brace before it, when the name stands at the top.
 * @returns `undefined` when nothing has the name, `unclear` when that cannot be told so.
 */
function lastMember(body: Buffer, name: string): unknown {
	const at = body.lastIndexOf(quoted(name));
	// A name may be spelled with escapes.
	if (at === -1) return body.includes('\\u00') ? unclear : undefined;
	// It ends a longer name.
	if (body[at - 1] === backslash) return unclear;
	try {
		return (JSON.parse(`{${body.toString('utf8', at)}`) as JsonObject)[name];
	} catch {
		return unclear;
	}
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
