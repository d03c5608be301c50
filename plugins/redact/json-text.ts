/** Changes the texts of a JSON value, wherever in it they stand; what holds none that changes stays the same object. */

import {isObject, type JsonObject} from '../../core/index.js';

/** What is done with a text. */
export interface TextChange {
	/** @param name the member that holds it, or holds the list in which it stands; empty for a member's name itself. */
	text(value: string, name: string): string;
	/** For numbers below the top level; gives them back when absent. */
	number?(value: number, name: string): number | string;
	/** Members that are not entered, by name. */
	readonly without?: ReadonlySet<string>;
}

/** @returns the same object when nothing in it has changed. */
export function changeObject(value: JsonObject, change: TextChange): JsonObject {
	return changeMembers(value, change, true);
}

function changeValue(value: unknown, name: string, change: TextChange): unknown {
	if (typeof value === 'string') return isOpaque(value, name) ? value : change.text(value, name);
	if (typeof value === 'number') return change.number?.(value, name) ?? value;
	if (Array.isArray(value)) {
		let changed: unknown[] | undefined;
		value.forEach((item: unknown, index) => {
			const next = changeValue(item, name, change);
			if (next === item) return;
			changed ??= [...value];
			changed[index] = next;
		});
		return changed ?? value;
	}
	return isObject(value) ? changeMembers(value, change, false) : value;
}

function changeMembers(object: JsonObject, change: TextChange, top: boolean): JsonObject {
	if (isSigned(object)) return object;
	let changed = false;
	const members = Object.entries(object).map(([name, value]): [string, unknown] => {
		if (change.without?.has(name) === true || (top && typeof value === 'number')) return [name, value];
		const next: [string, unknown] = [
			identifier.test(name) ? name : change.text(name, ''),
			changeValue(value, name, change),
		];
		if (next[0] !== name || next[1] !== value) changed = true;
		return next;
	});
	return changed ? Object.fromEntries(members) : object;
}

/** Names of the API's own, or of a program's; a value has other characters. */
const identifier = /^[A-Za-z_]{1,40}$/;

const thoughts = new Set([
	'thinking',
	'redacted_thinking',
	'reasoning',
	'reasoning.text',
	'reasoning.summary',
	'reasoning.encrypted',
]);

/**
 * Thinking whose maker will check that nobody has changed it.
 * @see https://docs.anthropic.com/en/docs/build-with-claude/extended-thinking#preserving-thinking-blocks
 */
function isSigned({type, signature, encrypted_content: encrypted, data}: JsonObject): boolean {
	if (typeof type !== 'string' || !thoughts.has(type)) return false;
	return [signature, encrypted, data].some(proof => typeof proof === 'string' && proof !== '');
}

const proofs = new Set(['signature', 'encrypted_content', 'thought_signature', 'thoughtSignature']);
const encoded = /^(?:data:[\w.+-]{1,60}\/[\w.+-]{1,100}(?:;[\w=.-]{1,60}){0,4};base64,)?[A-Za-z0-9+/_=-]*$/;

/** Pictures and sounds, and what proves something: base64 from end to end, longer than any key. */
function isOpaque(text: string, name: string): boolean {
	return (text.length > 512 || proofs.has(name)) && encoded.test(text);
}
