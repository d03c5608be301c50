/** Why an answer ended, in Anthropic's words and the hub's. */

import {type Finish, type FinishReason, isObject, type JsonObject} from '../../../core/index.js';

/** @see https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons */
const reasons: Readonly<Record<string, FinishReason>> = {
	end_turn: 'stop',
	stop_sequence: 'stop-sequence',
	max_tokens: 'length',
	model_context_window_exceeded: 'context-window',
	tool_use: 'tool-calls',
	pause_turn: 'pause',
	refusal: 'refusal',
};

const stopReasons: Readonly<Record<FinishReason, string>> = {
	stop: 'end_turn',
	'stop-sequence': 'stop_sequence',
	length: 'max_tokens',
	'context-window': 'model_context_window_exceeded',
	'tool-calls': 'tool_use',
	refusal: 'refusal',
	pause: 'pause_turn',
};

/**
 * Reads the end of a message or of a `message_delta`.
 * @param calls tools were called; some servers call that an ordinary end.
 * @param answered the only tool that was called stood for structured output.
 */
export function decodeFinish(value: JsonObject, calls: boolean, answered: boolean): Finish {
	const raw = typeof value['stop_reason'] === 'string' ? value['stop_reason'] : undefined;
	let reason = reasons[raw ?? ''] ?? 'stop';
	if (reason === 'tool-calls' && answered && !calls) reason = 'stop';
	if (reason === 'stop' && calls) reason = 'tool-calls';
	const sequence = value['stop_sequence'];
	const details = value['stop_details'];
	const explanation = isObject(details) ? details['explanation'] : undefined;
	return {
		reason,
		...(raw !== undefined && {raw}),
		...(typeof sequence === 'string' && {sequence}),
		...(typeof explanation === 'string' && {explanation}),
	};
}

/**
 * The members that say why an answer ended.
 * @param calls it has `tool_use` blocks: then nothing but their use is its ordinary end, and without any it is not.
 * @param refused what the model said in refusing.
 */
export function encodeFinish(finish: Finish | undefined, calls: boolean, refused: string | undefined): JsonObject {
	const reason = outcome(finish, calls, refused);
	const explanation = finish?.explanation ?? refused ?? null;
	return {
		stop_reason: stopReasons[reason],
		stop_sequence: reason === 'stop-sequence' ? finish?.sequence : null,
		stop_details: reason === 'refusal' ? {type: 'refusal', category: null, explanation} : null,
	};
}

function outcome(finish: Finish | undefined, calls: boolean, refused: string | undefined): FinishReason {
	const reason = finish?.reason ?? 'stop';
	if (refused !== undefined && reason === 'stop') return 'refusal';
	if (reason === 'stop' && calls) return 'tool-calls';
	if (reason === 'tool-calls' && !calls) return 'stop';
	// Which sequence it was must be known; it is never guessed.
	if (reason === 'stop-sequence' && finish?.sequence === undefined) return 'stop';
	return reason;
}
