/** Keeps the gateway's credentials from coming back to a client in what a provider says. */

/** A provider may quote the key that it refuses. */
export function withoutCredentials(body: Buffer, credentials: readonly string[]): Buffer {
	if (!credentials.some(credential => credential.length >= 8 && body.includes(credential))) return body;
	let text = body.toString('utf8');
	for (const credential of credentials) if (credential.length >= 8) text = text.replaceAll(credential, '[redacted]');
	return Buffer.from(text);
}
