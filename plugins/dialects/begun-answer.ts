/** An answer that the client has begun, for a model that does not go on with it. */

import {type Loss, type ModelTraits, refusal, type Turn} from '../../core/index.js';

export const begunReason = 'this model does not go on with an answer that is begun';

/**
 * The turns without an answer that is begun, where the model would refuse it; what is left out is a loss.
 * @throws {GatewayError} 400 when nothing else was said.
 */
export function withoutBegunAnswer(turns: readonly Turn[], traits: ModelTraits, losses: Loss[]): readonly Turn[] {
	if (traits.prefill !== false) return turns;
	let end = turns.length;
	while (isBegun(turns[end - 1])) end--;
	if (end === turns.length) return turns;
	if (end === 0) throw refusal('invalid_body', 'There is no message with content to answer.', {param: 'messages'});
	losses.push({path: 'turns', reason: begunReason});
	return turns.slice(0, end);
}

/** Calls are no beginning: their results follow. */
function isBegun(turn: Turn | undefined): boolean {
	return turn?.role === 'assistant' && !turn.parts.some(part => part.type === 'tool-call');
}
