/** A file that is served as it is: compressed once, asked for again only when it has changed. */

import {createHash} from 'node:crypto';
import {promisify} from 'node:util';
import {gzip, gzipSync} from 'node:zlib';
import type {Context} from 'koa';

/** What is served. */
export interface ServedFile {
	readonly type: string;
	readonly plain: Buffer;
	/** Absent for what is compressed already. */
	readonly gzipped?: Buffer;
	readonly etag: string;
}

/** Makes a file of a short text. */
export function textFile(type: string, text: string): ServedFile {
	const plain = Buffer.from(text);
	return {type: `${type}; charset=utf-8`, plain, gzipped: gzipSync(plain), etag: etagOf(plain)};
}

/** Makes a file of bytes, without holding up the process while they are compressed. */
export async function bytesFile(type: string, plain: Buffer): Promise<ServedFile> {
	const etag = etagOf(plain);
	if (type.startsWith('image/')) return {type, plain, etag};
	return {type: `${type}; charset=utf-8`, plain, gzipped: await promisify(gzip)(plain), etag};
}

/** Weak: both encodings have the same. */
function etagOf(bytes: Buffer): string {
	return `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}

/**
 * The page runs its own script and no other, and speaks to nobody but the gateway that it came from.
 * @see https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Content-Security-Policy
 */
const contentSecurityPolicy = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join('; ');

/** Answers with a file, or says that the client has it. */
export function serveFile(ctx: Context, file: ServedFile): void {
	ctx.status = 200;
	ctx.set({
		'cache-control': 'no-cache',
		etag: file.etag,
		vary: 'accept-encoding',
		'content-security-policy': contentSecurityPolicy,
		'x-content-type-options': 'nosniff',
		'referrer-policy': 'no-referrer',
	});
	// Not ctx.fresh: it sends everything again to clients that say no-cache beside the tag, as fetch does.
	if (
		ctx
			.get('if-none-match')
			.split(/\s*,\s*/)
			.includes(file.etag)
	) {
		ctx.status = 304;
		return;
	}
	const zipped = file.gzipped !== undefined && ctx.acceptsEncodings('gzip', 'identity') === 'gzip';
	if (zipped) ctx.set('content-encoding', 'gzip');
	ctx.body = zipped ? file.gzipped : file.plain;
	ctx.type = file.type;
}
