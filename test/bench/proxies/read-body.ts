import type {IncomingMessage} from 'node:http';

/** The bytes of a request, unparsed. */
export function readBody(request: IncomingMessage): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const parts: Buffer[] = [];
		request.on('data', (part: Buffer) => parts.push(part));
		request.on('end', () => resolve(Buffer.concat(parts)));
		request.on('error', reject);
	});
}
