/** One line, before it is bytes among others. */

/** Strings, and bytes in UTF-8 that stand in it as they are; without a line feed. */
export type Line = readonly (string | Uint8Array)[];

/** No character of a string takes more bytes in UTF-8. */
const bytesPerUnit = 3;

/** How long the line may be at most, in bytes; told fast. */
export function mostLength(line: Line): number {
	let most = 0;
	for (const piece of line) most += typeof piece === 'string' ? piece.length * bytesPerUnit : piece.length;
	return most;
}

/** How long the line is, in bytes. */
export function exactLength(line: Line): number {
	let length = 0;
	for (const piece of line) length += Buffer.byteLength(piece);
	return length;
}

/** Writes the line. @returns where it ends. */
export function writeLine(line: Line, target: Buffer, start: number): number {
	let at = start;
	for (const piece of line) {
		if (typeof piece === 'string') at += target.write(piece, at);
		else {
			target.set(piece, at);
			at += piece.length;
		}
	}
	return at;
}
