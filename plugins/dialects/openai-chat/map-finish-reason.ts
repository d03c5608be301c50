/** Why a model stopped, as Chat Completions says it and as the hub does. */

import type {Finish, FinishReason, JsonObject} from '../../../core/index.js';

/** Lower-cased, because Gemini's own names come through some proxies. */
const reasons: Readonly<Record<string, FinishReason>> = {
	stop: 'stop',
	length: 'length',
	max_tokens: 'length',
	tool_calls: 'tool-calls',
	function_call: 'tool-calls',
	content_filter: 'refusal',
	// Zhipu's
	sensitive: 'refusal',
	safety: 'refusal',
	blocklist: 'refusal',
	prohibited_content: 'refusal',
};

/** What servers say when they gave up: OpenRouter, DeepSeek, Zhipu. No answer ends so. */
const failures: ReadonlySet<string> = new Set(['error', 'insufficient_system_resource', 'network_error']);

/** Tells whether a finish reason says that the answer was broken off. */
export function isFailure(raw: string): boolean {
	return failures.has(raw.toLowerCase());
}

/**
 * @param choice the choice that has finished. vLLM names the stop sequence that was met in `stop_reason`.
 * @param calls whether tools were called: some servers say `stop` all the same.
 * @see https://platform.openai.com/docs/api-reference/chat/object
 */
export function decodeFinish(choice: JsonObject, calls: boolean): Finish {
	const raw = choice['finish_reason'];
	if (typeof raw !== 'string' || raw === '') return {reason: calls ? 'tool-calls' : 'stop'};
	const reason = reasons[raw.toLowerCase()] ?? 'stop';
	if (reason !== 'stop') return {reason, raw};
	if (calls) return {reason: 'tool-calls', raw};
	const sequence = choice['stop_reason'];
	return typeof sequence === 'string' ? {reason: 'stop-sequence', raw, sequence} : {reason, raw};
}

const names: Readonly<Record<FinishReason, string>> = {
	stop: 'stop',
	'stop-sequence': 'stop',
	length: 'length',
	'context-window': 'length',
	'tool-calls': 'tool_calls',
	refusal: 'content_filter',
	pause: 'stop',
};

/** @param legacy for a client that knows functions and no tools. */
export function encodeFinish(finish: Finish | undefined, calls: boolean, legacy = false): string {
	const name = names[finish?.reason ?? 'stop'];
	const called = name === 'tool_calls' || (calls && name === 'stop');
	if (!called) return name;
	return legacy ? 'function_call' : 'tool_calls';
}
