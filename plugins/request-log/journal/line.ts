/** One line, before it is bytes among others. */

import {writeEscaped} from './escape.js';

/** Bytes in UTF-8 that stand in a line as a JSON string does: escaped, without the quotes. */
export interface Quotable {
	readonly text: Buffer;
}

/** Strings, and bytes in UTF-8, that stand in it as they are, or escaped; without a line feed. */
export type Line = readonly (string | Uint8Array | Quotable)[];

/** No character of a string takes more bytes in UTF-8, and no byte of a text more in JSON. */
const [bytesPerUnit, bytesPerByte] = [3, 6];

/** How long the line may be at most, in bytes; told fast. */
export function mostLength(line: Line): number {
	let most = 0;
	for (const piece of line) {
		if (typeof piece === 'string') most += piece.length * bytesPerUnit;
		else most += piece instanceof Uint8Array ? piece.length : piece.text.length * bytesPerByte;
	}
	return most;
}

/** How long the line is, in bytes. */
export function exactLength(line: Line): number {
	let length = 0;
	for (const piece of line) {
		if (typeof piece === 'string' || piece instanceof Uint8Array) length += Buffer.byteLength(piece);
		else length += Buffer.byteLength(JSON.stringify(piece.text.toString('utf8'))) - 2;
	}
	return length;
}

/** Writes the line. @returns where it ends. */
export function writeLine(line: Line, target: Buffer, start: number): number {
	let at = start;
	for (const piece of line) {
		if (typeof piece === 'string') at += target.write(piece, at);
		else if (piece instanceof Uint8Array) {
			target.set(piece, at);
			at += piece.length;
		} else at = writeEscaped(piece.text, target, at);
	}
	return at;
}
