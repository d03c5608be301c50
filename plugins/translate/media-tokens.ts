/** Tokens of what is no text: images by their size, documents by their pages, audio by its length. */

import type {AudioPart, ImagePart} from '../../core/index.js';
import {type ImageSize, imageSize} from './image-size.js';
import type {ImageRule} from './token-profiles.js';

/** An image that cannot be looked at is taken for a photograph of this size. */
const assumedImage: ImageSize = {width: 1024, height: 1536};

/** A document that cannot be looked at is taken for one of so many pages. */
const assumedPages = 3;

/** Bytes that a page takes at least, as a rule, where the pages of a PDF cannot be counted. */
const bytesPerPage = 20_000;

/**
 * @see https://platform.claude.com/docs/en/build-with-claude/vision
 * @see https://developers.openai.com/api/docs/guides/images-vision#calculating-costs
 */
export function imageTokens({source, detail}: ImagePart, rule: ImageRule): number {
	const size = (source.kind === 'base64' ? imageSize(source.data) : undefined) ?? assumedImage;
	if (rule.kind === 'tiles') return detail === 'low' ? rule.base : rule.base + rule.tile * tiles(size);
	// What opens and closes an image counts as well.
	return Math.ceil(patches(size, rule) * rule.multiplier) + 4;
}

function tiles({width, height}: ImageSize): number {
	const fitting = Math.min(1, 2048 / Math.max(width, height));
	const scale = fitting * Math.min(1, 768 / (Math.min(width, height) * fitting));
	return Math.ceil((width * scale) / 512) * Math.ceil((height * scale) / 512);
}

function patches({width, height}: ImageSize, rule: ImageRule & {readonly kind: 'patches'}): number {
	const {patch, edge, budget} = rule;
	const scale = Math.min(1, edge / Math.max(width, height));
	const needed = Math.ceil((width * scale) / patch) * Math.ceil((height * scale) / patch);
	return Math.min(needed, budget);
}

/**
 * Pages of a PDF.
 * @param data the file as base64; `undefined` when it is kept elsewhere.
 */
export function pdfPages(data: string | undefined): number {
	if (data === undefined) return assumedPages;
	const bytes = Buffer.from(data, 'base64');
	const text = bytes.toString('latin1');
	const pages = text.match(/\/Type\s*\/Page(?![A-Za-z])/g)?.length ?? 0;
	if (pages > 0) return pages;
	// Newer files compress their page objects, but often not the root of the page tree.
	let most = 0;
	for (const [, count] of text.matchAll(/\/Count\s+(\d{1,5})/g)) most = Math.max(most, Number(count));
	return most > 0 ? most : Math.max(1, Math.ceil(bytes.length / bytesPerPage));
}

/** About twenty tokens for a second: of plain samples, or of compressed ones at the usual rates. */
export function audioTokens({source, format}: AudioPart): number {
	if (source.kind !== 'base64') return 1000;
	const bytes = (source.data.length * 3) / 4;
	const plain = format === 'wav' || source.mediaType.includes('wav');
	return Math.ceil(bytes / (plain ? 2000 : 800));
}
