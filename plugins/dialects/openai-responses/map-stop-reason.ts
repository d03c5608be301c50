/** Responses has no finish reason: a status, what is missing, and the items themselves say it. */

import {type Finish, isObject, type JsonObject, type Part} from '../../../core/index.js';

/**
 * @param response a response that has ended.
 * @see https://platform.openai.com/docs/api-reference/responses/object#responses/object-incomplete_details
 */
export function decodeFinish(response: JsonObject, parts: readonly Part[]): Finish {
	const details = response['incomplete_details'];
	const reason = isObject(details) ? details['reason'] : undefined;
	const refused = parts.find(part => part.type === 'refusal');
	const explanation = refused?.type === 'refusal' && refused.text !== '' ? {explanation: refused.text} : {};
	if (reason === 'max_output_tokens') return {reason: 'length', raw: reason};
	if (reason === 'content_filter') return {reason: 'refusal', raw: reason, ...explanation};
	const raw = typeof response['status'] === 'string' ? {raw: response['status']} : {};
	if (refused !== undefined) return {reason: 'refusal', ...raw, ...explanation};
	if (parts.some(part => part.type === 'tool-call')) return {reason: 'tool-calls', ...raw};
	return {reason: 'stop', ...raw};
}

/** How a response ended. */
export interface Ending {
	readonly status: 'completed' | 'incomplete';
	readonly incomplete_details: {readonly reason: 'max_output_tokens' | 'content_filter'} | null;
}

const completed: Ending = {status: 'completed', incomplete_details: null};

/** @param refused the model has said in a part of its own that it refuses, and so the answer is whole. */
export function encodeFinish(finish: Finish | undefined, refused: boolean): Ending {
	switch (finish?.reason) {
		case 'length':
		case 'context-window':
			return {status: 'incomplete', incomplete_details: {reason: 'max_output_tokens'}};
		case 'refusal':
			if (refused && finish.raw !== 'content_filter') return completed;
			return {status: 'incomplete', incomplete_details: {reason: 'content_filter'}};
		default:
			return completed;
	}
}
