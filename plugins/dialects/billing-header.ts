/** Recognises the block that Claude Code puts before its instructions for the billing of Anthropic. */

import type {TextPart} from '../../core/index.js';

/**
 * It changes with every request, so that no prompt cache would ever be hit, and it says nothing to a model. Kept for
 * Anthropic Messages; left out of every other format, which loses nothing.
 */
export function isBillingHeader(part: TextPart): boolean {
	return part.text.startsWith('x-anthropic-billing-header:');
}
