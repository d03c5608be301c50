/** Finds which result belongs to which call: OpenAI refuses a call without a result, and a result without a call. */

import type {ToolCallPart, ToolResultPart, Turn} from '../../../core/index.js';

/** Calls and results of a conversation, paired. */
export interface Pairs {
	/** The call that a result answers; none for a result that nothing asked for. */
	readonly callOf: ReadonlyMap<ToolResultPart, ToolCallPart>;
	readonly unanswered: ReadonlySet<ToolCallPart>;
}

/** A result answers the first call of its id that stands before it and has none yet. */
export function pairCalls(turns: readonly Turn[]): Pairs {
	const callOf = new Map<ToolResultPart, ToolCallPart>();
	const unanswered = new Set<ToolCallPart>();
	for (const {parts} of turns) {
		for (const part of parts) {
			if (part.type === 'tool-call') unanswered.add(part);
			if (part.type !== 'tool-result') continue;
			for (const call of unanswered) {
				if (call.id !== part.callId) continue;
				callOf.set(part, call);
				unanswered.delete(call);
				break;
			}
		}
	}
	return {callOf, unanswered};
}
