/** The issuer's keys: fetched ahead of need, kept through outages of the issuer, never waited for long. */

import {createRemoteJWKSet, customFetch, type JWTVerifyGetKey} from 'jose';

/** A call waits no longer for the issuer. */
const deadlineMs = 3000;
/** Keys are fetched this often, so that hardly any call has to wait for them. */
export const refreshMs = 5 * 60_000;
/** An issuer that is away is believed for so long by the keys that it had. */
const longestStaleMs = 60 * 60_000;
/** A token that names an unknown key has the set fetched, but not more often than this. */
const cooldownMs = 10_000;
/** After a failure nobody asks for so long: the next calls fail at once. */
const pauseMs = 5000;
const mostBytes = 1024 * 1024;

/** The key set cannot be had: nothing is said about the token. */
export class KeySetUnavailable extends Error {
	override readonly name = 'KeySetUnavailable';
}

export class KeySet {
	/** For jose's `jwtVerify`. @throws {KeySetUnavailable}, or jose's own when no key of the set fits. */
	readonly getKey: JWTVerifyGetKey;
	readonly #reload: () => Promise<void>;
	#failure: {readonly error: KeySetUnavailable; readonly until: number} | undefined;

	constructor(url: URL) {
		const set = createRemoteJWKSet(url, {
			timeoutDuration: deadlineMs,
			cooldownDuration: cooldownMs,
			cacheMaxAge: longestStaleMs,
			[customFetch]: (address, options) => this.#fetch(address, options),
		});
		this.getKey = set;
		this.#reload = () => set.reload();
	}

	/** Why the last attempt to fetch the set failed; `undefined` when it did not. */
	get trouble(): string | undefined {
		return this.#failure?.error.message;
	}

	/** Fetches the set. @throws {KeySetUnavailable} */
	async refresh(): Promise<void> {
		await this.#reload();
	}

	async #fetch(address: string, options: RequestInit): Promise<Response> {
		if (this.#failure !== undefined && performance.now() < this.#failure.until) throw this.#failure.error;
		try {
			const text = await fetched(address, options);
			this.#failure = undefined;
			return new Response(text);
		} catch (cause) {
			const error = new KeySetUnavailable(reasonOf(cause), {cause});
			this.#failure = {error, until: performance.now() + pauseMs};
			throw error;
		}
	}
}

/** Checked here already, so that whatever is wrong with the set is no fault of a token. */
async function fetched(address: string, options: RequestInit): Promise<string> {
	const response = await fetch(address, options);
	if (response.status !== 200) {
		await response.body?.cancel();
		throw new Error(`the issuer answered with the status ${response.status}`);
	}
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of response.body ?? []) {
		bytes += chunk.length;
		if (bytes > mostBytes) throw new Error(`the key set is larger than ${mostBytes} bytes`);
		chunks.push(chunk);
	}
	const text = Buffer.concat(chunks).toString('utf8');
	const set = JSON.parse(text) as {readonly keys?: unknown} | null;
	if (!Array.isArray(set?.keys)) throw new Error('the answer of the issuer is no key set');
	return text;
}

function reasonOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === 'TimeoutError') return `the issuer did not answer within ${deadlineMs / 1000} seconds`;
	if (error instanceof SyntaxError) return 'the answer of the issuer is no JSON';
	const code: unknown = (error.cause as {readonly code?: unknown} | undefined)?.code;
	return typeof code === 'string' ? `the issuer cannot be reached (${code})` : error.message;
}
