/** Width and height of an image, read from the first bytes of the file. */

export interface ImageSize {
	readonly width: number;
	readonly height: number;
}

/** A JPEG says its size behind its metadata, which may hold a preview and a color profile. */
const longestHead = 256 * 1024;

/**
 * @param data a PNG, JPEG, GIF or WebP file as base64; its first bytes tell which.
 * @returns the size in pixels; `undefined` for anything else.
 */
export function imageSize(data: string): ImageSize | undefined {
	const head = Buffer.from(data.slice(0, 64), 'base64');
	const size = png(head) ?? gif(head) ?? webp(head) ?? jpeg(head, data);
	return size !== undefined && size.width > 0 && size.height > 0 ? size : undefined;
}

function png(head: Buffer): ImageSize | undefined {
	if (head.length < 24 || head.toString('latin1', 1, 4) !== 'PNG') return undefined;
	return {width: head.readUInt32BE(16), height: head.readUInt32BE(20)};
}

function gif(head: Buffer): ImageSize | undefined {
	if (head.length < 10 || head.toString('latin1', 0, 3) !== 'GIF') return undefined;
	return {width: head.readUInt16LE(6), height: head.readUInt16LE(8)};
}

function webp(head: Buffer): ImageSize | undefined {
	if (head.length < 30 || head.toString('latin1', 8, 12) !== 'WEBP') return undefined;
	switch (head.toString('latin1', 12, 16)) {
		case 'VP8 ':
			return {width: head.readUInt16LE(26) & 0x3fff, height: head.readUInt16LE(28) & 0x3fff};
		case 'VP8L': {
			const bits = head.readUInt32LE(21);
			return {width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1};
		}
		case 'VP8X':
			return {width: head.readUIntLE(24, 3) + 1, height: head.readUIntLE(27, 3) + 1};
		default:
			return undefined;
	}
}

/** Walks from segment to segment up to the one that begins the picture. */
function jpeg(head: Buffer, data: string): ImageSize | undefined {
	if (head.length < 4 || head.readUInt16BE(0) !== 0xffd8) return undefined;
	const bytes = Buffer.from(data.slice(0, longestHead), 'base64');
	let at = 2;
	while (at + 9 <= bytes.length && bytes[at] === 0xff) {
		const marker = bytes[at + 1] ?? 0;
		if (beginsPicture(marker)) return {width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5)};
		at += marker === 0xff ? 1 : 2 + bytes.readUInt16BE(at + 2);
	}
	return undefined;
}

/** SOF0 to SOF15, but for the three of that range that mean something else. */
function beginsPicture(marker: number): boolean {
	return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
