/** Sizes of images, read from the head of the file. */

import test from 'ava';
import fc from 'fast-check';
import {type ImageSize, imageSize} from '../../../plugins/translate/image-size.js';

const png = ({width, height}: ImageSize): Buffer => {
	const bytes = Buffer.alloc(33);
	bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
	bytes.writeUInt32BE(width, 16);
	bytes.writeUInt32BE(height, 20);
	return bytes;
};

const gif = ({width, height}: ImageSize): Buffer => {
	const bytes = Buffer.alloc(13);
	bytes.write('GIF89a');
	bytes.writeUInt16LE(width, 6);
	bytes.writeUInt16LE(height, 8);
	return bytes;
};

/** With a preview of `preview` bytes in front, as cameras put there. */
function jpeg({width, height}: ImageSize, preview = 20_000): Buffer {
	const app = Buffer.alloc(2 + preview + 2);
	app.writeUInt16BE(0xffe1, 0);
	app.writeUInt16BE(preview + 2, 2);
	const frame = Buffer.alloc(19);
	frame.writeUInt16BE(0xffc2, 0);
	frame.writeUInt16BE(17, 2);
	frame[4] = 8;
	frame.writeUInt16BE(height, 5);
	frame.writeUInt16BE(width, 7);
	return Buffer.concat([Buffer.from([0xff, 0xd8]), app, frame]);
}

function webp(kind: 'VP8 ' | 'VP8L' | 'VP8X', {width, height}: ImageSize): Buffer {
	const bytes = Buffer.alloc(40);
	bytes.write(`RIFF\0\0\0\0WEBP${kind}`, 'latin1');
	if (kind === 'VP8 ') {
		bytes.writeUInt16LE(width, 26);
		bytes.writeUInt16LE(height, 28);
	} else if (kind === 'VP8L') {
		bytes[20] = 0x2f;
		bytes.writeUInt32LE((width - 1) | ((height - 1) << 14), 21);
	} else {
		bytes.writeUIntLE(width - 1, 24, 3);
		bytes.writeUIntLE(height - 1, 27, 3);
	}
	return bytes;
}

const formats: Readonly<Record<string, (size: ImageSize) => Buffer>> = {
	png,
	gif,
	jpeg,
	'lossy webp': size => webp('VP8 ', size),
	'lossless webp': size => webp('VP8L', size),
	'extended webp': size => webp('VP8X', size),
};

test('the size is read from every format that the models take', t => {
	const side = fc.integer({min: 1, max: 8000});
	fc.assert(
		fc.property(side, side, (width, height) => {
			for (const [name, make] of Object.entries(formats))
				t.deepEqual(imageSize(make({width, height}).toString('base64')), {width, height}, name);
		}),
		{numRuns: 50},
	);
});

test('what is no image, or not all of its head, has no size', t => {
	for (const make of Object.values(formats)) {
		const whole = make({width: 100, height: 50});
		for (let length = 0; length < Math.min(whole.length, 9); length++)
			t.is(imageSize(whole.subarray(0, length).toString('base64')), undefined);
	}
	t.is(imageSize(png({width: 0, height: 10}).toString('base64')), undefined);
	t.is(imageSize(jpeg({width: 10, height: 10}).subarray(0, 300).toString('base64')), undefined);
	fc.assert(fc.property(fc.base64String({maxLength: 400}), data => t.notThrows(() => imageSize(data))));
	fc.assert(
		fc.property(fc.uint8Array({maxLength: 400}), bytes => {
			const data = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), bytes]).toString('base64');
			t.notThrows(() => imageSize(data));
		}),
	);
});
