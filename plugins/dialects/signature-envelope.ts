/** Tells what another provider has signed, and this gateway has packed for its way through a client, from a format's own. */

/** `{"` in base64url, which every packed signature goes on with behind its signer's name; base64 itself has no dot. */
const opening = '.eyJ';

/** @param signature what stands in the member that the format has for its own signatures. */
export function isEnvelope(signature: unknown): boolean {
	return typeof signature === 'string' && signature.includes(opening);
}

export const foreignReason = 'what another provider has signed means nothing to this model';
