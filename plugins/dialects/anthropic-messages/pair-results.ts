/** Finds the result of each tool call, wherever in a conversation it stands. */

import type {ToolCallPart, ToolResultPart, Turn} from '../../../core/index.js';

export interface Pairs {
	/** The result of a call; `undefined` when nobody gave one. */
	readonly resultOf: ReadonlyMap<ToolCallPart, ToolResultPart>;
	/** Results that belong to a call. */
	readonly claimed: ReadonlySet<ToolResultPart>;
}

/** Ids may be used again in later turns: a call gets the first result behind it that no earlier call has got. */
export function pairResults(turns: readonly Turn[]): Pairs {
	const resultOf = new Map<ToolCallPart, ToolResultPart>();
	const claimed = new Set<ToolResultPart>();
	const results = new Map<string, {readonly at: number; readonly part: ToolResultPart}[]>();
	for (const [at, turn] of turns.entries()) {
		for (const part of turn.parts) {
			if (part.type !== 'tool-result') continue;
			const list = results.get(part.callId);
			if (list === undefined) results.set(part.callId, [{at, part}]);
			else list.push({at, part});
		}
	}
	for (const [at, turn] of turns.entries()) {
		if (turn.role !== 'assistant') continue;
		for (const part of turn.parts) {
			if (part.type !== 'tool-call') continue;
			const found = results.get(part.id)?.find(result => result.at > at && !claimed.has(result.part));
			if (found === undefined) continue;
			resultOf.set(part, found.part);
			claimed.add(found.part);
		}
	}
	return {resultOf, claimed};
}
