/** Escapes text for JSON sixteen bytes at a time, which takes a third of what a loop over them does. */

import {instantiate} from '../../../core/index.js';
import {program} from './escape-program.js';

/** What escape.wat exports. */
interface Program {
	readonly memory: {readonly buffer: ArrayBuffer};
	escape(text: number, length: number, escapes: number, out: number): number;
}

/** Of its memory: what is written for control characters, from 0 on; then the text, and what becomes of it. */
const [textAt, outAt] = [1024, 20 * 1024];
const bytesPerEscape = 8;
const controls = 0x20;
/** No byte becomes more than six: of so many what becomes of them finds room. */
const pieceBytes = 16 * 1024;

const {memory, escape: escapeHeld} = instantiate(program) as Program;
const held = Buffer.from(memory.buffer);
for (let code = 0; code < controls; code++) {
	const text = JSON.stringify(String.fromCharCode(code)).slice(1, -1);
	held.write(text, code * bytesPerEscape, 'latin1');
	held[(code + 1) * bytesPerEscape - 1] = text.length;
}

/**
 * Writes text as it stands in JSON, without the quotes.
 * @param text in UTF-8.
 * @param target has six times as much room from `start` on.
 * @returns where it ends.
 */
export function writeEscaped(text: Buffer, target: Buffer, start: number): number {
	let at = start;
	for (let from = 0; from < text.length; from += pieceBytes) {
		const length = Math.min(text.length - from, pieceBytes);
		text.copy(held, textAt, from, from + length);
		at += held.copy(target, at, outAt, escapeHeld(textAt, length, 0, outAt));
	}
	return at;
}
